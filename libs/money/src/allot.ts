import { invariant } from '@ringfence/kernel';

/**
 * Splits a total by weights without losing a unit: each share is rounded down, then one unit each
 * goes to the largest fractions cut off, ties to the lower index.
 *
 * @param total    smallest units ≥ 0; may exceed the sum of the weights
 * @param weights  each ≥ 0; shape [n]; a weight of 0 gets nothing
 * @returns shares ≥ 0 that sum to `total`; shape [n]
 * @throws InvariantViolation when a figure is negative, or when there is something to split and
 *         no weight above 0
 * @source rules/loss-allocation, paidLargestRemainder; formancehq/ledger allotment
 */
export function allot(total: bigint, weights: readonly bigint[]): bigint[] {
  invariant(total >= 0n, 'only what is there can be split');
  let sum = 0n;
  for (const weight of weights) {
    invariant(weight >= 0n, 'no one weighs less than nothing');
    sum += weight;
  }
  if (total === 0n) return weights.map(() => 0n);
  invariant(sum > 0n, 'someone must weigh something');
  const shares: bigint[] = [];
  const fractions: bigint[] = [];
  let left = total;
  for (const weight of weights) {
    const product = total * weight;
    const whole = product / sum;
    shares.push(whole);
    fractions.push(product - whole * sum);
    left -= whole;
  }
  if (left > 0n) giveLargest(shares, fractions, Number(left));
  return shares;
}

/**
 * Splits a total pro rata to caps, no share above its cap; what exceeds all caps stays unplaced.
 *
 * @param total  smallest units ≥ 0
 * @param caps   each ≥ 0; shape [n]
 * @returns shares with 0 ≤ share ≤ cap that sum to min(total, Σ caps); shape [n]
 * @throws InvariantViolation when a figure is negative
 */
export function allotCapped(total: bigint, caps: readonly bigint[]): bigint[] {
  let sum = 0n;
  for (const cap of caps) sum += cap;
  const shares = allot(total < sum ? total : sum, caps);
  invariant(
    shares.every((share, index) => share <= (caps[index] ?? 0n)),
    'no share above its cap',
  );
  return shares;
}

/**
 * Gives one unit each to the largest fractions, ties to the lower index; in place.
 *
 * @param shares     whole shares; shape [n]
 * @param fractions  what was cut off, all over the same divisor; shape [n]
 * @param units      how many units are left, below the number of fractions above 0
 * @throws InvariantViolation when there are more units than receivers
 */
export function giveLargest(shares: bigint[], fractions: readonly bigint[], units: number): void {
  invariant(units <= shares.length, 'a rounding loses less than a unit per share');
  const order = fractions.map((_, index) => index);
  order.sort((a, b) => {
    const byFraction = (fractions[b] ?? 0n) - (fractions[a] ?? 0n);
    if (byFraction !== 0n) return byFraction > 0n ? 1 : -1;
    return a - b;
  });
  for (let i = 0; i < units; i++) {
    const index = order[i] ?? 0;
    shares[index] = (shares[index] ?? 0n) + 1n;
  }
}
