import { invariant } from '@ringfence/kernel';
import { allotCapped, floorDiv } from '@ringfence/money';

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

/**
 * The published way to pay claims: shares cut down, what is left over goes to the last in order,
 * who may get more than his claim. Kept beside `paidClaims` to be compared with; the house pays by
 * that one.
 *
 * @param collected  smallest units ≥ 0, at most Σ claims
 * @param claims     each ≥ 0, in processing order; shape [n]
 * @returns payments ≥ 0 that sum to `collected`; shape [n]
 * @throws InvariantViolation when more is collected than claimed
 * @source rules/loss-allocation, loss-socialisation, paidLastTakesRemainder
 */
export function paidToLast(collected: bigint, claims: readonly bigint[]): bigint[] {
  const sum = claims.reduce((total, claim) => total + claim, 0n);
  invariant(collected >= 0n && collected <= sum, 'no more is collected than claimed');
  if (sum === 0n) return claims.map(() => 0n);
  const shares = claims.map((claim) => floorDiv(claim * collected, sum));
  const left = collected - shares.reduce((total, share) => total + share, 0n);
  return shares.map((share, i) => (i === shares.length - 1 ? share + left : share));
}
