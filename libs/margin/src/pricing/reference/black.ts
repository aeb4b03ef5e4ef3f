import { notNegative, price, type ForwardOption, type SpotOption } from '../option.js';
import { distribution, exactly, exp, ln, times, ZERO, type Decimal } from './decimal.js';

/** The numbers of an option in decimals: what the reference prices, and tests nudge. */
export interface ReferenceTerms {
  readonly call: boolean;
  readonly spot: Decimal;
  readonly strike: Decimal;
  readonly years: Decimal;
  readonly volatility: Decimal;
  readonly rate: Decimal;
  /** forward = spot × e^(carry × years) */
  readonly carry: Decimal;
}

/**
 * Generalised Black-Scholes value by the formula as it is written, in decimals.
 *
 * Slow (some milliseconds) and plain: what the fast kernel is measured against. It shares no
 * arithmetic with it, only the formula.
 *
 * @param terms  strike > 0; years, volatility ≥ 0
 * @returns value in the unit of the strike, 30 significant digits where it is above 1e-12 of it
 * @source rules/pricing-and-greeks, bsm-value
 */
export function referenceValue(terms: ReferenceTerms): Decimal {
  const { call, spot, strike, years, volatility, rate, carry } = terms;
  const growth = exp(times(carry, years));
  const discount = exp(times(rate, years).times(-1));
  const sign = call ? 1 : -1;
  // in units of the strike, so that 50 decimals are as many digits whatever the price level
  const moneyness = times(spot.div(strike), growth);
  const inside = moneyness.minus(1).times(sign);
  const paid = inside.gt(0) ? inside : ZERO;
  const deviation = times(volatility, years.sqrt());
  if (deviation.eq(0)) return times(times(paid, discount), strike);
  const d1 = ln(moneyness).div(deviation).plus(deviation.div(2));
  const d2 = d1.minus(deviation);
  // out of the money, where nothing is lost; parity gives the other
  const out = moneyness.gt(1) ? -1 : 1;
  const asset = times(moneyness, distribution(d1.times(out)));
  const value = asset.minus(distribution(d2.times(out))).times(out);
  return times(times(paid.plus(value), discount), strike);
}

/** The decimals of a checked option on a spot price: exactly the doubles given. */
export function referenceSpotTerms(option: SpotOption): ReferenceTerms {
  price('spot', option.spot);
  price('strike', option.strike);
  notNegative('years', option.years);
  notNegative('volatility', option.volatility);
  return {
    call: option.type === 'call',
    spot: exactly(option.spot),
    strike: exactly(option.strike),
    years: exactly(option.years),
    volatility: exactly(option.volatility),
    rate: exactly(option.rate),
    carry: exactly(option.carry),
  };
}

/** The decimals of a checked, undiscounted option on a forward. */
export const referenceForwardTerms = (
  option: Omit<ForwardOption, 'discount' | 'spot'>,
): ReferenceTerms => referenceSpotTerms({ ...option, spot: option.forward, rate: 0, carry: 0 });
