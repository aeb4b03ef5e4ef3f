import { invariant } from '@ringfence/kernel';
import { erfc, logarithm } from '@ringfence/margin';

/** Of chi-square with one degree of freedom at 5 percent: a larger ratio rejects. */
export const CRITICAL = 3.841458820694124;

/** What the test says of one count of exceedances. */
export interface Kupiec {
  /** −2 ln of the likelihood of the target over that of what was seen, ≥ 0 */
  readonly ratio: number;
  /** how often chance alone gives such a ratio or a larger one, 0 to 1 */
  readonly pValue: number;
  /**
   * `met`: the count agrees with the target; `low`: margin covered too little, `high`: it covered
   * more than the target asks for
   */
  readonly verdict: 'met' | 'low' | 'high';
}

/**
 * Proportion-of-failures test: whether so many exceedances agree with a target of coverage.
 *
 * It counts only; whether exceedances come in clusters it does not see.
 *
 * @param seen         exceedances of observations, whole; 0 ≤ exceedances ≤ observations > 0
 * @param probability  of an exceedance that the target allows: 0.01 for 99 %; 0 < p < 1
 * @throws InvariantViolation when a count or the probability is out of range
 * @source Kupiec, Techniques for Verifying the Accuracy of Risk Measurement Models (1995)
 */
export function kupiec(
  seen: { readonly observations: number; readonly exceedances: number },
  probability: number,
): Kupiec {
  const { observations, exceedances } = seen;
  invariant(Number.isSafeInteger(observations) && observations > 0, 'something was observed');
  const counted = Number.isSafeInteger(exceedances) && exceedances >= 0;
  invariant(counted && exceedances <= observations, 'exceedances are observations');
  invariant(probability > 0 && probability < 1, 'a probability between 0 and 1');
  const kept = observations - exceedances;
  const share = exceedances / observations;
  const likelihood = (p: number): number =>
    times(exceedances, logarithm(p)) + times(kept, logarithm(1 - p));
  // equal likelihoods may differ by their rounding: the ratio is not negative
  const best = share === 0 || share === 1 ? 0 : likelihood(share);
  const ratio = Math.max(0, 2 * (best - likelihood(probability)));
  const rejected = ratio > CRITICAL;
  return {
    ratio,
    pValue: chiSquareTail(ratio),
    verdict: !rejected ? 'met' : share > probability ? 'low' : 'high',
  };
}

/**
 * Probability that the square of a standard normal variable exceeds a value.
 *
 * @param value  ≥ 0
 */
export const chiSquareTail = (value: number): number => erfc(Math.sqrt(value / 2));

/** Nothing happened no times: 0, whatever its logarithm. */
const times = (count: number, log: number): number => (count === 0 ? 0 : count * log);
