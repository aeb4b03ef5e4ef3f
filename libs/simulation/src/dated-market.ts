import type { Command, Event, EventOf } from '@ringfence/contracts';
import {
  cross,
  EXCESS,
  isolated,
  portfolio,
  type BucketId,
  type InstrumentId,
} from '@ringfence/kernel';
import { STARTING_RULES } from '@ringfence/domain-risk';
import type { Crowd, Weighted } from './life.js';
import {
  BTC_PERP,
  ETH_PERP,
  MAJORS,
  MEMBERS,
  OPERATOR,
  PARAMETERS,
  REFERENCE,
  USDT,
  venueOf,
} from './town.js';

type Listed = EventOf<'FutureListed' | 'OptionListed'>;
/** All that ends at one time on one perpetual. */
interface Series {
  readonly underlying: InstrumentId;
  readonly expiry: number;
  future: InstrumentId | null;
}

/** A fifth of what a client begins with. */
const FIRST_MARGIN = 4_000_000_000n;
/** More would only be more of the same. */
const SERIES_MAX = 6;
const OPTION_LOTS_MAX: Readonly<Record<number, number>> = { [BTC_PERP]: 1_500, [ETH_PERP]: 40_000 };

/**
 * Futures and options that are listed, traded, priced by volatility and expire; portfolios, and
 * buckets that their owners switch from one practice of segregation to another.
 */
export class DatedMarket {
  readonly #series: Series[] = [];
  /** live, by number */
  readonly #live = new Map<InstrumentId, Listed>();
  #listed = 0;

  constructor(readonly crowd: Crowd) {}

  notice(event: Event): void {
    if (event.type === 'InstrumentExpired') this.#live.delete(event.instrument);
    if (event.type === 'FutureListed') {
      const { expiry, underlying, instrument } = event;
      const series = this.#series.find((s) => s.expiry === expiry && s.underlying === underlying);
      if (series) series.future = instrument;
    }
    if (event.type !== 'FutureListed' && event.type !== 'OptionListed') return;
    this.#live.set(event.instrument, event);
    const { instrument } = event;
    this.#tell({ type: 'SetInstrumentParameters', instrument, parameters: PARAMETERS });
  }
  #tell(command: Command): void {
    this.crowd.house.order(REFERENCE, command, OPERATOR);
  }
  #mark(instrument: InstrumentId): number {
    return this.crowd.town.prices.get(instrument) ?? 1;
  }

  /** Everyone has some money in a portfolio before anything is listed. */
  #begin(): void {
    this.rule();
    for (const one of this.crowd.town.people) {
      if (one.class !== 'client-individual') continue;
      const [source, target, asset] = [EXCESS, portfolio(MAJORS), USDT];
      const { account } = one;
      const amount = FIRST_MARGIN;
      this.crowd.order(one, { type: 'MoveCollateral', account, source, target, asset, amount });
    }
  }
  /** Portfolio parameters of their domain: at first, and now and then a dearer version. */
  rule(): void {
    const { chance } = this.crowd.house;
    const effective = this.crowd.town.now + chance.between(5_000, 60_000);
    const bufferPpm = chance.between(250_000, 400_000);
    const scenarios = [...STARTING_RULES.scenarios];
    const parameters = { ...STARTING_RULES, scenarios, bufferPpm };
    this.#tell({ type: 'SetPortfolioParameters', domain: MAJORS, effective, parameters });
  }

  /** A future, and options on it or on its perpetual, some minutes before their end. */
  list(): void {
    const { house, town } = this.crowd;
    const { chance } = house;
    if (this.#listed === 0) this.#begin();
    if (this.#series.length >= SERIES_MAX) return this.listOption();
    const underlying = chance.pick([BTC_PERP, ETH_PERP]);
    const expiry = town.now + chance.between(60_000, 400_000);
    this.#series.push({ underlying, expiry, future: null });
    const symbol = `F${++this.#listed}`;
    const sizes = { tick: '0.01', lot: '0.001', multiplier: 1 };
    this.#tell({ type: 'ListFuture', symbol, domain: MAJORS, underlying, expiry, ...sizes });
    for (let i = 0; i < 3; i++) this.listOption();
  }
  listOption(): void {
    const { chance } = this.crowd.house;
    const series = chance.pick(this.#series);
    if (!series) return;
    const { expiry, future } = series;
    const strike = Math.round(this.#mark(series.underlying) * (0.8 + chance.real() * 0.4));
    this.#tell({
      type: 'ListOption',
      symbol: `O${++this.#listed}`,
      domain: MAJORS,
      underlying: future !== null && chance.happens(0.4) ? future : series.underlying,
      expiry,
      strike: (strike / 100).toFixed(2),
      right: chance.pick(['call', 'put']),
      tick: chance.pick(['0.01', '0.1']),
      lot: '0.001',
      multiplier: 1,
    });
  }

  /** All prices of one instant, with futures near their perpetuals and volatilities of options. */
  frame(): void {
    const { house, town } = this.crowd;
    const { chance } = house;
    for (const [one, price] of town.prices) {
      const moved = (chance.real() * 2 - 1) * town.climate.move;
      town.prices.set(one, Math.max(100, Math.round(price * (1 + moved))));
    }
    const frame = town.frame();
    if (frame.type !== 'PublishFrame') return;
    const prices = [...frame.prices];
    const volatilities: { instrument: InstrumentId; volatilityPpm: number }[] = [];
    for (const [instrument, listed] of this.#live) {
      if (listed.type === 'OptionListed') {
        if (listed.expiry <= frame.time && chance.happens(0.95)) continue;
        volatilities.push({ instrument, volatilityPpm: chance.between(200_000, 2_000_000) });
        continue;
      }
      const ticks = Math.round(this.#mark(listed.underlying) * (0.995 + chance.real() * 0.01));
      prices.push({ instrument, price: (ticks / 100).toFixed(2) });
    }
    this.#tell({ ...frame, type: 'PublishVolatilityFrame', prices, volatilities });
  }

  /** The price at which something ends, most often in time. */
  fix(): void {
    const { house, town } = this.crowd;
    const { chance } = house;
    const over = this.#series.filter(({ expiry }) => expiry <= town.now || chance.happens(0.02));
    const series = chance.pick(over);
    if (!series) return;
    const ticks = Math.round(this.#mark(series.underlying) * (0.97 + chance.real() * 0.06));
    const { underlying, expiry } = series;
    const price = (ticks / 100).toFixed(2);
    this.#tell({ type: 'FixSettlementPrice', underlying, expiry, price });
    if (expiry <= town.now) this.#series.splice(this.#series.indexOf(series), 1);
  }

  trade(): void {
    const { house } = this.crowd;
    const { chance } = house;
    const { now } = this.crowd.town;
    const open = [...this.#live.values()].filter(
      ({ expiry }) => expiry > now || chance.happens(0.05),
    );
    const one = chance.pick(open);
    if (!one) return this.tradePortfolio();
    const option = one.type === 'OptionListed' ? one : null;
    const mark = option ? this.#premium(option) : this.#mark(one.underlying);
    const root = this.#rootOf(one);
    const most = option ? (OPTION_LOTS_MAX[root] ?? 1) : root === BTC_PERP ? 2_000 : 60_000;
    const price = Math.max(1, Math.round(mark * (0.99 + chance.real() * 0.02)));
    this.#submit(one.instrument, chance.between(1, most), price);
  }
  #rootOf(one: Listed): InstrumentId {
    return this.#live.get(one.underlying)?.underlying ?? one.underlying;
  }
  /** Somewhere between what is paid now and a tenth of the price: what two people may agree on. */
  #premium(option: EventOf<'OptionListed'>): number {
    const now = this.#mark(this.#rootOf(option));
    const over = option.right === 'call' ? now - option.strike : option.strike - now;
    const ticks = Math.max(0, over) + this.crowd.house.chance.between(1, Math.ceil(now / 20));
    return Math.ceil(ticks / (option.tickSteps * 10 ** (2 - option.tickScale)));
  }
  /** A perpetual beside them. */
  tradePortfolio(): void {
    const { chance } = this.crowd.house;
    const one = chance.pick([BTC_PERP, ETH_PERP]);
    const price = Math.max(1, Math.round(this.#mark(one) * (0.99 + chance.real() * 0.02)));
    this.#submit(one, chance.between(1, one === BTC_PERP ? 5_000 : 150_000), price);
  }
  #submit(instrument: InstrumentId, lots: number, price: number): void {
    const { house } = this.crowd;
    const { chance } = house;
    const [buyer, seller] = [this.crowd.client(), this.crowd.client()];
    const side = (): BucketId =>
      chance.pick([portfolio(MAJORS), portfolio(MAJORS), cross(MAJORS), isolated(instrument)]);
    const command: Command = {
      type: 'SubmitTrade',
      instrument,
      lots,
      price,
      buyer: buyer.account,
      buyerBucket: side(),
      seller: seller.account,
      sellerBucket: side(),
    };
    house.order(this.crowd.at(buyer), command, venueOf(chance.pick(MEMBERS)));
  }

  move(): void {
    const { chance } = this.crowd.house;
    const one = this.crowd.client();
    const { account } = one;
    const live = [...this.#live.keys()];
    const bucket =
      live.length > 0 && chance.happens(0.3) ? isolated(chance.pick(live)) : portfolio(MAJORS);
    const out = chance.happens(0.3);
    const [source, target] = out ? [bucket, EXCESS] : [EXCESS, bucket];
    const asset = chance.happens(0.8) ? USDT : this.crowd.asset();
    const amount = this.crowd.amount(asset, 2_500);
    this.crowd.order(one, { type: 'MoveCollateral', account, source, target, asset, amount });
  }
  switch(): void {
    const { chance } = this.crowd.house;
    const one = this.crowd.client();
    const live = [...this.#live.keys(), BTC_PERP];
    const any = (): BucketId =>
      chance.pick([portfolio(MAJORS), cross(MAJORS), isolated(chance.pick(live))]);
    const [source, target] = [any(), any()];
    this.crowd.order(one, { type: 'SwitchBucket', account: one.account, source, target });
  }
}

export const DATED: readonly Weighted<DatedMarket>[] = [
  { weight: 1, act: (market) => market.rule() },
  { weight: 2, act: (market) => market.list() },
  { weight: 2, act: (market) => market.listOption() },
  { weight: 7, act: (market) => market.frame() },
  { weight: 7, act: (market) => market.fix() },
  { weight: 22, act: (market) => market.trade() },
  { weight: 6, act: (market) => market.tradePortfolio() },
  { weight: 8, act: (market) => market.move() },
  { weight: 6, act: (market) => market.switch() },
];
