import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimal,
  floorTo,
  greater,
  lesser,
  type DecimalFigure,
} from '@ringfence/money';

/** Part of a liability's weight that size comes on top of; the published constant. */
const LIABILITY_PART = decimal('0.8');
/** What an asset's weight would be at size 0 if nothing else capped it; the published constant. */
const ASSET_NUMERATOR = decimal('1.1');
const WEIGHT_PLACES = 4;

/**
 * Weight that grows worse with the square root of size: a large position is harder to close.
 *
 * @param kind    a liability's weight rises above its own, an asset's falls below it
 * @param weight  of a small one: a liability's from 1 up, an asset's up to 1
 * @param imf     how fast size counts, per root of a base unit, ≥ 0
 * @param size    base units ≥ 0
 * @returns weight, cut down to four places as published
 * @throws InvariantViolation when size or imf is negative
 * @source rules/margin, concentration-imf
 */
export function sizeWeight(holding: {
  readonly kind: 'asset' | 'liability';
  readonly weight: DecimalFigure;
  readonly imf: DecimalFigure;
  readonly size: DecimalFigure;
}): DecimalFigure {
  const { kind, weight, imf, size } = holding;
  invariant(
    size.gte(DECIMAL_ZERO) && imf.gte(DECIMAL_ZERO),
    'size and its factor are not negative',
  );
  const premium = imf.times(size.sqrt());
  const sized =
    kind === 'liability'
      ? greater(weight, LIABILITY_PART.times(weight).plus(premium))
      : lesser(weight, ASSET_NUMERATOR.div(DECIMAL_ONE.plus(premium)));
  return floorTo(sized, WEIGHT_PLACES);
}
