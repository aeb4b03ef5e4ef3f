import { invariant } from '@ringfence/kernel';

export const PPM = 1_000_000n;

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const magnitude = (lots: number): bigint => BigInt(lots < 0 ? -lots : lots);
/** What of an amount is a loss: the amount below zero, else nothing. */
export const lossOf = (amount: bigint): bigint => (amount < 0n ? amount : 0n);
export const sum = (amounts: Iterable<bigint>): bigint => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
};

/** amount × ppm / 10^6 of an amount ≥ 0, rounded up. */
export const ppmUp = (amount: bigint, ppm: number): bigint =>
  (amount * BigInt(ppm) + PPM - 1n) / PPM;

/**
 * Splits pro rata: every share rounded down, then single units by largest remainder, ties by place.
 *
 * @param total    ≥ 0
 * @param weights  each ≥ 0, in order of their ids
 */
export function proRata(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sum(weights);
  invariant(total >= 0n && (total === 0n || whole > 0n), 'there is something to split by');
  if (total === 0n) return weights.map(() => 0n);
  const rest = weights.map((weight) => (total * weight) % whole);
  const shares = weights.map((weight) => (total * weight) / whole);
  const places = weights.map((_, place) => place);
  places.sort((a, b) => (rest[a] === rest[b] ? a - b : rest[a] > rest[b] ? -1 : 1));
  const odd = Number(total - sum(shares));
  for (const place of places.slice(0, odd)) shares[place] += 1n;
  return shares;
}

/**
 * Splits a cut over claims, as what is left of each: pro rata of what is left of all. It differs
 * from `proRata(cut, claims)` only in who of equal remainders bears the odd unit.
 */
export function cutAsLeft(cut: bigint, claims: readonly bigint[]): bigint[] {
  const left = proRata(sum(claims) - cut, claims);
  return claims.map((claim, place) => claim - left[place]);
}
