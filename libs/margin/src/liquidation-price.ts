import {
  ceilDiv,
  decimalOf,
  floorDiv,
  placesOf,
  ppmBig,
  tenTo,
  wholeUnits,
  type DecimalFigure,
  type Ppm,
} from '@ringfence/money';

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
  const found = maintenanceMet({
    lots: BigInt(position.lots),
    equityAtMark,
    mark: BigInt(mark),
    unit,
    rate: ppmBig(maintenancePpm),
    wholeRate: PPM_BIG,
    otherMaintenance,
  });
  if (found === null) return null;
  const { needed, perTick } = found;
  const ticks = perTick > 0n ? ceilDiv(needed, perTick) : floorDiv(needed, perTick);
  if (ticks > TICKS_MAX) return null;
  return ticks < 0n ? 0 : Number(ticks);
}

/** Exact price at which equity is maintenance, as needed / perTick; `perTick` is not 0. */
interface MaintenanceMet {
  readonly needed: bigint;
  /** > 0 for what is safe above the price, < 0 for what is safe below */
  readonly perTick: bigint;
}

/** Solves equity + lots × (P − mark) = |lots| × P × rate + other for P; null where P drops out. */
function maintenanceMet(position: {
  readonly lots: bigint;
  readonly equityAtMark: bigint;
  readonly mark: bigint;
  readonly unit: bigint;
  /** in parts of `wholeRate` */
  readonly rate: bigint;
  readonly wholeRate: bigint;
  readonly otherMaintenance: bigint;
}): MaintenanceMet | null {
  const { lots, equityAtMark, mark, unit, rate, wholeRate, otherMaintenance } = position;
  const size = lots < 0n ? -lots : lots;
  const perTick = unit * (lots * wholeRate - size * rate);
  if (perTick === 0n) return null;
  return { needed: (otherMaintenance - equityAtMark + lots * unit * mark) * wholeRate, perTick };
}

/**
 * The price at which a position falls to maintenance, exact and in quote units: what
 * `liquidationPrice` rounds to a tick.
 *
 * @param position          base units, signed
 * @param equityAtMark      quote, gain or loss to `mark` included
 * @param rate              maintenance as a fraction of notional, slippage included
 * @param otherMaintenance  quote that is required besides; a tier's deduction makes it negative
 * @returns 40 places, also below 0, where no price that can be is one; `null` when no price decides
 * @source rules/liquidation-price, all four families
 */
export function exactLiquidationPrice(bucket: {
  readonly position: DecimalFigure;
  readonly equityAtMark: DecimalFigure;
  readonly mark: DecimalFigure;
  readonly rate: DecimalFigure;
  readonly otherMaintenance: DecimalFigure;
}): DecimalFigure | null {
  const { position, equityAtMark, mark, rate, otherMaintenance } = bucket;
  const places = Math.max(
    ...[position, equityAtMark, mark, rate, otherMaintenance].map((each) => placesOf(each)),
  );
  const found = maintenanceMet({
    lots: wholeUnits(position, places),
    mark: wholeUnits(mark, places),
    unit: 1n,
    // a size times a price has the places of both
    equityAtMark: wholeUnits(equityAtMark, 2 * places),
    otherMaintenance: wholeUnits(otherMaintenance, 2 * places),
    rate: wholeUnits(rate, places),
    wholeRate: 10n ** BigInt(places),
  });
  if (found === null) return null;
  return decimalOf(found.needed).div(decimalOf(found.perTick).times(tenTo(places)));
}
