import type { CommandOf, Decide, Event, EventOf, Reaction } from '@ringfence/contracts';
import { accept, present } from '@ringfence/kernel';
import { consequenceOf, evaluate } from './evaluation.js';
import { PIECE } from './queue.js';
import { bucketAt, type Call, type Own, type RiskState } from './state.js';

/** A tick lapses what is due, or moves all deadlines by the outage that it ended. */
export const onTick: Reaction<RiskState, EventOf<'Ticked'>> = (_event, state) =>
  deadlinesWait(state) ? [{ type: 'ReviewDeadlines' }] : [];

/** Whether a deadline is reached, or an outage has yet to move one. */
export const deadlinesWait = ({ own, market }: RiskState): boolean =>
  own.outdated > 0 || (own.deadlines[own.deadlineHead] ?? Infinity) <= market.now;

/**
 * Moves deadlines by an outage first, so that a night without ticks lapses nothing; then lapses
 * calls whose deadline a tick reached. What came in before the tick counts: a due call is evaluated
 * once more.
 *
 * @returns `CallExtended`; or per due call `MarginEvaluated` and `CallMet`, `MaintenanceBreached`
 *          or `CallLapsed`; at most a piece
 * @source DESIGN 4.6, 6.4
 */
export const reviewDeadlines: Decide<CommandOf<'ReviewDeadlines'>, RiskState> = (_command, state) =>
  accept(...(state.own.outdated > 0 ? extensions(state) : lapses(state)));

function extensions({ own, market }: RiskState): Event[] {
  const events: Event[] = [];
  for (const [call, { deadline, outageMs }] of own.calls) {
    if (outageMs === market.outageMs) continue;
    events.push({ type: 'CallExtended', call, deadline: deadline + market.outageMs - outageMs });
    if (events.length === PIECE) break;
  }
  return events;
}

function lapses(state: RiskState): Event[] {
  const { own, market } = state;
  const events: Event[] = [];
  let judged = 0;
  for (let i = own.deadlineHead; i < own.deadlines.length && judged < PIECE; i++) {
    const deadline = own.deadlines[i] ?? Infinity;
    if (deadline > market.now) break;
    const call = own.deadlineCalls[i] ?? 0;
    const open = own.calls.get(call);
    if (open?.deadline !== deadline) continue;
    judged++;
    const bucket = bucketAt(state.book, open.slot);
    const evaluated = evaluate(state, bucket);
    const { account, bucket: id, frame } = evaluated;
    const lapsed: Event = { type: 'CallLapsed', call, account, bucket: id, frame };
    events.push(evaluated, consequenceOf(state, bucket, evaluated, 0) ?? lapsed);
  }
  return events;
}

export function openCall(state: RiskState, slot: number, event: EventOf<'MarginCalled'>): void {
  const { own, market } = state;
  own.lastCall = event.call;
  own.calls.set(event.call, { slot, deadline: event.deadline, outageMs: market.outageMs });
  enter(own, event.deadline, event.call);
}
export function closeCall({ own, market }: RiskState, call: number): void {
  const { outageMs } = present(own.calls.get(call), 'an open call');
  if (outageMs !== market.outageMs) own.outdated--;
  own.calls.delete(call);
  forgetVoid(own);
}
export function extendCall({ own, market }: RiskState, event: EventOf<'CallExtended'>): Call {
  const call = present(own.calls.get(event.call), 'an open call');
  call.deadline = event.deadline;
  call.outageMs = market.outageMs;
  own.outdated--;
  enter(own, event.deadline, event.call);
  forgetVoid(own);
  return call;
}

/** Deadlines mostly come in order, so a place is found from the end. */
function enter(own: Own, deadline: number, call: number): void {
  let place = own.deadlines.length;
  while (place > own.deadlineHead && (own.deadlines[place - 1] ?? 0) > deadline) place--;
  if (place === own.deadlines.length) {
    own.deadlines.push(deadline);
    own.deadlineCalls.push(call);
    return;
  }
  own.deadlines.splice(place, 0, deadline);
  own.deadlineCalls.splice(place, 0, call);
}

/** Passes over deadlines that no open call has any more. */
function forgetVoid(own: Own): void {
  const { deadlines, deadlineCalls } = own;
  while (own.deadlineHead < deadlines.length) {
    const call = own.calls.get(deadlineCalls[own.deadlineHead] ?? 0);
    if (call && call.deadline === deadlines[own.deadlineHead]) break;
    own.deadlineHead++;
  }
  if (own.deadlineHead * 2 < deadlines.length) return;
  own.deadlines = deadlines.slice(own.deadlineHead);
  own.deadlineCalls = deadlineCalls.slice(own.deadlineHead);
  own.deadlineHead = 0;
}
