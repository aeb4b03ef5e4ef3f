import type { CommandOf, Decide, Event } from '@ringfence/contracts';
import { accept, partitionOf, reject, type Decision } from '@ringfence/kernel';
import { auctionOffer, type AuctionOffer } from '@ringfence/margin';
import { curingLots } from '../close-out/slice.js';
import { freshEvaluation, isWhole } from '../close-out/standing.js';
import { closeOutOf, type CloseOut, type LiquidationState } from '../state.js';
import type { InstrumentView } from '../views/reference.js';
import type { LinearEvaluation } from '../views/risk.js';
import { auctionsOf, type Auction } from './state.js';

type Line = LinearEvaluation['lines'][number];
/** A position as it can be bid for now. */
interface Offered {
  readonly auction: Auction;
  readonly evaluation: LinearEvaluation;
  readonly line: Line;
  readonly view: InstrumentView;
}

/**
 * Decides a member's bid for the position that a bucket in close-out auctions, at the price of the
 * newest tick. It takes over as many lots as it names, at most those that cure the bucket; whether
 * the bidder owns and can margin what it names, its own lane and gate tell when the leg comes.
 *
 * @returns `BidTaken`; or `role-not-allowed` (members only), `no-auction`, `self-trade`,
 *          `account-unknown`, `instrument-not-offered`, `auction-over` (carries `until`),
 *          `bid-under-way`, `evaluation-pending` (a fill is not evaluated yet), `nothing-offered`
 *          (what is left cures by itself), `lots-out-of-range` (carries `lotsMin` and `lotsMax`)
 * @source DESIGN 6.5; rules/auction
 */
export const bidInAuction: Decide<CommandOf<'BidInAuction'>, LiquidationState> = (
  command,
  state,
  { by },
) => {
  if (by.role !== 'venue') return reject('role-not-allowed', { role: by.role });
  const closeOut = closeOutOf(state, command);
  const { open } = auctionsOf(state, command);
  if (!closeOut || !open) return reject('no-auction');
  const problem = bidProblem(command, state, open);
  if (problem) return problem;
  if (closeOut.slice) return reject('bid-under-way');
  const offered = offeredNow(state, closeOut, open);
  if (!('line' in offered)) return offered;
  const offer = offerOf(state, offered);
  const lotsMax = lotsFor(offered, offer.price);
  if (lotsMax === 0) return reject('nothing-offered');
  const lotsMin = Math.min(open.terms.minLots, lotsMax);
  if (command.lots < lotsMin) return reject('lots-out-of-range', { lotsMin, lotsMax });
  const lots = Math.min(command.lots, lotsMax);
  return accept<Event>(taken(command, state, { offered, offer, lots, member: by.member }));
};

/** What is wrong with a bid whatever the position is like by now. */
function bidProblem(
  command: CommandOf<'BidInAuction'>,
  { reference, partitions }: LiquidationState,
  open: Auction,
): Decision<never> | null {
  if (command.bidder === command.account) return reject('self-trade');
  if (partitionOf(command.bidder) >= partitions) return reject('account-unknown');
  if (command.instrument !== open.instrument) {
    return reject('instrument-not-offered', { offered: open.instrument });
  }
  if (reference.tick >= open.until) return reject('auction-over', { until: open.until });
  return null;
}

function offeredNow(
  state: LiquidationState,
  closeOut: CloseOut,
  auction: Auction,
): Offered | Decision<never> {
  const evaluation = freshEvaluation(state, closeOut);
  if (evaluation?.type !== 'MarginEvaluated') return reject('evaluation-pending');
  if (isWhole(evaluation)) return reject('nothing-offered');
  const line = evaluation.lines.find(({ instrument }) => instrument === auction.instrument);
  const view = state.reference.instruments.get(auction.instrument);
  if (!line || line.lots === 0 || line.mark === 0 || !view?.parameters) {
    return reject('nothing-offered');
  }
  return { auction, evaluation, line, view };
}

/** The equity behind one of several positions is shared as they share the requirement. */
function offerOf(
  { reference }: LiquidationState,
  { auction, evaluation, line, view }: Offered,
): AuctionOffer {
  const { equity, initial } = evaluation;
  const behind = initial > 0n && equity > 0n ? (equity * line.initial) / initial : 0n;
  const { lots, mark } = line;
  const position = { lots, mark, unit: view.unit, equity: behind, reserved: auction.reserved };
  return auctionOffer(position, auction.terms, reference.tick - auction.from);
}

function lotsFor({ evaluation, line, view }: Offered, price: number): number {
  if (!view.parameters || view.initialPpm === 0) return 0;
  return curingLots({ evaluation, line, instrument: view, parameters: view.parameters }, price);
}

function taken(
  command: CommandOf<'BidInAuction'>,
  state: LiquidationState,
  bid: {
    readonly offered: Offered;
    readonly offer: AuctionOffer;
    readonly lots: number;
    readonly member: Extract<Event, { type: 'BidTaken' }>['member'];
  },
): Extract<Event, { type: 'BidTaken' }> {
  const { account, bucket, instrument, bidder, bidderBucket } = command;
  const { auction, evaluation, line } = bid.offered;
  const held = BigInt(Math.abs(line.lots));
  return {
    type: 'BidTaken',
    auction: auction.auction,
    slice: state.counters.slice + 1,
    account,
    bucket,
    instrument,
    lots: line.lots > 0 ? -bid.lots : bid.lots,
    price: bid.offer.price,
    paid: (bid.offer.asked * BigInt(bid.lots)) / held,
    bidder,
    bidderBucket,
    member: bid.member,
    accountsSeq: evaluation.accountsSeq,
    frame: evaluation.frame,
    tick: state.reference.tick,
  };
}
