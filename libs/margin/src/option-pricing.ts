import type { RealFunctions } from './expected-shortfall.js';

/** One European option on a forward, as Black-76 sees it; doubles. */
export interface DeviationOption {
  readonly call: boolean;
  /** ≥ 0 */
  readonly forward: number;
  readonly strike: number;
  /** volatility × √years; 0 is intrinsic value */
  readonly deviation: number;
  readonly discount: number;
}

/** What scenario rules need of the pricing kernel. */
export interface OptionPricing extends RealFunctions {
  /** discounted value ≥ 0 of one option, in the unit of the forward */
  readonly value: (option: DeviationOption) => number;
}
