import type { Event, EventOf } from '@ringfence/contracts';
import { riskLane, type RiskState } from '@ringfence/domain-risk';
import {
  accountId,
  cross,
  EXCESS,
  isolated,
  type AssetId,
  type BucketId,
  type CommandId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { decimalOf, positivePart, tenTo, type DecimalFigure } from '@ringfence/money';
import type { Output, Outputs } from '../compare.js';
import type { Input } from '../input.js';
import { factsOf, LaneRun, type Folded } from './lane-run.js';
import type { Played } from './run-events.js';

const ACCOUNT = accountId(0, 5);
const DOMAIN = 1 as DomainId;
const CASH = 1 as AssetId;
const TRADE = '0123456789abcdef' as CommandId;
/** Places of the settlement asset: figures of cases are whole units of it. */
const PLACES = 18;
const amount = (units: bigint): DecimalFigure => decimalOf(units).div(tenTo(PLACES));

/** Half of what a lot is worth is its maintenance, all of it its initial margin. */
const HALF = { maintenancePpm: 500_000, callPpm: 500_001 };
/** A millionth: next to nothing, where a case knows no maintenance. */
const NEXT_TO_NOTHING = { maintenancePpm: 1, callPpm: 2 };
const INITIAL = { initialPpm: 1_000_000, releasePpm: 1_100_000 };

/** One bucket of the account with at most one lot, of an instrument of its own. */
interface Holding {
  readonly bucket: BucketId;
  readonly instrument: InstrumentId;
  /** settlement units that the lot is worth; 0: no position */
  readonly lotValue: bigint;
  /** gain or loss of the lot, settlement units */
  readonly pnl: bigint;
  /** settlement units ≥ 0 */
  readonly cash: bigint;
  /** owed without a position, settlement units ≥ 0 */
  readonly debt: bigint;
}

/** A risk lane that has seen these buckets come about and has evaluated them. */
function evaluatedBuckets(
  holdings: readonly Holding[],
  rates: typeof HALF = HALF,
): LaneRun<RiskState> {
  const run = new LaneRun(riskLane, 1);
  for (const event of referenceFacts(holdings, rates)) run.see('reference', event);
  for (const holding of holdings) {
    for (const event of accountsFacts(holding)) run.see('accounts', event);
  }
  run.drain();
  return run;
}

function referenceFacts(holdings: readonly Holding[], rates: typeof HALF): Event[] {
  const asset = { caip: '', symbol: 'CASH', haircutPpm: 0, confirmations: 1, pricedBy: '' };
  const listed = holdings.filter(({ lotValue }) => lotValue > 0n);
  const sizes = { tickUnits: 1n, tickSteps: 1, tickScale: 0, lotSteps: 1, lotScale: 0 };
  const prices = listed.map(({ instrument }) => {
    return { instrument, price: 1, variance: 0, ...rates, ...INITIAL };
  });
  const frame = { frame: 1, time: 0, validUntil: 1_000, source: 'case' };
  return [
    { type: 'AssetListed', asset: CASH, scale: PLACES, ...asset },
    { type: 'DomainOpened', domain: DOMAIN, name: 'case', settlement: CASH },
    ...listed.map(({ instrument, lotValue }): Event => ({
      type: 'InstrumentListed',
      instrument,
      symbol: `CASE-${instrument}`,
      domain: DOMAIN,
      settlement: CASH,
      unit: lotValue,
      ...sizes,
    })),
    { type: 'FrameAccepted', ...frame, prices },
  ];
}

function accountsFacts({ bucket, instrument, lotValue, pnl, cash, debt }: Holding): Event[] {
  const events: Event[] = [];
  const account = ACCOUNT;
  if (cash > 0n) {
    const move = { reservation: 0, source: EXCESS, target: bucket, asset: CASH, amount: cash };
    events.push({ type: 'CollateralMoved', account, ...move });
  }
  if (lotValue > 0n) {
    const money = { asset: CASH, fee: 0n, feeReturned: 0n, tag: 0 };
    const trade = { trade: TRADE, purpose: 'trade' as const, slice: 0, reservation: 0 };
    const lot = { instrument, lots: 1, price: 1, cost: lotValue - pnl };
    events.push({ type: 'LegApplied', account, bucket, ...trade, ...lot, ...money });
  }
  if (debt > 0n) {
    const none = { variation: 0n, funding: 0n, dueBefore: 0n, debtBefore: 0n, claim: 0n };
    const settled = { domain: DOMAIN, round: 1, asset: CASH, collected: 0n, deficit: 0n };
    const joined = { domain: DOMAIN, round: 1, marks: [], collateral: [] };
    events.push({ type: 'RoundJoined', ...joined });
    events.push({ type: 'VariationSettled', account, bucket, ...settled, ...none, debt });
  }
  return events;
}

const evaluationOf = (
  folded: Folded,
  { bucket }: Holding,
): EventOf<'MarginEvaluated'> | undefined =>
  factsOf(folded, 'MarginEvaluated').findLast((each) => each.bucket === bucket);

const instrumentAt = (index: number): InstrumentId => (index + 1) as InstrumentId;

/** Each bucket of one account by itself: cross or isolated, the fold tells where it stands. */
export function statusThroughEvents(input: Input): Played {
  const rows = input.rows('buckets');
  let crosses = 0;
  const holdings = rows.map((row, i): Holding => {
    const equity = row.units('equity', PLACES);
    const lotValue = 2n * row.units('maintenance', PLACES);
    const instrument = instrumentAt(i);
    const isCross = row.text('id').startsWith('cross') && crosses++ === 0;
    const bucket = isCross ? cross(DOMAIN) : isolated(instrument);
    const held = { bucket, instrument, lotValue };
    if (lotValue > 0n) return { ...held, pnl: equity, cash: 0n, debt: 0n };
    return { ...held, pnl: 0n, cash: equity > 0n ? equity : 0n, debt: equity < 0n ? -equity : 0n };
  });
  const statusOf = (folded: Folded, holding: Holding): string => {
    const found = evaluationOf(folded, holding);
    // what holds nothing is never evaluated, and nothing is asked of it
    if (!found || found.level !== 'breached') return 'healthy';
    return found.equity < 0n ? 'insolvent' : 'liquidate';
  };
  return {
    run: evaluatedBuckets(holdings),
    read: (folded) => ({
      status: named(rows, holdings, (holding) => statusOf(folded, holding)),
    }),
  };
}

/** Isolated buckets of one account: a gain in one says nothing for another. */
export function shelterThroughEvents(input: Input): Played {
  const rows = input.rows('buckets');
  const holdings = rows.map((row, i): Holding => {
    const instrument = instrumentAt(i);
    const own = { pnl: row.units('pnl', PLACES), cash: row.units('margin', PLACES), debt: 0n };
    return { bucket: isolated(instrument), instrument, lotValue: 1n, ...own };
  });
  const outcome = (folded: Folded, holding: Holding): Outputs => {
    const found = evaluationOf(folded, holding);
    if (!found) return { status: 'not evaluated' };
    const status = found.level === 'breached' ? 'liquidated' : 'kept';
    return { status, deficit: positivePart(amount(-found.equity)) };
  };
  return {
    run: evaluatedBuckets(holdings, NEXT_TO_NOTHING),
    read: (folded) => ({
      buckets: named(rows, holdings, (holding) => outcome(folded, holding)),
    }),
  };
}

/** A move out of a bucket with a position: the gate judges what is left behind. */
export function moveThroughEvents(input: Input): Played | null {
  const cash = input.units('sourceEquity', PLACES);
  const moved = input.units('amount', PLACES);
  // accounts reserves no more than there is
  if (cash < 0n || moved <= 0n || moved > cash) return null;
  const instrument = instrumentAt(0);
  const lotValue = input.units('sourceInitialRequirement', PLACES);
  const bucket = isolated(instrument);
  const run = evaluatedBuckets([{ bucket, instrument, lotValue, pnl: 0n, cash, debt: 0n }]);
  const move = { reservation: 7, account: ACCOUNT, source: bucket, target: EXCESS };
  run.see('accounts', { type: 'MoveReserved', ...move, asset: CASH, amount: moved });
  run.drain();
  return {
    run,
    read: (folded): Outputs => {
      const verdict = factsOf(folded, 'GateJudged').at(-1);
      if (!verdict) return { accepted: 'not judged' };
      const { passed, equity, requirement } = verdict;
      return {
        accepted: passed,
        maxMovable: positivePart(amount(equity + moved - requirement)),
      };
    },
  };
}

function named(
  rows: readonly Input[],
  holdings: readonly Holding[],
  read: (holding: Holding) => Output,
): Outputs {
  const entries = rows.map((row, i) => {
    const holding = holdings[i];
    return [row.text('id'), holding ? read(holding) : null] as const;
  });
  return Object.fromEntries(entries);
}
