import type { EventOf } from '@ringfence/contracts';
import { invariant, present } from '@ringfence/kernel';
import { closeOutKey, type OfBucket } from '../close-out-key.js';
import { touchAuction, touchAuctions, touchCloseOut, touchCounters } from '../digest.js';
import type { LiquidationState } from '../state.js';
import { auctionsOf, NO_AUCTIONS, type BucketAuctions } from './state.js';

function write(state: LiquidationState, of: OfBucket, changed: BucketAuctions): void {
  const key = closeOutKey(of);
  const isEmpty = !changed.open && !changed.bid && changed.done.length === 0;
  if (isEmpty) state.auctions.of.delete(key);
  else state.auctions.of.set(key, changed);
  touchAuction(state, key);
}

function onOpened(state: LiquidationState, event: EventOf<'AuctionOpened'>): void {
  const { auction, instrument, terms, from, until } = event;
  const known = auctionsOf(state, event);
  invariant(!known.open, 'one auction at a time per bucket');
  const open = { auction, instrument, terms, from, until, reserved: 0n };
  write(state, event, { ...known, open });
  state.auctions.last = auction;
  touchAuctions(state);
}

function onBid(state: LiquidationState, event: EventOf<'BidTaken'>): void {
  const { slice, paid } = event;
  const lots = Math.abs(event.lots);
  const key = closeOutKey(event);
  const closeOut = present(state.closeOuts.get(key), 'close-out');
  invariant(!closeOut.slice, 'one open slice per bucket');
  closeOut.slice = { slice, lots };
  touchCloseOut(state, key);
  state.counters.slice = slice;
  touchCounters(state);
  write(state, event, { ...auctionsOf(state, event), bid: { slice, lots, paid } });
}

function onEnded(state: LiquidationState, event: EventOf<'AuctionEnded'>): void {
  const { open, bid, done } = auctionsOf(state, event);
  const { instrument } = present(open, 'open auction');
  write(state, event, { open: null, bid, done: [...done, instrument] });
}

/** The only writers of auctions, beside the answers to bids below. */
export const auctionHandlers = {
  AuctionOpened: onOpened,
  BidTaken: onBid,
  AuctionEnded: onEnded,
};

/** A bid was answered: what it paid for the lots that were filled stays reserved to the bucket. */
export function answerBid(state: LiquidationState, of: OfBucket, filled: number): void {
  const { open, bid, done } = auctionsOf(state, of);
  if (!bid) return;
  const paid = (bid.paid * BigInt(Math.min(filled, bid.lots))) / BigInt(bid.lots);
  write(state, of, { open: open && { ...open, reserved: open.reserved + paid }, bid: null, done });
}

/** A close-out begins anew: only a bid that is still to be answered is kept. */
export function renewAuctions(state: LiquidationState, of: OfBucket): void {
  if (state.auctions.of.has(closeOutKey(of))) {
    write(state, of, { ...NO_AUCTIONS, bid: auctionsOf(state, of).bid });
  }
}

/** The close-out is over, and no answer is outstanding. */
export function forgetAuctions(state: LiquidationState, of: OfBucket): void {
  if (state.auctions.of.has(closeOutKey(of))) write(state, of, NO_AUCTIONS);
}
