import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, reject, type Decision, type InstrumentId } from '@ringfence/kernel';
import { nextVariance, steppedRate } from '@ringfence/margin';
import { PPM, parseUnits, shareUp } from '@ringfence/money';
import { optionValues, VOLATILITY_PPM_MAX } from './options.js';
import { refuseUnlessSource } from './permission.js';
import {
  instrumentOf,
  type Instrument,
  type InstrumentParameters,
  type ReferenceState,
} from './state.js';

/** Largest price in ticks: squares of returns stay exact enough, values fit the log. */
export const PRICE_MAX = 10 ** 12;

type FramePrice = EventOf<'FrameAccepted'>['prices'][number];
/** A price of a frame that is well-formed and of an instrument that may be priced. */
interface Quote {
  readonly id: InstrumentId;
  readonly instrument: Instrument;
  readonly parameters: InstrumentParameters;
  readonly ticks: number;
}

/** Prices of one instant, and implied volatilities of options if the source has any. */
type Frame = Omit<CommandOf<'PublishVolatilityFrame'>, 'type'>;

/**
 * Takes the prices of one instant. A frame is taken or refused as a whole; within a good frame a
 * price off its band is held and reported, and used when the instrument's next price confirms it.
 * Options on what moved are valued anew.
 *
 * @returns `PriceHeld` per held price, then `FrameAccepted` unless every price was held, then
 *          `OptionsPriced` if options were valued; or
 *          `role-not-allowed`, `parameters-missing`, `frame-empty`, `frame-out-of-order`,
 *          `frame-stale`, and with `field`: `instrument-unknown`, `instrument-twice`,
 *          `instrument-expired`, `priced-by-volatility`, `price-not-a-decimal`,
 *          `price-not-positive`, `price-too-large`, `not-on-tick`
 * @source DESIGN 6.4; EMIR RTS 153/2013 Article 28 (limits to procyclicality)
 */
export function publishFrame(
  command: CommandOf<'PublishFrame'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  return takeFrame({ ...command, volatilities: [] }, state, order);
}

/**
 * Takes prices and implied volatilities of one instant, as `publishFrame` does.
 *
 * @returns as `publishFrame`; also with `field`: `not-an-option`, `volatility-out-of-range`,
 *          `underlying-unpriced`
 */
export function publishVolatilityFrame(
  command: CommandOf<'PublishVolatilityFrame'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  return takeFrame(command, state, order);
}

function takeFrame(command: Frame, state: ReferenceState, order: Order): Decision<Event> {
  const refused = refuseUnlessSource(order) ?? refuseUntimely(command, state);
  if (refused) return refused;
  const quotes = readQuotes(command, state);
  if ('accepted' in quotes) return quotes;
  const volatilities = readVolatilities(command, state, quotes);
  if ('accepted' in volatilities) return volatilities;

  const { time, validUntil, source } = command;
  const held = quotes
    .filter(isHeld)
    .map(({ id, instrument, parameters, ticks }): EventOf<'PriceHeld'> => ({
      type: 'PriceHeld',
      instrument: id,
      price: ticks,
      last: instrument.price,
      bandPpm: parameters.bandPpm,
      time,
    }));
  const prices = quotes.filter((quote) => !isHeld(quote)).map(usedPrice);
  const moved = new Map(prices.map(({ instrument, price }) => [instrument, price]));
  const values = optionValues(state, moved, volatilities, time);
  if (prices.length === 0 && values.length === 0) return accept<Event>(...held);
  const frame = state.house.frame + 1;
  const taken = { type: 'FrameAccepted', frame, time, validUntil, source, prices } as const;
  if (values.length === 0) return accept<Event>(...held, taken);
  const valued = { type: 'OptionsPriced', frame, time, validUntil, prices: values } as const;
  return accept<Event>(...held, taken, valued);
}

function refuseUntimely(
  { time, validUntil, prices, volatilities }: Frame,
  { house }: ReferenceState,
): Decision<never> | null {
  if (!house.parameters) return reject('parameters-missing', { of: 'house' });
  if (prices.length === 0 && volatilities.length === 0) return reject('frame-empty');
  if (time <= house.frameTime) return reject('frame-out-of-order', { last: house.frameTime });
  if (validUntil <= time) return reject('frame-stale', { validUntil, time });
  const oldest = house.now - house.parameters.frameValidMs;
  return time < oldest ? reject('frame-stale', { time, oldest }) : null;
}

type Refused = Extract<Decision<never>, { accepted: false }>;
const refuse = (code: string, field: string): Refused => reject(code, { field }) as Refused;

function readQuotes({ prices }: Frame, state: ReferenceState): Quote[] | Refused {
  const seen = new Set<InstrumentId>();
  const quotes: Quote[] = [];
  for (const [index, { instrument: id, price }] of prices.entries()) {
    const field = `prices[${index}].instrument`;
    const instrument = state.instruments.get(id);
    if (!instrument) return refuse('instrument-unknown', field);
    if (seen.has(id)) return refuse('instrument-twice', field);
    const terms = state.terms.get(id);
    if (terms?.right) return refuse('priced-by-volatility', field);
    if (terms && terms.settled !== null) return refuse('instrument-expired', field);
    if (!instrument.parameters) return refuse('parameters-missing', field);
    const ticks = parseTicks(price, instrument);
    if (typeof ticks === 'string') return refuse(ticks, `prices[${index}].price`);
    seen.add(id);
    quotes.push({ id, instrument, parameters: instrument.parameters, ticks });
  }
  return quotes;
}

function readVolatilities(
  { volatilities, time }: Frame,
  state: ReferenceState,
  quotes: readonly Quote[],
): Map<InstrumentId, number> | Refused {
  const read = new Map<InstrumentId, number>();
  for (const [index, { instrument: id, volatilityPpm }] of volatilities.entries()) {
    const field = `volatilities[${index}].instrument`;
    if (!state.instruments.has(id)) return refuse('instrument-unknown', field);
    if (read.has(id)) return refuse('instrument-twice', field);
    const terms = state.terms.get(id);
    if (!terms?.right) return refuse('not-an-option', field);
    if (terms.settled !== null || terms.expiry <= time) return refuse('instrument-expired', field);
    if (volatilityPpm <= 0 || volatilityPpm > VOLATILITY_PPM_MAX) {
      return refuse('volatility-out-of-range', `volatilities[${index}].volatilityPpm`);
    }
    const { underlying } = terms;
    const isPriced = instrumentOf(state, underlying).price > 0;
    if (!isPriced && !quotes.some((quote) => quote.id === underlying)) {
      return refuse('underlying-unpriced', field);
    }
    read.set(id, volatilityPpm);
  }
  return read;
}

/** Why a text is no price of an instrument; each is the code of the rejection. */
export type PriceProblem =
  | 'price-not-a-decimal'
  | 'price-not-positive'
  | 'price-too-large'
  | 'not-on-tick';

/**
 * Reads a price in plain decimals as whole ticks.
 *
 * @returns ticks from 1 to `PRICE_MAX`, or why there are none
 */
export function parseTicks(
  text: string,
  { tickScale, tickSteps }: Pick<Instrument, 'tickScale' | 'tickSteps'>,
): number | PriceProblem {
  const units = parseUnits(text, tickScale);
  if (units === 'amount-not-a-decimal') return 'price-not-a-decimal';
  if (units === 'amount-too-large') return 'price-too-large';
  if (units === 'amount-too-precise') return 'not-on-tick';
  if (units <= 0n) return 'price-not-positive';
  if (units % BigInt(tickSteps) !== 0n) return 'not-on-tick';
  const ticks = units / BigInt(tickSteps);
  return ticks > BigInt(PRICE_MAX) ? 'price-too-large' : Number(ticks);
}

/** Off the band of the last used price and not confirming the held one; the first is used. */
function isHeld({ instrument: { price, held }, parameters: { bandPpm }, ticks }: Quote): boolean {
  if (price === 0 || isWithin(bandPpm, price, ticks)) return false;
  return held === 0 || !isWithin(bandPpm, held, ticks);
}
const isWithin = (bandPpm: number, from: number, to: number): boolean =>
  BigInt(Math.abs(to - from)) * BigInt(PPM) <= BigInt(bandPpm) * BigInt(from);

/** The price with the variance and the rates that follow from it; requirements round up. */
function usedPrice({ id, instrument, parameters, ticks }: Quote): FramePrice {
  const { price: previousPrice, variance: before, initialPpm: previousPpm } = instrument;
  const { lambdaPpm } = parameters;
  const step = { variance: before, previousPrice, price: ticks, lambdaPpm };
  const variance = previousPrice === 0 ? 0 : nextVariance(step);
  const initialPpm = steppedRate({ ...parameters, variance, previousPpm });
  const level = (sharePpm: number) => Number(shareUp(BigInt(initialPpm), sharePpm));
  return {
    instrument: id,
    price: ticks,
    variance,
    initialPpm,
    maintenancePpm: level(parameters.maintenancePpm),
    callPpm: level(parameters.callPpm),
    releasePpm: level(parameters.releasePpm),
  };
}

/**
 * Lets time pass. A step beyond `tickMaxMs` is an outage: open deadlines move by what exceeds it,
 * so that a night without a clock lapses no call.
 *
 * @returns `Ticked`, or nothing when the time is not later than the last; or `role-not-allowed`
 * @source DESIGN 4.6
 */
export function tick(
  command: CommandOf<'Tick'>,
  { house }: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessSource(order);
  if (refused) return refused;
  const { time, source } = command;
  if (time <= house.now) return accept();
  const outageMs =
    house.tick === 0 || house.parameters === null
      ? 0
      : Math.max(0, time - house.now - house.parameters.tickMaxMs);
  return accept<Event>({ type: 'Ticked', tick: house.tick + 1, time, outageMs, source });
}
