import { Big } from 'big.js';
import { invariant, unreachable } from '@ringfence/kernel';
import type { Rounding } from './division.js';
import { PPM, type Ppm } from './ppm.js';

/**
 * Own constructor of decimals: strict, so that a double can never become a rate unseen, and with
 * enough places that a quotient of two rates is exact to far below one part per million.
 */
export const Decimal = Big();
Decimal.strict = true;
Decimal.DP = 40;

/** Why a text is not a rate; each is also the code of the rejection. */
export type RateProblem = 'rate-not-a-decimal' | 'rate-too-precise' | 'rate-too-large';

const RATE_TEXT = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** Longest text that is looked at: no rate needs more, and big.js has no limit of its own. */
const RATE_TEXT_MAX = 40;
const PPM_MAX = new Decimal(String(Number.MAX_SAFE_INTEGER));

/**
 * Reads a fraction in plain decimals as parts per million: `0.05` is 50_000.
 *
 * @param text      no exponent, no sign but a leading minus, no leading zeros
 * @param rounding  for texts finer than 0.000001; without it they are refused
 * @returns the rate, or why it is none
 */
export function parseRate(text: string, rounding?: Rounding): Ppm | RateProblem {
  if (text.length > RATE_TEXT_MAX || !RATE_TEXT.test(text)) return 'rate-not-a-decimal';
  const parts = new Decimal(text).times(String(PPM));
  if (parts.abs().gt(PPM_MAX)) return 'rate-too-large';
  const whole = wholePart(parts, rounding ?? 'floor');
  if (rounding === undefined && !parts.eq(String(whole))) return 'rate-too-precise';
  return whole;
}

/** Whole parts per million of a decimal under a named rounding. */
function wholePart(parts: Big, rounding: Rounding): number {
  const towardsZero = parts.round(0, Big.roundDown);
  const awayFromZero = parts.round(0, Big.roundUp);
  const negative = parts.lt('0');
  switch (rounding) {
    case 'floor':
      return Number((negative ? awayFromZero : towardsZero).toFixed(0));
    case 'ceiling':
      return Number((negative ? towardsZero : awayFromZero).toFixed(0));
    case 'half-even':
      return Number(parts.round(0, Big.roundHalfEven).toFixed(0));
    default:
      return unreachable(rounding);
  }
}

/**
 * The rate as a fraction in plain decimals, without trailing zeros: 50_000 is `0.05`.
 *
 * @throws InvariantViolation when `ppm` is not a safe integer
 */
export function formatRate(ppm: Ppm): string {
  invariant(Number.isSafeInteger(ppm), 'a rate is a whole number of parts per million');
  return new Decimal(String(ppm)).div(String(PPM)).toFixed();
}
