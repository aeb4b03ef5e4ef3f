import type { OptionPricing } from '@ringfence/margin';

const TERMS_MAX = 400;
const SERIES_MAX = 2.5;

/** Complementary error function to a relative error near 1e-16, also in the tail. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < SERIES_MAX) {
    // erf by its series with positive terms: no cancellation inside
    let term = x;
    let sum = x;
    for (let n = 1; n < TERMS_MAX && term > sum * Number.EPSILON * 0.1; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    if (x < 0.5) return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  return Math.exp(-x * x) * scaledTail(x);
}

/** e^(x²)·erfc(x) by its continued fraction, from the far end inwards. */
function scaledTail(x: number): number {
  let fraction = 0;
  for (let n = TERMS_MAX; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return 1 / (Math.sqrt(Math.PI) * (x + fraction));
}

const normal = (x: number): number => erfc(-x / Math.SQRT2) / 2;

/**
 * Stands in for the pricing kernel of `libs/margin` until that is merged: the functions of the
 * platform. `topics/index.ts` is the one place that hands a kernel to the rules.
 */
export const STAND_IN: OptionPricing = {
  exp: Math.exp,
  ln: Math.log,
  normal,
  value({ call, forward, strike, deviation, discount }) {
    const sign = call ? 1 : -1;
    const intrinsic = Math.max(sign * (forward - strike), 0);
    if (deviation === 0 || forward === 0 || strike === 0) return discount * intrinsic;
    const d1 = Math.log(forward / strike) / deviation + deviation / 2;
    const d2 = d1 - deviation;
    return discount * sign * (forward * normal(sign * d1) - strike * normal(sign * d2));
  },
};
