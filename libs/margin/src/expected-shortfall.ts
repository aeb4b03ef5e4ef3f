import { invariant } from '@ringfence/kernel';

/** Real functions of the pricing kernel that the rules here are stated in; doubles. */
export interface RealFunctions {
  /** e^x */
  readonly exp: (x: number) => number;
  /** natural logarithm of x > 0 */
  readonly ln: (x: number) => number;
  /** standard normal distribution function, relative error near 1e-16 also in the lower tail */
  readonly normal: (x: number) => number;
}

/** No quantile of a double lies further out: N(−39) is below the least double above 0. */
const QUANTILE_MAX = 39;

/**
 * Quantile of the standard normal distribution, by bisection down to neighbouring doubles: as
 * accurate in the tail as the distribution function it is given.
 *
 * @param probability  0 < p ≤ 0.5: the lower half; the upper one is its mirror
 * @returns x ≤ 0 with N(x) = p
 * @throws InvariantViolation when p is outside that range
 */
export function lowerNormalQuantile(probability: number, { normal }: RealFunctions): number {
  invariant(probability > 0 && probability <= 0.5, 'a probability of the lower half');
  let low = -QUANTILE_MAX;
  let high = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (normal(middle) < probability) low = middle;
    else high = middle;
  }
}

/** What a unit of notional may lose, as fractions: long ≤ 1, short without bound. */
export interface RiskFactors {
  readonly long: number;
  readonly short: number;
}

/**
 * Risk factors of a price that moves lognormally: the expected loss of the worst `lambda` of
 * outcomes, for a long and for a short.
 *
 * @param lambda    probability of the tail, 0 < lambda ≤ 0.5
 * @param tauYears  horizon, > 0
 * @param mu        drift per year
 * @param sigma     volatility per year, ≥ 0
 * @returns fractions of the price
 * @throws InvariantViolation when an input is out of range
 * @source rules/margin, lognormal-es-risk-factors
 */
export function expectedShortfallFactors(
  model: {
    readonly lambda: number;
    readonly tauYears: number;
    readonly mu: number;
    readonly sigma: number;
  },
  functions: RealFunctions,
): RiskFactors {
  const { lambda, tauYears, mu, sigma } = model;
  invariant(Number.isFinite(tauYears) && tauYears >= 0, 'a horizon ≥ 0');
  invariant(Number.isFinite(sigma) && sigma >= 0, 'a volatility ≥ 0');
  invariant(Number.isFinite(mu), 'a finite drift');
  const { exp, normal } = functions;
  const deviation = sigma * Math.sqrt(tauYears);
  const quantile = lowerNormalQuantile(lambda, functions);
  const growth = exp(mu * tauYears);
  return {
    long: 1 - (growth * normal(quantile - deviation)) / lambda,
    short: (growth * normal(quantile + deviation)) / lambda - 1,
  };
}
