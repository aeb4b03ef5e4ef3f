import type { CommandOf, Decide, EventOf, Reaction } from '@ringfence/contracts';
import { accept, present } from '@ringfence/kernel';
import { countLeg, needsGate, undoReservation } from './book.js';
import { beforeSlices, initialView, type InitialView } from './figures.js';
import { touch } from './queue.js';
import { judgeSwitch, type SwitchReason } from './switches.js';
import { bucketAt, type Bucket, type PendingLeg, type RiskState } from './state.js';

/** Why a reservation was refused. Those that pass say nothing, or that they only reduce. */
export type GateReason =
  | ''
  | 'reduces'
  | 'no-price'
  | 'stale-frame'
  | 'in-close-out'
  | 'bucket-in-debt'
  | 'no-portfolio-parameters'
  | 'insufficient-margin';

interface Verdict {
  readonly passed: boolean;
  readonly reason: GateReason | SwitchReason;
  readonly view: InitialView;
}

/** Legs that add risk and every move out of a margin bucket are judged before they go on. */
export const judgeLegs: Reaction<RiskState, EventOf<'LegReserved'>> = (event) =>
  needsGate(event) ? [{ type: 'JudgeGate', reservation: event.reservation }] : [];
export const judgeMoves: Reaction<RiskState, EventOf<'MoveReserved'>> = (event) => [
  { type: 'JudgeGate', reservation: event.reservation },
];

/**
 * Judges a reservation: whether the bucket would still meet its initial requirement, pending legs
 * at their worst.
 *
 * @returns `GateJudged`, its `equity` being what is free in the initial view; nothing when the
 *          reservation is gone or judged
 * @source DESIGN 6.2
 */
export const judgeGate: Decide<CommandOf<'JudgeGate'>, RiskState> = ({ reservation }, state) => {
  const waiting = state.book.switches.get(reservation);
  if (waiting) {
    if (waiting.judged) return accept();
    const { account, target: id } = waiting;
    return accept(judged(state, { account, id }, reservation, judgeSwitch(state, waiting)));
  }
  const slot = state.book.reservations.get(reservation);
  if (slot === undefined) return accept();
  const bucket = bucketAt(state.book, slot);
  const verdict = judge(state, bucket, reservation);
  return verdict ? accept(judged(state, bucket, reservation, verdict)) : accept();
};

function judged(
  { market }: RiskState,
  bucket: Pick<Bucket, 'account' | 'id'>,
  reservation: number,
  { view, passed, reason }: Verdict,
): EventOf<'GateJudged'> {
  return {
    type: 'GateJudged',
    reservation,
    account: bucket.account,
    bucket: bucket.id,
    passed,
    reason,
    equity: view.free,
    requirement: view.initial,
    frame: market.frame,
  };
}

function judge(state: RiskState, bucket: Bucket, reservation: number): Verdict | null {
  const leg = bucket.legs.find((other) => other.reservation === reservation);
  if (leg) return leg.counts ? null : judgeLeg(state, bucket, leg);
  const move = bucket.moves.find((other) => other.reservation === reservation);
  return !move || move.judged ? null : judgeMove(state, bucket);
}

/**
 * Collateral leaves only what meets its initial requirement without it; it stopped counting when
 * it was reserved.
 */
function judgeMove(state: RiskState, bucket: Bucket): Verdict {
  const view = initialView(state, bucket, null);
  const refuse = (reason: GateReason): Verdict => ({ passed: false, reason, view });
  if (!view.priced) return refuse('no-price');
  if (!view.ruled) return refuse('no-portfolio-parameters');
  if (bucket.debt > 0n) return refuse('bucket-in-debt');
  if (bucket.standing.closing) return refuse('in-close-out');
  const asked = bucket.lines.length > 0;
  if (asked && state.market.now > view.validUntil) return refuse('stale-frame');
  if (view.free < view.initial) return refuse('insufficient-margin');
  return { passed: true, reason: '', view };
}

/**
 * A slice must pass twice: as the bucket stands, and as if all slices that it took over since the
 * last even tick were pending still. The second does not depend on which of them were applied when
 * the verdict was asked for, and where it passes the first does too, unless prices moved between.
 */
function judgeLeg(state: RiskState, bucket: Bucket, leg: PendingLeg): Verdict {
  const now = judgeLegIn(state, bucket, leg);
  if (!leg.isSlice || !now.passed || bucket.slices.length === 0) return now;
  const { passed, reason } = judgeLegIn(state, beforeSlices(state, bucket), leg);
  return passed ? now : { ...now, passed, reason };
}

function judgeLegIn(state: RiskState, bucket: Bucket, leg: PendingLeg): Verdict {
  const view = initialView(state, bucket, { leg, cost: null });
  const refuse = (reason: GateReason): Verdict => ({ passed: false, reason, view });
  if (!view.priced) return refuse('no-price');
  if (!view.ruled) return refuse('no-portfolio-parameters');
  const stale = state.market.now > view.validUntil;
  const { closing } = bucket.standing;
  const covered = view.free >= view.initial;
  if (covered && !stale && !closing) return { passed: true, reason: '', view };
  if (relieves(state, bucket, leg)) return { passed: true, reason: 'reduces', view };
  if (stale) return refuse('stale-frame');
  return refuse(closing ? 'in-close-out' : 'insufficient-margin');
}

/**
 * Whether a leg only reduces, all pending legs of its side counted, and leaves no larger shortfall
 * than there was without it, its fee included.
 */
function relieves(state: RiskState, bucket: Bucket, leg: PendingLeg): boolean {
  const line = bucket.lines.find((other) => other.instrument === leg.instrument);
  if (!line || line.lots === 0 || line.lots > 0 === leg.lots > 0) return false;
  const closed = leg.lots > 0 ? line.buys + leg.lots : line.sells - leg.lots;
  if (closed > Math.abs(line.lots)) return false;
  const { unit } = present(state.market.instruments[leg.instrument], 'a priced instrument');
  const cost = BigInt(leg.lots) * BigInt(leg.price) * unit;
  const after = initialView(state, bucket, { leg, cost });
  const before = initialView(state, bucket, null);
  const shortfallBefore = before.initial - before.free - leg.fee;
  return after.initial - after.free <= (shortfallBefore > 0n ? shortfallBefore : 0n);
}

/**
 * A verdict makes a leg pending, or undoes its reservation.
 *
 * A healthy bucket that covers its initial requirement needs no evaluation to prove that it is
 * healthy: the verdict is the record. Only its interval is out of date, so the next frame looks at
 * it again.
 */
export function foldGate(state: RiskState, event: EventOf<'GateJudged'>): void {
  const waiting = state.book.switches.get(event.reservation);
  if (waiting) {
    waiting.judged = true;
    return;
  }
  const slot = present(state.book.reservations.get(event.reservation), 'the judged reservation');
  const bucket = bucketAt(state.book, slot);
  if (!event.passed) {
    undoReservation(state, slot, event.reservation);
    return;
  }
  const leg = bucket.legs.find((other) => other.reservation === event.reservation);
  if (leg) countLeg(bucket, leg);
  for (const move of bucket.moves) if (move.reservation === event.reservation) move.judged = true;
  const { call, closing } = bucket.standing;
  const provenHealthy = event.reason === '' && call === 0 && !closing && bucket.debt === 0n;
  if (provenHealthy) state.work.restless.add(slot);
  else touch(state, slot);
}
