import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimal,
  halfUpTo,
  leastOf,
  lesser,
  positivePart,
  type DecimalFigure,
} from '@ringfence/money';

/** A position with the profit of one unit of it in each scenario. */
export interface ArrayLeg {
  /** signed units */
  readonly quantity: DecimalFigure;
  /** profit > 0, one per scenario, the same scenarios for all legs */
  readonly array: readonly DecimalFigure[];
}

/**
 * Scanning risk from arrays of scenario profits: arrays of a bucket add up element by element.
 *
 * @returns the largest loss, ≥ 0, and the index of its scenario (`null` when nothing loses)
 * @throws InvariantViolation when the arrays have not as many scenarios each
 * @source rules/portfolio-margin, span-arrays
 */
export function scanningRisk(legs: readonly ArrayLeg[]): {
  readonly requirement: DecimalFigure;
  readonly worst: number | null;
} {
  const [first] = legs;
  if (!first) return { requirement: DECIMAL_ZERO, worst: null };
  for (const { array } of legs) {
    invariant(array.length === first.array.length && array.length > 0, 'one set of scenarios');
  }
  const profits = first.array.map((_, scenario) =>
    legs.reduce(
      (sum, { quantity, array }) => sum.plus(quantity.times(array[scenario] ?? DECIMAL_ZERO)),
      DECIMAL_ZERO,
    ),
  );
  const lowest = leastOf(profits);
  const requirement = positivePart(lowest.times('-1'));
  const worst = requirement.gt(DECIMAL_ZERO) ? profits.findIndex((each) => each.eq(lowest)) : null;
  return { requirement, worst };
}

const GROSS_PART = decimal('0.4');
const NET_PART = decimal('0.6');
const CENTS = 2;

/**
 * Net over gross replacement cost: how much of the gross margin netting takes away.
 *
 * @param net    signed; < 0 counts as 0
 * @param gross  ≥ 0
 * @returns 0 to 1, 40 places; 1 without replacement cost: nothing is credited
 * @throws InvariantViolation when gross is negative
 * @source rules/portfolio-margin, im-schedule
 */
export function netToGrossRatio(net: DecimalFigure, gross: DecimalFigure): DecimalFigure {
  invariant(gross.gte(DECIMAL_ZERO), 'a gross cost is not negative');
  return gross.eq(DECIMAL_ZERO) ? DECIMAL_ONE : positivePart(net).div(gross);
}

/**
 * Schedule margin of a netting set.
 *
 * @param grossMargin  Σ of `scheduleTradeMargin`, ≥ 0
 * @returns rounded to two places, halves up
 * @source rules/portfolio-margin, im-schedule
 */
export const scheduleMargin = (grossMargin: DecimalFigure, ratio: DecimalFigure): DecimalFigure =>
  halfUpTo(grossMargin.times(GROSS_PART.plus(NET_PART.times(ratio))), CENTS);

/** Schedule margin of one trade, two places, halves up. */
export const scheduleTradeMargin = (notional: DecimalFigure, rate: DecimalFigure): DecimalFigure =>
  halfUpTo(notional.times(rate), CENTS);

/** Charge for contracts sold short at their strike. */
export const netShortContingency = (contracts: DecimalFigure, perContract: DecimalFigure) =>
  contracts.times(perContract);

/**
 * Charge for futures spreads, whose legs cancel in every scenario.
 *
 * @param long   contracts ≥ 0
 * @param short  contracts, ≤ 0 as a position
 * @source rules/portfolio-margin, option-margin-small-formulas
 */
export const futuresSpreadContingency = (
  long: DecimalFigure,
  short: DecimalFigure,
  rate: DecimalFigure,
): DecimalFigure => rate.times(lesser(long, short.abs()));
