import type { CommandOf, Decide, Event } from '@ringfence/contracts';
import {
  accept,
  accountText,
  bucketKind,
  bucketNumber,
  invariant,
  partitionOf,
  present,
  reject,
  type AccountId,
  type BucketId,
  type Decision,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { shareUp } from '@ringfence/money';
import { concludeMove, isMargined, moveReleased } from './collateral.js';
import {
  bucketOf,
  closableLots,
  concludeOffer,
  costOf,
  isLocked,
  legApplied,
  legReleased,
  tagOf,
} from './leg.js';
import { takeAdlOffer } from './adl.js';
import { concludeSwitch, isSwitching, switchReleased } from './switch.js';
import { acceptAll, unknownAccount } from './order.js';
import { nextReservation, pendingOf } from './pending.js';
import { instrumentAt, knownInstrument, type InstrumentView } from './reference-view.js';
import {
  accountAt,
  availableIn,
  bucketAt,
  HOUSE,
  ownAccount,
  type Account,
  type AccountsState,
  type PendingLeg,
} from './state.js';

/** Largest size of one leg in lots: sums of legs stay whole numbers. */
const LOTS_MAX = 2 ** 40;

/** One side of a leg, as this lane must judge it. */
interface Side {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly instrument: InstrumentId;
  /** signed */
  readonly lots: number;
  readonly price: number;
  readonly purpose: 'trade' | 'slice';
  readonly venue: MemberId;
}
/** A side that this lane may reserve, with the fee it must hold. */
interface Fit {
  readonly instrument: InstrumentView;
  readonly fee: bigint;
}

/**
 * Settlement units per base unit that a band is a share of: the mark; for an option, whose own
 * price may be next to nothing, that of its underlying. Null before the first price.
 */
function bandMeasure(
  state: AccountsState,
  { tickUnits, dated }: InstrumentView,
  mark: number,
): bigint | null {
  if (dated?.kind !== 'option') return BigInt(mark) * tickUnits;
  const underlying = knownInstrument(state, dated.underlying);
  return underlying.mark === null ? null : BigInt(underlying.mark) * underlying.tickUnits;
}

/** Nothing new is begun in what has expired; its last trade is before its expiry. */
function isOver(state: AccountsState, { settled, dated }: InstrumentView, side: Side): boolean {
  if (settled !== null) return true;
  return side.purpose === 'trade' && dated !== null && state.reference.now >= dated.expiry;
}

/** Whether a bucket is for the instrument. */
function takes(bucket: BucketId, { id, domain }: InstrumentView): boolean {
  const kind = bucketKind(bucket);
  if (kind === 'excess') return false;
  return bucketNumber(bucket) === (kind === 'isolated' ? id : domain);
}

/** Why a price may not be traded at; null when it may. */
function priceProblem(
  state: AccountsState,
  instrument: InstrumentView,
  side: Side,
  onlyReduces: boolean,
): Decision<never> | null {
  const { mark, bandPpm } = instrument;
  if (mark === null) return reject('no-price');
  const isStale = state.reference.now > instrument.validUntil;
  if (isStale && !onlyReduces) return reject('stale-price', { validUntil: instrument.validUntil });
  const distance = BigInt(Math.abs(side.price - mark)) * instrument.tickUnits * 1_000_000n;
  const band = bandPpm ?? 0;
  const measure = bandMeasure(state, instrument, mark);
  if (measure === null) return reject('no-price');
  if (distance > measure * BigInt(band)) {
    return reject('off-band', { price: side.price, mark, bandPpm: band });
  }
  return null;
}

/** Whether the account may be bound to this leg; null when it may. */
function accountProblem(account: Account, side: Side): Decision<never> | null {
  if (account.status !== 'open') return reject('account-closed');
  if (side.purpose === 'trade' && !account.venues.includes(side.venue)) {
    return reject('not-authorised', { account: accountText(account.id) });
  }
  if (side.purpose === 'slice') {
    // a wall takes over for the house; whoever bid in an auction, for an account of its own
    const isBid = side.venue !== HOUSE;
    if (isBid && account.member !== side.venue) return reject('not-the-owner');
    if (!isBid && account.class !== 'liquidity') return reject('not-a-liquidity-account');
  }
  return isMargined(account) ? null : reject('account-not-margined');
}

/** What the account must hold ready, or why it cannot take the leg. */
function judgeSide(state: AccountsState, side: Side): Fit | Decision<never> {
  const instrument = instrumentAt(state, side.instrument);
  if (instrument?.bandPpm === undefined || instrument.bandPpm === null) {
    return reject('instrument-unknown', { instrument: side.instrument });
  }
  if (Math.abs(side.lots) > LOTS_MAX) return reject('size-too-large', { lotsMax: LOTS_MAX });
  const account = accountAt(state, side.account);
  if (!account) return unknownAccount(side.account);
  const problem = accountProblem(account, side);
  if (problem) return problem;
  if (!takes(side.bucket, instrument)) return reject('bucket-unknown', { bucket: side.bucket });
  if (isOver(state, instrument, side)) return reject('instrument-expired');
  const bucket = bucketAt(account, side.bucket);
  if (bucket && isLocked(state, bucket)) return reject('bucket-failing');
  if (bucket && isSwitching(state, bucket)) return reject('bucket-switching');
  if (side.purpose === 'slice') return { instrument, fee: 0n };
  const direction = Math.sign(side.lots);
  const closable = closableLots(state, bucket, { instrument: side.instrument, direction });
  const offPrice = priceProblem(state, instrument, side, Math.abs(side.lots) <= closable);
  if (offPrice) return offPrice;
  const notional = costOf(Math.abs(side.lots), side.price, instrument.unit);
  const fee = shareUp(notional, instrument.tradeFeePpm);
  const available = availableIn(state, account, side.bucket, instrument.settlement);
  if (available < fee) return reject('insufficient-available', { available, fee });
  return { instrument, fee };
}

/**
 * Decides a venue's trade at the buyer's lane; the seller's lane checks its own side when the leg
 * is offered.
 *
 * @returns `LegReserved`, for the gate to judge; or `not-authorised`, `self-trade`,
 *           `lots-not-positive`,
 *          `price-not-positive`, `account-unknown`, `account-closed`, `account-not-margined`,
 *          `instrument-unknown`,
 *          `size-too-large`, `bucket-unknown`, `instrument-expired`, `bucket-failing`,
 *          `bucket-switching`, `no-price`, `stale-price`, `off-band` (carries price, mark,
 *          bandPpm), `insufficient-available` (carries available and fee)
 * @source DESIGN 6.2
 */
export const submitTrade: Decide<CommandOf<'SubmitTrade'>, AccountsState> = (
  command,
  state,
  order,
) => {
  if (order.by.role !== 'venue') return reject('not-authorised');
  if (command.buyer === command.seller) return reject('self-trade');
  if (command.lots <= 0) return reject('lots-not-positive');
  if (command.price <= 0) return reject('price-not-positive');
  const sellers = partitionOf(command.seller);
  const isSellerHere = sellers === state.partition;
  if (sellers >= state.partitions) return unknownAccount(command.seller);
  if (isSellerHere && !accountAt(state, command.seller)) return unknownAccount(command.seller);
  const { instrument, lots, price, buyer: account, buyerBucket: bucket } = command;
  const venue = order.by.member;
  const fit = judgeSide(state, {
    account,
    bucket,
    instrument,
    lots,
    price,
    purpose: 'trade',
    venue,
  });
  if (!('fee' in fit)) return fit;
  const reservation = nextReservation(state);
  return accept<Event>({
    type: 'LegReserved',
    reservation,
    trade: present(order.id, "a client's command has an id"),
    purpose: 'trade',
    slice: 0,
    round: 0,
    offers: true,
    account,
    bucket,
    against: command.seller,
    againstBucket: command.sellerBucket,
    instrument,
    lots,
    price,
    asset: fit.instrument.settlement,
    fee: fit.fee,
    partition: state.partition,
    offer: reservation,
    venue,
  });
};

/**
 * Decides an offered leg at its receiver: `LegReserved` for the gate, at once `LegApplied` for
 * deleveraging, or the event
 * `LegRefused` with the code that the buyer would have been given. It never rejects: only an answer
 * frees the other side.
 */
export const takeLegOffer: Decide<CommandOf<'LegOffer'>, AccountsState> = (offer, state, order) => {
  const { partition } = present(order.from, 'sender of an offer');
  const { account, bucket, instrument, lots, price, purpose, venue } = offer;
  if (purpose === 'adl') return takeAdlOffer(offer, state, partition);
  const fit = judgeSide(state, { account, bucket, instrument, lots, price, purpose, venue });
  if (!('fee' in fit)) {
    invariant(!fit.accepted, 'a problem of a side is a rejection');
    const reason = fit.rejection.code;
    return accept<Event>({
      type: 'LegRefused',
      partition,
      offer: offer.reservation,
      account,
      reason,
    });
  }
  return accept<Event>({
    type: 'LegReserved',
    reservation: nextReservation(state),
    trade: offer.trade,
    purpose,
    slice: 0, // the number stands for the failing bucket's fill alone
    round: 0,
    offers: false,
    account,
    bucket,
    against: offer.against,
    againstBucket: offer.againstBucket,
    instrument,
    lots,
    price,
    asset: fit.instrument.settlement,
    fee: fit.fee,
    partition,
    offer: offer.reservation,
    venue,
  });
};

/** Concludes a leg at its offering side: `LegApplied` under the answer's tag, or `LegReleased`. */
export const takeLegAnswer: Decide<CommandOf<'LegAnswer'>, AccountsState> = (answer, state) =>
  accept(concludeOffer(answer, state));

function concludeLeg(
  leg: PendingLeg,
  verdict: CommandOf<'ConcludeGate'>,
  state: AccountsState,
): Decision<Event> {
  if (!verdict.passed) return accept(legReleased(leg, verdict.reason));
  const instrument = knownInstrument(state, leg.instrument);
  // whoever applies a leg has not seen its instrument expire: it settles with the next round
  if (instrument.settled !== null) return accept(legReleased(leg, 'instrument-expired'));
  const bucket = bucketOf(state, leg.account, leg.bucket);
  if (bucket && isLocked(state, bucket)) return accept(legReleased(leg, 'bucket-failing'));
  if (leg.offers) return accept<Event>({ type: 'LegOffered', reservation: leg.reservation });
  const fill = { lots: Math.abs(leg.lots), price: leg.price, tag: tagOf(state, leg) };
  return accept(legApplied(state, leg, fill));
}

/**
 * The gate's verdict on a leg or a move. A verdict on what was cancelled, or on what needed no
 * gate, does nothing.
 *
 * @returns `LegOffered`, `LegApplied` or `LegReleased`; `CollateralMoved` or `MoveReleased`;
 *          `BucketSwitched` or `SwitchReleased`
 */
export const concludeGate: Decide<CommandOf<'ConcludeGate'>, AccountsState> = (verdict, state) => {
  const move = pendingOf(state, 'move', verdict.reservation);
  if (move) return concludeMove(move, verdict, state);
  const waiting = pendingOf(state, 'switch', verdict.reservation);
  if (waiting) return concludeSwitch(waiting, verdict, state);
  const leg = pendingOf(state, 'leg', verdict.reservation);
  return leg && !leg.isOffered ? concludeLeg(leg, verdict, state) : accept();
};

/** What waits in a bucket and was not offered yet, given back. */
export function cancelled(
  state: AccountsState,
  place: { readonly account: AccountId; readonly bucket: BucketId },
  reason: string,
): Event[] {
  const events: Event[] = [];
  const pending = bucketAt(ownAccount(state, place.account), place.bucket)?.pending ?? [];
  for (const reservation of pending) {
    const move = pendingOf(state, 'move', reservation);
    if (move) events.push(moveReleased(move, reason));
    const waiting = pendingOf(state, 'switch', reservation);
    if (waiting) events.push(switchReleased(waiting, reason));
    const leg = pendingOf(state, 'leg', reservation);
    if (leg && !leg.isOffered) events.push(legReleased(leg, reason));
  }
  return events;
}

/**
 * A call came: what is reserved in the bucket and not yet offered goes back, but for slices that it
 * is to take over: no client ordered them, and the gate judges them knowing of the call.
 */
export const cancelReservations: Decide<CommandOf<'CancelReservations'>, AccountsState> = (
  command,
  state,
) => {
  if (!accountAt(state, command.account)) return accept();
  const releases = cancelled(state, command, 'margin-called');
  return acceptAll(
    releases.filter((event) => event.type !== 'LegReleased' || event.purpose !== 'slice'),
  );
};
