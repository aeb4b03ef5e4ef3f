import { invariant } from '@ringfence/kernel';
import { ceilDiv, divide, floorDiv, type Rounding } from './division.js';

/** A rate in whole parts per million: 0.05 is 50_000. Safe integer; may exceed a million. */
export type Ppm = number;

/** The whole, in parts per million. */
export const PPM = 1_000_000;
const PPM_BIG = 1_000_000n;

/** @throws InvariantViolation unless the rate is a whole, safe number of parts per million */
export function ppmBig(ppm: Ppm): bigint {
  invariant(Number.isSafeInteger(ppm), 'a rate is a whole number of parts per million');
  return BigInt(ppm);
}

/**
 * The part of an amount that a rate asks for, rounded towards +∞: requirements, fees, haircuts.
 *
 * @param amount  smallest units, signed
 * @throws InvariantViolation when `ppm` is not a safe integer
 * @source DESIGN 6.4: requirements round up, credits down
 */
export const shareUp = (amount: bigint, ppm: Ppm): bigint => ceilDiv(amount * ppmBig(ppm), PPM_BIG);

/**
 * The part of an amount that a rate grants, rounded towards −∞: credits, collateral values.
 *
 * @param amount  smallest units, signed
 * @throws InvariantViolation when `ppm` is not a safe integer
 * @source DESIGN 6.4: requirements round up, credits down
 */
export const shareDown = (amount: bigint, ppm: Ppm): bigint =>
  floorDiv(amount * ppmBig(ppm), PPM_BIG);

/** The part of an amount under a rounding that the caller names; see `shareUp`, `shareDown`. */
export const share = (amount: bigint, ppm: Ppm, rounding: Rounding): bigint =>
  divide(amount * ppmBig(ppm), PPM_BIG, rounding);
