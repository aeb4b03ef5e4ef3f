import type { CommandOf, Event, EventOf, Mail } from '@ringfence/contracts';
import { invariant, partitionOf, type BucketId, type CommandId } from '@ringfence/kernel';
import { postTo } from './ledger.js';
import { forget, ownPending, pendingOf, remember, unprint } from './pending.js';
import { knownInstrument } from './reference-view.js';
import { openedOf } from './round-state.js';
import {
  appended,
  bucketAt,
  lotsOf,
  openBucket,
  ownAccount,
  without,
  type AccountsState,
  type Bucket,
  type PendingLeg,
} from './state.js';

/** Legs of the bucket in that instrument that wait. */
function* pendingLegs(
  state: AccountsState,
  bucket: Bucket,
  instrument: number,
): Generator<PendingLeg> {
  for (const reservation of bucket.pending) {
    const leg = pendingOf(state, 'leg', reservation);
    if (leg?.instrument === instrument) yield leg;
  }
}

/**
 * How many lots a leg of this direction could close for certain: the position on the other side,
 * less all pending legs that
 * close it too.
 *
 * @param direction  sign of the leg
 * @returns lots ≥ 0
 */
export function closableLots(
  state: AccountsState,
  bucket: Bucket | undefined,
  leg: { readonly instrument: PendingLeg['instrument']; readonly direction: number },
): number {
  if (!bucket) return 0;
  const position = lotsOf(bucket, leg.instrument);
  if (Math.sign(position) !== -leg.direction) return 0;
  let closable = Math.abs(position);
  for (const other of pendingLegs(state, bucket, leg.instrument)) {
    if (Math.sign(other.lots) === leg.direction) closable -= Math.abs(other.lots);
  }
  return Math.max(0, closable);
}

/** Deleveraging of the bucket was reported, or is offered and not answered: it takes no new leg. */
export function isLocked(state: AccountsState, bucket: Bucket): boolean {
  if (bucket.isReported) return true;
  return bucket.pending.some((reservation) => {
    const leg = pendingOf(state, 'leg', reservation);
    return leg?.purpose === 'adl' && leg.offers;
  });
}

/** The name of a leg that no client ordered: unique in the house, no client's 128 random bits. */
export function ownTradeId(
  purpose: 'slice' | 'adl',
  partition: number,
  reservation: number,
): CommandId {
  const rest = `${partition.toString(36)}.${reservation.toString(36)}`.padStart(15, '\0');
  return `${purpose === 'slice' ? '\x01' : '\x02'}${rest}` as CommandId;
}

/** Settlement-asset units of a leg, signed like its lots. */
export const costOf = (lots: number, price: number, unit: bigint): bigint =>
  BigInt(lots) * BigInt(price) * unit;

/** Gives a leg back. */
export const legReleased = (leg: PendingLeg, reason: string): Event => ({
  type: 'LegReleased',
  reservation: leg.reservation,
  trade: leg.trade,
  purpose: leg.purpose,
  slice: leg.slice,
  account: leg.account,
  bucket: leg.bucket,
  instrument: leg.instrument,
  asset: leg.asset,
  fee: leg.fee,
  reason,
});

/** Makes a leg a position: `lots` unsigned, at most those reserved. */
export function legApplied(
  state: AccountsState,
  leg: PendingLeg,
  fill: { readonly lots: number; readonly price: number; readonly tag: number },
): Event {
  invariant(
    fill.lots > 0 && fill.lots <= Math.abs(leg.lots),
    'a fill is at most what was reserved',
  );
  const lots = Math.sign(leg.lots) * fill.lots;
  return {
    type: 'LegApplied',
    reservation: leg.reservation,
    trade: leg.trade,
    purpose: leg.purpose,
    slice: leg.slice,
    account: leg.account,
    bucket: leg.bucket,
    instrument: leg.instrument,
    lots,
    price: fill.price,
    cost: costOf(lots, fill.price, knownInstrument(state, leg.instrument).unit),
    asset: leg.asset,
    fee: leg.fee,
    feeReturned: 0n,
    tag: fill.tag,
  };
}

/** The tag that this lane gives as receiver. */
export const tagOf = (state: AccountsState, leg: PendingLeg): number =>
  openedOf(state, knownInstrument(state, leg.instrument).domain);

/** Concludes an offered leg at its offering side, with what the receiver applied. */
export function concludeOffer(answer: CommandOf<'LegAnswer'>, state: AccountsState): Event {
  const leg = ownPending(state, 'leg', answer.reservation);
  invariant(leg.offers && leg.isOffered, 'only what was offered is answered');
  if (answer.lots === 0) return legReleased(leg, answer.reason);
  if (leg.purpose !== 'adl') {
    const isWhole = answer.lots === Math.abs(leg.lots) && answer.price === leg.price;
    invariant(isWhole, 'a trade is done as offered or not at all');
  }
  return legApplied(state, leg, answer);
}

function concludeLeg(
  state: AccountsState,
  event: EventOf<'LegApplied' | 'LegReleased'>,
): PendingLeg {
  const leg = ownPending(state, 'leg', event.reservation);
  const bucket = openBucket(ownAccount(state, leg.account), leg.bucket);
  bucket.pending = without(bucket.pending, leg.reservation);
  forget(state, leg.reservation);
  return leg;
}
function answerLeg(
  mail: Mail,
  partition: number,
  answer: Omit<CommandOf<'LegAnswer'>, 'type'>,
): void {
  const { reservation, lots, price, tag, reason } = answer;
  const message = { type: 'LegAnswer' as const, reservation, lots, price, tag, reason };
  mail.send({ service: 'accounts', partition }, message);
}
const NOTHING = { lots: 0, price: 0, tag: 0 };

export const legEvolve = {
  LegReserved: (state: AccountsState, event: EventOf<'LegReserved'>) => {
    postTo(state, event);
    remember(state, {
      kind: 'leg',
      reservation: event.reservation,
      print: 0n,
      trade: event.trade,
      purpose: event.purpose,
      slice: event.slice,
      round: event.round,
      offers: event.offers,
      isOffered: false,
      account: event.account,
      bucket: event.bucket,
      against: event.against,
      againstBucket: event.againstBucket,
      instrument: event.instrument,
      lots: event.lots,
      price: event.price,
      asset: event.asset,
      fee: event.fee,
      partition: event.partition,
      offer: event.offer,
      venue: event.venue,
    });
    const bucket = openBucket(ownAccount(state, event.account), event.bucket);
    bucket.pending = appended(bucket.pending, event.reservation);
  },
  LegOffered: (state: AccountsState, event: EventOf<'LegOffered'>, mail: Mail) => {
    const leg = ownPending(state, 'leg', event.reservation);
    invariant(leg.offers && !leg.isOffered, 'a leg is offered once, by its offering side');
    unprint(state, leg);
    leg.isOffered = true;
    mail.send(
      { service: 'accounts', partition: partitionOf(leg.against) },
      {
        type: 'LegOffer',
        reservation: leg.reservation,
        trade: leg.trade,
        purpose: leg.purpose,
        slice: leg.slice,
        round: leg.round,
        account: leg.against,
        bucket: leg.againstBucket,
        against: leg.account,
        againstBucket: leg.bucket,
        instrument: leg.instrument,
        lots: -leg.lots,
        price: leg.price,
        venue: leg.venue,
      },
    );
  },
  LegApplied: (state: AccountsState, event: EventOf<'LegApplied'>, mail: Mail) => {
    const leg = concludeLeg(state, event);
    invariant(event.fee + event.feeReturned === leg.fee, 'all of a held fee ends somewhere');
    postTo(state, event);
    if (leg.offers) return;
    const { price, tag } = event;
    const fill = { lots: Math.abs(event.lots), price, tag };
    answerLeg(mail, leg.partition, { reservation: leg.offer, ...fill, reason: '' });
  },
  LegReleased: (state: AccountsState, event: EventOf<'LegReleased'>, mail: Mail) => {
    const leg = concludeLeg(state, event);
    postTo(state, event);
    const { reason } = event;
    if (!leg.offers) answerLeg(mail, leg.partition, { reservation: leg.offer, ...NOTHING, reason });
  },
  LegRefused: (_state: AccountsState, event: EventOf<'LegRefused'>, mail: Mail) => {
    const { partition, offer, reason } = event;
    answerLeg(mail, partition, { reservation: offer, ...NOTHING, reason });
  },
};

/** The bucket of a leg or move, which is there as long as something waits in it. */
export const bucketOf = (
  state: AccountsState,
  id: PendingLeg['account'],
  bucket: BucketId,
): Bucket | undefined => bucketAt(ownAccount(state, id), bucket);
