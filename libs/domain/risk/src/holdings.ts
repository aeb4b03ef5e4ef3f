import type { InstrumentId } from '@ringfence/kernel';
import {
  portfolioModel,
  type HousePrice,
  type OptionHolding,
  type PortfolioModel,
  type UnderlyingHoldings,
} from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { pricingOf, settlementOf, valueOf } from './collateral.js';
import { isLiveOption, rulesAt } from './market-state.js';
import {
  domainOf,
  instrumentAt,
  type Bucket,
  type Instrument,
  type Line,
  type Market,
  type RulesVersion,
} from './state.js';

/** Versions are data and never change, so a model is made once for each. */
const MODELS = new WeakMap<RulesVersion['rules'], PortfolioModel>();

/** Parameters in force for a bucket, with the model that they describe. */
export interface InForce {
  readonly version: number;
  readonly model: PortfolioModel;
}
/** @returns null when its domain has none yet: nothing in it can be margined by them */
export function inForce(market: Market, bucket: Pick<Bucket, 'id'>): InForce | null {
  const domain = domainOf(market, bucket.id);
  const found = domain === null ? null : rulesAt(market, domain);
  if (!found) return null;
  const { version, rules } = found;
  let model = MODELS.get(rules);
  if (!model) MODELS.set(rules, (model = portfolioModel(rules)));
  return { version, model };
}

/** The perpetual that an instrument hangs on; itself for a perpetual. */
export function perpetualOf(market: Market, instrument: Instrument): Instrument | null {
  let found: Instrument | null = instrument;
  // an option on a future on a perpetual: no chain is longer
  for (let step = 0; step < 2 && found?.terms; step++) {
    found = instrumentAt(market, found.terms.underlying);
  }
  return found;
}

/** Everything whose price moves an instrument's margin: itself, its forward, its perpetual. */
export function pricesBehind(market: Market, instrument: Instrument): Instrument[] {
  const behind = [instrument];
  if (instrument.isFinal) return behind;
  for (let next: Instrument | null = instrument; next?.terms;) {
    next = instrumentAt(market, next.terms.underlying);
    if (next) behind.push(next);
  }
  return behind;
}

type Group = {
  -readonly [
    Name in keyof UnderlyingHoldings
  ]: UnderlyingHoldings[Name] extends readonly (infer T)[] ? T[] : UnderlyingHoldings[Name];
} & { readonly perpetualId: InstrumentId };

/**
 * The positions of a bucket by the perpetual that they hang on, in the order of their lines, with
 * the collateral that moves with it. What has ended is left out: it cannot move any more.
 *
 * @param lines  priced, and so is everything behind them
 */
export function holdingsOf(market: Market, bucket: Bucket, lines: readonly Line[]): Holdings {
  const groups: Group[] = [];
  const prices = new Prices(market);
  const groupOf = (perpetual: Instrument): Group => {
    const known = groups.find(({ perpetualId }) => perpetualId === perpetual.id);
    if (known) return known;
    const spot = prices.of(perpetual);
    const empty = { perpetual: null, futures: [], options: [], collateral: 0n };
    const group: Group = { perpetualId: perpetual.id, spot, ...empty };
    groups.push(group);
    return group;
  };
  for (const line of lines) {
    const instrument = instrumentAt(market, line.instrument);
    const perpetual = instrument && perpetualOf(market, instrument);
    if (!instrument || !perpetual || instrument.isFinal) continue;
    add(groupOf(perpetual), instrument, line, prices);
  }
  addCollateral(market, bucket, groups);
  return { underlyings: groups, perpetuals: groups.map(({ perpetualId }) => perpetualId) };
}
export interface Holdings {
  readonly underlyings: readonly UnderlyingHoldings[];
  /** of each of them */
  readonly perpetuals: readonly InstrumentId[];
}

function add(group: Group, instrument: Instrument, line: Line, prices: Prices): void {
  const { lots, buys, sells } = line;
  const held = { lots, buys, sells, unit: instrument.unit, ...prices.of(instrument) };
  const { terms } = instrument;
  if (!terms) group.perpetual = held;
  else if (!terms.option) group.futures.push({ ...held, expiry: prices.expiryOf(terms.expiry) });
  else group.options.push(optionOf(instrument, line, prices));
}

function optionOf(instrument: Instrument, line: Line, prices: Prices): OptionHolding {
  const { terms, unit, tickUnits, mark, volatilityPpm } = instrument;
  const { lots, buys, sells } = line;
  const held = { lots, buys, sells, unit, tickUnits, mark, volatilityPpm };
  return {
    ...held,
    call: terms?.option?.isCall ?? false,
    strike: terms?.option?.strike ?? 0,
    expiry: prices.expiryOf(terms?.expiry ?? 0),
    forward: prices.ofId(terms?.underlying),
  };
}

/** Prices of one frame; one object per instrument, so that options share a forward. */
class Prices {
  readonly #known = new Map<InstrumentId, HousePrice>();
  constructor(private readonly market: Market) {}

  of(instrument: Instrument): HousePrice {
    const known = this.#known.get(instrument.id);
    if (known) return known;
    const { mark, tickUnits } = instrument;
    const price = { mark, tickUnits, confidencePpm: confidence(this.market, instrument) };
    this.#known.set(instrument.id, price);
    return price;
  }
  ofId(id: InstrumentId | undefined): HousePrice {
    const instrument = id === undefined ? null : instrumentAt(this.market, id);
    return instrument ? this.of(instrument) : { mark: 0, tickUnits: 1n, confidencePpm: 0 };
  }
  /** What waits for its settlement price expires now. */
  expiryOf(expiry: number): number {
    return Math.max(expiry, this.market.frameTime);
  }
}

/**
 * How sure a price still is: fully in its own frame, not at all at the end of its validity, and in
 * a straight line between.
 *
 * @returns parts per million, rounded down
 */
function confidence({ frameTime }: Market, { markedAt, validUntil }: Instrument): number {
  if (frameTime <= markedAt) return PPM;
  if (frameTime >= validUntil) return 0;
  return Math.floor((PPM * (validUntil - frameTime)) / (validUntil - markedAt));
}

function addCollateral(market: Market, bucket: Bucket, groups: readonly Group[]): void {
  const settlement = settlementOf(market, bucket);
  for (const balance of bucket.balances) {
    if (balance.asset === settlement) continue;
    const pricing = pricingOf(market, balance, settlement);
    const perpetual = pricing && perpetualOf(market, pricing.instrument);
    const group = groups.find(({ perpetualId }) => perpetualId === perpetual?.id);
    if (pricing && group) group.collateral += valueOf(balance.amount, pricing);
  }
}

/** Whether portfolio parameters margin the bucket: a portfolio, or one that holds an option. */
export const isByRules = (market: Market, isPortfolio: boolean, lines: readonly Line[]): boolean =>
  (isPortfolio && lines.length > 0) ||
  lines.some((line) => {
    const instrument = instrumentAt(market, line.instrument);
    return instrument !== null && isLiveOption(instrument);
  });
