import type { EventOf } from '@ringfence/contracts';
import { invariant, Print, type AccountId, type BucketId } from '@ringfence/kernel';
import { closeCall, extendCall, openCall } from './calls.js';
import { pricingOf, settlementOf } from './collateral.js';
import type { Evaluated } from './evaluation.js';
import { pricesBehind } from './holdings.js';
import { arm } from './intervals.js';
import { answered } from './queue.js';
import { bucketAt, instrumentAt, slotOf, watchersOf, type Level, type RiskState } from './state.js';

/**
 * The fold of risk's own judgements. It may read the views for what is derived (triggers, queue):
 * the runner folds an own event with the views exactly as they stood when it was decided, live and
 * in replay.
 */

/** Takes the recorded level; then waits for the prices that can change it, or for every frame. */
export function foldEvaluated(state: RiskState, event: EventOf<'MarginEvaluated'>): void {
  const slot = known(state, event.account, event.bucket);
  const { standing } = bucketAt(state.book, slot);
  standing.evaluation++;
  standing.level = event.level;
  standing.reserve = 0n;
  standing.requirement = null;
  const closes = settle(state, slot, event);
  if (!closes && standing.watched) arm(state, slot, event);
  reprint(state, slot);
}

/**
 * Takes the recorded level and requirement of a bucket that portfolio parameters margin; then waits
 * for any price behind it to move. What was kept is kept further.
 */
export function foldPortfolio(state: RiskState, event: EventOf<'PortfolioEvaluated'>): void {
  const slot = known(state, event.account, event.bucket);
  const { standing } = bucketAt(state.book, slot);
  standing.evaluation++;
  standing.level = event.level;
  standing.reserve = 0n;
  if (!event.isKept || !standing.requirement) {
    const { requirements, maintenance, call, initial, release } = event;
    standing.requirement = { requirements, maintenance, call, initial, release };
  }
  settle(state, slot, event);
  watch(state, slot);
  reprint(state, slot);
}

/** What an evaluation leaves to do. @returns whether every frame looks at the bucket again */
function settle(
  state: RiskState,
  slot: number,
  { level, debt, lines }: Pick<Evaluated, 'level' | 'debt' | 'lines'>,
): boolean {
  const bucket = bucketAt(state.book, slot);
  const { standing } = bucket;
  const restless = standing.closing || level === 'breached' || debt > 0n;
  standing.watched = lines.length > 0 || restless || standing.call > 0 || level === 'called';
  answered(state, slot, bucket);
  if (restless) state.work.restless.add(slot);
  else state.work.restless.delete(slot);
  return restless;
}

/** Puts a bucket where the next frame finds it: by every price that it depends on. */
function watch({ book, market, work }: RiskState, slot: number): void {
  const bucket = bucketAt(book, slot);
  const settlement = settlementOf(market, bucket);
  for (const line of bucket.lines) {
    const instrument = instrumentAt(market, line.instrument);
    if (!instrument) continue;
    for (const { id } of pricesBehind(market, instrument)) watchersOf(work, id).add(slot);
  }
  for (const balance of bucket.balances) {
    const pricing = pricingOf(market, balance, settlement);
    if (pricing) watchersOf(work, pricing.instrument.id).add(slot);
  }
}

export function foldCalled(state: RiskState, event: EventOf<'MarginCalled'>): void {
  const slot = known(state, event.account, event.bucket);
  bucketAt(state.book, slot).standing.call = event.call;
  openCall(state, slot, event);
  reprint(state, slot);
}
export function foldMet(state: RiskState, event: EventOf<'CallMet'>): void {
  endCall(state, known(state, event.account, event.bucket), false);
}
export function foldLapsed(state: RiskState, event: EventOf<'CallLapsed'>): void {
  endCall(state, known(state, event.account, event.bucket), true);
}
/** A breach does not wait for the deadline of a call: it ends it. */
export function foldBreached(state: RiskState, event: EventOf<'MaintenanceBreached'>): void {
  endCall(state, known(state, event.account, event.bucket), true);
}
/** Looked at once more with the next frame, which then knows what to wait for. */
export function foldCured(state: RiskState, event: EventOf<'BucketCured'>): void {
  const slot = known(state, event.account, event.bucket);
  bucketAt(state.book, slot).standing.closing = false;
  reprint(state, slot);
}
export function foldExtended(state: RiskState, event: EventOf<'CallExtended'>): void {
  reprint(state, extendCall(state, event).slot);
}
export function foldCoverage({ work }: RiskState, event: EventOf<'CoverageObserved'>): void {
  work.coverage = work.coverage.filter(({ frame }) => frame !== event.frame);
}

function endCall(state: RiskState, slot: number, closing: boolean): void {
  const { standing } = bucketAt(state.book, slot);
  if (standing.call > 0) closeCall(state, standing.call);
  standing.call = 0;
  if (closing) {
    standing.closing = true;
    state.work.restless.add(slot);
  }
  reprint(state, slot);
}

function known(state: RiskState, account: AccountId, bucket: BucketId): number {
  const slot = slotOf(state.book, account, bucket);
  invariant(slot >= 0, 'a bucket that was judged is known');
  return slot;
}

const LEVEL_NUMBERS: Readonly<Record<Level, number>> = { healthy: 1, called: 2, breached: 3 };

/** Keeps the digest of own state: the sum of the prints of all standings. */
function reprint({ book, own }: RiskState, slot: number): void {
  const { account, id, standing } = bucketAt(book, slot);
  const { evaluation, level, call, closing, requirement } = standing;
  const print = new Print().int(account).int(id).int(evaluation).int(LEVEL_NUMBERS[level]);
  print.int(closing ? 1 : 0).int(call);
  if (call > 0) print.int(own.calls.get(call)?.deadline ?? 0);
  if (requirement) print.big(requirement.maintenance).big(requirement.initial);
  const value = print.value();
  own.digest = BigInt.asUintN(64, own.digest - standing.print + value);
  standing.print = value;
}
