import { invariant } from '@ringfence/kernel';
import { exponential } from '../pricing/index.js';

const DAYS_PER_YEAR = 365;

/**
 * A future in a price scenario: it moves with its forward, not with the index.
 *
 * @param index            quote per unit, > 0
 * @param annualBasisRate  of the forward over the index, continuous
 * @param quantity         signed units
 * @param shock            relative move, −1 and up
 * @param contingencyRate  of the index notional, ≥ 0
 * @returns forward, scenario profit and contingency ≥ 0 in quote; doubles, not rounded
 * @throws InvariantViolation when the index is not above 0 or the time is negative
 * @source rules/portfolio-margin, futures-scenario-basis
 */
export function futureScenario(future: {
  readonly index: number;
  readonly annualBasisRate: number;
  readonly days: number;
  readonly quantity: number;
  readonly shock: number;
  readonly contingencyRate: number;
}): { readonly forward: number; readonly profit: number; readonly contingency: number } {
  const { index, annualBasisRate, days, quantity, shock, contingencyRate } = future;
  invariant(index > 0 && days >= 0, 'an index above 0 and a time to come');
  const forward = index * exponential(annualBasisRate * (days / DAYS_PER_YEAR));
  return {
    forward,
    profit: quantity * forward * shock,
    contingency: contingencyRate * index * Math.abs(quantity),
  };
}
