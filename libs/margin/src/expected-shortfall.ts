import { invariant } from '@ringfence/kernel';
import { exponential, normalDistribution } from './pricing/index.js';

/** No quantile of a double lies further out: N(−39) is below the least double above 0. */
const QUANTILE_MAX = 39;

/**
 * Quantile of the standard normal distribution, by bisection down to neighbouring doubles: as
 * accurate in the tail as the distribution function itself.
 *
 * @param probability  0 < p ≤ 0.5: the lower half; the upper one is its mirror
 * @returns x ≤ 0 with N(x) = p
 * @throws InvariantViolation when p is outside that range
 */
export function lowerNormalQuantile(probability: number): number {
  invariant(probability > 0 && probability <= 0.5, 'a probability of the lower half');
  let low = -QUANTILE_MAX;
  let high = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (normalDistribution(middle) < probability) low = middle;
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
export function expectedShortfallFactors(model: {
  readonly lambda: number;
  readonly tauYears: number;
  readonly mu: number;
  readonly sigma: number;
}): RiskFactors {
  const { lambda, tauYears, mu, sigma } = model;
  invariant(Number.isFinite(tauYears) && tauYears >= 0, 'a horizon ≥ 0');
  invariant(Number.isFinite(sigma) && sigma >= 0, 'a volatility ≥ 0');
  invariant(Number.isFinite(mu), 'a finite drift');
  const deviation = sigma * Math.sqrt(tauYears);
  const quantile = lowerNormalQuantile(lambda);
  const growth = exponential(mu * tauYears);
  return {
    long: 1 - (growth * normalDistribution(quantile - deviation)) / lambda,
    short: (growth * normalDistribution(quantile + deviation)) / lambda - 1,
  };
}
