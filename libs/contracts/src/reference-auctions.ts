import { command, event, group, instrument, optional, uint } from './table/index.js';

/**
 * How the position of a bucket is offered when no liquidity wall takes it: parts per million of its
 * value that a bidder leaves to the bucket, `startPpm` at first, falling to `cutoffPpm` in
 * `fastTicks` and to nothing in `slowTicks` more, when the auction is over. `minLots`: least bid.
 */
export const auctionTerms = {
  startPpm: uint(),
  cutoffPpm: uint(),
  fastTicks: uint(),
  slowTicks: uint(),
  minLots: uint(),
};

/** Of one instrument; null turns auctions off, as they are until they are set. */
export const SetAuctionRules = command(175, 'SetAuctionRules', 1, {
  instrument: instrument(),
  auction: optional(group(auctionTerms)),
});

export const AuctionRulesSet = event(185, 'AuctionRulesSet', 1, {
  instrument: instrument().like('instrument'),
  version: uint(),
  auction: optional(group(auctionTerms)).like('auction'),
});
