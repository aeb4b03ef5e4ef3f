import { invariant } from '@ringfence/kernel';
import { allotCapped } from '@ringfence/money';

/**
 * What each claim is paid when not all can be: pro rata, rounded down, then one unit each by
 * largest fraction, ties by order. Only money collected in the claims' own domain is given here; a
 * surplus never pays another domain.
 *
 * @param collected  smallest units ≥ 0 from losers and insurance
 * @param claims     each ≥ 0, in bucket-id order; shape [n]
 * @returns payments with 0 ≤ paid ≤ claim that sum to min(collected, Σ claims); shape [n]
 * @throws InvariantViolation when a figure is negative
 * @source rules/loss-allocation, loss-socialisation, paidLargestRemainder
 */
export const paidClaims = (collected: bigint, claims: readonly bigint[]): bigint[] =>
  allotCapped(collected, claims);

/**
 * How much of each claim is cut to bear a loss: what the claim is not paid when everything but the
 * cut is paid out. The rule anyone can recompute.
 *
 * @param cut     smallest units, 0 to Σ claims
 * @param claims  each ≥ 0, in bucket-id order; shape [n]
 * @returns cuts with 0 ≤ cut ≤ claim that sum to `cut` exactly; shape [n]
 * @throws InvariantViolation when the cut exceeds all claims: deficits never exceed claims
 * @source DESIGN 6.6; rules/loss-allocation, loss-socialisation, paidLargestRemainder
 */
export function haircutClaims(cut: bigint, claims: readonly bigint[]): bigint[] {
  let sum = 0n;
  for (const claim of claims) sum += claim;
  invariant(cut >= 0n && cut <= sum, 'a cut is at most all claims');
  const paid = paidClaims(sum - cut, claims);
  return claims.map((claim, index) => claim - (paid[index] ?? 0n));
}
