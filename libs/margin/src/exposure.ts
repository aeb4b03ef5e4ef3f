import { invariant } from '@ringfence/kernel';

const absolute = (lots: number): number => (lots < 0 ? -lots : lots);

/**
 * What a position is worth in the settlement asset, whichever way it points.
 *
 * @param lots   signed lots, long > 0; safe integer
 * @param price  ticks ≥ 0; safe integer
 * @param unit   smallest units of the settlement asset per lot and tick, > 0
 * @returns smallest units ≥ 0, exact
 */
export const notional = (lots: number, price: number, unit: bigint): bigint =>
  BigInt(absolute(lots)) * BigInt(price) * unit;

/**
 * Signed value of a position: what the gain over a move is the difference of.
 *
 * @param lots   signed lots, long > 0; safe integer
 * @param price  ticks ≥ 0, or a signed difference of ticks; safe integer
 * @param unit   smallest units of the settlement asset per lot and tick, > 0
 * @returns signed smallest units, exact
 */
export const valueAt = (lots: number, price: number, unit: bigint): bigint =>
  BigInt(lots) * BigInt(price) * unit;

/**
 * The position that margins worst while legs are pending: a pending leg is neither a position nor a
 * hedge, so all buys or all sells may come, or none.
 *
 * @param applied       signed lots of the position as applied
 * @param pendingBuys   lots ≥ 0 of all pending buys
 * @param pendingSells  lots ≥ 0 of all pending sells
 * @returns signed lots; of equal sizes the applied one first, then the one with all buys
 * @throws InvariantViolation when a pending figure is negative
 * @source DESIGN 6.2
 */
export function worstExposure(applied: number, pendingBuys: number, pendingSells: number): number {
  invariant(pendingBuys >= 0 && pendingSells >= 0, 'pending legs are counted, not netted');
  let worst = applied;
  if (absolute(applied + pendingBuys) > absolute(worst)) worst = applied + pendingBuys;
  if (absolute(applied - pendingSells) > absolute(worst)) worst = applied - pendingSells;
  return worst;
}
