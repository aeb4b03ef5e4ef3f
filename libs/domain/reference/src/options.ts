import type { EventOf } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import { black76Value } from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { instrumentOf, termsOf, type ReferenceState } from './state.js';

export type PricedOption = EventOf<'OptionsPriced'>['prices'][number];

/** Highest volatility that a source may publish: 2000 percent a year. */
export const VOLATILITY_PPM_MAX = 20 * PPM;
const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Model value of an option in whole ticks: Black-76 on its underlying's price, no discount, halves
 * rounded up; 0 when it is worth less than half a tick.
 *
 * @param option  strike in ticks of the underlying; `volatilityPpm` > 0; `time` before `expiry`
 * @param forward  price of the underlying in its ticks, > 0
 * @param ratio  ticks of the option per tick of the underlying
 * @source issue 6, section 2: nobody else prices an option for money
 */
export function modelTicks(
  option: {
    readonly right: 'call' | 'put';
    readonly strike: number;
    readonly expiry: number;
    readonly volatilityPpm: number;
  },
  { forward, ratio, time }: { forward: number; ratio: number; time: number },
): number {
  const { right, strike, expiry, volatilityPpm } = option;
  const value = black76Value({
    type: right,
    forward,
    strike,
    years: (expiry - time) / YEAR_MS,
    volatility: volatilityPpm / PPM,
  });
  return Math.floor(value * ratio + 0.5);
}

/**
 * Values of every live option whose volatility or underlying's price this frame brought. An option
 * without a volatility so far, or without a price of its underlying, has none yet.
 *
 * @param prices  what the frame brought in ticks, by instrument
 * @param volatilities  in parts per million, by instrument
 * @param time  of the frame, ms UTC
 * @returns in the order of instruments
 */
export function optionValues(
  state: ReferenceState,
  prices: ReadonlyMap<InstrumentId, number>,
  volatilities: ReadonlyMap<InstrumentId, number>,
  time: number,
): PricedOption[] {
  const values: PricedOption[] = [];
  for (const id of state.options) {
    const terms = termsOf(state, id);
    if (!terms.right || terms.settled !== null || terms.expiry <= time) continue;
    const brought = volatilities.get(id);
    if (brought === undefined && !prices.has(terms.underlying)) continue;
    const volatilityPpm = brought ?? terms.volatilityPpm;
    const underlying = instrumentOf(state, terms.underlying);
    const forward = prices.get(terms.underlying) ?? underlying.price;
    if (volatilityPpm === 0 || forward === 0) continue;
    const { right, strike, expiry } = terms;
    const ratio = Number(underlying.tickUnits) / Number(instrumentOf(state, id).tickUnits);
    const option = { right, strike, expiry, volatilityPpm };
    const price = modelTicks(option, { forward, ratio, time });
    values.push({ instrument: id, price, volatilityPpm });
  }
  return values;
}
