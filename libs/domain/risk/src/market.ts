import type { EventOf, View } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import { PPM } from '@ringfence/money';
import { ask, askProvisional, matters } from './queue.js';
import {
  bucketAt,
  holdersOf,
  put,
  triggersOf,
  type Instrument,
  type Market,
  type Rates,
  type RiskState,
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
  OptionListed: (state, event) => {
    list(state, event);
    state.market.options.add(event.instrument);
  },
  OptionsPriced: (state, event) => {
    const priced = new Set<InstrumentId>();
    for (const { instrument, price } of event.prices) {
      remark(state, instrument, price, event.validUntil);
      priced.add(instrument);
    }
    askHolders(state, priced);
  },
  InstrumentExpired: (state, event) => {
    remark(state, event.instrument, event.settlementPrice, Number.MAX_SAFE_INTEGER);
    askHolders(state, new Set([event.instrument]));
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
  | 'HouseParametersSet'
  | 'Ticked'
  | 'FrameAccepted';

type Listed = EventOf<'InstrumentListed' | 'FutureListed' | 'OptionListed'>;
function list(state: RiskState, event: Listed): void {
  const { instrument: id, domain, settlement, unit, tickUnits } = event;
  const rates = { initialPpm: 0, callPpm: 0, maintenancePpm: 0, releasePpm: 0 };
  const price = { mark: 0, lotValue: 0n, validUntil: 0 };
  put(state.market.instruments, id, {
    id,
    domain,
    settlement,
    unit,
    tickUnits,
    ...price,
    ...rates,
  });
  state.market.symbols.set(event.symbol, id);
}

function remark({ market }: RiskState, id: InstrumentId, mark: number, validUntil: number): void {
  const instrument = market.instruments[id];
  if (!instrument) return;
  instrument.mark = mark;
  instrument.lotValue = BigInt(mark) * instrument.unit;
  instrument.validUntil = validUntil;
}
/** Looks at every bucket that holds one of them. */
function askHolders(state: RiskState, instruments: ReadonlySet<InstrumentId>): void {
  const slots: number[] = [];
  for (const [slot, { lines }] of state.book.buckets.entries()) {
    if (lines.some((line) => instruments.has(line.instrument))) slots.push(slot);
  }
  ask(state, slots);
}

/**
 * New marks and rates. Looks only at what they can change: buckets whose interval a mark left or
 * whose guard a call rate passed, called ones when a rate stepped, and the restless.
 */
function acceptFrame(state: RiskState, event: EventOf<'FrameAccepted'>): void {
  const { market, book, work } = state;
  const woken: number[] = [];
  const wake = (slot: number): void => void woken.push(slot);
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
      for (const { slot } of state.own.calls.values()) woken.push(slot);
    }
    reprice(instrument, quote, event.validUntil);
    const triggers = triggersOf(work, quote.instrument);
    fire(triggers.dearer, quote.callPpm, valid, wake);
    fire(triggers.below, -quote.price, valid, wake);
    fire(triggers.above, quote.price, valid, wake);
  }
  market.frame = event.frame;
  for (const slot of work.restless) {
    if (matters(bucketAt(book, slot))) woken.push(slot);
    else work.restless.delete(slot);
  }
  ask(state, woken);
  if (observations > 0) work.coverage.push({ frame: event.frame, observations, exceedances });
}

const PPM_BIG = BigInt(PPM);
type Quote = EventOf<'FrameAccepted'>['prices'][number];

const stepped = (old: Rates, quote: Quote): boolean =>
  old.initialPpm !== quote.initialPpm ||
  old.callPpm !== quote.callPpm ||
  old.maintenancePpm !== quote.maintenancePpm ||
  old.releasePpm !== quote.releasePpm;

function reprice(instrument: Instrument, quote: Quote, validUntil: number): void {
  instrument.mark = quote.price;
  instrument.lotValue = BigInt(quote.price) * instrument.unit;
  instrument.validUntil = validUntil;
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
