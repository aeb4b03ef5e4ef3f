import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ZERO,
  decimalOf,
  placesOf,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import { waterLevel } from './adl.js';

/** A holder on the side that is closed, in base units and quote; both above 0. */
export interface LevelledHolder {
  readonly quantity: DecimalFigure;
  readonly equity: DecimalFigure;
}

/**
 * The exact figures behind `waterFill`: the leverage that the most leveraged are brought down to,
 * and what each gives up before it is cut to lots.
 *
 * @param price     quote per base unit, > 0
 * @param quantity  base units to place, 0 to all that is held
 * @returns leverage, and reductions ≥ 0 in the order of `accounts` that sum to the quantity
 * @throws InvariantViolation when there is nobody, a figure is not above 0, or more is asked for
 *         than all hold
 * @source rules/bankruptcy-adl, adl-water-filling; arXiv 2603.15963
 */
export function levelledReductions(market: {
  readonly price: DecimalFigure;
  readonly quantity: DecimalFigure;
  readonly accounts: readonly LevelledHolder[];
}): { readonly leverage: DecimalFigure; readonly reductions: readonly DecimalFigure[] } {
  const { price, quantity, accounts } = market;
  const places = Math.max(
    placesOf(quantity),
    ...accounts.flatMap((each) => [placesOf(each.quantity), placesOf(each.equity)]),
  );
  const whole = (figure: DecimalFigure): bigint => wholeUnits(figure, places);
  const holders = accounts.map((each) => {
    invariant(each.quantity.gt(DECIMAL_ZERO) && each.equity.gt(DECIMAL_ZERO), 'a holder of both');
    return { lots: whole(each.quantity), equity: whole(each.equity) };
  });
  const ranked = [...holders].sort((a, b) => {
    const difference = b.lots * a.equity - a.lots * b.equity;
    return difference === 0n ? 0 : difference > 0n ? 1 : -1;
  });
  const { kept, equity } = waterLevel(ranked, whole(quantity));
  invariant(kept >= 0n, 'no more is placed than all hold');
  const total = decimalOf(equity);
  const reductions = accounts.map((each) => {
    // one quotient per figure: lots − λ × equity over the equity of all who are touched
    const exact = each.quantity.times(total).minus(decimalOf(kept).times(each.equity)).div(total);
    return exact.gt(DECIMAL_ZERO) ? exact : DECIMAL_ZERO;
  });
  return { leverage: decimalOf(kept).times(price).div(total), reductions };
}
