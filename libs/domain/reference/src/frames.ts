import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import { accept, reject, type Decision, type InstrumentId } from '@ringfence/kernel';
import { marginRates, nextVariance } from '@ringfence/margin';
import { PPM, parseUnits } from '@ringfence/money';
import { refuseUnlessSource } from './permission.js';
import { rateOf, type GuardedRate } from './rates.js';
import type { Instrument, InstrumentParameters, ReferenceState, Ruled } from './state.js';

/** Largest price in ticks: squares of returns stay exact enough, values fit the log. */
export const PRICE_MAX = 10 ** 12;

type FramePrice = EventOf<'FrameAccepted'>['prices'][number];
/** A price of a frame that is well-formed and of an instrument that may be priced. */
interface Quote {
  readonly id: InstrumentId;
  readonly instrument: Instrument;
  readonly parameters: InstrumentParameters;
  readonly ticks: number;
  readonly ruled: Ruled | null;
  /** decimals of the settlement asset */
  readonly scale: number;
}

/**
 * Takes the prices of one instant. A frame is taken or refused as a whole; within a good frame a
 * price off its band is held and reported, and used when the instrument's next price confirms it.
 *
 * @returns `PriceHeld` per held price, then `RatesGuarded` of instruments with rules and
 *          `FrameAccepted`, unless every price was held; or
 *          `role-not-allowed`, `parameters-missing`, `frame-empty`, `frame-out-of-order`,
 *          `frame-stale`, and with `field`: `instrument-unknown`, `instrument-twice`,
 *          `price-not-a-decimal`, `price-not-positive`, `price-too-large`, `not-on-tick`
 * @source DESIGN 6.4; EMIR RTS 153/2013 Article 28 (limits to procyclicality)
 */
export function publishFrame(
  command: CommandOf<'PublishFrame'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessSource(order) ?? refuseUntimely(command, state);
  if (refused) return refused;
  const quotes = readQuotes(command, state);
  if ('accepted' in quotes) return quotes;

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
  const used = quotes.filter((quote) => !isHeld(quote)).map(usedPrice);
  if (used.length === 0) return accept<Event>(...held);
  const frame = state.house.frame + 1;
  const prices = used.map(({ price }) => price);
  const taken = { type: 'FrameAccepted', frame, time, validUntil, source, prices } as const;
  const rates = used.flatMap(({ guarded }) => guarded ?? []);
  if (rates.length === 0) return accept<Event>(...held, taken);
  return accept<Event>(...held, { type: 'RatesGuarded', frame, rates }, taken);
}

function refuseUntimely(
  { time, validUntil, prices }: CommandOf<'PublishFrame'>,
  { house }: ReferenceState,
): Decision<never> | null {
  if (!house.parameters) return reject('parameters-missing', { of: 'house' });
  if (prices.length === 0) return reject('frame-empty');
  if (time <= house.frameTime) return reject('frame-out-of-order', { last: house.frameTime });
  if (validUntil <= time) return reject('frame-stale', { validUntil, time });
  const oldest = house.now - house.parameters.frameValidMs;
  return time < oldest ? reject('frame-stale', { time, oldest }) : null;
}

function readQuotes(
  command: CommandOf<'PublishFrame'>,
  state: ReferenceState,
): Quote[] | Extract<Decision<never>, { accepted: false }> {
  const refuse = (code: string, field: string) =>
    reject(code, { field }) as Extract<Decision<never>, { accepted: false }>;
  const seen = new Set<InstrumentId>();
  const quotes: Quote[] = [];
  for (const [index, { instrument: id, price }] of command.prices.entries()) {
    const field = `prices[${index}].instrument`;
    const instrument = state.instruments.get(id);
    if (!instrument) return refuse('instrument-unknown', field);
    if (seen.has(id)) return refuse('instrument-twice', field);
    if (!instrument.parameters) return refuse('parameters-missing', field);
    const ticks = parseTicks(price, instrument);
    if (typeof ticks === 'string') return refuse(ticks, `prices[${index}].price`);
    seen.add(id);
    const { parameters, settlement } = instrument;
    const scale = state.assets.get(settlement)?.scale ?? 0;
    quotes.push({ id, instrument, parameters, ticks, ruled: state.ruled.get(id) ?? null, scale });
  }
  return quotes;
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

/**
 * The price with the variance and the rates that follow from it; requirements round up. `guarded`:
 * how the initial rate came about, null without rules.
 */
function usedPrice({ id, instrument, parameters, ticks, ruled, scale }: Quote): {
  readonly price: FramePrice;
  readonly guarded: GuardedRate | null;
} {
  const { price: previousPrice, variance: before } = instrument;
  const { lambdaPpm } = parameters;
  const step = { variance: before, previousPrice, price: ticks, lambdaPpm };
  const variance = previousPrice === 0 ? 0 : nextVariance(step);
  const rate = rateOf({ instrument, parameters, variance, price: ticks, ruled, scale });
  const { initialPpm } = rate;
  const { maintenancePpm, callPpm, releasePpm } = marginRates(initialPpm, parameters);
  const rates = { initialPpm, maintenancePpm, callPpm, releasePpm };
  return {
    price: { instrument: id, price: ticks, variance, ...rates },
    guarded: ruled && { instrument: id, ...rate },
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
