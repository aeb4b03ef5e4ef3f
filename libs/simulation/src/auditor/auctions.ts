import type { EventOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import type { Guarantee } from './findings.js';
import { bucketName, type House } from './house.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';
import { magnitude, most, PPM } from './shares.js';

type Bid = EventOf<'BidTaken'>;
type Evaluated = EventOf<'MarginEvaluated'> | EventOf<'PortfolioEvaluated'>;
interface Open {
  readonly event: EventOf<'AuctionOpened'>;
  /** what filled bids left to the bucket */
  reserved: bigint;
}

/**
 * Proves of auctions (guarantees 2, 4 and 5): they are opened on the rules in force, one at a time
 * per bucket and each instrument once in a close-out; a bid is for what is offered, while it is
 * offered, at the price of its tick; never beyond the equity behind the position; nobody is
 * deleveraged while bids are taken.
 */
export class Auctions implements Check {
  readonly #rules = new Map<InstrumentId, EventOf<'AuctionRulesSet'>>();
  readonly #open = new Map<string, Open>();
  readonly #offered = new Map<string, InstrumentId[]>();
  readonly #bids = new Map<string, Bid>();

  constructor(readonly house: House) {}

  #expect(holds: boolean, of: Guarantee, rule: string, what: unknown, at: Place): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  readonly on: Handlers = {
    AuctionRulesSet: (event) => void this.#rules.set(event.instrument, event),
    CloseOutOpened: (event) => void this.#offered.delete(bucketName(event)),
    AuctionOpened: (event, at) => {
      const name = bucketName(event);
      const offered = this.#offered.get(name) ?? [];
      const fresh = !this.#open.has(name) && !offered.includes(event.instrument);
      this.#expect(fresh, 4, 'auctioned-once', event, at);
      const { startPpm, cutoffPpm, fastTicks, slowTicks, minLots } = event.terms;
      const set = this.#rules.get(event.instrument);
      const rules = set?.version === event.version ? set.auction : null;
      const holds =
        rules?.startPpm === startPpm &&
        rules.cutoffPpm === cutoffPpm &&
        rules.fastTicks === fastTicks &&
        rules.slowTicks === slowTicks &&
        rules.minLots === minLots &&
        event.until === event.from + fastTicks + slowTicks;
      this.#expect(holds, 5, 'auctioned-by-its-rules', { event, set }, at);
      this.#open.set(name, { event, reserved: 0n });
      this.#offered.set(name, [...offered, event.instrument]);
    },
    AuctionEnded: (event, at) => {
      const open = this.#open.get(bucketName(event));
      const holds = open?.event.auction === event.auction;
      this.#expect(holds, 4, 'auction-ends-once', event, at);
      this.#open.delete(bucketName(event));
    },
    AdlRequested: (event, at) => {
      const waits = event.wanted > 0 && this.#open.has(bucketName(event));
      this.#expect(!waits, 4, 'nobody-deleveraged-during-an-auction', event, at);
    },
    SliceFilled: (event, at) => {
      const bid = this.#bids.get(`${at.partition}/${event.slice}`);
      const open = this.#open.get(bucketName(event));
      if (!bid || open?.event.auction !== bid.auction) return;
      open.reserved += (bid.paid * magnitude(event.lots)) / magnitude(bid.lots);
    },
    LegReserved: (event, at) => {
      // a wall of the house takes over without a bid
      if (event.purpose !== 'slice' || event.offers || event.venue === 0) return;
      const owner = this.house.owner(event.account);
      this.#expect(owner?.member === event.venue, 2, 'bids-for-its-own-account', event, at);
    },
  };

  /** @param evaluated  the newest evaluation that the lane had read of the bucket */
  check(bid: Bid, evaluated: Evaluated | null, at: Place): void {
    this.#bids.set(`${at.partition}/${bid.slice}`, bid);
    const open = this.#open.get(bucketName(bid));
    const { origin } = at.decision;
    const holds =
      open?.event.auction === bid.auction &&
      open.event.instrument === bid.instrument &&
      bid.tick >= open.event.from &&
      bid.tick < open.event.until &&
      bid.bidder !== bid.account;
    this.#expect(holds, 4, 'bids-for-what-is-offered', { bid, open: open?.event }, at);
    const ordered = origin.kind === 'client' && origin.by.member === bid.member;
    this.#expect(ordered, 2, 'bids-for-its-own-account', bid, at);
    const line = evaluated?.lines.find(({ instrument }) => instrument === bid.instrument);
    if (!open || !evaluated || !line || line.lots === 0) return;
    const { unit } = this.house.listing.instrument(bid.instrument);
    const away = BigInt(line.lots > 0 ? line.mark - bid.price : bid.price - line.mark);
    const perTick = magnitude(line.lots) * unit;
    const share =
      evaluated.initial > 0n && 'initial' in line
        ? (evaluated.equity * line.initial) / evaluated.initial
        : 0n;
    const value = most(share - open.reserved, 0n);
    const within = away >= 0n && away * perTick <= value;
    this.#expect(within, 5, 'never-beyond-bankruptcy', { bid, value, line }, at);
    const asked = askedOf(open.event, value, bid.tick);
    // a quotient of 40 places may lie one unit below the exact one
    const prices = [asked, asked - 1n].map((each) => (value - each) / perTick);
    const isFalling = value === 0n ? away === 0n : prices.includes(away) || bid.price === 1;
    this.#expect(isFalling, 5, 'the-price-of-its-tick', { bid, value, asked, line }, at);
    const whole = (asked * magnitude(bid.lots)) / magnitude(line.lots);
    this.#expect(magnitudeOf(whole - bid.paid) <= 1n, 5, 'paid-as-asked', { bid, whole }, at);
  }
}

const magnitudeOf = (value: bigint): bigint => (value < 0n ? -value : value);

/** Part of a value that is asked for at a tick, rounded down; by fractions alone. */
function askedOf({ terms, from }: EventOf<'AuctionOpened'>, value: bigint, tick: number): bigint {
  const { startPpm, cutoffPpm, fastTicks, slowTicks } = terms;
  const elapsed = tick - from;
  const [part, of] =
    elapsed <= fastTicks
      ? [startPpm * fastTicks - (startPpm - cutoffPpm) * elapsed, fastTicks]
      : [cutoffPpm * (slowTicks - (elapsed - fastTicks)), slowTicks];
  return (value * BigInt(part)) / (PPM * BigInt(of));
}
