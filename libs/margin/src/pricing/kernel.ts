import { exponential } from './elementary.js';
import type { Greeks } from './greeks.js';
import { INVERSE_SQRT_2PI, millsRatio } from './normal.js';
import { outOfTheMoneyValue } from './normalised-black.js';

/**
 * An option as the kernel wants it: everything that the terms fix, worked out once.
 *
 * Preconditions, kept by `forwardTerms` and `spotTerms` and not looked at again: every number is
 * finite; forward, spot and discount > 0; strike, years, volatility ≥ 0; `logMoneyness` is
 * ln(forward/strike) and `intrinsic` forward − strike, both as precise as their inputs allow;
 * `carry` is ln(forward/spot) per year and `rate` −ln(discount) per year.
 */
export interface BlackTerms {
  call: boolean;
  forward: number;
  strike: number;
  /** ln(forward / strike); unused when the strike is 0 */
  logMoneyness: number;
  /** forward − strike, signed */
  intrinsic: number;
  /** to expiry, > 0 or 0 for now */
  years: number;
  rootYears: number;
  /** per year, as a fraction */
  volatility: number;
  discount: number;
  spot: number;
  /** continuous, per year */
  rate: number;
  /** cost of carry b, continuous, per year: the forward is spot × e^(b·years) */
  carry: number;
}

/**
 * F·n(d1) = K·n(d2): what gamma, vega and the time value have in common.
 *
 * @param h  |ln(F/K)| / s
 * @param t  s / 2
 */
export const densityWeight = (forward: number, strike: number, h: number, t: number): number =>
  Math.sqrt(forward * strike) * (INVERSE_SQRT_2PI * exponential(-0.5 * (h * h + t * t)));

/**
 * Black-76 value alone: the inner step of a scenario grid, which prices and throws away.
 *
 * Allocates nothing. Preconditions as of `BlackTerms`; positional for speed.
 *
 * @param deviation  σ√T, total, ≥ 0; at 0 the option is worth its intrinsic value
 * @returns discounted value ≥ 0
 */
export function black76Kernel(
  call: boolean,
  forward: number,
  strike: number,
  logMoneyness: number,
  deviation: number,
  discount: number,
): number {
  const intrinsic = forward - strike;
  return discount * undiscounted(call, forward, strike, logMoneyness, intrinsic, deviation);
}

/** Value before discounting: the out-of-the-money value of the strike, and what is in the money. */
function undiscounted(
  call: boolean,
  forward: number,
  strike: number,
  logMoneyness: number,
  intrinsic: number,
  deviation: number,
): number {
  const inside = call ? intrinsic : -intrinsic;
  const paid = inside > 0 ? inside : 0;
  if (deviation === 0 || strike === 0) return paid;
  const h = (logMoneyness < 0 ? -logMoneyness : logMoneyness) / deviation;
  const t = 0.5 * deviation;
  const lower = forward < strike ? forward : strike;
  return paid + outOfTheMoneyValue(lower, h, t, densityWeight(forward, strike, h, t));
}

/** The value of `terms`; see `black76Kernel`. Here the intrinsic value is as precise as given. */
export const kernelValue = (terms: Readonly<BlackTerms>): number =>
  terms.discount *
  undiscounted(
    terms.call,
    terms.forward,
    terms.strike,
    terms.logMoneyness,
    terms.intrinsic,
    terms.volatility * terms.rootYears,
  );

/**
 * Value and every Greek into `out`. Allocates nothing; preconditions as of `BlackTerms`.
 *
 * Where nothing is left to chance (no time, no volatility, no strike) the option is its intrinsic
 * value: N is 1, 0, or ½ with forward and strike equal, and gamma, vega, vanna, volga, strike gamma
 * are 0, also at the kink, where they have no value.
 */
export function kernelGreeks(terms: Readonly<BlackTerms>, out: Greeks): void {
  const { call, forward, strike, intrinsic } = terms;
  const deviation = terms.volatility * terms.rootYears;
  const inside = call ? intrinsic : -intrinsic;
  const paid = inside > 0 ? inside : 0;
  if (deviation === 0 || strike === 0) {
    const exercised = inside === 0 ? 0.5 : inside > 0 ? 1 : 0;
    slopes(terms, paid, exercised, exercised, out);
    curvature(terms, 0, 0, 0, out);
    return;
  }
  const h = terms.logMoneyness / deviation;
  const t = 0.5 * deviation;
  const far = h < 0 ? -h : h;
  const weight = densityWeight(forward, strike, far, t);
  const lower = forward < strike ? forward : strike;
  const undiscountedValue = paid + outOfTheMoneyValue(lower, far, t, weight);
  const d1 = h + t;
  const d2 = h - t;
  const asset = tail(call ? d1 : -d1, weight / forward);
  const cash = tail(call ? d2 : -d2, weight / strike);
  slopes(terms, undiscountedValue, asset, cash, out);
  curvature(terms, weight, d1, d2, out);
}

/** N(d), given n(d); relative precision kept in the tail. */
function tail(d: number, density: number): number {
  if (density === 0) return d > 0 ? 1 : 0;
  return d <= 0 ? density * millsRatio(-d) : 1 - density * millsRatio(d);
}

/**
 * Value, first derivatives and probabilities; theta without its decay, which `curvature` adds.
 *
 * Here and below, 0 − x and x + 0 keep −0 out: it does not survive being written as a decimal.
 */
function slopes(
  terms: Readonly<BlackTerms>,
  undiscountedValue: number,
  asset: number,
  cash: number,
  out: Greeks,
): void {
  const { call, forward, spot, discount, years } = terms;
  const value = discount * undiscountedValue;
  const deltaForward = call ? discount * asset : 0 - discount * asset;
  const delta = deltaForward * (forward / spot);
  const exposure = delta * spot;
  out.value = value;
  out.deltaForward = deltaForward;
  out.delta = delta;
  out.theta = terms.rate * value - terms.carry * exposure;
  out.rho = years * (exposure - value) + 0;
  out.dividendRho = 0 - years * exposure;
  out.elasticity = value > 0 ? exposure / value : 0;
  out.itmAssetProbability = asset;
  out.itmCashProbability = cash;
  out.strikeSensitivity = call ? 0 - discount * cash : discount * cash;
}

/** What bends: gamma, vega and their kin, all of them multiples of the weight; 0 without it. */
function curvature(
  terms: Readonly<BlackTerms>,
  weight: number,
  d1: number,
  d2: number,
  out: Greeks,
): void {
  if (weight === 0) {
    out.gammaForward = out.gamma = out.strikeGamma = 0;
    out.vega = out.vanna = out.volga = 0;
    return;
  }
  const { forward, strike, spot, volatility, rootYears } = terms;
  const discounted = terms.discount * weight;
  const bent = discounted / (volatility * rootYears);
  const vega = discounted * rootYears;
  out.gammaForward = bent / forward / forward;
  out.gamma = bent / spot / spot;
  out.strikeGamma = bent / strike / strike;
  out.vega = vega;
  out.vanna = 0 - (discounted * d2) / volatility / spot;
  out.volga = (vega * d1 * d2) / volatility + 0;
  out.theta -= 0.5 * volatility * (discounted / rootYears);
}
