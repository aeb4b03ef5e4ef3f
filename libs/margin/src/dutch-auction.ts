import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  DECIMAL_ZERO,
  lesser,
  positivePart,
  sumOf,
  type DecimalFigure,
} from '@ringfence/money';

/** How the price of a solvent auction falls; times in seconds, parts of the account's value. */
export interface AuctionTerms {
  /** part of the value that is asked for at first */
  readonly startDiscount: DecimalFigure;
  /** part that is reached after the fast phase */
  readonly cutoff: DecimalFigure;
  readonly fastSeconds: DecimalFigure;
  /** from the cutoff down to nothing */
  readonly slowSeconds: DecimalFigure;
  /** how far beyond maintenance the account is to be brought */
  readonly bufferPct: DecimalFigure;
}

/**
 * Part of the account's value that a bidder pays after so long: fast down to the cutoff, then
 * slowly to nothing.
 *
 * @param elapsed  seconds since the auction began, ≥ 0
 * @returns 0 to startDiscount
 * @throws InvariantViolation when a time is negative
 * @source rules/auction, dutch-auction-solvent
 */
export function auctionDiscount(
  elapsed: DecimalFigure,
  terms: Omit<AuctionTerms, 'bufferPct'>,
): DecimalFigure {
  const { startDiscount, cutoff, fastSeconds, slowSeconds } = terms;
  invariant(elapsed.gte(DECIMAL_ZERO), 'time passes');
  invariant(fastSeconds.gt(DECIMAL_ZERO) && slowSeconds.gt(DECIMAL_ZERO), 'phases take time');
  if (elapsed.lte(fastSeconds)) {
    const fall = startDiscount.minus(cutoff).times(elapsed);
    return startDiscount.minus(fall.div(fastSeconds));
  }
  const left = slowSeconds.minus(elapsed.minus(fastSeconds));
  return positivePart(cutoff.times(left).div(slowSeconds));
}

/** The account under auction, as it is marked now; quote. */
export interface AuctionedAccount {
  /** mark-to-market value, cash included */
  readonly markToMarket: DecimalFigure;
  /** value after maintenance margin; below 0 while under-margined */
  readonly afterMaintenance: DecimalFigure;
  /** cash that earlier bids of this auction paid in, ≥ 0 */
  readonly reserved: DecimalFigure;
}

/** Asked for the whole account: its value without what earlier bidders paid in. */
export const auctionBidPrice = (
  account: Pick<AuctionedAccount, 'markToMarket' | 'reserved'>,
  discount: DecimalFigure,
): DecimalFigure => account.markToMarket.minus(account.reserved).times(discount);

/**
 * What the auction still has to restore: maintenance and a buffer on top.
 *
 * @returns quote; ≥ 0 ends the auction
 */
export const auctionBufferMargin = (
  account: Pick<AuctionedAccount, 'markToMarket' | 'afterMaintenance'>,
  bufferPct: DecimalFigure,
): DecimalFigure => {
  const { markToMarket, afterMaintenance } = account;
  return afterMaintenance.plus(afterMaintenance.minus(markToMarket).times(bufferPct));
};

/**
 * Largest part of the account that a bid may take: just what restores the buffer margin.
 *
 * @returns part of the whole, 40 places
 * @throws InvariantViolation when no part restores it (the divisor is 0)
 * @source rules/auction, dutch-auction-solvent
 */
export function auctionMaxProportion(
  account: AuctionedAccount,
  discount: DecimalFigure,
  bufferPct: DecimalFigure,
): DecimalFigure {
  const buffer = auctionBufferMargin(account, bufferPct);
  const kept = account.reserved.times(DECIMAL_ONE.minus(discount));
  const divisor = buffer.minus(account.markToMarket.times(discount)).minus(kept);
  invariant(!divisor.eq(DECIMAL_ZERO), 'a share restores the buffer');
  return buffer.div(divisor);
}

/** A bid and what it leaves; the next bid finds `reserved` + `cash` reserved. */
export interface AuctionBid {
  /** part of the account that is taken */
  readonly share: DecimalFigure;
  readonly cash: DecimalFigure;
  readonly markToMarketAfter: DecimalFigure;
  readonly afterMaintenanceAfter: DecimalFigure;
}

/**
 * A bid for a part of the account: no more than restores it.
 *
 * @param wantedShare  0 to 1
 * @source rules/auction, dutch-auction-solvent and dutch-auction-simulation
 */
export function bidInAuction(
  account: AuctionedAccount,
  bid: {
    readonly wantedShare: DecimalFigure;
    readonly discount: DecimalFigure;
    readonly bufferPct: DecimalFigure;
  },
): AuctionBid {
  const most = auctionMaxProportion(account, bid.discount, bid.bufferPct);
  const share = lesser(bid.wantedShare, most);
  const cash = share.times(auctionBidPrice(account, bid.discount));
  const after = (value: DecimalFigure): DecimalFigure =>
    value.minus(account.reserved).times(DECIMAL_ONE.minus(share)).plus(account.reserved).plus(cash);
  return {
    share,
    cash,
    markToMarketAfter: after(account.markToMarket),
    afterMaintenanceAfter: after(account.afterMaintenance),
  };
}

/**
 * What the fund pays a bidder who takes over an insolvent account: at first what the account is
 * below nothing, in the end its whole maintenance shortage.
 *
 * @param share             part of the account, 0 to 1
 * @param insolventSeconds  length of the phase, > 0
 * @returns quote ≥ 0 for an account below maintenance
 * @throws InvariantViolation when a time is negative
 * @source rules/auction, dutch-auction-insolvent
 */
export function insolventPayout(
  account: Pick<AuctionedAccount, 'markToMarket' | 'afterMaintenance'>,
  bid: {
    readonly share: DecimalFigure;
    readonly elapsed: DecimalFigure;
    readonly insolventSeconds: DecimalFigure;
  },
): DecimalFigure {
  const { share, elapsed, insolventSeconds } = bid;
  invariant(elapsed.gte(DECIMAL_ZERO) && insolventSeconds.gt(DECIMAL_ZERO), 'time passes');
  const first = positivePart(account.markToMarket.times('-1'));
  const last = account.afterMaintenance.times('-1');
  const passed = lesser(elapsed, insolventSeconds);
  // one quotient, at the end
  const rise = share.times(last.minus(first)).times(passed).div(insolventSeconds);
  return share.times(first).plus(rise);
}

/**
 * Whether withdrawals must wait: insolvent auctions may cost more than the fund holds.
 *
 * @param shortages  value after maintenance of each account in an insolvent auction
 * @param fund       cash of the fund; exactly enough does not block
 * @source rules/auction, withdrawal-gate
 */
export const withdrawalsBlocked = (
  shortages: readonly DecimalFigure[],
  fund: DecimalFigure,
): boolean => sumOf(shortages.map((each) => each.abs())).gt(fund);
