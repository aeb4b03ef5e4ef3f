import { emptyGreeks, type Greeks } from './greeks.js';
import { kernelGreeks, kernelValue, type BlackTerms } from './kernel.js';
import { forwardTerms, spotTerms, type ForwardOption, type SpotOption } from './option.js';

/**
 * Value of a European option on a forward (Black-76).
 *
 * @returns present value per unit, ≥ 0, in the unit of the strike; against exact arithmetic within
 *          1e-12 of itself where it is above 1e-9 of the forward
 * @throws OptionRefused naming the field and the rule
 * @source F. Black, The pricing of commodity contracts (1976); rules/pricing-and-greeks,
 *         black76-value, black76-limits
 */
export const black76Value = (option: ForwardOption): number => kernelValue(forwardTerms(option));

/**
 * Value and all Greeks of a European option on a forward (Black-76).
 *
 * @returns a record of its own; see `Greeks` for units
 * @throws OptionRefused naming the field and the rule
 * @source rules/pricing-and-greeks, black76-greeks
 */
export const black76Greeks = (option: ForwardOption): Greeks => filled(forwardTerms(option));

/**
 * Value of a European option on a spot price with cost of carry b (generalised Black-Scholes):
 * b = r a stock, b = r − q with a yield, b = 0 a future, b = r − foreign rate a currency.
 *
 * @returns present value per unit, ≥ 0, in the unit of the strike; precise as `black76Value`
 * @throws OptionRefused naming the field and the rule
 * @source E. G. Haug, The complete guide to option pricing formulas (2007), 1.1.6;
 *         rules/pricing-and-greeks, bsm-value
 */
export const blackScholesValue = (option: SpotOption): number => kernelValue(spotTerms(option));

/**
 * Value and all Greeks of a European option on a spot price with cost of carry.
 *
 * @returns a record of its own; see `Greeks` for units
 * @throws OptionRefused naming the field and the rule
 * @source rules/pricing-and-greeks, bsm-greeks
 */
export const blackScholesGreeks = (option: SpotOption): Greeks => filled(spotTerms(option));

function filled(terms: BlackTerms): Greeks {
  const out = emptyGreeks();
  kernelGreeks(terms, out);
  return out;
}
