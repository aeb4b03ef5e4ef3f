import { invariant } from '@ringfence/kernel';

/** Why a text is not an amount; each is also the code of the rejection. */
export type UnitsProblem = 'amount-not-a-decimal' | 'amount-too-precise' | 'amount-too-large';

/** Largest amount that the wire and the log carry, in smallest units. */
export const UNITS_MAX = 10n ** 38n;
/** Most decimal places that an asset may have. */
export const SCALE_MAX = 36;

const AMOUNT_TEXT = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/;
/** Longest text that is looked at: 39 digits, 36 places, sign and point. */
const AMOUNT_TEXT_MAX = 77;

function checkScale(scale: number): void {
  invariant(Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX, 'scale from 0 to 36');
}

/**
 * Reads a decimal text of whole coins as smallest units: `12.5` at scale 2 is 1250.
 *
 * Never rounds: a place beyond the scale is refused unless it is 0.
 *
 * @param text   plain decimals: no exponent, plus, grouping, leading zero or bare point
 * @param scale  decimal places of the asset, 0 to 36
 * @returns signed smallest units with |units| ≤ 10^38, or why there are none
 * @throws InvariantViolation when the scale is out of range
 */
export function parseUnits(text: string, scale: number): bigint | UnitsProblem {
  checkScale(scale);
  if (text.length > AMOUNT_TEXT_MAX) return 'amount-too-large';
  const parts = AMOUNT_TEXT.exec(text);
  if (!parts) return 'amount-not-a-decimal';
  const [, sign, whole = '', places = ''] = parts;
  if (/[^0]/.test(places.slice(scale))) return 'amount-too-precise';
  const units = BigInt(whole + places.slice(0, scale).padEnd(scale, '0'));
  if (units > UNITS_MAX) return 'amount-too-large';
  return sign === '-' ? -units : units;
}

/**
 * Writes smallest units as a decimal text with every place of the asset: 1250 at 2 is `12.50`.
 *
 * @param units  signed smallest units
 * @param scale  decimal places of the asset, 0 to 36
 * @throws InvariantViolation when the scale is out of range
 */
export function formatUnits(units: bigint, scale: number): string {
  checkScale(scale);
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
