import { ceilDiv, floorDiv, ppmBig, type Ppm } from '@ringfence/money';

const PPM_BIG = 1_000_000n;
const TICKS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** A linear position at its mark, and what else its bucket must hold. */
export interface LinearPosition {
  /** signed lots, long > 0 */
  readonly lots: number;
  /** signed smallest units of the settlement asset, gain or loss to the mark included */
  readonly equityAtMark: bigint;
  /** ticks */
  readonly mark: number;
  /** smallest units of the settlement asset per lot and tick, > 0 */
  readonly unit: bigint;
}

/**
 * The last tick, coming from the safe side, at which the bucket still meets maintenance; one tick
 * further it does not. Exact: the rounding of the requirement cannot move it.
 *
 * @param maintenancePpm    rate of notional, slippage included when it is charged
 * @param otherMaintenance  smallest units ≥ 0 that the rest of the bucket and add-ons require
 * @returns ticks ≥ 0: for a long rounded up, for a short down, both towards safety; 0 when it would
 *          lie below, which for a short means that it fails at every price; `null` when no price
 *          decides (no position, a long margined at its whole notional) or only one above 2^53
 * @throws InvariantViolation when the rate is not a safe integer
 * @source rules/liquidation-price, liquidation-price-linear and other-maintenance-counts
 */
export function liquidationPrice(
  position: LinearPosition & {
    readonly maintenancePpm: Ppm;
    readonly otherMaintenance: bigint;
  },
): number | null {
  const { equityAtMark, mark, unit, maintenancePpm, otherMaintenance } = position;
  const exact = exactLiquidationPrice({
    lots: BigInt(position.lots),
    equityAtMark,
    mark: BigInt(mark),
    unit,
    rate: ppmBig(maintenancePpm),
    wholeRate: PPM_BIG,
    otherMaintenance,
  });
  if (exact === null) return null;
  const { needed, perTick } = exact;
  const ticks = perTick > 0n ? ceilDiv(needed, perTick) : floorDiv(needed, perTick);
  if (ticks > TICKS_MAX) return null;
  return ticks < 0n ? 0 : Number(ticks);
}

/** Exact price at which equity is maintenance, in ticks: needed / perTick; `perTick` is not 0. */
export interface ExactPrice {
  readonly needed: bigint;
  /** > 0 for what is safe above the price, < 0 for what is safe below */
  readonly perTick: bigint;
}

/**
 * The price at which a position falls to maintenance, as an exact fraction: solves equity +
 * lots × (P − mark) × unit = |lots| × P × unit × rate + other for P. `liquidationPrice` rounds it
 * to a tick.
 *
 * @param lots              signed, in whatever whole steps the other figures fit
 * @param rate              maintenance of notional in parts of `wholeRate`, slippage included
 * @param otherMaintenance  required besides; a tier's deduction makes it negative
 * @returns also a price below 0, where no price that can be is one; `null` when no price decides
 * @source rules/liquidation-price, all four families
 */
export function exactLiquidationPrice(position: {
  readonly lots: bigint;
  readonly equityAtMark: bigint;
  readonly mark: bigint;
  readonly unit: bigint;
  readonly rate: bigint;
  readonly wholeRate: bigint;
  readonly otherMaintenance: bigint;
}): ExactPrice | null {
  const { lots, equityAtMark, mark, unit, rate, wholeRate, otherMaintenance } = position;
  const size = lots < 0n ? -lots : lots;
  const perTick = unit * (lots * wholeRate - size * rate);
  if (perTick === 0n) return null;
  return { needed: (otherMaintenance - equityAtMark + lots * unit * mark) * wholeRate, perTick };
}
