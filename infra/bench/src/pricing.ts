import {
  black76Greeks,
  black76Kernel,
  black76Value,
  emptyGreeks,
  forwardTerms,
  impliedVolatility,
  kernelGreeks,
  type BlackTerms,
  type ForwardOption,
  type PricedOption,
} from '@ringfence/margin';
import { referenceForwardTerms, referenceValue } from '@ringfence/margin/reference';
import { sized, type Bench } from './bench.js';
import { median, Stopwatch } from './clock.js';

const FORWARD = 64_000;
const STRIKES = 40;
const EXPIRY_DAYS = [1, 7, 30, 90, 180, 365] as const;

/** A chain as a venue lists it: calls and puts, 40 strikes from half to twice the forward. */
function chain(): ForwardOption[] {
  const options: ForwardOption[] = [];
  for (const days of EXPIRY_DAYS) {
    for (let index = 0; index < STRIKES; index++) {
      const strike = FORWARD * (0.5 + (1.5 * index) / (STRIKES - 1));
      const skew = 0.1 * Math.abs(strike / FORWARD - 1);
      const terms = { forward: FORWARD, strike, years: days / 365, volatility: 0.55 + skew };
      options.push({ type: 'call', ...terms }, { type: 'put', ...terms });
    }
  }
  return options;
}

/** Options per second, the median of so many rounds; one before them warms up. */
function rate(rounds: number, count: number, work: () => number): number {
  const samples: number[] = [];
  let seen = 0;
  for (let round = 0; round <= rounds; round++) {
    const watch = new Stopwatch();
    seen += work();
    if (round > 0) samples.push((count / Math.max(watch.cpu(), 1)) * 1e6);
  }
  // the sum is used, so that no engine may leave the work out
  if (!Number.isFinite(seen)) throw new RangeError('a price is not a number');
  return median(samples);
}

/** Repeats a pass over some items, so that a round is long enough for the clock. */
const over =
  <T>(items: readonly T[], passes: number, one: (item: T) => number): (() => number) =>
  () => {
    let sum = 0;
    for (let pass = 0; pass < passes; pass++) for (const item of items) sum += one(item);
    return sum;
  };

function inverses(options: readonly ForwardOption[]): PricedOption[] {
  return options.map((option) => ({ ...option, price: black76Value(option) }));
}

/** Options of a chain priced one by one, by the fast kernel and by the reference. */
export const pricing: Bench = {
  name: 'pricing',
  run: async (scale, to) => {
    const options = chain();
    const terms = options.map(forwardTerms);
    const passes = sized(scale, 200, 1);
    const rounds = sized(scale, 9, 1);
    const count = options.length * passes;
    const out = emptyGreeks();
    const greeksOf = (of: BlackTerms): number => {
      kernelGreeks(of, out);
      return out.value + out.volga;
    };
    const valueOf = (of: BlackTerms): number =>
      black76Kernel(
        of.call,
        of.forward,
        of.strike,
        of.logMoneyness,
        of.volatility * of.rootYears,
        of.discount,
      );
    const few = options.slice(0, sized(scale, 80, 2)).map(referenceForwardTerms);
    const slow = over(few, 1, (of) => Number(referenceValue(of)));
    const reference = rate(sized(scale, 3, 1), few.length, slow);
    const greeks = rate(rounds, count, over(terms, passes, greeksOf));
    const value = rate(rounds, count, over(terms, passes, valueOf));
    const checked = over(options, passes, (option) => black76Greeks(option).value);
    const edge = rate(rounds, count, checked);
    const implied = over(inverses(options), passes, (priced) => {
      const found = impliedVolatility(priced);
      return found.found ? found.volatility : 0;
    });
    const inverse = rate(rounds, count, implied);
    const unit = 'options/s';
    const byReference = { value: reference, name: 'pricing.reference' };
    const byGreeks = { value: greeks, name: 'pricing.greeks' };
    to.add({ name: 'pricing.reference', value: reference, unit });
    to.add({ name: 'pricing.greeks', value: greeks, unit, against: byReference });
    to.add({ name: 'pricing.value', value, unit, against: byGreeks });
    to.add({ name: 'pricing.edge', value: edge, unit, against: byGreeks });
    to.add({ name: 'pricing.implied', value: inverse, unit, against: byGreeks });
  },
};
