/**
 * Value of one unit of an option and how it changes; every figure in the unit of the strike per
 * unit of what its name says. Rates and volatilities are fractions per year, never percent.
 *
 * A long option's figures; a short one's are their negatives. Made once by `emptyGreeks` and
 * filled again and again by the kernel.
 *
 * @source E. G. Haug, The complete guide to option pricing formulas, 2nd edition (2007), chapter 2;
 *         rules/pricing-and-greeks, black76-greeks
 */
export interface Greeks {
  /** present value, ≥ 0 */
  value: number;
  /** ∂V/∂S, by the spot; equals `deltaForward` where the spot is the forward */
  delta: number;
  /** ∂V/∂F, by the forward, discount fixed; the venues' "Black delta" */
  deltaForward: number;
  /** ∂²V/∂S² */
  gamma: number;
  /** ∂²V/∂F² */
  gammaForward: number;
  /** ∂V/∂σ per 1.00 of volatility; a hundredth of it is per volatility point */
  vega: number;
  /** change per year that passes, spot, volatility and rates fixed; see `DAYS_PER_YEAR` */
  theta: number;
  /** ∂V/∂r per 1.00 of rate, spot and yield fixed: the forward moves along */
  rho: number;
  /** ∂V/∂q per 1.00 of yield, spot and rate fixed */
  dividendRho: number;
  /** ∂²V/∂S∂σ per 1.00 of volatility */
  vanna: number;
  /** ∂²V/∂σ² per 1.00 of volatility squared */
  volga: number;
  /** ∂V/∂K */
  strikeSensitivity: number;
  /** ∂²V/∂K² */
  strikeGamma: number;
  /** relative change of value per relative change of spot; 0 where the value is 0 */
  elasticity: number;
  /** probability of exercise under the money measure, N(ωd2) */
  itmCashProbability: number;
  /** probability of exercise under the asset measure, N(ωd1) */
  itmAssetProbability: number;
}

/** Days of a year in every figure that is said "per day" here: calendar days, as venues count. */
export const DAYS_PER_YEAR = 365;

/** A record of zeros to be filled by the kernel. */
export const emptyGreeks = (): Greeks => ({
  value: 0,
  delta: 0,
  deltaForward: 0,
  gamma: 0,
  gammaForward: 0,
  vega: 0,
  theta: 0,
  rho: 0,
  dividendRho: 0,
  vanna: 0,
  volga: 0,
  strikeSensitivity: 0,
  strikeGamma: 0,
  elasticity: 0,
  itmCashProbability: 0,
  itmAssetProbability: 0,
});
