import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { allot, allotCapped } from './allot.js';

fc.configureGlobal({ seed: 6403, numRuns: 500 });
const part = fc.bigInt({ min: 0n, max: 10n ** 20n });
const small = fc.bigInt({ min: 0n, max: 9n });
const parts = fc.oneof(fc.array(part, { maxLength: 8 }), fc.array(small, { maxLength: 8 }));
const total = fc.oneof(part, small);
const sum = (all: readonly bigint[]): bigint => all.reduce((a, b) => a + b, 0n);

describe('splitting without losing a unit', () => {
  it.each([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [2n, [1n, 1n, 1n], [1n, 1n, 0n]],
    [10n, [0n, 1n, 0n], [0n, 10n, 0n]],
    [7n, [1n, 2n, 3n], [1n, 2n, 4n]],
    [0n, [0n, 0n], [0n, 0n]],
    [0n, [], []],
  ])('splits %s by %s', (of, weights, shares) => expect(allot(of, weights)).toEqual(shares));

  it('gives a rest by fraction before it gives it by order', () =>
    expect(allot(10n, [1n, 2n, 4n])).toEqual([1n, 3n, 6n]));

  it('sums to the total, each share within a unit of its exact part', () =>
    fc.assert(
      fc.property(total, parts, (of, weights) => {
        const all = sum(weights);
        fc.pre(all > 0n || of === 0n);
        const shares = allot(of, weights);
        expect(sum(shares)).toBe(of);
        shares.forEach((share, i) => {
          const weight = weights[i] ?? 0n;
          const off = share * all - of * weight;
          expect(all === 0n || (off < all && off > -all)).toBe(true);
          if (weight === 0n) expect(share).toBe(0n);
        });
      }),
    ));

  it('refuses to split what no one weighs, and negative figures', () => {
    expect(() => allot(1n, [])).toThrow(InvariantViolation);
    expect(() => allot(1n, [0n, 0n])).toThrow(InvariantViolation);
    expect(() => allot(-1n, [1n])).toThrow(InvariantViolation);
    expect(() => allot(1n, [2n, -1n])).toThrow(InvariantViolation);
  });
});

describe('splitting up to caps', () => {
  it('places all the caps at most', () => {
    expect(allotCapped(9n, [1n, 3n])).toEqual([1n, 3n]);
    expect(allotCapped(4n, [1n, 3n])).toEqual([1n, 3n]);
    expect(allotCapped(3n, [1n, 3n])).toEqual([1n, 2n]);
    expect(allotCapped(5n, [])).toEqual([]);
    expect(allotCapped(5n, [0n])).toEqual([0n]);
  });

  it('never exceeds a cap and places what fits', () =>
    fc.assert(
      fc.property(total, parts, (of, caps) => {
        const shares = allotCapped(of, caps);
        shares.forEach((share, i) => expect(share <= (caps[i] ?? 0n)).toBe(true));
        expect(sum(shares)).toBe(of < sum(caps) ? of : sum(caps));
      }),
    ));
});
