import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { ceilDiv, divide, floorDiv } from './division.js';

fc.configureGlobal({ seed: 6401, numRuns: 500 });
const big = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const divisor = big.filter((value) => value !== 0n);

describe('dividing whole figures', () => {
  it.each([
    [7n, 2n, 3n, 4n, 4n],
    [-7n, 2n, -4n, -3n, -4n],
    [7n, -2n, -4n, -3n, -4n],
    [-7n, -2n, 3n, 4n, 4n],
    [5n, 2n, 2n, 3n, 2n],
    [-5n, 2n, -3n, -2n, -2n],
    [5n, -2n, -3n, -2n, -2n],
    [1n, 3n, 0n, 1n, 0n],
    [2n, 3n, 0n, 1n, 1n],
    [-1n, 3n, -1n, 0n, 0n],
    [-2n, -3n, 0n, 1n, 1n],
    [6n, -3n, -2n, -2n, -2n],
    [0n, -3n, 0n, 0n, 0n],
  ])('rounds %s over %s by name', (dividend, by, floor, ceiling, halfEven) => {
    expect(divide(dividend, by, 'floor')).toBe(floor);
    expect(divide(dividend, by, 'ceiling')).toBe(ceiling);
    expect(divide(dividend, by, 'half-even')).toBe(halfEven);
  });

  it('brackets the exact quotient within one unit, for any signs', () =>
    fc.assert(
      fc.property(big, divisor, (dividend, by) => {
        const sign = by < 0n ? -1n : 1n;
        const floor = floorDiv(dividend, by);
        const ceiling = ceilDiv(dividend, by);
        expect(floor * by * sign <= dividend * sign).toBe(true);
        expect((floor + 1n) * by * sign > dividend * sign).toBe(true);
        expect(ceiling - floor).toBe(floor * by === dividend ? 0n : 1n);
      }),
    ));

  it('goes to the nearer unit, half to the even one', () =>
    fc.assert(
      fc.property(big, divisor, (dividend, by) => {
        const size = by < 0n ? -by : by;
        const nearest = divide(dividend, by, 'half-even');
        const off = 2n * (dividend - nearest * by);
        const distance = off < 0n ? -off : off;
        expect(distance <= size).toBe(true);
        if (distance === size) expect(nearest % 2n).toBe(0n);
      }),
    ));

  it('refuses to divide by nothing', () => {
    expect(() => floorDiv(1n, 0n)).toThrow(InvariantViolation);
    expect(() => ceilDiv(1n, 0n)).toThrow(InvariantViolation);
    expect(() => divide(1n, 0n, 'half-even')).toThrow(InvariantViolation);
  });
});
