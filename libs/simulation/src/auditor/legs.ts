import type { EventOf } from '@ringfence/contracts';
import { bucketKind, bucketNumber, present, type InstrumentId } from '@ringfence/kernel';
import type { House } from './house.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';
import { magnitude, PPM, ppmUp } from './shares.js';
import type { Guarantee } from './findings.js';

type Reserved = EventOf<'LegReserved'>;
type Applied = EventOf<'LegApplied'>;
export interface LegState {
  readonly leg: Reserved;
  readonly partition: number;
  status: 'reserved' | 'offered' | 'applied' | 'released';
  applied: Applied | null;
}

/**
 * Proves of every trade, slice and deleveraging that both sides happen or none: the same lots,
 * price and cost with opposite signs and under one tag, which is the receiver's count of opened
 * rounds; after both gates passed; with both owners' authority, within the band, for the fee of the
 * parameters; slices and deleveraging never past flat. Open interest, with legs in transit, is zero
 * (guarantees 2, 4 and 5).
 */
export class Legs implements Check {
  readonly #legs = new Map<string, LegState>();
  /** by the offering side: who reserved for it */
  readonly #receivers = new Map<string, LegState>();
  readonly #refused = new Set<string>();
  readonly #verdicts = new Map<string, boolean>();
  /** per instrument: signed lots applied anywhere, and what offering sides still have to apply */
  readonly #interest = new Map<InstrumentId, { held: number; transit: number }>();
  readonly #open = new Set<LegState>();

  constructor(readonly house: House) {}

  at(partition: number, reservation: number): LegState | undefined {
    return this.#legs.get(`${partition}/${reservation}`);
  }
  /** the gate's verdict on a reservation of that partition; undefined when there is none */
  passed(partition: number, reservation: number): boolean | undefined {
    return this.#verdicts.get(`${partition}/${reservation}`);
  }

  #expect(holds: boolean, of: Guarantee, rule: string, what: unknown, at: Place): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  readonly on: Handlers = {
    GateJudged: (event, at) => {
      const key = `${at.partition}/${event.reservation}`;
      this.#expect(!this.#verdicts.has(key), 5, 'judged-once', event, at);
      this.#verdicts.set(key, event.passed);
    },
    LegReserved: (event, at) => {
      const key = `${at.partition}/${event.reservation}`;
      this.#expect(!this.#legs.has(key), 4, 'reservation-is-new', event, at);
      const state: LegState = {
        leg: event,
        partition: at.partition,
        status: 'reserved',
        applied: null,
      };
      this.#legs.set(key, state);
      this.#open.add(state);
      if (!event.offers) this.#pair(event, state, at);
      if (event.purpose === 'trade') this.#checkTrade(event, at);
      else if (event.purpose === 'adl' || !event.offers) {
        this.#expect(event.fee === 0n, 2, 'fee-by-its-rule', event, at);
      }
      const { instrument } = event;
      const { domain } = this.house.listing.instrument(instrument);
      const kind = bucketKind(event.bucket);
      const number = bucketNumber(event.bucket);
      const own = kind !== 'excess' && number === (kind === 'isolated' ? instrument : domain);
      this.#expect(own, 2, 'leg-in-its-bucket', event, at);
    },
    LegOffered: (event, at) => {
      const state = this.at(at.partition, event.reservation);
      const holds = state?.status === 'reserved' && state.leg.offers;
      this.#expect(holds, 4, 'offered-once', event, at);
      if (!state) return;
      state.status = 'offered';
      this.#checkGate(state, at);
    },
    LegApplied: (event, at) => this.#apply(event, at),
    LegReleased: (event, at) => this.#release(event, at),
    LegRefused: (event, at) => {
      const key = `${event.partition}/${event.offer}`;
      const offer = this.#legs.get(key);
      const holds = offer?.status === 'offered' && !this.#receivers.has(key);
      this.#expect(holds && !this.#refused.has(key), 4, 'answered-once', event, at);
      this.#refused.add(key);
    },
  };

  /** The receiving side mirrors an offer. */
  #pair(leg: Reserved, state: LegState, at: Place): void {
    const key = `${leg.partition}/${leg.offer}`;
    const offer = this.#legs.get(key);
    const fresh = !this.#receivers.has(key) && !this.#refused.has(key);
    this.#expect(offer?.status === 'offered' && fresh, 4, 'answered-once', leg, at);
    this.#receivers.set(key, state);
    if (!offer) return;
    const { leg: asked } = offer;
    const adl = leg.purpose === 'adl';
    const lots = adl
      ? Math.sign(leg.lots) === -Math.sign(asked.lots) && Math.abs(leg.lots) <= Math.abs(asked.lots)
      : leg.lots === -asked.lots;
    const holds =
      lots &&
      (adl || leg.price === asked.price) &&
      leg.purpose === asked.purpose &&
      leg.slice === 0 &&
      leg.round === asked.round &&
      leg.trade === asked.trade &&
      leg.account === asked.against &&
      leg.bucket === asked.againstBucket &&
      leg.against === asked.account &&
      leg.instrument === asked.instrument &&
      leg.venue === asked.venue;
    this.#expect(holds, 4, 'both-sides-agree', { asked, leg }, at);
    const sameBucket = leg.account === asked.account && leg.bucket === asked.bucket;
    this.#expect(!sameBucket, 4, 'both-sides-agree', { asked, leg }, at);
  }

  #checkTrade(leg: Reserved, at: Place): void {
    const owner = this.house.owner(leg.account);
    const granted = owner?.venues.has(leg.venue) === true && owner.open;
    this.#expect(granted, 2, 'trades-with-authority', leg, at);
    const { origin } = at.decision;
    const ordered = origin.kind !== 'client' || origin.by.member === leg.venue;
    this.#expect(ordered, 2, 'trades-with-authority', leg, at);
    const { unit } = this.house.listing.instrument(leg.instrument);
    const prices = this.house.prices('accounts', at.partition);
    const parameters = prices.parameters.get(leg.instrument);
    const notional = magnitude(leg.lots) * BigInt(leg.price) * unit;
    const fee = parameters && ppmUp(notional, parameters.tradeFeePpm);
    this.#expect(leg.fee === fee, 2, 'fee-by-its-rule', { leg, fee }, at);
    const mark = prices.quotes.get(leg.instrument)?.price ?? 0;
    const { listing } = this.house;
    const { tickUnits } = listing.instrument(leg.instrument);
    const off = magnitude(leg.price - mark) * tickUnits * PPM;
    // an option's band is a share of what it is an option on
    const measure = listing.isOption(leg.instrument)
      ? present(listing.terms.get(leg.instrument), 'terms').underlying
      : leg.instrument;
    const measured = BigInt(prices.quotes.get(measure)?.price ?? 0);
    const share = measured * listing.instrument(measure).tickUnits;
    const within = parameters && off <= share * BigInt(parameters.bandPpm);
    this.#expect(within === true, 2, 'price-within-the-band', { leg, mark }, at);
  }
  #checkGate({ leg, partition }: LegState, at: Place): void {
    const gated = leg.purpose === 'trade' || (leg.purpose === 'slice' && !leg.offers);
    const passed = this.passed(partition, leg.reservation) === true;
    this.#expect(!gated || passed, 5, 'gate-passed-first', leg, at);
  }

  #apply(event: Applied, at: Place): void {
    const state = this.at(at.partition, event.reservation);
    const due = state?.leg.offers ? 'offered' : 'reserved';
    this.#expect(state?.status === due, 4, 'applied-once', event, at);
    if (!state) return;
    const { leg } = state;
    state.status = 'applied';
    state.applied = event;
    this.#open.delete(state);
    this.#checkGate(state, at);
    this.#checkTerms(event, leg, at);
    if (leg.offers) this.#checkOffering(event, leg, at);
    else this.#checkReceiving(event, leg, at);
    const bucket = this.house.books[at.partition].bucket(event.account, event.bucket);
    const held = bucket.lots(event.instrument);
    const closes = leg.purpose === 'adl' || (leg.purpose === 'slice' && leg.offers);
    const within =
      Math.sign(held) === -Math.sign(event.lots) && Math.abs(event.lots) <= Math.abs(held);
    this.#expect(!closes || within, 4, 'closes-no-more-than-is-held', { event, held }, at);
  }
  #checkTerms(event: Applied, leg: Reserved, at: Place): void {
    const { unit, settlement } = this.house.listing.instrument(event.instrument);
    const cost = BigInt(event.lots) * BigInt(event.price) * unit;
    const lots =
      leg.purpose === 'adl'
        ? Math.sign(event.lots) === Math.sign(leg.lots) &&
          Math.abs(event.lots) <= Math.abs(leg.lots)
        : event.lots === leg.lots && event.price === leg.price;
    const holds =
      lots &&
      event.cost === cost &&
      event.asset === settlement &&
      event.account === leg.account &&
      event.bucket === leg.bucket &&
      event.instrument === leg.instrument &&
      event.purpose === leg.purpose &&
      event.slice === leg.slice;
    this.#expect(holds, 4, 'applied-as-reserved', { leg, event }, at);
    const fee = event.fee + event.feeReturned === leg.fee;
    this.#expect(fee, 4, 'fee-credited-is-charged', { leg, event }, at);
  }

  #checkReceiving(event: Applied, leg: Reserved, at: Place): void {
    const { domain } = this.house.listing.instrument(event.instrument);
    const { joined } = this.house.books[at.partition].round(domain);
    this.#expect(event.tag === joined, 4, 'tag-is-the-receivers', { event, joined }, at);
    if (leg.purpose === 'adl') {
      const mark = this.house.prices('accounts', at.partition).quotes.get(event.instrument)?.price;
      this.#expect(event.price === mark, 4, 'deleveraged-at-the-mark', { event, mark }, at);
      this.#expect(leg.round === joined, 4, 'deleveraged-in-its-round', { leg, joined }, at);
    }
    this.#count(event.instrument, event.lots, -event.lots);
  }
  #checkOffering(event: Applied, leg: Reserved, at: Place): void {
    const other = this.#receivers.get(`${at.partition}/${leg.reservation}`)?.applied;
    const holds =
      other?.lots === -event.lots && other.cost === -event.cost && other.price === event.price;
    this.#expect(holds, 4, 'both-sides-agree', { event, other }, at);
    this.#expect(other?.tag === event.tag, 4, 'one-tag-on-both-sides', { event, other }, at);
    const { held, transit } = this.#count(event.instrument, event.lots, other?.lots ?? 0);
    this.#expect(held + transit === 0, 4, 'open-interest-is-zero', { held, transit, event }, at);
  }
  #count(
    instrument: InstrumentId,
    lots: number,
    transit: number,
  ): { held: number; transit: number } {
    const interest = this.#interest.get(instrument) ?? { held: 0, transit: 0 };
    interest.held += lots;
    interest.transit += transit;
    this.#interest.set(instrument, interest);
    return interest;
  }

  #release(event: EventOf<'LegReleased'>, at: Place): void {
    const state = this.at(at.partition, event.reservation);
    const waits = state?.status === 'reserved' || state?.status === 'offered';
    this.#expect(waits, 4, 'released-once', event, at);
    if (!state) return;
    const { leg } = state;
    const held =
      leg.fee === event.fee && leg.asset === event.asset && leg.account === event.account;
    const holds = held && leg.bucket === event.bucket;
    this.#expect(holds, 4, 'fee-credited-is-charged', { leg, event }, at);
    if (state.status === 'offered') {
      const key = `${at.partition}/${leg.reservation}`;
      const refused = this.#refused.has(key) || this.#receivers.get(key)?.status === 'released';
      this.#expect(refused, 4, 'only-the-answer-resolves', event, at);
    }
    state.status = 'released';
    this.#open.delete(state);
  }

  checkQuiet(): void {
    for (const { leg, partition, status } of this.#open) {
      this.house.findings.report(4, 'legs-ended', `${status} on ${partition}: ${text(leg)}`);
    }
  }
}
