import { InvariantViolation } from '@ringfence/kernel';
import { logRatio } from './elementary.js';
import { densityWeight } from './kernel.js';
import { outOfTheMoneyGap, outOfTheMoneyValue } from './normalised-black.js';
import { forwardTerms, notNegative, OptionRefused, type ForwardOption } from './option.js';

/** An option whose price is known and whose volatility is not; see `ForwardOption` for units. */
export interface PricedOption extends Pick<
  ForwardOption,
  'type' | 'forward' | 'strike' | 'years' | 'discount'
> {
  /** present value per unit, ≥ 0, in the unit of the strike */
  readonly price: number;
}

/**
 * The volatility, or the bound that the price breaks: with a price past it somebody would earn
 * without risk, so no volatility explains it. `bound` is in the unit of the price.
 */
export type ImpliedVolatility =
  | { readonly found: true; readonly volatility: number }
  | {
      readonly found: false;
      readonly refused: 'below-intrinsic' | 'above-forward' | 'above-strike';
      readonly bound: number;
    };

/** Some ten are usual; halving alone would need sixty. */
const STEPS_MAX = 100;
/** A step of some last places is rounding: 1/√(1/s²) alone need not give s back. */
const SETTLED = 1e-15;

/**
 * The Black-76 volatility that gives a price.
 *
 * A price equal to the intrinsic value has volatility 0; one at the upper bound (discounted forward
 * of a call, strike of a put) or above none. Round trip: where σ·vega > 1e-5 × price, and the price
 * above 1e-290, what comes back is within 1e-10 of σ; out of the money it is always so, but next
 * to the upper bound. Deep in the money the
 * price itself no longer holds its time value: an error of one last place of it moves σ by
 * price × 1e-16 / vega, and no method can do better.
 *
 * @returns volatility ≥ 0 per year, a fraction; or the name of the bound that is broken
 * @throws OptionRefused naming the field and the rule: years and strike must be above 0
 * @source branches as P. Jäckel, By implication (2006), with own objectives
 */
export function impliedVolatility(option: PricedOption): ImpliedVolatility {
  const { price } = option;
  notNegative('price', price);
  const terms = forwardTerms({ ...option, volatility: 0 });
  const { call, forward, strike, intrinsic, logMoneyness, discount } = terms;
  if (strike === 0) throw new OptionRefused('strike', 'above 0', strike);
  if (terms.years === 0) throw new OptionRefused('years', 'above 0', terms.years);
  const inside = call ? intrinsic : -intrinsic;
  const paid = inside > 0 ? inside : 0;
  if (price < discount * paid) {
    return { found: false, refused: 'below-intrinsic', bound: discount * paid };
  }
  const most = call ? forward : strike;
  const gap = most - price / discount;
  if (gap <= 0) {
    const refused = call ? 'above-forward' : 'above-strike';
    return { found: false, refused, bound: discount * most };
  }
  const time = price / discount - paid;
  if (time <= 0) return { found: true, volatility: 0 };
  const x = logMoneyness < 0 ? -logMoneyness : logMoneyness;
  const deviation = impliedDeviation({ forward, strike, x, time, gap });
  return { found: true, volatility: deviation / terms.rootYears };
}

/** What the search knows of the option; `x` is |ln(F/K)|. */
interface Target {
  readonly forward: number;
  readonly strike: number;
  readonly x: number;
  /** undiscounted time value, > 0 */
  readonly time: number;
  /** what the price lacks to its upper bound, undiscounted, > 0 */
  readonly gap: number;
}

/**
 * The total deviation s that gives the time value.
 *
 * As a function of s the value is convex up to s = √(2x) and concave beyond. On each side, and for
 * values near the bound, Newton's method runs on an objective that is nearly straight there. The
 * objectives rise with s, so every step also says on which side the answer lies, and one that
 * leaves what is left of the line is replaced by halving.
 */
function impliedDeviation(target: Target): number {
  const { forward, strike, x, time } = target;
  const lower = forward < strike ? forward : strike;
  const turn = Math.sqrt(2 * x);
  const turnHalf = 0.5 * turn;
  const turnWeight = densityWeight(forward, strike, turnHalf, turnHalf);
  const turnValue = x === 0 ? 0 : outOfTheMoneyValue(lower, turnHalf, turnHalf, turnWeight);
  if (time < turnValue) return search(target, turn, fromLogValue);
  const start = turn + (time - turnValue) / turnWeight;
  return search(target, start, time > 0.5 * lower ? fromLogGap : fromValue);
}

/**
 * One step of Newton's method: the next deviation after `s`; Infinity or 0 where `s` is so far off
 * that only the direction is known.
 */
type Step = (target: Target, s: number) => number;

/** Steps until nothing changes, inside a bracket that every step makes smaller. */
function search(target: Target, start: number, step: Step): number {
  let low = 0;
  let high = Infinity;
  let s = start;
  for (let count = 0; count < STEPS_MAX; count++) {
    let next = step(target, s);
    const change = next - s;
    if ((change < 0 ? -change : change) <= SETTLED * s) return next;
    if (next > s) low = s;
    else high = s;
    if (!(next > low && next < high)) {
      if (high - low <= SETTLED * s) return s;
      next = high === Infinity ? 2 * low : low === 0 ? 0.5 * high : Math.sqrt(low * high);
    }
    s = next;
  }
  throw new InvariantViolation('the search for a volatility ends');
}

function timeValue({ forward, strike, x }: Target, s: number, weight: number): number {
  return outOfTheMoneyValue(forward < strike ? forward : strike, x / s, 0.5 * s, weight);
}

/** Between the turning point and half the bound the value itself is nearly straight. */
const fromValue: Step = (target, s) => {
  const weight = densityWeight(target.forward, target.strike, target.x / s, 0.5 * s);
  return s - (timeValue(target, s, weight) - target.time) / weight;
};

/** Far out of the money ln(value) is nearly a straight line in 1/s². */
const fromLogValue: Step = (target, s) => {
  const weight = densityWeight(target.forward, target.strike, target.x / s, 0.5 * s);
  const value = timeValue(target, s, weight);
  if (value === 0) return Infinity;
  const slope = (-0.5 * s * s * s * weight) / value;
  const inverse = 1 / (s * s) - logRatio(value, target.time) / slope;
  return inverse > 0 ? 1 / Math.sqrt(inverse) : Infinity;
};

/** Near the bound ln(gap) is nearly a straight line in s². */
const fromLogGap: Step = (target, s) => {
  const h = target.x / s;
  const weight = densityWeight(target.forward, target.strike, h, 0.5 * s);
  const gap = outOfTheMoneyGap(h, 0.5 * s, weight);
  if (gap === 0) return 0;
  const slope = (-0.5 * weight) / (s * gap);
  const square = s * s - logRatio(gap, target.gap) / slope;
  return square > 0 ? Math.sqrt(square) : 0;
};
