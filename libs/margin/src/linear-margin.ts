import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ZERO,
  clampTo,
  floorTo,
  greater,
  lesser,
  positivePart,
  type DecimalFigure,
} from '@ringfence/money';

/** A linear position and its resting orders, in quote and base units, all figures exact. */
export interface LinearMarginInput {
  /** quote per unit, ≥ 0 */
  readonly mark: DecimalFigure;
  /** base units, long > 0 */
  readonly position: DecimalFigure;
  /** base units ≥ 0 of the resting orders that would enlarge the exposure */
  readonly openOrders: DecimalFigure;
  /** fraction of notional that a move may cost, ≥ 0 */
  readonly riskFactor: DecimalFigure;
  /** fraction of notional that closing may cost, ≥ 0 */
  readonly slippageFactor: DecimalFigure;
  /** what the book would pay or ask for the whole position; `null` when it is not known */
  readonly exitPrice: DecimalFigure | null;
  /** quote per unit of long position that is about to be paid, signed */
  readonly fundingPayment: DecimalFigure;
  /** part of that payment that is margined */
  readonly fundingFactor: DecimalFigure;
}

/**
 * Maintenance margin of a linear position: what closing it may cost, what a move may cost until
 * then, resting orders as if they were filled, and funding that it will pay.
 *
 * Slippage by factor is capped by what the book itself would cost; orders carry no slippage.
 *
 * @returns quote ≥ 0, not rounded; see `wholeMargin`
 * @source rules/margin, maintenance-margin-linear; vegaprotocol/specs 0019-MCAL
 */
export function linearMaintenance(input: LinearMarginInput): DecimalFigure {
  const { mark, position, openOrders, riskFactor } = input;
  const size = position.abs();
  return slippage(input)
    .plus(mark.times(size).times(riskFactor))
    .plus(mark.times(openOrders).times(riskFactor))
    .plus(positivePart(input.fundingFactor.times(input.fundingPayment).times(position)));
}

function slippage({ mark, position, slippageFactor, exitPrice }: LinearMarginInput): DecimalFigure {
  const byFactor = mark.times(position.abs()).times(slippageFactor);
  if (exitPrice === null) return byFactor;
  // a long sells below the mark, a short buys above it
  const cost = position.times(mark.minus(exitPrice));
  return lesser(byFactor, positivePart(cost));
}

/** A requirement in whole quote units, cut down as published. */
export const wholeMargin = (margin: DecimalFigure): DecimalFigure => floorTo(margin, 0);

/**
 * A level above maintenance: that part of it, in whole units.
 *
 * @param scaling  > 1 for a higher level; of maintenance itself, not of the level below
 * @source rules/margin, maintenance-margin-linear and margin-levels
 */
export const scaledMargin = (maintenance: DecimalFigure, scaling: DecimalFigure): DecimalFigure =>
  wholeMargin(maintenance.times(scaling));

/**
 * What an isolated bucket holds for its position.
 *
 * @param entry     average price of the position, quote per unit
 * @param position  base units, signed
 * @param factor    part of the notional that the owner set, 0 to 1
 * @returns whole quote units, cut down
 * @source rules/margin, isolated-margin, position
 */
export const isolatedPositionMargin = (bucket: {
  readonly entry: DecimalFigure;
  readonly position: DecimalFigure;
  readonly factor: DecimalFigure;
}): DecimalFigure => wholeMargin(bucket.entry.times(bucket.position.abs()).times(bucket.factor));

/**
 * What an isolated bucket holds for a resting order; the part that only reduces the position needs
 * none.
 *
 * @param limit    quote per unit
 * @param size     base units ≥ 0
 * @param offsets  base units ≥ 0 that reduce the position
 * @returns whole quote units, cut down
 * @source rules/margin, isolated-margin, order
 */
export const isolatedOrderMargin = (order: {
  readonly limit: DecimalFigure;
  readonly size: DecimalFigure;
  readonly offsets: DecimalFigure;
  readonly factor: DecimalFigure;
}): DecimalFigure => {
  const enlarging = positivePart(order.size.minus(order.offsets));
  return wholeMargin(order.limit.times(enlarging).times(order.factor));
};

/** How the margin of an order splits when part of it is filled; before = moved + left. */
export interface OrderFillMargin {
  readonly before: DecimalFigure;
  readonly movedToPosition: DecimalFigure;
  readonly left: DecimalFigure;
}

/**
 * Moves the margin of what was filled from the order to the position, without making or losing a
 * unit by rounding.
 *
 * @param filled  base units, 0 to size
 * @throws InvariantViolation when more is filled than there is
 * @source rules/margin, isolated-margin, fill
 */
export function isolatedFillMargin(order: {
  readonly limit: DecimalFigure;
  readonly size: DecimalFigure;
  readonly filled: DecimalFigure;
  readonly factor: DecimalFigure;
}): OrderFillMargin {
  const { limit, size, filled, factor } = order;
  invariant(filled.gte(DECIMAL_ZERO) && filled.lte(size), 'no more is filled than there is');
  const before = isolatedOrderMargin({ limit, size, factor, offsets: DECIMAL_ZERO });
  const movedToPosition = wholeMargin(limit.times(filled).times(factor));
  return { before, movedToPosition, left: before.minus(movedToPosition) };
}

/**
 * Whether a position may leave cross margin for a bucket of its own.
 *
 * @param positionMargin      what the isolated bucket would hold; see `isolatedPositionMargin`
 * @param crossInitialMargin  what cross margin requires of it now: isolation must not weaken it
 * @param available           free funds that can pay for it
 * @returns true when both bounds are met, each exactly met included
 * @source rules/margin, isolated-margin, switch
 */
export const mayIsolate = (bucket: {
  readonly positionMargin: DecimalFigure;
  readonly crossInitialMargin: DecimalFigure;
  readonly available: DecimalFigure;
}): boolean =>
  bucket.positionMargin.gte(bucket.crossInitialMargin) &&
  bucket.positionMargin.lte(bucket.available);

/** A resting order of a product whose price ends between 0 and `maxPrice`. */
export interface CappedOrder {
  readonly size: DecimalFigure;
  readonly price: DecimalFigure;
}

/**
 * Margin of a product that can never lose more than is put up, and so is never closed out.
 *
 * A long puts up what it paid, a short what is missing to the highest price; of the two sides of
 * resting orders the dearer one counts, without offset against the position.
 *
 * @param position  base units, signed, at its average `entry`
 * @returns quote ≥ 0, exact
 * @throws InvariantViolation when a price is outside [0, maxPrice]
 * @source rules/margin, fully-collateralised
 */
export function fullyCollateralisedMargin(product: {
  readonly maxPrice: DecimalFigure;
  readonly position: DecimalFigure;
  readonly entry: DecimalFigure;
  readonly buyOrders: readonly CappedOrder[];
  readonly sellOrders: readonly CappedOrder[];
}): { readonly position: DecimalFigure; readonly orders: DecimalFigure } {
  const { maxPrice, entry } = product;
  for (const price of [entry, ...[...product.buyOrders, ...product.sellOrders].map(priceOf)]) {
    const within = clampTo(price, DECIMAL_ZERO, maxPrice).eq(price);
    invariant(within, 'prices of a capped product are from 0 to its highest');
  }
  const atRisk = (price: DecimalFigure, long: boolean): DecimalFigure =>
    long ? price : maxPrice.minus(price);
  const side = (orders: readonly CappedOrder[], long: boolean): DecimalFigure =>
    orders.reduce(
      (sum, { size, price }) => sum.plus(size.times(atRisk(price, long))),
      DECIMAL_ZERO,
    );
  const long = product.position.gt(DECIMAL_ZERO);
  return {
    position: product.position.abs().times(atRisk(entry, long)),
    orders: greater(side(product.buyOrders, true), side(product.sellOrders, false)),
  };
}
const priceOf = ({ price }: CappedOrder): DecimalFigure => price;
