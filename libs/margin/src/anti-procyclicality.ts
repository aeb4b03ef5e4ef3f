import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimal,
  greater,
  halfUpTo,
  lesser,
  type DecimalFigure,
} from '@ringfence/money';

const PERCENT = decimal('100');
const PERCENT_PLACES = 2;

/**
 * Margin that gives stressed observations a fixed weight, never below what is calculated.
 *
 * @param weight  of the stressed figure, at least 0.25 by law, 0 to 1
 * @throws InvariantViolation when the weight is no part of a whole
 * @source rules/margin, anti-procyclicality, stressWeight; RTS 153/2013 article 28(1)(b)
 */
export function stressWeightedMargin(day: {
  readonly calculated: DecimalFigure;
  readonly stressed: DecimalFigure;
  readonly weight: DecimalFigure;
}): DecimalFigure {
  const { calculated, stressed, weight } = day;
  invariant(weight.gte(DECIMAL_ZERO) && weight.lte(DECIMAL_ONE), 'a weight from 0 to 1');
  const mixed = DECIMAL_ONE.minus(weight).times(calculated).plus(weight.times(stressed));
  return greater(calculated, mixed);
}

/**
 * Margin that never falls below what ten years of history would ask for.
 *
 * @source rules/margin, anti-procyclicality, tenYearFloor; RTS 153/2013 article 28(1)(c)
 */
export const flooredMargin = (
  calculated: DecimalFigure,
  tenYearMargin: DecimalFigure,
): DecimalFigure => greater(calculated, tenYearMargin);

/**
 * Margin with a buffer that may be used up while calculated margins rise steeply: then what was
 * charged before is kept, up to the full buffer, and never less than base. It is rebuilt in full at
 * once when release ends.
 *
 * @param buffer    fraction on top of base, at least 0.25 by law, ≥ 0
 * @param previous  charged before; `null` for the first
 * @param day       base > 0; `release` while the buffer may be used
 * @throws InvariantViolation when the buffer is negative or the base is not above 0
 * @source rules/margin, anti-procyclicality, buffer; RTS 153/2013 article 28(1)(a)
 */
export function bufferedMargin(
  buffer: DecimalFigure,
  previous: DecimalFigure | null,
  { base, release }: { readonly base: DecimalFigure; readonly release: boolean },
): DecimalFigure {
  invariant(buffer.gte(DECIMAL_ZERO), 'a buffer is not negative');
  invariant(base.gt(DECIMAL_ZERO), 'margin before the buffer is above 0');
  const full = DECIMAL_ONE.plus(buffer).times(base);
  return release && previous ? greater(base, lesser(previous, full)) : full;
}

/** What is left of a buffer in percent of base, halves up to two places. */
export const bufferPercent = (charged: DecimalFigure, base: DecimalFigure): DecimalFigure =>
  halfUpTo(charged.minus(base).times(PERCENT).div(base), PERCENT_PLACES);

/** How a margin moved over a time; what a rule against procyclicality is measured by. */
export interface MarginSwings {
  /** largest change from one day to the next, either way */
  readonly largestStep: DecimalFigure;
  /** largest rise over five days, 0 when it never rose */
  readonly largestFiveDayRise: DecimalFigure;
  /** highest over lowest; 1 for a flat path */
  readonly peakToTrough: DecimalFigure;
}

const FIVE_DAYS = 5;

/**
 * @param path  margins > 0 by day, at least one; days 0 to 4 have no figure five days before
 * @throws InvariantViolation when a margin is not above 0 or there is none
 * @source rules/margin, anti-procyclicality
 */
export function marginSwings(path: readonly DecimalFigure[]): MarginSwings {
  const [first] = path;
  invariant(first !== undefined, 'a path has a day');
  let [low, high, largestStep, largestFiveDayRise] = [first, first, DECIMAL_ZERO, DECIMAL_ZERO];
  path.forEach((margin, day) => {
    invariant(margin.gt(DECIMAL_ZERO), 'a margin is above 0');
    low = lesser(low, margin);
    high = greater(high, margin);
    const yesterday = path[day - 1];
    if (yesterday) largestStep = greater(largestStep, margin.minus(yesterday).abs());
    const before = path[day - FIVE_DAYS];
    if (before) largestFiveDayRise = greater(largestFiveDayRise, margin.minus(before));
  });
  return { largestStep, largestFiveDayRise, peakToTrough: high.div(low) };
}
