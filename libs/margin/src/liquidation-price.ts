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
  const lots = BigInt(position.lots);
  const size = lots < 0n ? -lots : lots;
  const perTick = unit * (lots * PPM_BIG - size * ppmBig(maintenancePpm));
  if (perTick === 0n) return null;
  const needed = (otherMaintenance - equityAtMark + lots * unit * BigInt(mark)) * PPM_BIG;
  const ticks = perTick > 0n ? ceilDiv(needed, perTick) : floorDiv(needed, perTick);
  if (ticks > TICKS_MAX) return null;
  return ticks < 0n ? 0 : Number(ticks);
}
