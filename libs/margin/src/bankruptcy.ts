import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  ceilTo,
  clampTo,
  decimal,
  lesser,
  sumOf,
  type DecimalFigure,
} from '@ringfence/money';

/** A bucket at the oracle's prices: cash and positions of one maintenance rate; exact figures. */
export interface BankruptBucket {
  /** quote, signed */
  readonly quote: DecimalFigure;
  /** base units by asset, long > 0 */
  readonly positions: ReadonlyMap<string, DecimalFigure>;
}
/** Oracle prices and the maintenance rate, a fraction of notional. */
export interface BankruptcyTerms {
  /** quote per unit, by asset */
  readonly prices: ReadonlyMap<string, DecimalFigure>;
  readonly maintenanceRate: DecimalFigure;
}

/** Why a part of a position cannot be closed; in the order in which they are looked for. */
export type BankruptcyProblem =
  | 'zero-delta'
  | 'no-position'
  | 'same-side'
  | 'too-large'
  | 'price-unknown';

const MICRO = decimal('1000000');

/** Value and maintenance margin of a bucket, in quote. */
interface Standing {
  readonly value: DecimalFigure;
  readonly maintenance: DecimalFigure;
}

function standingOf(bucket: BankruptBucket, terms: BankruptcyTerms): Standing | null {
  const values: DecimalFigure[] = [];
  for (const [asset, position] of bucket.positions) {
    const price = terms.prices.get(asset);
    if (!price) return null;
    values.push(position.times(price));
  }
  const notional = sumOf(values.map((value) => value.abs()));
  return {
    value: sumOf(values).plus(bucket.quote),
    maintenance: notional.times(terms.maintenanceRate),
  };
}

/**
 * What a bucket pays or gets when a part of a position is closed at its bankruptcy price: the price
 * at which that part takes exactly its share, by maintenance margin, of what the bucket is worth.
 *
 * @param asset  the position concerned
 * @param delta  signed change of the position, against its side and no larger
 * @returns change of the quote balance in millionths, rounded up: in favour of the bucket
 * @source rules/bankruptcy-adl, bankruptcy-price; dydxprotocol/v4-chain
 */
export function bankruptcyQuoteDelta(
  bucket: BankruptBucket,
  close: { readonly asset: string; readonly delta: DecimalFigure },
  terms: BankruptcyTerms,
): bigint | BankruptcyProblem {
  const { asset, delta } = close;
  const position = bucket.positions.get(asset) ?? DECIMAL_ZERO;
  if (delta.eq(DECIMAL_ZERO)) return 'zero-delta';
  if (position.eq(DECIMAL_ZERO)) return 'no-position';
  if (delta.gt(DECIMAL_ZERO) === position.gt(DECIMAL_ZERO)) return 'same-side';
  if (delta.abs().gt(position.abs())) return 'too-large';
  const standing = standingOf(bucket, terms);
  const price = terms.prices.get(asset);
  if (!standing || !price) return 'price-unknown';
  const proceeds = delta.times(price).times('-1');
  // |delta| of |position| closes as much of its maintenance; the rate drops out of the share
  const freed = delta.abs().times(price).times(terms.maintenanceRate);
  const { value, maintenance } = standing;
  // one quotient, at the end: only then is the rounding that of the exact figure
  const exact = proceeds.times(maintenance).minus(value.times(freed)).times(MICRO).div(maintenance);
  return BigInt(ceilTo(exact, 0).toFixed());
}

/**
 * Worst price at which a close-out order may fill: from the oracle's towards bankruptcy as the
 * bucket's value falls below its maintenance.
 *
 * @param adjustment  how fast it goes there, ≥ 0
 * @param spread      how far it goes, as a part of maintenance margin
 * @returns quote per unit; a long's is at or below the oracle, a short's at or above
 * @source rules/bankruptcy-adl, fillable-price
 */
export function fillablePrice(
  bucket: BankruptBucket,
  order: {
    readonly asset: string;
    readonly adjustment: DecimalFigure;
    readonly spread: DecimalFigure;
  },
  terms: BankruptcyTerms,
): DecimalFigure | BankruptcyProblem {
  const position = bucket.positions.get(order.asset) ?? DECIMAL_ZERO;
  if (position.eq(DECIMAL_ZERO)) return 'no-position';
  const standing = standingOf(bucket, terms);
  const price = terms.prices.get(order.asset);
  if (!standing || !price) return 'price-unknown';
  const { value, maintenance } = standing;
  const asked = order.adjustment.times(maintenance.minus(value));
  // part × spread × maintenance of the position, per unit of it; the part's divisor comes last
  const part = clampTo(asked, DECIMAL_ZERO, maintenance);
  const away = part.times(order.spread).times(price).times(terms.maintenanceRate);
  const signed = position.gt(DECIMAL_ZERO) ? away.times('-1') : away;
  return price.times(maintenance).plus(signed).div(maintenance);
}

/**
 * What a close-out brings to the insurance pool, or takes from it: the difference to the bankruptcy
 * price, of which the pool keeps no more than its fee.
 *
 * @param side             sell closes a long, buy a short
 * @param fillQuote        absolute quote of the fill
 * @param bankruptcyQuote  absolute quote at the bankruptcy price
 * @param maxFee           of the fill's quote
 * @returns quote; > 0 to the pool, < 0 the pool pays the whole difference
 * @source rules/bankruptcy-adl, liquidation-insurance-delta
 */
export function insuranceDelta(fill: {
  readonly side: 'sell' | 'buy';
  readonly fillQuote: DecimalFigure;
  readonly bankruptcyQuote: DecimalFigure;
  readonly maxFee: DecimalFigure;
}): DecimalFigure {
  const { side, fillQuote, bankruptcyQuote, maxFee } = fill;
  const above = fillQuote.minus(bankruptcyQuote);
  const better = side === 'sell' ? above : above.times('-1');
  return better.gt(DECIMAL_ZERO) ? lesser(better, maxFee.times(fillQuote)) : better;
}

/** A holder on the other side, with cash and one position in the asset concerned. */
export interface OffsettingBucket {
  readonly quote: DecimalFigure;
  readonly position: DecimalFigure;
}
export type DeleveragingResult =
  | 'ok'
  | 'wrong-side'
  | 'too-large'
  | 'offset-same-side'
  | 'offset-too-small'
  | 'price-unknown'
  | 'reject';
/** Both sides after deleveraging; unchanged unless the result is `ok`. */
export interface Deleveraged {
  readonly result: DeleveragingResult;
  /** received by each taker, in order; < 0: the taker pays */
  readonly transfers: readonly DecimalFigure[];
  readonly liquidated: BankruptBucket;
  readonly offsetting: readonly OffsettingBucket[];
}

/**
 * Closes a bankrupt bucket's position against others at its bankruptcy price, one taker after the
 * other, each up to its own position.
 *
 * A taker whose own bankruptcy price lies on the wrong side of it refuses: it would end below 0
 * (exactly 0 is allowed).
 *
 * @param delta  signed change of the liquidated position
 * @returns any result but `ok` changes nothing: `wrong-side`, `too-large`, `offset-same-side`,
 *          `reject`, `offset-too-small`, `price-unknown`
 * @source rules/bankruptcy-adl, deleveraging-at-bankruptcy-price
 */
export function deleverageAtBankruptcy(
  liquidated: BankruptBucket,
  close: {
    readonly asset: string;
    readonly delta: DecimalFigure;
    readonly offsetting: readonly OffsettingBucket[];
  },
  terms: BankruptcyTerms,
): Deleveraged {
  const { asset, delta } = close;
  const refused = (result: DeleveragingResult): Deleveraged => {
    return { result, transfers: [], liquidated, offsetting: close.offsetting };
  };
  const problem = offsetProblem(liquidated, close);
  if (problem) return refused(problem);
  const price = terms.prices.get(asset);
  if (!price) return refused('price-unknown');
  const towards = delta.gt(DECIMAL_ZERO) ? DECIMAL_ONE : DECIMAL_ONE.times('-1');
  let rest = delta.abs();
  let bucket = liquidated;
  const transfers: DecimalFigure[] = [];
  const offsetting: OffsettingBucket[] = [];
  for (const taker of close.offsetting) {
    const part = lesser(rest, taker.position.abs()).times(towards);
    if (part.eq(DECIMAL_ZERO)) {
      transfers.push(DECIMAL_ZERO);
      offsetting.push(taker);
      continue;
    }
    const micros = bankruptcyQuoteDelta(bucket, { asset, delta: part }, terms);
    if (typeof micros !== 'bigint') return refused('price-unknown');
    const quoteDelta = decimal(micros.toString()).div(MICRO);
    const quote = taker.quote.minus(quoteDelta);
    const position = taker.position.minus(part);
    if (quote.plus(position.times(price)).lt(DECIMAL_ZERO)) return refused('reject');
    bucket = movedBy(bucket, asset, { quote: quoteDelta, position: part });
    transfers.push(quoteDelta.times('-1'));
    offsetting.push({ quote, position });
    rest = rest.minus(part.abs());
  }
  if (rest.gt(DECIMAL_ZERO)) return refused('offset-too-small');
  return { result: 'ok', transfers, liquidated: bucket, offsetting };
}

function offsetProblem(
  liquidated: BankruptBucket,
  close: Parameters<typeof deleverageAtBankruptcy>[1],
): DeleveragingResult | null {
  const position = liquidated.positions.get(close.asset) ?? DECIMAL_ZERO;
  const { delta, offsetting } = close;
  const sideOf = (figure: DecimalFigure): number => figure.cmp(DECIMAL_ZERO);
  if (sideOf(delta) === 0 || sideOf(delta) === sideOf(position)) return 'wrong-side';
  if (delta.abs().gt(position.abs())) return 'too-large';
  const opposite = offsetting.every((taker) => sideOf(taker.position) === -sideOf(position));
  return opposite ? null : 'offset-same-side';
}

function movedBy(
  bucket: BankruptBucket,
  asset: string,
  change: { readonly quote: DecimalFigure; readonly position: DecimalFigure },
): BankruptBucket {
  const positions = new Map(bucket.positions);
  positions.set(asset, (positions.get(asset) ?? DECIMAL_ZERO).plus(change.position));
  return { quote: bucket.quote.plus(change.quote), positions };
}
