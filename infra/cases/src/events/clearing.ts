import type { CommandOf, EventOf } from '@ringfence/contracts';
import { accountId, cross, partitionOf, type AccountId, type DomainId } from '@ringfence/kernel';
import { bearClosedLegs } from '@ringfence/margin';
import { decimalOf, placesOf, tenTo, wholeUnits, type DecimalFigure } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import { factsOf, type Folded } from './lane-run.js';
import {
  INSTRUMENT,
  newLiquidation,
  listInstrument,
  openDomain,
  SETTLEMENT_PLACES,
  type Liquidation,
} from './reference-facts.js';
import type { Played } from './run-events.js';

type Report = CommandOf<'RoundReport'>;
type LaneDecision = CommandOf<'RoundDecision'>;

/** First index of an ordinary account in a partition. */
const FIRST = 3;
const EMPTY = {
  collected: 0n,
  claims: 0n,
  debts: 0n,
  deficits: 0n,
  insurance: 0n,
  failed: [],
  failing: [],
  candidates: [],
};
const amount = (units: bigint): DecimalFigure => decimalOf(units).div(tenTo(SETTLEMENT_PLACES));

/** Runs the first round of a domain from its order to its decision. */
function clearRound(
  run: Liquidation,
  domain: DomainId,
  reports: readonly Partial<Report>[],
  price = 1,
): void {
  const funding = { instrument: INSTRUMENT, ratePpb: 0 };
  const listed = run.state.reference.instruments.get(INSTRUMENT)?.domain === domain;
  run.order({ type: 'ScheduleRound', domain, funding: listed ? [funding] : [] });
  run.see('reference', {
    type: 'RoundOpened',
    domain,
    round: 1,
    frame: 1,
    cause: 'schedule',
    marks: listed ? [{ instrument: INSTRUMENT, price, fundingPerLot: 0 }] : [],
    collateral: [],
  });
  reports.forEach((report, partition) => {
    const message: Report = { type: 'RoundReport', domain, round: 1, ...EMPTY, ...report };
    run.order(message, { from: { service: 'accounts', partition } });
  });
  run.drain();
}

/** What the fold of the decision tells the accounts lanes, by partition. */
function decisionsOf({ sent }: Folded, domain: DomainId): LaneDecision[] {
  const decisions: LaneDecision[] = [];
  for (const { to, message } of sent) {
    if (message.type === 'RoundDecision' && message.domain === domain) {
      decisions[to.partition] = message;
    }
  }
  return decisions;
}

/** Claims one per lane; what was not collected is still owed, so that the round sums to zero. */
function claimReports(gains: readonly bigint[], collected: bigint): Partial<Report>[] {
  const owed = gains.reduce((sum, gain) => sum + gain, 0n);
  return gains.map((claims, partition) =>
    partition === 0 ? { claims, collected, debts: owed - collected } : { claims },
  );
}

/** Claims of lanes against what was collected: `paidLargestRemainder` is what the lanes pay. */
export function claimsThroughEvents(input: Input): Played {
  const gains = input.wholes('gains');
  const run = newLiquidation(gains.length);
  const domain = gains.length as DomainId; // cleared by lane 0
  openDomain(run, domain);
  clearRound(run, domain, claimReports(gains, input.whole('collected')));
  return {
    run,
    read: (folded) => ({
      paidLargestRemainder: decisionsOf(folded, domain).map(({ claimsPaid }) => claimsPaid),
    }),
  };
}

/**
 * Two or more markets side by side on one lane, each a domain. A round sums to zero, so what a case
 * collects beyond the gains cannot come into one: it is not fed.
 */
export function marketsThroughEvents(input: Input): Played {
  const markets = input.part('markets');
  const names = markets.names();
  const lanes = Math.max(...names.map((name) => markets.part(name).list('gains').length));
  const run = newLiquidation(lanes);
  const domainOf = (name: string): DomainId => (lanes * (names.indexOf(name) + 1)) as DomainId;
  for (const name of names) {
    const market = markets.part(name);
    const gains = market.wholes('gains');
    const owed = gains.reduce((sum, gain) => sum + gain, 0n);
    const collected = market.whole('collected');
    const reports = claimReports(gains, collected < owed ? collected : owed);
    openDomain(run, domainOf(name));
    clearRound(run, domainOf(name), [...reports, ...Array(lanes - gains.length).fill({})]);
  }
  const paidOf = (folded: Folded, name: string): bigint[] =>
    decisionsOf(folded, domainOf(name))
      .slice(0, markets.part(name).list('gains').length)
      .map(({ claimsPaid }) => claimsPaid);
  return {
    run,
    read: (folded) => ({
      paid: Object.fromEntries(names.map((name) => [name, paidOf(folded, name)])),
    }),
  };
}

/** A failing position offered to holders: the lots of the closes are the water-filling. */
export function waterThroughEvents(input: Input): Played | null {
  const rows = input.rows('accounts');
  const quantity = input.figure('quantity');
  const sizes = [quantity, ...rows.map((row) => row.figure('quantity'))];
  if (sizes.some((size) => placesOf(size) > 0)) return null;
  const run = newLiquidation(1);
  const domain = 1 as DomainId;
  const terms = { price: 1, initialPpm: 100_000, closeOutFeePpm: 0, unit: 1n };
  listInstrument(run, domain, terms);
  // ties go by id, so accounts are numbered in the order of ids
  const ids = rows.map((row) => row.text('id')).sort();
  const accountOf = (row: Input): AccountId => accountId(0, FIRST + ids.indexOf(row.text('id')));
  const bucket = cross(domain);
  const account = accountId(0, FIRST + ids.length);
  const instrument = INSTRUMENT;
  const failing = [{ account, bucket, instrument, lots: Number(quantity.toFixed()) }];
  const candidates = rows.map((row) => ({
    account: accountOf(row),
    bucket,
    instrument,
    lots: -Number(row.figure('quantity').toFixed()),
    equity: row.units('equity', SETTLEMENT_PLACES),
    claim: 0n,
  }));
  clearRound(run, domain, [{ failing, candidates }]);
  const lotsOf = (folded: Folded, against: AccountId): number =>
    decisionsOf(folded, domain)
      .flatMap(({ closes }) => closes)
      .filter((close) => close.against === against)
      .reduce((sum, { lots }) => sum + lots, 0);
  return {
    run,
    read: (folded) => ({ wholeLots: rows.map((row) => lotsOf(folded, accountOf(row))) }),
  };
}

/**
 * Losses of a bucket per domain, less its own collateral: each reaches the insurance of its domain
 * only, and what is left is borne by that domain's claims.
 */
export function originThroughEvents(input: Input): Played {
  const funds = input.part('insurance');
  const legs = input
    .rows('closed')
    .map((leg) => ({ domain: leg.text('domain'), pnl: leg.figure('pnl') }));
  const names = [...new Set([...funds.names(), ...legs.map(({ domain }) => domain)])];
  const { uncovered: lost } = bearClosedLegs(input.figure('collateral'), new Map(), legs);
  const run = newLiquidation(1);
  const domainOf = (name: string): DomainId => (names.indexOf(name) + 1) as DomainId;
  for (const name of names) {
    const domain = domainOf(name);
    const loss = lost.get(name);
    const deficit = loss ? wholeUnits(loss, SETTLEMENT_PLACES) : 0n;
    const insurance = funds.has(name) ? funds.units(name, SETTLEMENT_PLACES) : 0n;
    const failed = [{ account: accountId(0, FIRST), bucket: cross(domain), deficit }];
    openDomain(run, domain);
    // whoever gained what this bucket lost claims it
    const totals = { claims: deficit, deficits: deficit, insurance };
    clearRound(run, domain, [{ ...totals, failed: deficit > 0n ? failed : [] }]);
  }
  const borne = (folded: Folded, name: string, layers: readonly string[]): DecimalFigure => {
    const losses = factsOf(folded, 'LossAllocated').filter(
      (loss: EventOf<'LossAllocated'>) =>
        loss.domain === domainOf(name) &&
        layers.includes(loss.layer) &&
        partitionOf(loss.origin) === 0,
    );
    return amount(losses.reduce((sum, loss) => sum + loss.amount, 0n));
  };
  const byDomain = (folded: Folded, layers: readonly string[]): Outputs =>
    Object.fromEntries(names.map((name) => [name, borne(folded, name, layers)]));
  return {
    run,
    read: (folded) => ({
      insuranceUsed: byDomain(folded, ['insurance']),
      uncovered: byDomain(folded, ['adl', 'haircut']),
    }),
  };
}
