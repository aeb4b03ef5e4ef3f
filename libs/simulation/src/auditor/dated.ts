import type { EventOf } from '@ringfence/contracts';
import { present, type InstrumentId } from '@ringfence/kernel';
import type { Bucket } from './book.js';
import { bucketName, type House } from './house.js';
import type { Terms } from './listing.js';
import type { Line } from './positions.js';
import { placeText, same, text, type Check, type Handlers, type Place } from './record.js';
import { PPM } from './shares.js';
import type { Guarantee } from './findings.js';

type Expired = EventOf<'InstrumentExpired'>;
type Ended = EventOf<'PositionExpired'>;

/** What one expired instrument's positions came to over all lanes. */
interface End {
  readonly event: Expired;
  lots: number;
  /** lanes that reported the round that closes it */
  readonly reported: Set<number>;
}

/**
 * Proves of what ends (guarantees 2 and 4): futures and options expire once, not before their time,
 * at the value that the fixed price gives; nobody who has read of it begins or applies a leg in
 * them; the first round after it closes every position, at that one mark, and what was long was
 * short. Of options: their recorded values keep within the bounds that no arbitrage leaves. Of
 * switches: everything of a bucket moves behind one wall, after the gate, or nothing does.
 */
export class Dated implements Check {
  readonly #ends = new Map<InstrumentId, End>();

  constructor(readonly house: House) {}

  #expect(holds: boolean, rule: string, what: unknown, at: Place, of: Guarantee = 4): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  readonly on: Handlers = {
    OptionsPriced: (event, at) => {
      for (const priced of event.prices) this.#checkValue(priced, event.time, at);
    },
    InstrumentExpired: (event, at) => this.#expire(event, at),
    PositionExpired: (event, at) => this.#end(event, at),
    RoundReported: (event, at) => this.#checkClosed(event, at),
    LegReserved: (event, at) => this.#checkAlive(event, at),
    LegApplied: (event, at) => {
      const waits = this.house.books[at.partition].waiting.get(event.reservation);
      const leg = waits?.legs.get(event.reservation)?.leg;
      if (leg && !leg.offers) this.#checkAlive(event, at);
    },
    SwitchReserved: (event, at) => {
      const source = this.#bucket(event.account, event.source, at);
      const { joined } = this.house.books[at.partition].round(event.domain);
      const { positions, cash } = contentsOf(source, joined);
      const holds = same(positions, event.positions) && same(cash, event.cash);
      this.#expect(holds, 'switches-what-is-held', { event, positions, cash }, at, 2);
    },
    BucketSwitched: (event, at) => this.#switch(event, at),
  };

  #bucket(account: Bucket['account'], id: Bucket['id'], at: Place): Bucket {
    return this.house.books[at.partition].bucket(account, id);
  }

  /** Between what is paid now and the most that it can ever pay, give or take the rounding. */
  #checkValue(
    { instrument, price, volatilityPpm }: EventOf<'OptionsPriced'>['prices'][number],
    time: number,
    at: Place,
  ): void {
    const terms = present(this.house.listing.terms.get(instrument), 'terms of an option');
    const { listing } = this.house;
    const underlying = listing.instrument(terms.underlying).tickUnits;
    const own = listing.instrument(instrument).tickUnits;
    const forward = this.house.prices('reference', 0).quotes.get(terms.underlying)?.price ?? 0;
    const [now, strike] = [BigInt(forward) * underlying, BigInt(terms.strike) * underlying];
    const value = BigInt(price) * own;
    const inside = terms.right === 'call' ? now - strike : strike - now;
    const most = terms.right === 'call' ? now : strike;
    const within = value + own >= inside && value <= most + own;
    const lives = time < terms.expiry && !this.#ends.has(instrument) && volatilityPpm > 0;
    const what = { instrument, price, forward, terms };
    this.#expect(within && lives, 'option-within-its-bounds', what, at, 2);
  }

  #expire(event: Expired, at: Place): void {
    const terms = this.house.listing.terms.get(event.instrument);
    const { now } = this.house.prices('reference', 0);
    const once = terms !== undefined && !this.#ends.has(event.instrument);
    this.#expect(once && now >= terms.expiry, 'expires-once-at-its-time', { event, now }, at);
    this.#ends.set(event.instrument, { event, lots: 0, reported: new Set() });
    if (!terms) return;
    const ticks = this.#endValue(event, terms);
    this.#expect(ticks === event.settlementPrice, 'ends-at-its-value', { event, ticks }, at);
  }
  /** In ticks of its own, halves up. */
  #endValue(event: Expired, terms: Terms): number {
    const { listing } = this.house;
    const root = listing.terms.get(terms.underlying)?.underlying ?? terms.underlying;
    const price = BigInt(event.underlyingPrice) * listing.instrument(root).tickUnits;
    const strike = BigInt(terms.strike) * listing.instrument(terms.underlying).tickUnits;
    const over = terms.right === 'put' ? strike - price : price - strike;
    const value = terms.right === null || over > 0n ? (terms.right === null ? price : over) : 0n;
    const own = listing.instrument(event.instrument).tickUnits;
    return Number((2n * value + own) / (2n * own));
  }

  #end(event: Ended, at: Place): void {
    const end = this.#ends.get(event.instrument);
    const { unit, domain } = this.house.listing.instrument(event.instrument);
    const line = this.#bucket(event.account, event.bucket, at).lines.get(event.instrument);
    const cost = BigInt(event.lots) * BigInt(event.price) * unit;
    const atTheMark =
      end !== undefined &&
      event.price === end.event.settlementPrice &&
      event.cost === cost &&
      event.domain === domain &&
      event.round === end.event.round + 1;
    this.#expect(atTheMark, 'ends-at-one-mark', { event, end: end?.event }, at);
    const whole = line?.lots === event.lots && line.cost === event.cost;
    this.#expect(whole, 'ends-as-it-settled', { event, line }, at);
    if (end) end.lots += event.lots;
  }
  /** A lane that settled the round after an expiry holds nothing of it; all lanes: sums to zero. */
  #checkClosed({ domain, round }: EventOf<'RoundReported'>, at: Place): void {
    for (const [instrument, end] of this.#ends) {
      if (end.event.domain !== domain || round <= end.event.round) continue;
      for (const bucket of this.house.books[at.partition].ofDomain(domain)) {
        const line = bucket.lines.get(instrument);
        const { account, id } = bucket;
        const gone = (line?.lots ?? 0) === 0 && (line?.cost ?? 0n) === 0n;
        this.#expect(
          gone,
          'closes-what-expired',
          { account, id, instrument, lots: line?.lots, cost: line?.cost, round, end: end.event },
          at,
        );
      }
      end.reported.add(at.partition);
      if (end.reported.size < this.house.partitions) continue;
      this.#expect(end.lots === 0, 'what-was-long-was-short', { instrument, ...end }, at);
    }
  }

  #checkAlive(leg: Pick<EventOf<'LegReserved'>, 'instrument' | 'reservation'>, at: Place): void {
    const { expired, now } = this.house.prices('accounts', at.partition);
    const over = expired.has(leg.instrument);
    // a slice that comes too late is reserved, and given back in the same decision
    const refused = at.decision.events.some(
      (event) => event.type === 'LegReleased' && event.reservation === leg.reservation,
    );
    this.#expect(!over || refused, 'nothing-new-in-what-expired', leg, at);
    if (at.decision.command?.type !== 'SubmitTrade') return;
    const expiry = this.house.listing.terms.get(leg.instrument)?.expiry ?? Infinity;
    this.#expect(now < expiry, 'last-trade-before-its-expiry', { leg, now, expiry }, at);
  }

  #switch(event: EventOf<'BucketSwitched'>, at: Place): void {
    const { account, source, target, domain } = event;
    const { listing } = this.house;
    const ends = listing.domainOf(source) === domain && listing.domainOf(target) === domain;
    this.#expect(ends && source !== target, 'switches-inside-its-domain', event, at, 2);
    const from = this.#bucket(account, source, at);
    const to = this.#bucket(account, target, at);
    const held = contentsOf(from, event.tag);
    const moved = event.positions.map(({ instrument, lots, nextLots }) => ({
      instrument,
      lots: lots + nextLots,
    }));
    const inOrder = moved.sort((a, b) => a.instrument - b.instrument);
    const holds = same(inOrder, held.positions) && same(event.cash, held.cash);
    this.#expect(holds, 'switches-everything', { event, held }, at, 2);
    const due = event.due === from.due + to.due;
    this.#expect(due, 'switches-everything', { event, due: [from.due, to.due] }, at, 2);
    const free = from.debt + to.debt === 0n && !from.failing && !to.failing;
    const idle = from.legs.size + from.moves.size + to.legs.size + to.moves.size === 0;
    const what = { event, from: bucketName({ account, bucket: source }) };
    this.#expect(free && idle, 'switches-what-nothing-holds-back', what, at, 2);
    for (const each of event.positions) {
      const line = from.lines.get(each.instrument);
      const settling = line?.before(event.tag + 1);
      const agrees =
        settling?.lots === each.lots &&
        settling.cost === each.cost &&
        line?.cost === each.cost + each.nextCost;
      this.#expect(agrees, 'switches-at-its-cost', { each, line }, at, 2);
    }
  }
}

/** What a bucket holds after so many rounds, in the order of instruments and assets. */
function contentsOf(
  bucket: Bucket,
  rounds: number,
): Pick<EventOf<'SwitchReserved'>, 'positions' | 'cash'> {
  const positions = [...bucket.lines]
    .filter(([, line]) => !isFlat(line, rounds))
    .map(([instrument, { lots }]) => ({ instrument, lots }))
    .sort((a, b) => a.instrument - b.instrument);
  const cash = [...bucket.pots]
    .filter(([, { available }]) => available > 0n)
    .map(([asset, { available: amount }]) => ({ asset, amount }))
    .sort((a, b) => a.asset - b.asset);
  return { positions, cash };
}

/** Neither what the next round settles nor what came since is anything. */
function isFlat(line: Line, rounds: number): boolean {
  const { lots, cost } = line.before(rounds + 1);
  return lots === 0 && cost === 0n && line.lots === 0 && line.cost === 0n;
}

/**
 * Net value of a bucket's options at the values that its lane had read when it joined the round;
 * long ones count at most, short ones at least, for what they are worth.
 */
export function optionWorth(
  bucket: Bucket,
  values: ReadonlyMap<InstrumentId, bigint>,
  { longPpm, shortPpm }: { readonly longPpm: number; readonly shortPpm: number },
): bigint {
  let worth = 0n;
  for (const [instrument, { lots }] of bucket.lines) {
    const part = BigInt(lots > 0 ? longPpm : shortPpm);
    worth += BigInt(lots) * (values.get(instrument) ?? 0n) * part;
  }
  return worth > 0n ? worth / PPM : 0n;
}
