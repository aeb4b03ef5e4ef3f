import {
  black76Greeks,
  blackScholesGreeks,
  DAYS_PER_YEAR,
  type Greeks,
  type OptionType,
} from '@ringfence/margin';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import type { Rules } from '../run.js';

const typeOf = (input: Input): OptionType =>
  input.has('type') ? input.choose('type', { C: 'call', P: 'put' } as const) : 'call';

/** Everything that a group may name: value and Greeks, theta by the day too. */
const named = (greeks: Greeks): Outputs => ({
  ...greeks,
  thetaPerDay: greeks.theta / DAYS_PER_YEAR,
});

/** On a forward; a case without a time gives the total deviation, that of one year. */
function onForward(input: Input): Outputs {
  const years = input.realOr('T', 1);
  const forward = input.real('F');
  const volatility = input.has('stdDev')
    ? input.real('stdDev') / (years === 0 ? 1 : Math.sqrt(years))
    : input.real('sigma');
  return named(
    black76Greeks({
      type: typeOf(input),
      forward,
      strike: input.real('K'),
      years,
      volatility,
      discount: input.realOr('D', 1),
      spot: input.realOr('S', forward),
    }),
  );
}

/** On a spot price with rate and yield. */
function onSpot(input: Input): Outputs {
  const rate = input.real('r');
  return named(
    blackScholesGreeks({
      type: typeOf(input),
      spot: input.real('S'),
      strike: input.real('K'),
      years: input.real('T'),
      volatility: input.real('sigma'),
      rate,
      carry: rate - input.realOr('q', 0),
    }),
  );
}

/** Rules of the topic `pricing-and-greeks`. */
export const pricingRules: Rules = {
  'black76-value': onForward,
  'black76-greeks': onForward,
  'bsm-value': onSpot,
  'bsm-greeks': onSpot,
  'black76-call-grid': onForward,
  'black76-limits': onForward,
};
