import { Big } from 'big.js';
import { invariant } from '@ringfence/kernel';
import { Decimal } from './rate.js';

/**
 * An exact decimal figure, for rules that are stated in coins and fractions rather than in smallest
 * units. Sums, differences and products are exact; a quotient or root has 40 places, so divide once
 * and last.
 */
export type DecimalFigure = Big;

const DECIMAL_TEXT = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** Longest text that is looked at: the least double written out; big.js has no limit of its own. */
const DECIMAL_TEXT_MAX = 400;

/**
 * Reads plain decimals of any sign and precision: no exponent, plus or grouping.
 *
 * @returns the exact figure, or `null` when the text is none
 */
export function parseDecimal(text: string): DecimalFigure | null {
  if (text.length > DECIMAL_TEXT_MAX || !DECIMAL_TEXT.test(text)) return null;
  return new Decimal(text);
}

/** @throws InvariantViolation unless the text is a plain decimal; for constants and tests */
export function decimal(text: string): DecimalFigure {
  const figure = parseDecimal(text);
  invariant(figure !== null, 'a plain decimal');
  return figure;
}

export const DECIMAL_ZERO = decimal('0');
export const DECIMAL_ONE = decimal('1');

/** A whole figure as a decimal. */
export const decimalOf = (whole: bigint): DecimalFigure => new Decimal(whole.toString());

/**
 * Exact whole figure of a decimal in units of 10^−places.
 *
 * @throws InvariantViolation when a place beyond them is not 0
 */
export function wholeUnits(figure: DecimalFigure, places: number): bigint {
  const scaled = figure.times(tenTo(places));
  const text = scaled.toFixed(0, Big.roundDown);
  invariant(scaled.eq(text), 'no place beyond the scale');
  return BigInt(text);
}

/** 10^places as a decimal; places ≥ 0. */
export const tenTo = (places: number): DecimalFigure => new Decimal('1' + '0'.repeat(places));

/** Decimal places that a figure really has; 0 for whole ones. */
export const placesOf = (figure: DecimalFigure): number =>
  Math.max(0, figure.c.length - 1 - figure.e);

/** Rounded towards −∞ to so many places: what is granted. */
export const floorTo = (figure: DecimalFigure, places: number): DecimalFigure =>
  figure.round(places, figure.lt('0') ? Big.roundUp : Big.roundDown);

/** Rounded towards +∞ to so many places: what is required. */
export const ceilTo = (figure: DecimalFigure, places: number): DecimalFigure =>
  figure.round(places, figure.lt('0') ? Big.roundDown : Big.roundUp);

/** Rounded to the nearer one, halves away from zero: how statements are printed. */
export const halfUpTo = (figure: DecimalFigure, places: number): DecimalFigure =>
  figure.round(places, Big.roundHalfUp);

/** The lesser of two figures. */
export const lesser = (a: DecimalFigure, b: DecimalFigure): DecimalFigure => (a.lt(b) ? a : b);
/** The greater of two figures. */
export const greater = (a: DecimalFigure, b: DecimalFigure): DecimalFigure => (a.gt(b) ? a : b);
/** The figure itself when it is above 0, else 0. */
export const positivePart = (figure: DecimalFigure): DecimalFigure => greater(figure, DECIMAL_ZERO);

/** The figure, no lower than `low` and no higher than `high`; `low` wins where they cross. */
export const clampTo = (
  figure: DecimalFigure,
  low: DecimalFigure,
  high: DecimalFigure,
): DecimalFigure => greater(low, lesser(high, figure));

/** Sum of figures, 0 for none. */
export const sumOf = (figures: readonly DecimalFigure[]): DecimalFigure =>
  figures.reduce((sum, each) => sum.plus(each), DECIMAL_ZERO);

/** The least figure of a list that has one. */
export const leastOf = (figures: readonly DecimalFigure[]): DecimalFigure =>
  figures.reduce((least, each) => lesser(least, each));
