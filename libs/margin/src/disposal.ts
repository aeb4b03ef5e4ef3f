import { invariant } from '@ringfence/kernel';
import { DECIMAL_ZERO, ceilTo, decimalOf, floorTo, type DecimalFigure } from '@ringfence/money';

/** How the house sells off a position that it took over. */
export interface DisposalPlan {
  /** whole units still held, ≥ 0 */
  readonly remaining: bigint;
  /** part of what is held that one slice sells, ≥ 0 */
  readonly fraction: DecimalFigure;
  /** so little is sold at once */
  readonly fullDisposalSize: bigint;
  /** part of the book that one slice may take; no bound without it */
  readonly book: { readonly volume: DecimalFigure; readonly maxFraction: DecimalFigure } | null;
}

/**
 * Next slice of an inventory: a part of what is held, rounded up, the last crumb at once, and never
 * more than the book bears, not even the last slice.
 *
 * @returns whole units, 0 to `remaining`; 0: nothing can be sold now
 * @throws InvariantViolation when a figure is negative
 * @source rules/partial-liquidation, liquidation-disposal
 */
export function disposalSlice({
  remaining,
  fraction,
  fullDisposalSize,
  book,
}: DisposalPlan): bigint {
  invariant(remaining >= 0n && fraction.gte(DECIMAL_ZERO), 'an inventory and a part of it');
  const part = BigInt(ceilTo(decimalOf(remaining).times(fraction), 0).toFixed());
  let slice = remaining <= fullDisposalSize || part > remaining ? remaining : part;
  if (book) {
    const most = BigInt(floorTo(book.volume.times(book.maxFraction), 0).toFixed());
    if (most < slice) slice = most;
  }
  return slice < 0n ? 0n : slice;
}

/**
 * All slices of an inventory under an unchanged book, one per time step.
 *
 * @returns slices > 0; they sum to what is held unless the book takes nothing
 */
export function disposalSlices(plan: DisposalPlan): bigint[] {
  const slices: bigint[] = [];
  let { remaining } = plan;
  while (remaining > 0n) {
    const slice = disposalSlice({ ...plan, remaining });
    if (slice === 0n) break;
    slices.push(slice);
    remaining -= slice;
  }
  return slices;
}
