import type { Event, EventOf } from '@ringfence/contracts';
import { portfolio, type BucketId, type InstrumentId } from '@ringfence/kernel';
import { black76Kernel, logRatio, STARTING_RULES } from '@ringfence/margin';
import {
  BTC,
  Desk,
  DOMAIN,
  ETH,
  frame,
  listed,
  USD,
  VALID_MS,
  type Quote,
} from './desk.fixture.js';

/** One portfolio of the domain. */
export const PORTFOLIO: BucketId = portfolio(DOMAIN);
/** At the money in 30 days; the future ends on the same day. */
export const CALL = 4 as InstrumentId;
export const PUT = 5 as InstrumentId;
export const FUTURE = 6 as InstrumentId;
export const EXPIRY = 30 * 86_400_000;
/** BTC at 64,000 ticks of 100 units: a lot of one unit is a hundredth of a coin. */
export const SPOT = 64_000;
export const VOLATILITY = 600_000;

const sizes = {
  settlement: USD,
  unit: 1n,
  tickUnits: 100n,
  tickSteps: 1,
  tickScale: 0,
  lotSteps: 1,
  lotScale: 0,
};
const optionListed = (
  instrument: InstrumentId,
  right: 'call' | 'put',
): EventOf<'OptionListed'> => ({
  type: 'OptionListed',
  instrument,
  symbol: right,
  domain: DOMAIN,
  underlying: BTC,
  expiry: EXPIRY,
  strike: SPOT,
  right,
  ...sizes,
});

export const rulesSet = (
  version = 1,
  effective = 0,
  change: Partial<EventOf<'PortfolioParametersSet'>['parameters']> = {},
): EventOf<'PortfolioParametersSet'> => ({
  type: 'PortfolioParametersSet',
  domain: DOMAIN,
  version,
  effective,
  parameters: { ...STARTING_RULES, scenarios: [...STARTING_RULES.scenarios], ...change },
});

/** Model value in ticks, as the reference lane records it. */
export function ticksOf(right: 'call' | 'put', forward: number, time: number): number {
  const deviation = (VOLATILITY / 1e6) * Math.sqrt((EXPIRY - time) / (365 * 86_400_000));
  const isCall = right === 'call';
  return Math.floor(
    black76Kernel(isCall, forward, SPOT, logRatio(forward, SPOT), deviation, 1) + 0.5,
  );
}

/** A frame and the model values that follow from it, in one record. */
export function framed(price: number, time = 0, more: readonly Quote[] = []): Event[] {
  const accepted = frame([{ price }, ...more], time);
  const { frame: number, validUntil } = accepted;
  return [accepted, priced(number, time, validUntil, price)];
}
const priced = (
  frameNumber: number,
  time: number,
  validUntil: number,
  forward: number,
): EventOf<'OptionsPriced'> => ({
  type: 'OptionsPriced',
  frame: frameNumber,
  time,
  validUntil,
  prices: [
    { instrument: CALL, price: ticksOf('call', forward, time), volatilityPpm: VOLATILITY },
    { instrument: PUT, price: ticksOf('put', forward, time), volatilityPpm: VOLATILITY },
  ],
});

export const expired = (
  instrument: InstrumentId,
  settlementPrice: number,
): EventOf<'InstrumentExpired'> => ({
  type: 'InstrumentExpired',
  instrument,
  domain: DOMAIN,
  round: 0,
  expiry: EXPIRY,
  underlyingPrice: SPOT,
  settlementPrice,
});

const FUTURE_LISTED: EventOf<'FutureListed'> = {
  type: 'FutureListed',
  instrument: FUTURE,
  symbol: 'future',
  domain: DOMAIN,
  underlying: BTC,
  expiry: EXPIRY,
  ...sizes,
};

/** A house with options on BTC: listed, priced, and with portfolio parameters unless told not. */
export function optionHouse(rules: readonly Event[] = [rulesSet()]): Desk {
  const desk = new Desk();
  desk.read(
    'reference',
    ...listed(),
    optionListed(CALL, 'call'),
    optionListed(PUT, 'put'),
    FUTURE_LISTED,
    ...rules,
    ...framed(SPOT, 0, [
      { instrument: ETH, price: 3_000 },
      { instrument: FUTURE, price: SPOT + 200 },
    ]),
  );
  return desk;
}
export { VALID_MS };
