import type { EventOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import { closeOutKey, type OfBucket } from '../close-out-key.js';
import type { LiquidationState } from '../state.js';

/** A bid whose slice is under way; `lots` > 0, `paid` for all of them in smallest units. */
export interface OpenBid {
  readonly slice: number;
  readonly lots: number;
  readonly paid: bigint;
}
/** The position of a bucket that is offered, until tick `until`. */
export interface Auction {
  readonly auction: number;
  readonly instrument: InstrumentId;
  readonly terms: EventOf<'AuctionOpened'>['terms'];
  readonly from: number;
  readonly until: number;
  /** what filled bids left to the bucket of the value they took over, smallest units */
  readonly reserved: bigint;
}
/** Auctions of one close-out: each instrument is offered once. */
export interface BucketAuctions {
  readonly open: Auction | null;
  readonly bid: OpenBid | null;
  readonly done: readonly InstrumentId[];
}
/** Of a lane; empty where no rule of auctions is set. */
export interface Auctions {
  /** number of the last auction */
  last: number;
  /** by `closeOutKey` */
  readonly of: Map<number, BucketAuctions>;
}
export const newAuctions = (): Auctions => ({ last: 0, of: new Map() });

export const NO_AUCTIONS: BucketAuctions = { open: null, bid: null, done: [] };

export const auctionsOf = ({ auctions }: LiquidationState, of: OfBucket): BucketAuctions =>
  auctions.of.get(closeOutKey(of)) ?? NO_AUCTIONS;

/** Whether the slice is a bid's, and not one that the lane sized. */
export const isBid = (
  state: LiquidationState,
  of: OfBucket & { readonly slice: number },
): boolean => of.slice > 0 && auctionsOf(state, of).bid?.slice === of.slice;

/** The fact that ends the open auction of a bucket; nothing where there is none. */
export function endAuction(
  state: LiquidationState,
  { account, bucket }: OfBucket,
  reason: EventOf<'AuctionEnded'>['reason'],
): EventOf<'AuctionEnded'>[] {
  const { open } = auctionsOf(state, { account, bucket });
  if (!open) return [];
  return [{ type: 'AuctionEnded', auction: open.auction, account, bucket, reason }];
}
