/**
 * exp and ln from + − × ÷ alone.
 *
 * IEEE 754 fixes the result of these four operations and of the square root to the last bit; it
 * does not fix exp, ln or pow, which differ between engines and releases. A recorded figure must
 * come out the same when an auditor recomputes it on another machine in ten years, so nothing in
 * this folder calls `Math` but for `Math.sqrt` (`arithmetic.spec.ts` refuses it).
 *
 * @source W. J. Cody and W. Waite, Software Manual for the Elementary Functions (1980): reduction
 *         by ln 2 in two parts, series of the arc tangens hyperbolicus for the logarithm
 */

const INVERSE_LN2 = 1.4426950408889634;
/** Upper 33 bits of ln 2: its product with a whole number below 2^20 is exact. */
const LN2_HIGH = 0.6931471803691238;
/** The rest of ln 2, so that high + low has 80 bits. */
const LN2_LOW = 1.9082149292705877e-10;
/** Adding and subtracting 1.5 × 2^52 rounds to the nearest whole number, halves to even. */
const ROUNDER = 6755399441055744;
const SQRT2 = 1.4142135623730951;
const SQRT_HALF = 0.7071067811865476;

/** Above this exp is beyond the largest double, below the other beyond half the smallest. */
const EXP_MAX = 709.782712893384;
const EXP_MIN = -745.1332191019412;
/** Least exponent of a normal double; 2^-1022 to 2^1023 are tabulated, each by exact doubling. */
const LEAST_POWER = -1022;
const POWERS_OF_TWO = ((): Float64Array => {
  const powers = new Float64Array(2046);
  let power = 1;
  for (let exponent = 0; exponent <= 1023; exponent++, power *= 2) {
    powers[exponent - LEAST_POWER] = power;
  }
  power = 1;
  for (let exponent = 0; exponent >= LEAST_POWER; exponent--, power /= 2) {
    powers[exponent - LEAST_POWER] = power;
  }
  return powers;
})();

/** 2^exponent for a whole exponent from −1022 to 1023. */
const powerOfTwo = (exponent: number): number => POWERS_OF_TWO[exponent - LEAST_POWER];

/** (e^r − 1 − r) / r² for |r| ≤ 0.35: Taylor to r^14 / 14!, even and odd powers apart for speed. */
function exponentialRest(r: number): number {
  const q = r * r;
  const even =
    1 / 2 + q * (1 / 24 + q * (1 / 720 + q * (1 / 40320 + q * (1 / 3628800 + q / 479001600))));
  const odd =
    1 / 6 + q * (1 / 120 + q * (1 / 5040 + q * (1 / 362880 + q * (1 / 39916800 + q / 6227020800))));
  return even + r * odd;
}

/**
 * e^x within 1 unit in the last place; beyond the doubles Infinity or 0.
 *
 * @param x  any double; NaN gives NaN
 */
export function exponential(x: number): number {
  if (x > EXP_MAX) return Infinity;
  if (x < EXP_MIN) return 0;
  const power = x * INVERSE_LN2 + ROUNDER - ROUNDER;
  const r = x - power * LN2_HIGH - power * LN2_LOW;
  const mantissa = 1 + (r + r * r * exponentialRest(r));
  if (power > 1023) return mantissa * powerOfTwo(1023) * 2;
  if (power < LEAST_POWER + 1) return mantissa * powerOfTwo(power + 64) * powerOfTwo(-64);
  return mantissa * powerOfTwo(power);
}

/**
 * e^x − 1 with full relative precision near 0, where the subtraction would lose it.
 *
 * @param x  any double; NaN gives NaN
 */
export function exponentialMinusOne(x: number): number {
  if (x > -0.35 && x < 0.35) return x + x * x * exponentialRest(x);
  return exponential(x) - 1;
}

/** artanh(z) · 2 for |z| ≤ 0.1716: series to z^19 / 19, the rest is below 1e-17 of it. */
function twiceArtanh(z: number): number {
  const q = z * z;
  const p = q * q;
  const even = 1 / 3 + p * (1 / 7 + p * (1 / 11 + p * (1 / 15 + p / 19)));
  const odd = 1 / 5 + p * (1 / 9 + p * (1 / 13 + p / 17));
  return 2 * (z + z * q * (even + q * odd));
}

/**
 * ln(numerator / denominator), exact to 2 units in the last place even where the ratio is next to
 * 1: the difference of the two is then exact, the logarithm of their rounded quotient is not.
 *
 * @param numerator    > 0, from 1e-100 to 1e100
 * @param denominator  > 0, from 1e-100 to 1e100
 */
export function logRatio(numerator: number, denominator: number): number {
  let ratio = numerator / denominator;
  if (ratio >= SQRT_HALF && ratio <= SQRT2) {
    return twiceArtanh((numerator - denominator) / (numerator + denominator));
  }
  let exponent = 0;
  for (let step = 512; step >= 1; step /= 2) {
    if (ratio > SQRT2 && ratio * powerOfTwo(-step) >= SQRT_HALF) {
      ratio *= powerOfTwo(-step);
      exponent += step;
    } else if (ratio < SQRT_HALF && ratio * powerOfTwo(step) <= SQRT2) {
      ratio *= powerOfTwo(step);
      exponent -= step;
    }
  }
  const scaled = denominator * powerOfTwo(exponent);
  const small = twiceArtanh((numerator - scaled) / (numerator + scaled));
  return exponent * LN2_HIGH + (exponent * LN2_LOW + small);
}

/** ln(x) for x from 1e-100 to 1e100. */
export const logarithm = (x: number): number => logRatio(x, 1);
