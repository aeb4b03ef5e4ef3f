import { auctionTerms } from './reference-auctions.js';
import {
  account,
  amount,
  bucket,
  command,
  event,
  group,
  instrument,
  lots,
  member,
  oneOf,
  signedLots,
  uint,
} from './table/index.js';

/** Dutch auctions of positions that no liquidity wall takes, before a round deleverages them. */

/**
 * From a member for an account of its own, `bidder`: takes over `lots` (> 0) of the position
 * that is auctioned, at the price of this tick. To the lane of the failing `account`.
 */
export const BidInAuction = command(372, 'BidInAuction', 1, {
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: lots('instrument'),
  bidder: account(),
  bidderBucket: bucket(),
});

/** Bids are taken from tick `from` on and before tick `until`, on `terms` of that `version`. */
export const AuctionOpened = event(384, 'AuctionOpened', 1, {
  auction: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  version: uint(),
  terms: group(auctionTerms),
  from: uint(),
  until: uint(),
});
/**
 * The plan, before it is executed: `lots` signed as the bucket trades them, at most what cures it;
 * `price` in ticks; `paid` what of the value of these lots the bidder leaves to the bucket,
 * smallest units. Answered like any slice.
 */
export const BidTaken = event(385, 'BidTaken', 1, {
  auction: uint(),
  slice: uint(),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  instrument: instrument().like('instrument'),
  lots: signedLots(),
  price: uint(),
  paid: amount(),
  bidder: account().like('bidder'),
  bidderBucket: bucket().like('bidderBucket'),
  member: member(),
  accountsSeq: uint(),
  frame: uint(),
  tick: uint(),
});
/** `sold`: nothing of the position is left. */
export const AuctionEnded = event(386, 'AuctionEnded', 1, {
  auction: uint(),
  account: account(),
  bucket: bucket(),
  reason: oneOf('cured', 'sold', 'expired'),
});
