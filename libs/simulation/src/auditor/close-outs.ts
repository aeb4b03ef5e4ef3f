import type { EventOf } from '@ringfence/contracts';
import { bucketKind, type AccountId, type InstrumentId } from '@ringfence/kernel';
import type { Auctions } from './auctions.js';
import type { Guarantee } from './findings.js';
import { bucketName, type House } from './house.js';
import { worthNow } from './listing.js';
import type { Seen } from './inputs.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';
import { least, magnitude, most, PPM, ppmUp } from './shares.js';

type Sized = EventOf<'SliceSized'>;
type Bid = EventOf<'BidTaken'>;
type PortfolioSized = EventOf<'PortfolioSliceSized'>;
type Evaluated = EventOf<'MarginEvaluated'> | EventOf<'PortfolioEvaluated'>;

type Ended = EventOf<
  'SliceFilled' | 'SliceRefused' | 'PortfolioSliceFilled' | 'PortfolioSliceRefused'
>;

/** What was planned for a bucket: one leg, or those of a whole portfolio. */
interface Planned {
  readonly event: Sized | PortfolioSized | Bid;
  /** who takes over, and the most that it may cost beyond the price */
  readonly against: AccountId;
  readonly fee: bigint;
  readonly legs: ReadonlyMap<InstrumentId, { readonly lots: number; readonly price: number }>;
  /** legs whose end was noted */
  readonly ended: Set<InstrumentId>;
  /** fees of the legs as reserved so far */
  fees: bigint;
}

/** What a liquidation lane has read of a bucket. */
interface Watched {
  evaluated: Evaluated | null;
  /** frame in which it was cured last */
  curedIn: number;
  /** the accounts record of the last fill: of a slice as applied, of deleveraging as noted */
  filledAt: number;
  slice: number;
}

/**
 * Proves of close-outs (guarantees 2, 4 and 5): a slice is sized from the newest evaluation, never
 * from one older than the last fill, never past flat, never again in the frame of a cure, one at a
 * time and on even ticks; one of a portfolio takes the same part of every living position; its fee
 * is at most what equity remains at its price, so the house never comes before the gainers;
 * accounts executes what was planned; collateral is sold to house money alone, for no less than its
 * value after haircut.
 */
export class CloseOuts implements Check {
  readonly #buckets = new Map<string, Watched>();
  readonly #slices = new Map<string, Planned>();
  readonly #fills = new Map<string, { lots: number; price: number; seq: number }>();
  readonly #sales = new Map<string, { order: EventOf<'SaleOrdered'>; sold: boolean }>();

  constructor(
    readonly house: House,
    readonly auctions: Auctions,
  ) {}

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
    if (event.type === 'MarginEvaluated' || event.type === 'PortfolioEvaluated') {
      this.#bucket(event).evaluated = event;
    } else if (event.type === 'BucketCured') this.#bucket(event).curedIn = event.frame;
  }

  readonly on: Handlers = {
    SliceSized: (event, at) => this.#size(event, at),
    PortfolioSliceSized: (event, at) => this.#sizePortfolio(event, at),
    BidTaken: (event, at) => {
      const { instrument, lots, price } = event;
      const evaluated = this.#plan(event, new Map([[instrument, { lots, price }]]), at);
      this.auctions.check(event, evaluated, at);
    },
    SliceFilled: (event, at) => this.#conclude(event, at),
    SliceRefused: (event, at) => this.#conclude(event, at),
    PortfolioSliceFilled: (event, at) => this.#conclude(event, at),
    PortfolioSliceRefused: (event, at) => this.#conclude(event, at),
    RoundAsked: (event, at) => {
      const { command } = at.decision;
      const odd = command?.type !== 'ReviewRounds' || command.tick % 2 === 1;
      this.#expect(odd, 4, 'rounds-and-slices-on-other-ticks', event, at);
    },
    LegReserved: (event, at) => {
      if (event.purpose !== 'slice' || !event.offers) return;
      const plan = this.#slices.get(`${at.partition}/${event.slice}`);
      const leg = plan?.legs.get(event.instrument);
      if (plan) plan.fees += event.fee;
      const holds =
        plan !== undefined &&
        leg !== undefined &&
        Math.sign(event.lots) === Math.sign(leg.lots) &&
        Math.abs(event.lots) <= Math.abs(leg.lots) &&
        plan.fees <= plan.fee &&
        event.price === leg.price &&
        event.against === plan.against &&
        event.account === plan.event.account &&
        event.bucket === plan.event.bucket;
      this.#expect(holds, 4, 'executes-what-was-planned', { plan: plan?.event, event }, at);
    },
    LegApplied: (event, at) => {
      if (event.purpose !== 'slice') return;
      const plan = this.#slices.get(`${at.partition}/${event.slice}`)?.event;
      const failing = plan?.account === event.account && plan.bucket === event.bucket;
      if (!failing) return;
      this.#bucket(event).filledAt = at.seq;
      const { lots, price, instrument } = event;
      const name = `${at.partition}/${event.slice}/${instrument}`;
      this.#fills.set(name, { lots, price, seq: at.seq });
    },
    SaleOrdered: (event, at) => this.#order(event, at),
    CollateralSold: (event, at) => this.#sell(event, at),
  };

  /** What holds of every plan. @returns the evaluation that it is from */
  #plan(event: Planned['event'], legs: Planned['legs'], at: Place): Evaluated | null {
    const watched = this.#bucket(event);
    const { evaluated } = watched;
    const isBid = event.type === 'BidTaken';
    const taker = isBid ? { against: event.bidder, fee: 0n } : event;
    const { against, fee } = taker;
    const plan = { event, legs, against, fee, ended: new Set<InstrumentId>(), fees: 0n };
    this.#slices.set(`${at.partition}/${event.slice}`, plan);
    const single = watched.slice === 0 && (isBid || event.tick % 2 === 0);
    this.#expect(single, 4, 'one-slice-at-a-time-on-even-ticks', { event, watched }, at);
    watched.slice = event.slice;
    const newest = evaluated?.accountsSeq === event.accountsSeq && evaluated.frame === event.frame;
    this.#expect(newest, 5, 'sized-from-the-newest-evaluation', { event, evaluated }, at);
    const fresh = event.accountsSeq >= watched.filledAt;
    this.#expect(fresh, 5, 'sized-after-the-last-fill', { event, filledAt: watched.filledAt }, at);
    const cured = watched.curedIn > 0 && watched.curedIn === event.frame;
    this.#expect(!cured, 5, 'not-again-in-the-frame-of-a-cure', event, at);
    for (const [instrument, { lots }] of legs) {
      const line = evaluated?.lines.find((each) => each.instrument === instrument);
      const closes = Math.sign(lots) === -Math.sign(line?.lots ?? 0);
      const within = Math.abs(lots) <= Math.abs(line?.lots ?? 0);
      this.#expect(closes && within, 5, 'never-more-than-the-position', { event, line }, at);
      if (isBid) continue;
      const { domain } = this.house.listing.instrument(instrument);
      const owner = this.house.owner(against);
      const wall = owner?.class === 'liquidity' && owner.domain === domain;
      this.#expect(wall, 2, 'against-a-liquidity-wall', event, at);
    }
    return evaluated;
  }
  #size(event: Sized, at: Place): void {
    const { instrument, lots, price } = event;
    const evaluated = this.#plan(event, new Map([[instrument, { lots, price }]]), at);
    const line = evaluated?.lines.find((each) => each.instrument === instrument);
    if (evaluated && line) this.#checkFee(event, evaluated.equity, line.mark, at);
  }

  /** The same part of every living position, rounded up to a lot; worse than model value. */
  #sizePortfolio(event: PortfolioSized, at: Place): void {
    const legs = new Map(
      event.legs.map(({ instrument, lots, price }) => [instrument, { lots, price }]),
    );
    const evaluated = this.#plan(event, legs, at);
    const prices = this.house.prices('liquidation', at.partition);
    const isHedged = bucketKind(event.bucket) === 'portfolio';
    let [equity, asked] = [evaluated?.equity ?? 0n, 0n];
    for (const { instrument, lots, mark } of evaluated?.lines ?? []) {
      const isOver = prices.expired.has(instrument);
      const leg = legs.get(instrument);
      const part = (magnitude(lots) * BigInt(event.fractionPpm) + PPM - 1n) / PPM;
      const holds = isOver ? leg === undefined : magnitude(leg?.lots ?? 0) === part;
      this.#expect(holds, 5, 'hedges-included', { event, instrument, lots }, at);
      if (!leg) continue;
      const { unit } = this.house.listing.instrument(instrument);
      const better = leg.lots < 0 ? leg.price - mark : mark - leg.price;
      this.#expect(better <= 0 || mark === 0, 5, 'away-from-the-mark', { event, mark }, at);
      const isCredited = isHedged || lots < 0 || !this.house.listing.isOption(instrument);
      equity += magnitude(leg.lots) * unit * BigInt(isCredited ? better : leg.price);
      const root = this.house.listing.terms.get(instrument)?.underlying ?? instrument;
      const perpetual = this.house.listing.terms.get(root)?.underlying ?? root;
      const own = prices.parameters.get(instrument) ?? prices.parameters.get(perpetual);
      asked += ppmUp(magnitude(leg.lots) * BigInt(leg.price) * unit, own?.closeOutFeePpm ?? 0);
    }
    const holds = event.fee <= least(most(equity, 0n), asked);
    this.#expect(holds, 5, 'fee-from-what-equity-remains', { event, equity, asked }, at);
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
  #conclude(event: Ended, at: Place): void {
    const watched = this.#bucket(event);
    const filled = 'accountsSeq' in event ? event : null;
    if (filled) watched.filledAt = Math.max(watched.filledAt, filled.accountsSeq);
    if (event.slice === 0) return;
    const plan = this.#slices.get(`${at.partition}/${event.slice}`);
    const [only] = plan?.legs.keys() ?? [];
    const instrument = 'instrument' in event ? event.instrument : only;
    const open = watched.slice === event.slice && plan !== undefined && instrument !== undefined;
    const once = open && plan.legs.has(instrument) && !plan.ended.has(instrument);
    this.#expect(once, 4, 'slice-ends-once', event, at);
    if (!plan || instrument === undefined) return;
    plan.ended.add(instrument);
    if (plan.ended.size === plan.legs.size) watched.slice = 0;
    const fill = this.#fills.get(`${at.partition}/${event.slice}/${instrument}`);
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
