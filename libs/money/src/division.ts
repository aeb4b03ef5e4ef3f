import { invariant, unreachable } from '@ringfence/kernel';

/**
 * How a figure between two whole units is settled: `floor` towards −∞, `ceiling` towards +∞,
 * `half-even` to the nearer one and, exactly between, to the even one.
 */
export type Rounding = 'floor' | 'ceiling' | 'half-even';

/**
 * Quotient rounded towards −∞: what the house gives credit for, also below zero.
 *
 * @throws InvariantViolation when the divisor is 0
 */
export function floorDiv(dividend: bigint, divisor: bigint): bigint {
  invariant(divisor !== 0n, 'no division by zero');
  const quotient = dividend / divisor;
  const inexact = quotient * divisor !== dividend;
  return inexact && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/**
 * Quotient rounded towards +∞: what the house requires.
 *
 * @throws InvariantViolation when the divisor is 0
 */
export function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  invariant(divisor !== 0n, 'no division by zero');
  const quotient = dividend / divisor;
  const inexact = quotient * divisor !== dividend;
  return inexact && dividend < 0n === divisor < 0n ? quotient + 1n : quotient;
}

function halfEvenDiv(dividend: bigint, divisor: bigint): bigint {
  const below = floorDiv(dividend, divisor);
  const twiceRest = 2n * (dividend - below * divisor);
  const nearer = divisor < 0n ? divisor - twiceRest : twiceRest - divisor;
  if (nearer === 0n) return below % 2n === 0n ? below : below + 1n;
  return nearer > 0n ? below + 1n : below;
}

/**
 * Exact quotient of two whole figures under a named rounding; there is no second rounding inside.
 *
 * @throws InvariantViolation when the divisor is 0
 */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  switch (rounding) {
    case 'floor':
      return floorDiv(dividend, divisor);
    case 'ceiling':
      return ceilDiv(dividend, divisor);
    case 'half-even':
      return halfEvenDiv(dividend, divisor);
    default:
      return unreachable(rounding);
  }
}
