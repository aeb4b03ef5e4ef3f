import type { EventOf } from '@ringfence/contracts';
import type { Guarantee } from './findings.js';
import { bucketName, type House } from './house.js';
import { worthNow } from './listing.js';
import type { Seen } from './inputs.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';
import { least, magnitude, most, ppmUp } from './shares.js';

type Sized = EventOf<'SliceSized'>;

/** What a liquidation lane has read of a bucket. */
interface Watched {
  evaluated: EventOf<'MarginEvaluated'> | null;
  /** frame in which it was cured last */
  curedIn: number;
  /** the accounts record of the last fill: of a slice as applied, of deleveraging as noted */
  filledAt: number;
  slice: number;
}

/**
 * Proves of close-outs (guarantees 2, 4 and 5): a slice is sized from the newest evaluation, never
 * from one older than the last fill, never past flat, never again in the frame of a cure, one at a
 * time and on even ticks; its fee is at most what equity remains at its price, so the house never
 * comes before the gainers; accounts executes what was planned; collateral is sold to house money
 * alone, for no less than its value after haircut.
 */
export class CloseOuts implements Check {
  readonly #buckets = new Map<string, Watched>();
  readonly #slices = new Map<string, Sized>();
  readonly #fills = new Map<string, { lots: number; price: number; seq: number }>();
  readonly #sales = new Map<string, { order: EventOf<'SaleOrdered'>; sold: boolean }>();

  constructor(readonly house: House) {}

  #bucket(of: { readonly account: number; readonly bucket: number }): Watched {
    const found = this.#buckets.get(bucketName(of));
    if (found) return found;
    const watched: Watched = { evaluated: null, curedIn: 0, filledAt: 0, slice: 0 };
    this.#buckets.set(bucketName(of), watched);
    return watched;
  }
  #expect(holds: boolean, of: Guarantee, rule: string, what: unknown, at: Place): void {
    this.house.findings.expect(holds, of, rule, () => `${placeText(at)} ${text(what)}`);
  }

  /** A liquidation lane reads an event of its own partition's other logs. */
  seen({ event }: Seen): void {
    if (event.type === 'MarginEvaluated') this.#bucket(event).evaluated = event;
    else if (event.type === 'BucketCured') this.#bucket(event).curedIn = event.frame;
  }

  readonly on: Handlers = {
    SliceSized: (event, at) => this.#size(event, at),
    SliceFilled: (event, at) => this.#conclude(event, at),
    SliceRefused: (event, at) => this.#conclude(event, at),
    RoundAsked: (event, at) => {
      const { command } = at.decision;
      const odd = command?.type !== 'ReviewRounds' || command.tick % 2 === 1;
      this.#expect(odd, 4, 'rounds-and-slices-on-other-ticks', event, at);
    },
    LegReserved: (event, at) => {
      if (event.purpose !== 'slice' || !event.offers) return;
      const plan = this.#slices.get(`${at.partition}/${event.slice}`);
      const smaller = Math.sign(event.lots) === Math.sign(plan?.lots ?? 0);
      const holds =
        plan !== undefined &&
        smaller &&
        Math.abs(event.lots) <= Math.abs(plan.lots) &&
        event.fee <= plan.fee &&
        event.price === plan.price &&
        event.against === plan.against &&
        event.account === plan.account &&
        event.bucket === plan.bucket &&
        event.instrument === plan.instrument;
      this.#expect(holds, 4, 'executes-what-was-planned', { plan, event }, at);
    },
    LegApplied: (event, at) => {
      if (event.purpose !== 'slice') return;
      const plan = this.#slices.get(`${at.partition}/${event.slice}`);
      const failing = plan?.account === event.account && plan.bucket === event.bucket;
      if (!failing) return;
      this.#bucket(event).filledAt = at.seq;
      const { lots, price } = event;
      this.#fills.set(`${at.partition}/${event.slice}`, { lots, price, seq: at.seq });
    },
    SaleOrdered: (event, at) => this.#order(event, at),
    CollateralSold: (event, at) => this.#sell(event, at),
  };

  #size(event: Sized, at: Place): void {
    const watched = this.#bucket(event);
    const { evaluated } = watched;
    this.#slices.set(`${at.partition}/${event.slice}`, event);
    const single = watched.slice === 0 && event.tick % 2 === 0;
    this.#expect(single, 4, 'one-slice-at-a-time-on-even-ticks', { event, watched }, at);
    watched.slice = event.slice;
    const newest = evaluated?.accountsSeq === event.accountsSeq && evaluated.frame === event.frame;
    this.#expect(newest, 5, 'sized-from-the-newest-evaluation', { event, evaluated }, at);
    const fresh = event.accountsSeq >= watched.filledAt;
    this.#expect(fresh, 5, 'sized-after-the-last-fill', { event, filledAt: watched.filledAt }, at);
    const cured = watched.curedIn > 0 && watched.curedIn === event.frame;
    this.#expect(!cured, 5, 'not-again-in-the-frame-of-a-cure', event, at);
    const line = evaluated?.lines.find((each) => each.instrument === event.instrument);
    if (!evaluated || !line) {
      this.#expect(false, 5, 'never-more-than-the-position', { event, evaluated }, at);
      return;
    }
    const closes = Math.sign(event.lots) === -Math.sign(line.lots);
    const within = Math.abs(event.lots) <= Math.abs(line.lots);
    this.#expect(closes && within, 5, 'never-more-than-the-position', { event, line }, at);
    this.#checkFee(event, evaluated.equity, line.mark, at);
    const { domain } = this.house.listing.instrument(event.instrument);
    const owner = this.house.owner(event.against);
    const wall = owner?.class === 'liquidity' && owner.domain === domain;
    this.#expect(wall, 2, 'against-a-liquidity-wall', event, at);
  }
  #checkFee(event: Sized, equity: bigint, mark: number, at: Place): void {
    const { unit } = this.house.listing.instrument(event.instrument);
    const slip = event.lots < 0 ? mark - event.price : event.price - mark;
    this.#expect(slip >= 0, 5, 'away-from-the-mark', { event, mark }, at);
    const lots = magnitude(event.lots);
    const remains = most(equity - lots * BigInt(slip) * unit, 0n);
    const prices = this.house.prices('liquidation', at.partition);
    const feePpm = prices.parameters.get(event.instrument)?.closeOutFeePpm ?? 0;
    const asked = ppmUp(lots * BigInt(event.price) * unit, feePpm);
    const holds = event.fee <= least(remains, asked);
    this.#expect(holds, 5, 'fee-from-what-equity-remains', { event, remains, asked }, at);
  }
  /** What liquidation notes of a slice is what accounts applied. Deleveraging has no slice: 0. */
  #conclude(event: EventOf<'SliceFilled'> | EventOf<'SliceRefused'>, at: Place): void {
    const watched = this.#bucket(event);
    const filled = event.type === 'SliceFilled' ? event : null;
    if (filled) watched.filledAt = Math.max(watched.filledAt, filled.accountsSeq);
    if (event.slice === 0) return;
    this.#expect(watched.slice === event.slice, 4, 'slice-ends-once', event, at);
    watched.slice = 0;
    const fill = this.#fills.get(`${at.partition}/${event.slice}`);
    const noted =
      fill?.lots === filled?.lots &&
      fill?.price === filled?.price &&
      fill?.seq === filled?.accountsSeq;
    this.#expect(noted, 4, 'fill-as-applied', { event, fill }, at);
  }

  #order(event: EventOf<'SaleOrdered'>, at: Place): void {
    const { listing } = this.house;
    const settlement = listing.settlement(listing.domainOf(event.bucket) ?? (0 as never));
    const prices = this.house.prices('liquidation', at.partition);
    const worth = worthNow(event, settlement, { listing, prices });
    this.#expect(event.proceeds >= worth, 2, 'sold-at-its-value', { event, worth }, at);
    const owner = this.house.owner(event.buyer);
    const ofHouse = owner?.class === 'liquidity' || owner?.class === 'insurance';
    this.#expect(ofHouse, 2, 'sold-to-house-money', event, at);
    this.#sales.set(`${at.partition}/${event.sale}`, { order: event, sold: false });
  }
  #sell(event: EventOf<'CollateralSold'>, at: Place): void {
    const sale = this.#sales.get(`${at.partition}/${event.sale}`);
    const order = sale?.order;
    const holds =
      sale?.sold === false &&
      order?.account === event.account &&
      order.bucket === event.bucket &&
      order.asset === event.asset &&
      order.amount === event.amount &&
      order.proceeds === event.proceeds &&
      order.buyer === event.buyer;
    this.#expect(holds, 2, 'sold-as-ordered', { order, event }, at);
    if (sale) sale.sold = true;
  }
}
