import { black76Kernel, exponential, logarithm, logRatio } from '../pricing/index.js';

export const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;
/** Term at which published volatility ranges hold as they are. */
const RANGE_DAYS = 30;

/** Years to expiry of a year of 365 days. */
export const yearsOf = (secondsToExpiry: number): number => secondsToExpiry / SECONDS_PER_YEAR;

/** How the size of a volatility shock depends on the time to expiry. */
export interface TermStructure {
  /** days ≥ 0: shorter terms are shocked no harder than this one */
  readonly floorDays: number;
  /** power up to 30 days, and beyond */
  readonly shortTermPower: number;
  readonly longTermPower: number;
}

/**
 * How much harder than the 30-day range a term is shocked: (30 / days) to a power.
 *
 * @param secondsToExpiry  ≥ 0
 * @returns > 0; infinite for a term of no time without a floor
 * @source rules/portfolio-margin, portfolio-margin-single-base; rules of the multi-collateral model
 */
export function termMultiple(secondsToExpiry: number, term: TermStructure): number {
  const days = Math.max(secondsToExpiry / SECONDS_PER_DAY, term.floorDays);
  const short = secondsToExpiry <= RANGE_DAYS * SECONDS_PER_DAY;
  return rangeMultiple(days, short ? term.shortTermPower : term.longTermPower);
}

/**
 * (30 / days) to the power.
 *
 * @source rules/portfolio-margin, option-margin-small-formulas, volRange
 */
export function rangeMultiple(days: number, power: number): number {
  if (power === 0) return 1;
  return days === 0 ? Infinity : exponential(power * logarithm(RANGE_DAYS / days));
}

/**
 * Value of one option per unit, with the limits that shocks reach: no deviation is intrinsic value,
 * endless deviation makes a call worth its forward and a put its strike.
 *
 * @param volatility  per year, ≥ 0, may be infinite
 * @param years       ≥ 0
 * @returns discounted, in the unit of the forward
 */
export function shockedValue(option: {
  readonly call: boolean;
  readonly forward: number;
  readonly strike: number;
  readonly volatility: number;
  readonly years: number;
  readonly discount: number;
}): number {
  const { call, forward, strike, volatility, years, discount } = option;
  // at expiry nothing moves any more, however wild the shock
  const deviation = years === 0 ? 0 : volatility * Math.sqrt(years);
  if (deviation === 0 || forward <= 0 || strike <= 0) {
    return discount * Math.max(call ? forward - strike : strike - forward, 0);
  }
  if (deviation === Infinity) return discount * (call ? forward : strike);
  return black76Kernel(call, forward, strike, logRatio(forward, strike), deviation, discount);
}

/** Signed size at one strike; calls and puts net there. */
export interface StrikeLine {
  readonly strike: number;
  /** signed contracts */
  readonly amount: number;
}

/**
 * Contracts that are sold short at their own strike, calls and puts of one strike netted.
 *
 * @param options  of one expiry
 * @returns Σ over strikes of what is short, ≥ 0
 */
export function nakedShorts(options: readonly StrikeLine[]): number {
  const nets = new Map<number, number>();
  for (const { strike, amount } of options) nets.set(strike, (nets.get(strike) ?? 0) + amount);
  let naked = 0;
  for (const net of nets.values()) naked += Math.max(0, -net);
  return naked;
}

/**
 * Charge for an oracle that is not sure of itself: nothing from the threshold on, below it the more
 * the less sure.
 *
 * @param confidence  0 to 1
 * @param atRisk      ≥ 0, in the unit of the result
 */
export const confidenceCharge = (
  confidence: number,
  atRisk: number,
  oracle: { readonly threshold: number; readonly margin: number },
): number => (confidence < oracle.threshold ? (1 - confidence) * oracle.margin * atRisk : 0);
