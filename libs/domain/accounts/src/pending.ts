import { invariant, present } from '@ringfence/kernel';
import type { AccountsState, Pending } from './state.js';

/**
 * The number of the next reservation; `ahead` for the second and further ones of the same decision.
 */
export const nextReservation = (state: AccountsState, ahead = 0): number =>
  state.lastReservation + 1 + ahead;

/** Remembers what waits. Only `evolve` may call it. */
export function remember(state: AccountsState, pending: Pending): void {
  invariant(pending.reservation === state.lastReservation + 1, 'reservations count by one');
  state.lastReservation = pending.reservation;
  state.pending.set(pending.reservation, pending);
}

/** Forgets what concluded, and takes its digest out of the sum. Only `evolve` may call it. */
export function forget(state: AccountsState, reservation: number): void {
  const pending = present(state.pending.get(reservation), 'reservation');
  unprint(state, pending);
  state.pending.delete(reservation);
}
/** A pending thing is about to change: its digest counts no more until it is taken again. */
export function unprint(state: AccountsState, pending: Pending): void {
  if (pending.print === 0n) return;
  state.digest.sum = BigInt.asUintN(64, state.digest.sum - pending.print);
  pending.print = 0n;
}

/** The pending thing of one kind, or undefined when it concluded already. */
export function pendingOf<Kind extends Pending['kind']>(
  state: AccountsState,
  kind: Kind,
  reservation: number,
): Extract<Pending, { kind: Kind }> | undefined {
  const pending = state.pending.get(reservation);
  if (pending?.kind !== kind) return undefined;
  return pending as Extract<Pending, { kind: Kind }>;
}
/** @throws InvariantViolation when nothing of that kind waits under the number */
export const ownPending = <Kind extends Pending['kind']>(
  state: AccountsState,
  kind: Kind,
  reservation: number,
): Extract<Pending, { kind: Kind }> => present(pendingOf(state, kind, reservation), kind);
