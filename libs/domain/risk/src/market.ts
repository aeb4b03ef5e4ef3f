import type { EventOf, View } from '@ringfence/contracts';
import type { DomainId, InstrumentId } from '@ringfence/kernel';
import { PPM } from '@ringfence/money';
import { rulesAt } from './market-state.js';
import { ask, askProvisional, matters } from './queue.js';
import {
  bucketAt,
  domainOf,
  holdersOf,
  put,
  triggersOf,
  type Bucket,
  type Instrument,
  type Market,
  type Rates,
  type RiskState,
  type Terms,
} from './state.js';
import { fire } from './triggers.js';

/** The view of the reference log: what is listed, what it costs, what time it is. */
export const referenceView = {
  AssetListed: (state, event) => {
    const { haircutPpm, pricedBy } = event;
    const whole = 10n ** BigInt(event.scale);
    put(state.market.assets, event.asset, { haircutPpm, pricedBy, whole });
  },
  DomainOpened: (state, event) => {
    put(state.market.domains, event.domain, event.settlement);
  },
  InstrumentListed: list,
  FutureListed: list,
  OptionListed: list,
  OptionsPriced: priceOptions,
  InstrumentExpired: expire,
  PortfolioParametersSet: (state, { domain, version, effective, parameters: rules }) => {
    const versions = state.market.rules[domain] ?? put(state.market.rules, domain, []);
    versions.push({ version, effective, rules });
    if (effective <= state.market.frameTime) ask(state, marginedByRules(state, domain));
  },
  HouseParametersSet: (state, event) => {
    state.market.callWindowMs = event.parameters.callWindowMs;
  },
  Ticked: (state, event) => {
    state.market.now = event.time;
    if (event.tick % 2 === 0) askProvisional(state);
    if (event.outageMs === 0) return;
    state.market.outageMs += event.outageMs;
    state.own.outdated = state.own.calls.size;
  },
  FrameAccepted: acceptFrame,
} satisfies {
  [Name in ReferenceName]: View<RiskState, EventOf<Name>>;
};
type ReferenceName =
  | 'AssetListed'
  | 'DomainOpened'
  | 'InstrumentListed'
  | 'FutureListed'
  | 'OptionListed'
  | 'OptionsPriced'
  | 'InstrumentExpired'
  | 'PortfolioParametersSet'
  | 'HouseParametersSet'
  | 'Ticked'
  | 'FrameAccepted';

type Listed = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;
const UNPRICED = { mark: 0, lotValue: 0n, markedAt: 0, validUntil: 0, volatilityPpm: 0 };
const NO_RATES: Rates = { initialPpm: 0, callPpm: 0, maintenancePpm: 0, releasePpm: 0 };

function list(state: RiskState, event: Listed): void {
  const { instrument: id, domain, settlement, unit, tickUnits } = event;
  put(state.market.instruments, id, {
    id,
    domain,
    settlement,
    unit,
    tickUnits,
    terms: termsOf(event),
    isPriced: false,
    isFinal: false,
    ...UNPRICED,
    ...NO_RATES,
  });
  state.market.symbols.set(event.symbol, id);
}

function termsOf(event: Listed): Terms | null {
  if (event.type === 'InstrumentListed') return null;
  const { underlying, expiry } = event;
  if (event.type === 'FutureListed') return { underlying, expiry, option: null };
  return { underlying, expiry, option: { isCall: event.right === 'call', strike: event.strike } };
}

/** Model values: only what one of them changed is looked at again. */
function priceOptions(state: RiskState, event: EventOf<'OptionsPriced'>): void {
  const woken = new Set<number>();
  for (const { instrument: id, price, volatilityPpm } of event.prices) {
    const instrument = state.market.instruments[id];
    if (!instrument) continue;
    const moved = instrument.mark !== price || instrument.volatilityPpm !== volatilityPpm;
    remark(instrument, price, event.time, event.validUntil);
    instrument.volatilityPpm = volatilityPpm;
    if (moved) wakeWatchers(state, id, woken);
  }
  ask(state, [...woken]);
}

/** The last price of a dated instrument: what it was margined for is over. */
function expire(
  state: RiskState,
  { instrument: id, settlementPrice }: EventOf<'InstrumentExpired'>,
) {
  const { market, book } = state;
  const instrument = market.instruments[id];
  if (!instrument) return;
  remark(instrument, settlementPrice, market.frameTime, Number.MAX_SAFE_INTEGER);
  Object.assign(instrument, NO_RATES);
  instrument.isFinal = true;
  const holds = ({ lines }: Bucket): boolean => lines.some((line) => line.instrument === id);
  ask(
    state,
    book.buckets.flatMap((bucket, slot) => (holds(bucket) ? [slot] : [])),
  );
}

function remark(instrument: Instrument, mark: number, time: number, validUntil: number): void {
  instrument.mark = mark;
  instrument.lotValue = BigInt(mark) * instrument.unit;
  instrument.isPriced = true;
  instrument.markedAt = time;
  instrument.validUntil = validUntil;
}

/** Buckets by portfolio parameters that a price can change; those that are none any more go. */
function wakeWatchers({ book, work }: RiskState, id: InstrumentId, woken: Set<number>): void {
  const watchers = work.watchers[id];
  if (!watchers) return;
  for (const slot of watchers) {
    if (bucketAt(book, slot).standing.requirement) woken.add(slot);
    else watchers.delete(slot);
  }
}

/** Parameters came into force since the frame before: whoever they margin is looked at again. */
function wakeByRules(state: RiskState, before: Market, woken: Set<number>): void {
  const { market } = state;
  for (const [domain, versions] of market.rules.entries()) {
    const id = domain as DomainId;
    if (!versions || rulesAt(market, id) === rulesAt(before, id)) continue;
    for (const slot of marginedByRules(state, id)) woken.add(slot);
  }
}

const marginedByRules = ({ market, book }: RiskState, domain: DomainId): number[] =>
  book.buckets.flatMap(({ id, standing }, slot) =>
    standing.requirement && domainOf(market, id) === domain ? [slot] : [],
  );

/**
 * New marks and rates. Looks only at what they can change: buckets whose interval a mark left or
 * whose guard a call rate passed, called ones when a rate stepped, and the restless.
 */
function acceptFrame(state: RiskState, event: EventOf<'FrameAccepted'>): void {
  const { market, book, work } = state;
  const woken = new Set<number>();
  const wake = (slot: number): void => void woken.add(slot);
  const valid = (slot: number, evaluation: number): boolean =>
    bucketAt(book, slot).standing.evaluation === evaluation;
  let observations = 0;
  let exceedances = 0;
  for (const quote of event.prices) {
    const instrument = market.instruments[quote.instrument];
    if (!instrument) continue;
    const holders = holdersOf(book, quote.instrument);
    if (instrument.mark > 0) {
      observations += holders.longs + holders.shorts;
      const moved = exceeded(instrument, quote.price);
      if (moved !== 0) exceedances += moved < 0 ? holders.longs : holders.shorts;
    }
    if (stepped(instrument, quote)) {
      for (const { slot } of state.own.calls.values()) woken.add(slot);
    }
    const moved = instrument.mark !== quote.price || stepped(instrument, quote);
    if (moved) wakeWatchers(state, quote.instrument, woken);
    reprice(instrument, quote, event);
    const triggers = triggersOf(work, quote.instrument);
    fire(triggers.dearer, quote.callPpm, valid, wake);
    fire(triggers.below, -quote.price, valid, wake);
    fire(triggers.above, quote.price, valid, wake);
  }
  const before = { ...market };
  market.frame = event.frame;
  market.frameTime = event.time;
  wakeByRules(state, before, woken);
  for (const slot of work.restless) {
    if (matters(bucketAt(book, slot))) woken.add(slot);
    else work.restless.delete(slot);
  }
  ask(state, [...woken]);
  if (observations > 0) work.coverage.push({ frame: event.frame, observations, exceedances });
}

const PPM_BIG = BigInt(PPM);
type Quote = EventOf<'FrameAccepted'>['prices'][number];

const stepped = (old: Rates, quote: Quote): boolean =>
  old.initialPpm !== quote.initialPpm ||
  old.callPpm !== quote.callPpm ||
  old.maintenancePpm !== quote.maintenancePpm ||
  old.releasePpm !== quote.releasePpm;

function reprice(
  instrument: Instrument,
  quote: Quote,
  { time, validUntil }: EventOf<'FrameAccepted'>,
): void {
  remark(instrument, quote.price, time, validUntil);
  instrument.initialPpm = quote.initialPpm;
  instrument.callPpm = quote.callPpm;
  instrument.maintenancePpm = quote.maintenancePpm;
  instrument.releasePpm = quote.releasePpm;
}

/**
 * Whether a move from the mark of the frame before cost one side more than its initial requirement
 * then: the size of the position cancels out, so one comparison judges all longs, another all
 * shorts.
 *
 * @returns -1: a fall that longs did not have margin for; 1: a rise that shorts did not; 0: neither
 */
function exceeded({ mark, initialPpm }: Instrument, price: number): -1 | 0 | 1 {
  const moved = BigInt(price > mark ? price - mark : mark - price);
  if (moved * PPM_BIG <= BigInt(mark) * BigInt(initialPpm)) return 0;
  return price > mark ? 1 : -1;
}

/** The instrument that prices an asset, when it is known and settles in that asset; else null. */
export function pricerOf(market: Market, symbol: string, settlement: number): Instrument | null {
  const id = market.symbols.get(symbol);
  if (id === undefined) return null;
  const instrument = market.instruments[id];
  return instrument && instrument.settlement === settlement ? instrument : null;
}
