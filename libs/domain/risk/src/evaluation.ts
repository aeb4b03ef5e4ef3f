import type { CommandOf, Decide, Event, EventOf } from '@ringfence/contracts';
import { accept, bucketKind, Print } from '@ringfence/kernel';
import { liquidationPrice, worstExposure } from '@ringfence/margin';
import { pricingOf, settlementOf } from './collateral.js';
import { initialView, required } from './figures.js';
import { collateralOf, pendingOf } from './inputs.js';
import { isByRules } from './holdings.js';
import { evaluateByRules } from './portfolio.js';
import { isProvisional, piece } from './queue.js';
import { bucketAt, slotAt, type Bucket, type Instrument, type RiskState } from './state.js';

export type ByRates = EventOf<'MarginEvaluated'>;
export type Evaluated = ByRates | EventOf<'PortfolioEvaluated'>;
type Lines = ByRates['lines'][number][];
type Consequence = EventOf<'MarginCalled' | 'CallMet' | 'MaintenanceBreached' | 'BucketCured'>;

/**
 * Evaluates the buckets that wait, at most a piece, in the order of account and bucket.
 *
 * @returns `CoverageObserved` of frames that have none yet; per bucket `MarginEvaluated` or
 *          `PortfolioEvaluated` and what follows from it, unless it is provisional
 * @source DESIGN 6.4
 */
export const reviewBuckets: Decide<CommandOf<'ReviewBuckets'>, RiskState> = (_command, state) => {
  const events: Event[] = [];
  for (const { frame, observations, exceedances } of state.work.coverage) {
    events.push({ type: 'CoverageObserved', frame, observations, exceedances });
  }
  let call = state.own.lastCall;
  for (const key of piece(state)) {
    const bucket = bucketAt(state.book, slotAt(state.book, key));
    const evaluated = evaluate(state, bucket);
    events.push(evaluated);
    if (isProvisional(bucket)) continue;
    const consequence = consequenceOf(state, bucket, evaluated, call + 1);
    if (!consequence) continue;
    if (consequence.type === 'MarginCalled') call = consequence.call;
    events.push(consequence);
  }
  return accept(...events);
};

/**
 * What an evaluation changes for its bucket.
 *
 * A bucket in close-out is cured when it meets initial and owes nothing; any other is breached
 * below maintenance, which ends an open call; called once below the call level or with a debt; and
 * its call is met like a close-out is cured.
 */
export function consequenceOf(
  { market }: RiskState,
  { standing }: Bucket,
  evaluated: Evaluated,
  nextCall: number,
): Consequence | null {
  const { account, bucket, equity, debt, initial, maintenance, level, frame } = evaluated;
  const whole = equity >= initial && debt === 0n;
  if (standing.closing) return whole ? { type: 'BucketCured', account, bucket, frame } : null;
  if (level === 'breached') {
    return { type: 'MaintenanceBreached', account, bucket, equity, maintenance, frame };
  }
  if (standing.call > 0) {
    return whole ? { type: 'CallMet', call: standing.call, account, bucket, frame } : null;
  }
  if (level === 'healthy') return null;
  const missing = initial - equity;
  const amount = missing > debt ? missing : debt;
  const deadline = market.now + market.callWindowMs;
  return { type: 'MarginCalled', call: nextCall, account, bucket, amount, deadline, frame };
}

/**
 * The figures of a bucket at the newest marks: by portfolio parameters where they margin it, else
 * by the rates of frames.
 */
export function evaluate(state: RiskState, bucket: Bucket): Evaluated {
  const isPortfolio = bucketKind(bucket.id) === 'portfolio';
  return isByRules(state.market, isPortfolio, bucket.lines)
    ? evaluateByRules(state, bucket)
    : evaluateByRates(state, bucket);
}

/**
 * The figures of a bucket at the newest marks. Unsettled gains count here, for maintenance; `free`
 * is the initial view.
 *
 * A round that is open changes nothing here: what it will settle is gain or loss before, cash,
 * claim or debt after.
 */
function evaluateByRates(state: RiskState, bucket: Bucket): ByRates {
  const { market, book } = state;
  const print = new Print().int(bucket.account).int(bucket.id);
  const lines: Lines = [];
  const sums = { pnl: 0n, delta: 0n, maintenance: 0n, call: 0n, initial: 0n, release: 0n };
  for (const line of bucket.lines) {
    const instrument = market.instruments[line.instrument];
    if (!instrument) continue;
    const exposure = BigInt(line.lots) * instrument.lotValue;
    const pnl = exposure - line.cost;
    const worst = worstExposure(line.lots, line.buys, line.sells);
    const maintenance = required(worst, instrument, instrument.maintenancePpm);
    const initial = required(worst, instrument, instrument.initialPpm);
    sums.pnl += pnl;
    sums.delta += exposure;
    sums.maintenance += maintenance;
    sums.initial += initial;
    sums.call += required(worst, instrument, instrument.callPpm);
    sums.release += required(worst, instrument, instrument.releasePpm);
    const { lots } = line;
    const { mark } = instrument;
    lines.push({ instrument: line.instrument, lots, worst, mark, initial, maintenance, pnl });
    printLine(print, line, instrument);
  }
  const collateral = collateralOf(state, bucket, print);
  const pending = pendingOf(state, bucket, print);
  const { due, claim, debt } = bucket;
  print.big(due).big(claim).big(debt).int(market.frame);
  const equity = collateral.total + due + claim - debt + sums.pnl + pending;
  const { maintenance, call, initial, release } = sums;
  return {
    type: 'MarginEvaluated',
    account: bucket.account,
    bucket: bucket.id,
    level: equity < maintenance ? 'breached' : equity < call || debt > 0n ? 'called' : 'healthy',
    lines,
    collateral: collateral.total,
    debt,
    equity,
    free: initialView(state, bucket, null).free,
    maintenance,
    call,
    initial,
    release,
    delta: sums.delta + collateral.priced,
    liquidationPrice: priceOfLiquidation(state, bucket, equity),
    accountsSeq: book.seq,
    frame: market.frame,
    inputs: print.value(),
  };
}

function printLine(print: Print, line: Bucket['lines'][number], instrument: Instrument): void {
  const { lots, cost, settlingLots, settlingCost, buys, sells } = line;
  print.int(line.instrument).int(lots).big(cost).int(settlingLots).big(settlingCost);
  print.int(buys).int(sells).int(instrument.mark).int(instrument.maintenancePpm);
  print.int(instrument.callPpm).int(instrument.initialPpm).int(instrument.releasePpm);
}

/** Of the one position of a bucket whose other collateral does not move with it; else null. */
function priceOfLiquidation(
  { market }: RiskState,
  bucket: Bucket,
  equityAtMark: bigint,
): number | null {
  const [line, second] = bucket.lines;
  if (!line || second || line.lots === 0) return null;
  const instrument = market.instruments[line.instrument];
  if (!instrument) return null;
  const settlement = settlementOf(market, bucket);
  for (const balance of bucket.balances) {
    if (balance.asset === settlement || balance.amount === 0n) continue;
    if (pricingOf(market, balance, settlement)?.instrument === instrument) return null;
  }
  const { mark, unit, maintenancePpm } = instrument;
  const { lots } = line;
  const otherMaintenance = 0n;
  return liquidationPrice({ lots, equityAtMark, mark, unit, maintenancePpm, otherMaintenance });
}
