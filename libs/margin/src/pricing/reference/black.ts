import { notNegative, price, type ForwardOption, type SpotOption } from '../option.js';
import {
  density,
  distribution,
  exactly,
  exp,
  ln,
  mills,
  times,
  ZERO,
  type Decimal,
} from './decimal.js';

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
 * Generalised Black-Scholes value in decimals: the out-of-the-money value by the formula, the other
 * by parity.
 *
 * Slow (some milliseconds) and plain: what the fast kernel is measured against. It shares no
 * arithmetic with it, only the formula.
 *
 * @param terms  strike > 0; years, volatility ≥ 0
 * @returns value in the unit of the strike; 30 significant digits where it is above 1e-12 of the
 *          lower of forward and strike
 * @source rules/pricing-and-greeks, bsm-value
 */
export function referenceValue(terms: ReferenceTerms): Decimal {
  const { call, spot, strike, years, volatility, rate, carry } = terms;
  const forward = times(spot, exp(times(carry, years)));
  const discount = exp(times(rate, years).times(-1));
  // in units of the lower of the two, which bounds an out-of-the-money value
  const [lower, upper] = forward.lt(strike) ? [forward, strike] : [strike, forward];
  const ratio = upper.div(lower);
  const inside = forward.gt(strike) === call && ratio.gt(1);
  const paid = inside ? ratio.minus(1) : ZERO;
  const deviation = times(volatility, years.sqrt());
  if (deviation.eq(0)) return times(times(paid, discount), lower);
  const h = ln(ratio).div(deviation);
  const half = deviation.div(2);
  // upper × N(−h − s/2), with the density that both terms share, so that no ratio is too large
  const near = half.minus(h);
  const outside = distribution(near).minus(times(density(near), mills(half.plus(h))));
  return times(times(paid.plus(outside), discount), lower);
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
