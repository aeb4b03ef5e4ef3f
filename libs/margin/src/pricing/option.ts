import { exponential, exponentialMinusOne, logRatio } from './elementary.js';
import type { BlackTerms } from './kernel.js';

export type OptionType = 'call' | 'put';

/** A European option on a forward or future (Black-76). */
export interface ForwardOption {
  readonly type: OptionType;
  /** price of the forward, from 1e-100 to 1e100 */
  readonly forward: number;
  /** same unit; 0, or from 1e-100 to 1e100 */
  readonly strike: number;
  /** time to expiry, ≥ 0; 0 is now */
  readonly years: number;
  /** per year, a fraction ≥ 0: 0.62 is 62 percent */
  readonly volatility: number;
  /** present value of 1 at expiry, > 0; 1 by default; must be 1 at expiry */
  readonly discount?: number;
  /** price that delta, gamma and vanna are taken by; the forward by default, and at expiry */
  readonly spot?: number;
}

/** A European option on a spot price with a cost of carry (generalised Black-Scholes-Merton). */
export interface SpotOption {
  readonly type: OptionType;
  /** from 1e-100 to 1e100, as must be the forward that follows from it */
  readonly spot: number;
  /** same unit; 0, or from 1e-100 to 1e100 */
  readonly strike: number;
  /** time to expiry, ≥ 0; 0 is now */
  readonly years: number;
  /** per year, a fraction ≥ 0 */
  readonly volatility: number;
  /** risk-free, continuous, per year, any sign */
  readonly rate: number;
  /** cost of carry b = rate − yield, continuous, per year: 0 for a future, rate without yield */
  readonly carry: number;
}

/** Prices beyond these make squares and quotients that a double cannot hold. */
export const PRICE_MIN = 1e-100;
export const PRICE_MAX = 1e100;

/** Terms that no option can have: names the field and the rule it breaks. */
export class OptionRefused extends RangeError {
  override readonly name = 'OptionRefused';
  constructor(
    /** the field as the caller named it */
    readonly field: string,
    /** what it must be, in words */
    readonly rule: string,
    readonly given: unknown,
  ) {
    super(`${field}: must be ${rule}, got ${String(given)}`);
  }
}

/** @throws OptionRefused when `value` is NaN or infinite */
export function finite(field: string, value: number): void {
  if (typeof value !== 'number' || value - value !== 0) {
    throw new OptionRefused(field, 'a finite number', value);
  }
}

/** @throws OptionRefused when `value` is not a finite number ≥ 0 */
export function notNegative(field: string, value: number): void {
  finite(field, value);
  if (value < 0) throw new OptionRefused(field, 'at least 0', value);
}

/** @throws OptionRefused when `value` is no price > 0 within the range of the kernel */
export function price(field: string, value: number): void {
  finite(field, value);
  if (value <= 0) throw new OptionRefused(field, 'above 0', value);
  if (value < PRICE_MIN || value > PRICE_MAX) {
    throw new OptionRefused(field, 'from 1e-100 to 1e100', value);
  }
}

function typeAndStrike(option: ForwardOption | SpotOption): void {
  if (option.type !== 'call' && option.type !== 'put') {
    throw new OptionRefused('type', 'call or put', option.type);
  }
  notNegative('strike', option.strike);
  if (option.strike > 0) price('strike', option.strike);
  notNegative('years', option.years);
  notNegative('volatility', option.volatility);
  finite('volatility × √years', option.volatility * Math.sqrt(option.years));
}

/**
 * The terms of an option on a forward, checked and worked out for the kernel.
 *
 * @throws OptionRefused naming the field and the rule
 */
export function forwardTerms(option: ForwardOption): BlackTerms {
  typeAndStrike(option);
  const { forward, strike, years, discount = 1, spot = forward } = option;
  price('forward', forward);
  price('discount', discount);
  price('spot', spot);
  if (years === 0 && discount !== 1) throw new OptionRefused('discount', '1 at expiry', discount);
  if (years === 0 && spot !== forward) {
    throw new OptionRefused('spot', 'the forward at expiry', spot);
  }
  const rate = years === 0 ? 0 : (0 - logRatio(discount, 1)) / years;
  const carry = years === 0 ? 0 : logRatio(forward, spot) / years;
  finite('−ln(discount) / years', rate);
  finite('ln(forward/spot) / years', carry);
  return {
    call: option.type === 'call',
    forward,
    strike,
    logMoneyness: strike === 0 ? 0 : logRatio(forward, strike),
    intrinsic: forward - strike,
    years,
    rootYears: Math.sqrt(years),
    volatility: option.volatility,
    discount,
    spot,
    rate,
    carry,
  };
}

/**
 * The terms of an option on a spot price, checked and worked out for the kernel.
 *
 * Moneyness and intrinsic value come from spot and carry, not from the rounded forward: an option
 * of some minutes has its whole value in the digits that the rounding would take.
 *
 * @throws OptionRefused naming the field and the rule
 */
export function spotTerms(option: SpotOption): BlackTerms {
  typeAndStrike(option);
  const { spot, strike, years, rate, carry } = option;
  price('spot', spot);
  finite('rate', rate);
  finite('carry', carry);
  const forward = spot * exponential(carry * years);
  price('spot × e^(carry × years)', forward);
  const discount = exponential(-rate * years);
  price('e^(−rate × years)', discount);
  const logMoneyness = strike === 0 ? 0 : logRatio(spot, strike) + carry * years;
  return {
    call: option.type === 'call',
    forward,
    strike,
    logMoneyness,
    intrinsic: strike === 0 ? forward : strike * exponentialMinusOne(logMoneyness),
    years,
    rootYears: Math.sqrt(years),
    volatility: option.volatility,
    discount,
    spot,
    rate,
    carry,
  };
}
