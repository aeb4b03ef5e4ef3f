import { millsRatio } from './normal.js';

/** Below this half deviation the difference of two Mills ratios is summed as a series. */
const SERIES_HALF_DEVIATION = 0.05;
/** Beyond this many deviations 1 − h·M(h) has lost too many digits. */
const FAR_DEVIATIONS = 8;
const FRACTION_LEVELS = 28;

/**
 * M(h) and its negative derivative 1 − h·M(h), for h far out, by the continued fraction
 * r(n) = n / (h + r(n+1)), evaluated from its tail: all terms positive, nothing cancels.
 *
 * @returns r(1) = (1 − h·M(h)) / M(h); M(h) is 1 / (h + r(1))
 * @source W. Gautschi, Computational aspects of three-term recurrence relations (1967)
 */
function fraction(h: number): number {
  let r = 0.5 * (Math.sqrt(h * h + 4 * FRACTION_LEVELS) - h);
  for (let n = FRACTION_LEVELS; n >= 1; n--) r = n / (h + r);
  return r;
}

/**
 * M(h − t) − M(h + t) for t < 0.05, without the cancellation of the two.
 *
 * With J(n) = ∫ u^n e^(−hu − u²/2) du over u ≥ 0 (J(0) is the Mills ratio) the difference is
 * 2 Σ t^(2k+1) J(2k+1) / (2k+1)!, and J(n+1) = n J(n−1) − h J(n).
 */
function narrowDifference(h: number, t: number): number {
  let j0: number;
  let j1: number;
  if (h > FAR_DEVIATIONS) {
    const r = fraction(h);
    j0 = 1 / (h + r);
    j1 = r * j0;
  } else {
    j0 = millsRatio(h);
    j1 = 1 - h * j0;
  }
  const j2 = j0 - h * j1;
  const j3 = 2 * j1 - h * j2;
  const j4 = 3 * j2 - h * j3;
  const j5 = 4 * j3 - h * j4;
  const j6 = 5 * j4 - h * j5;
  const j7 = 6 * j5 - h * j6;
  const j8 = 7 * j6 - h * j7;
  const j9 = 8 * j7 - h * j8;
  const q = t * t;
  const rest = j3 / 6 + q * (j5 / 120 + q * (j7 / 5040 + (q * j9) / 362880));
  return 2 * t * (j1 + q * rest);
}

/**
 * Undiscounted value of the out-of-the-money option, call or put alike.
 *
 * Subtracting K·N from F·N loses every digit of a value that is small beside its forward (an
 * option of some minutes); here the exponential that both have in common is outside, the
 * difference of Mills ratios inside, by a series where they are close.
 *
 * @param lower   the smaller of forward and strike, > 0
 * @param h       |ln(F/K)| / s, deviations between forward and strike, ≥ 0
 * @param t       s / 2, half the total deviation σ√T, > 0
 * @param weight  F·n(d1) = K·n(d2) = √(FK)·e^(−(h² + t²)/2)/√(2π), ≥ 0
 * @returns 0 to `lower`, same unit; relative error about (4 + h²) × 1e-16, at most 4e-13
 * @source identity and regions after P. Jäckel, Let's be rational (2015), own approximations
 */
export function outOfTheMoneyValue(lower: number, h: number, t: number, weight: number): number {
  if (t < SERIES_HALF_DEVIATION) return weight === 0 ? 0 : weight * narrowDifference(h, t);
  if (t <= h) return weight === 0 ? 0 : weight * (millsRatio(h - t) - millsRatio(h + t));
  return lower - outOfTheMoneyGap(h, t, weight);
}

/**
 * What an out-of-the-money value lacks to its upper bound `lower`, for t ≥ h, without
 * cancellation: how implied volatility looks at options near their bound.
 *
 * @returns 0 to `lower`
 */
export function outOfTheMoneyGap(h: number, t: number, weight: number): number {
  return weight === 0 ? 0 : weight * (millsRatio(t - h) + millsRatio(h + t));
}
