import { invariant, present } from '@ringfence/kernel';
import { DECIMAL_ZERO, lesser, sumOf, type DecimalFigure } from '@ringfence/money';

/** One token of an account whose tokens margin each other; the settlement token comes first. */
export interface HealthToken {
  /** signed, in coins; < 0 is borrowed */
  readonly balance: DecimalFigure;
  /** quote per coin */
  readonly price: DecimalFigure;
  /** what a deposit counts for, ≤ 1 */
  readonly assetWeight: DecimalFigure;
  /** what a loan counts for, ≥ 1 */
  readonly liabilityWeight: DecimalFigure;
  /** of all accounts; with `scaleStart`, weights worsen above it */
  readonly crowd?: {
    readonly totalDeposits?: DecimalFigure;
    readonly totalBorrows?: DecimalFigure;
    /** quote value from which weights scale */
    readonly scaleStart: DecimalFigure;
  };
}

/** A perpetual position with its resting orders, in lots. */
export interface HealthPerp {
  readonly baseLots: DecimalFigure;
  readonly quote: DecimalFigure;
  readonly bidLots: DecimalFigure;
  readonly askLots: DecimalFigure;
  /** quote per lot at the oracle's price */
  readonly lotValue: DecimalFigure;
  readonly assetWeight: DecimalFigure;
  readonly liabilityWeight: DecimalFigure;
  /** what a gain counts for while it is not settled, ≤ 1 */
  readonly positivePnlWeight: DecimalFigure;
}

/** Funds in resting spot orders between the first token (quote) and the second (base). */
export interface SpotReserves {
  readonly quote: DecimalFigure;
  readonly base: DecimalFigure;
}

/**
 * Health of an account across its assets: deposits by their asset weight, loans by their liability
 * weight, orders as they would fill worst.
 *
 * @param tokens  settlement token first, then the base of the spot orders
 * @returns quote; below 0 the account does not meet the level that the weights stand for
 * @throws InvariantViolation when there are spot orders but no second token
 * @source rules/margin, cross-health-multi-asset
 */
export function crossHealth(account: {
  readonly tokens: readonly HealthToken[];
  readonly perp: HealthPerp | null;
  readonly reserves: SpotReserves;
}): DecimalFigure {
  const { tokens, perp, reserves } = account;
  const first = present(tokens[0], 'the settlement token');
  const settlement = perp ? first.balance.plus(perpHealth(perp)) : first.balance;
  const health = (quote: DecimalFigure, base: DecimalFigure): DecimalFigure =>
    sumOf(
      tokens.map((token, i) => {
        const start = i === 0 ? settlement.plus(quote) : token.balance;
        return weightedValue(token, i === 1 ? start.plus(base) : start);
      }),
    );
  const { quote, base } = reserves;
  if (quote.eq(DECIMAL_ZERO) && base.eq(DECIMAL_ZERO)) return health(DECIMAL_ZERO, DECIMAL_ZERO);
  const second = tokens[1];
  invariant(
    second !== undefined && second.price.gt(DECIMAL_ZERO),
    'spot orders have a priced base',
  );
  const allBase = health(DECIMAL_ZERO, base.plus(quote.div(second.price)));
  const allQuote = health(quote.plus(base.times(second.price)), DECIMAL_ZERO);
  return lesser(allBase, allQuote);
}

/**
 * Contribution of a perpetual: its worse case of all bids or all asks filled, gains discounted.
 *
 * @returns quote, to be added to the settlement token before that is weighted
 */
export function perpHealth(perp: HealthPerp): DecimalFigure {
  const filled = (change: DecimalFigure): DecimalFigure => {
    const lots = perp.baseLots.plus(change);
    const weight = lots.gt(DECIMAL_ZERO) ? perp.assetWeight : perp.liabilityWeight;
    const quote = perp.quote.minus(change.times(perp.lotValue));
    return quote.plus(lots.times(perp.lotValue).times(weight));
  };
  const worse = lesser(filled(perp.bidLots), filled(perp.askLots.times('-1')));
  return worse.gt(DECIMAL_ZERO) ? worse.times(perp.positivePnlWeight) : worse;
}

function weightedValue(token: HealthToken, balance: DecimalFigure): DecimalFigure {
  const { price, crowd } = token;
  const value = balance.times(price);
  if (balance.gt(DECIMAL_ZERO)) {
    const weighted = value.times(token.assetWeight);
    const deposits = crowd?.totalDeposits?.times(price);
    const crowded = crowd && deposits?.gt(crowd.scaleStart);
    return crowded && deposits ? weighted.times(crowd.scaleStart).div(deposits) : weighted;
  }
  const weighted = value.times(token.liabilityWeight);
  const borrows = crowd?.totalBorrows?.times(price);
  const crowded = crowd && borrows?.gt(crowd.scaleStart);
  return crowded && borrows ? weighted.times(borrows).div(crowd.scaleStart) : weighted;
}
