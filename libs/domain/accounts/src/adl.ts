import type { CommandOf, Event } from '@ringfence/contracts';
import { accept, partitionOf, present, type Decision } from '@ringfence/kernel';
import { bucketOf, closableLots, legApplied, ownTradeId } from './leg.js';
import { nextReservation } from './pending.js';
import { instrumentAt, knownInstrument } from './reference-view.js';
import { openedOf, type Round } from './round-state.js';
import { accountAt, bucketAt, lotsOf, type AccountsState, type PendingLeg } from './state.js';

/** What the receiver can give up at once, or why nothing. */
function adlFill(
  offer: CommandOf<'LegOffer'>,
  state: AccountsState,
): { readonly lots: number; readonly price: number } | string {
  const instrument = instrumentAt(state, offer.instrument);
  if (!instrument) return 'instrument-unknown';
  if (offer.round !== openedOf(state, instrument.domain)) return 'another-round';
  if (instrument.mark === null) return 'no-price';
  if (instrument.settled !== null) return 'instrument-expired';
  const account = accountAt(state, offer.account);
  if (!account) return 'account-unknown';
  const leg = { instrument: offer.instrument, direction: Math.sign(offer.lots) };
  const closable = closableLots(state, bucketAt(account, offer.bucket), leg);
  const lots = Math.min(Math.abs(offer.lots), closable);
  return lots > 0 ? { lots, price: instrument.mark } : 'nothing-to-close';
}

/**
 * Decides an offer of deleveraging at the holder of the other side: no gate, no fee, no authority,
 * at the newest mark of this
 * lane and under its own tag, clamped to what its position can certainly give.
 *
 * @returns `LegReserved` and `LegApplied`; or `LegRefused` with `another-round`, `no-price`,
 *           `nothing-to-close`,
 *          `account-unknown`, `instrument-unknown`, `instrument-expired`
 * @source DESIGN 6.6
 */
export function takeAdlOffer(
  offer: CommandOf<'LegOffer'>,
  state: AccountsState,
  partition: number,
): Decision<Event> {
  const fill = adlFill(offer, state);
  const { account, reservation: offered } = offer;
  if (typeof fill === 'string') {
    return accept<Event>({ type: 'LegRefused', partition, offer: offered, account, reason: fill });
  }
  const instrument = knownInstrument(state, offer.instrument);
  const leg: PendingLeg = {
    kind: 'leg',
    reservation: nextReservation(state),
    print: 0n,
    trade: offer.trade,
    purpose: 'adl',
    slice: 0,
    round: offer.round,
    offers: false,
    isOffered: false,
    account,
    bucket: offer.bucket,
    against: offer.against,
    againstBucket: offer.againstBucket,
    instrument: offer.instrument,
    lots: Math.sign(offer.lots) * fill.lots,
    price: fill.price,
    asset: instrument.settlement,
    fee: 0n,
    partition,
    offer: offered,
    venue: offer.venue,
  };
  const tag = openedOf(state, instrument.domain);
  return accept(legReserved(leg), legApplied(state, leg, { ...fill, tag }));
}

/** The event that makes this leg wait. */
export const legReserved = (leg: PendingLeg): Event => ({
  type: 'LegReserved',
  reservation: leg.reservation,
  trade: leg.trade,
  purpose: leg.purpose,
  slice: leg.slice,
  round: leg.round,
  offers: leg.offers,
  account: leg.account,
  bucket: leg.bucket,
  against: leg.against,
  againstBucket: leg.againstBucket,
  instrument: leg.instrument,
  lots: leg.lots,
  price: leg.price,
  asset: leg.asset,
  fee: leg.fee,
  partition: leg.partition,
  offer: leg.offer,
  venue: leg.venue,
});

/** Lots of one close that are still there, less what earlier closes of the same decision take. */
function closeLots(
  state: AccountsState,
  close: CommandOf<'RoundDecision'>['closes'][number],
  taken: readonly PendingLeg[],
): number {
  const bucket = present(bucketOf(state, close.account, close.bucket), 'failing bucket');
  const position = lotsOf(bucket, close.instrument);
  const leg = { instrument: close.instrument, direction: -Math.sign(position) };
  let left = closableLots(state, bucket, leg);
  for (const other of taken) {
    const isSame =
      other.account === close.account &&
      other.bucket === close.bucket &&
      other.instrument === close.instrument;
    if (isSame) left -= Math.abs(other.lots);
  }
  return leg.direction * Math.max(0, Math.min(close.lots, left));
}

/**
 * The closes that a decision orders of this lane's failing buckets: all are reserved first, then
 * offered, so that no answer
 * comes between two reservations.
 */
export function adlOffers(
  state: AccountsState,
  decision: CommandOf<'RoundDecision'>,
  round: Round,
): Event[] {
  const legs: PendingLeg[] = [];
  const first = decision.sends.length;
  for (const close of decision.closes) {
    // the next round closes it at its last mark
    if (knownInstrument(state, close.instrument).settled !== null) continue;
    const lots = closeLots(state, close, legs);
    if (lots === 0) continue;
    const reservation = nextReservation(state, first + legs.length);
    legs.push({
      kind: 'leg',
      reservation,
      print: 0n,
      trade: ownTradeId('adl', state.partition, reservation),
      purpose: 'adl',
      slice: 0,
      round: round.opened,
      offers: true,
      isOffered: false,
      account: close.account,
      bucket: close.bucket,
      against: close.against,
      againstBucket: close.againstBucket,
      instrument: close.instrument,
      lots,
      price: 0,
      asset: knownInstrument(state, close.instrument).settlement,
      fee: 0n,
      partition: partitionOf(close.account),
      offer: reservation,
      venue: 0 as PendingLeg['venue'],
    });
  }
  const offered = legs.map(({ reservation }): Event => ({ type: 'LegOffered', reservation }));
  return [...legs.map(legReserved), ...offered];
}
