import {
  DAYS_PER_YEAR,
  emptyGreeks,
  kernelGreeks,
  logRatio,
  type BlackTerms,
} from '../pricing/index.js';
import type { Portfolio, PortfolioExpiry } from './multi-collateral-types.js';
import { yearsOf } from './shocks.js';

/**
 * How the value of a portfolio changes, in its settlement unit; positions as they are, pending legs
 * not counted.
 */
export interface PortfolioGreeks {
  /** gain when the underlying rises by 100 percent, to first and to second order */
  delta: number;
  gamma: number;
  /** gain per 1.00 of volatility, to first and to second order */
  vega: number;
  volga: number;
  /** gain per day that passes */
  theta: number;
  /** gain per 1.00 of rate */
  rho: number;
  /** change of delta per 1.00 of volatility */
  vanna: number;
}

export const noGreeks = (): PortfolioGreeks => ({
  delta: 0,
  gamma: 0,
  vega: 0,
  volga: 0,
  theta: 0,
  rho: 0,
  vanna: 0,
});

/** Filled again for every option: the kernel allocates nothing, and neither does a portfolio. */
const OUT = emptyGreeks();
const TERMS: BlackTerms = {
  call: true,
  forward: 1,
  strike: 1,
  logMoneyness: 0,
  intrinsic: 0,
  years: 0,
  rootYears: 0,
  volatility: 0,
  discount: 1,
  spot: 1,
  rate: 0,
  carry: 0,
};

/**
 * Adds the Greeks of a portfolio whose options are on forwards and not discounted.
 *
 * @param into  the sum so far; options, perpetual and futures are added, collateral is not
 */
export function addGreeks(portfolio: Portfolio, into: PortfolioGreeks): void {
  into.delta += portfolio.perps * portfolio.perpPrice;
  for (const { amount, price } of portfolio.futures ?? []) into.delta += amount * price;
  for (const expiry of portfolio.expiries) addExpiry(expiry, into);
}

function addExpiry({ forward, secondsToExpiry, options }: PortfolioExpiry, into: PortfolioGreeks) {
  TERMS.forward = TERMS.spot = forward;
  TERMS.years = yearsOf(secondsToExpiry);
  TERMS.rootYears = Math.sqrt(TERMS.years);
  for (const { call, strike, volatility, amount } of options) {
    if (amount === 0) continue;
    TERMS.call = call;
    TERMS.strike = strike;
    TERMS.logMoneyness = logRatio(forward, strike);
    TERMS.intrinsic = forward - strike;
    TERMS.volatility = volatility;
    kernelGreeks(TERMS, OUT);
    into.delta += amount * OUT.delta * forward;
    into.gamma += amount * OUT.gamma * forward * forward;
    into.vega += amount * OUT.vega;
    into.volga += amount * OUT.volga;
    into.theta += (amount * OUT.theta) / DAYS_PER_YEAR;
    into.rho += amount * OUT.rho;
    into.vanna += amount * OUT.vanna * forward;
  }
}
