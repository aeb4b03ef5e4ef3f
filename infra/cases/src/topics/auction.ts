import {
  auctionBidPrice,
  auctionBufferMargin,
  auctionDiscount,
  auctionMaxProportion,
  bidInAuction,
  insolventPayout,
  withdrawalsBlocked,
} from '@ringfence/margin';
import { DECIMAL_ZERO, type DecimalFigure } from '@ringfence/money';
import type { Outputs } from '../compare.js';
import { Input } from '../input.js';
import type { Rules } from '../run.js';

function discountOf(input: Input): DecimalFigure {
  if (input.has('d')) return input.figure('d');
  return auctionDiscount(input.figure('elapsed'), {
    startDiscount: input.figure('startDiscount'),
    cutoff: input.figure('cutoff'),
    fastSeconds: input.figure('fastSeconds'),
    slowSeconds: input.figure('slowSeconds'),
  });
}

/** One state of an auction with as many figures as its inputs name. */
function solvent(input: Input): Outputs {
  const d = discountOf(input);
  if (!input.has('mtm')) return { d };
  const markToMarket = input.figure('mtm');
  const reserved = input.figureOr('reserved', DECIMAL_ZERO);
  const bidPrice = auctionBidPrice({ markToMarket, reserved }, d);
  const wantedShare = input.optional('wantedShare');
  if (!input.has('mm')) {
    return wantedShare ? { d, bidPrice, cash: wantedShare.times(bidPrice) } : { d, bidPrice };
  }
  const account = { markToMarket, reserved, afterMaintenance: input.figure('mm') };
  const bufferPct = input.figure('bufferPct');
  const maxProportion = auctionMaxProportion(account, d, bufferPct);
  const state = {
    d,
    bidPrice,
    bufferMargin: auctionBufferMargin(account, bufferPct),
    maxProportion,
    cashForMax: maxProportion.times(bidPrice),
  };
  if (!wantedShare) return state;
  const bid = bidInAuction(account, { wantedShare, discount: d, bufferPct });
  return {
    ...state,
    share: bid.share,
    cash: bid.cash,
    postMtm: bid.markToMarketAfter,
    postMm: bid.afterMaintenanceAfter,
  };
}

/** Bids in order, each on the account as it is marked then; the constants hold for all. */
function simulation(input: Input): Outputs {
  const { bids: _, ...shared } = input.fields;
  const states = input
    .rows('bids')
    .map((bid) => new Input({ ...shared, ...bid.fields }, bid.place));
  return { bids: states.map(solvent) };
}

/** Rules of the topic `auction`. */
export const auctionRules: Rules = {
  'dutch-auction-solvent': solvent,
  'dutch-auction-simulation': simulation,
  'dutch-auction-insolvent': (input) => ({
    payout: insolventPayout(
      { markToMarket: input.figure('mtm'), afterMaintenance: input.figure('mm') },
      {
        share: input.figure('share'),
        elapsed: input.figure('elapsed'),
        insolventSeconds: input.figure('insolventSeconds'),
      },
    ),
  }),
  'withdrawal-gate': (input) => ({
    blocked: withdrawalsBlocked(input.figures('insolventMaintenance'), input.figure('fund')),
  }),
};
