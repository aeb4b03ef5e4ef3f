import { invariant } from '@ringfence/kernel';
import { PPM, floorDiv, type Ppm } from '@ringfence/money';

/** What an asset counts for in another: exact fraction of value per smallest unit and tick. */
export interface CollateralScale {
  /** smallest units of the settlement asset … */
  readonly valueNumerator: bigint;
  /** … per this many smallest units of the collateral, at a price of one tick */
  readonly valueDenominator: bigint;
}

function checkHaircut(haircutPpm: Ppm): void {
  invariant(haircutPpm >= 0 && haircutPpm <= PPM, 'a haircut takes at most everything');
}

/**
 * What collateral counts for: value at the price less haircut, rounded down once, at the end.
 *
 * @param amount      smallest units of the collateral, ≥ 0; a debt is no collateral
 * @param price       ticks ≥ 0
 * @param haircutPpm  0 to 1_000_000
 * @returns smallest units of the settlement asset, rounded down
 * @throws InvariantViolation when a figure is out of range
 * @source DESIGN 6.4: credits round down
 */
export function collateralValue(
  collateral: CollateralScale & {
    readonly amount: bigint;
    readonly price: number;
    readonly haircutPpm: Ppm;
  },
): bigint {
  const { amount, price, valueNumerator, valueDenominator, haircutPpm } = collateral;
  invariant(amount >= 0n && price >= 0, 'collateral is not owed');
  invariant(valueNumerator > 0n && valueDenominator > 0n, 'a scale above 0');
  checkHaircut(haircutPpm);
  const kept = BigInt(PPM - haircutPpm);
  const dividend = amount * BigInt(price) * valueNumerator * kept;
  return floorDiv(dividend, valueDenominator * BigInt(PPM));
}

/**
 * Weight of an asset above its cap: all deposits together count for no more than the cap.
 *
 * @param weightPpm  1 − haircut
 * @param cap        value in the settlement asset up to which the weight is granted in full, ≥ 0
 * @param value      value of all deposits of that asset before haircut, ≥ 0
 * @returns parts per million, rounded down
 * @throws InvariantViolation when a figure is out of range
 * @source rules/margin, collateral-cap-scaling
 */
export function cappedWeight(collateral: {
  readonly weightPpm: Ppm;
  readonly cap: bigint;
  readonly value: bigint;
}): Ppm {
  const { weightPpm, cap, value } = collateral;
  checkHaircut(weightPpm);
  invariant(cap >= 0n && value >= 0n, 'cap and value are not negative');
  return value <= cap ? weightPpm : Number(floorDiv(BigInt(weightPpm) * cap, value));
}
