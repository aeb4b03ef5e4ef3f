import { invariant } from '@ringfence/kernel';
import { PPM, ceilDiv } from '@ringfence/money';
import {
  optionValueOf,
  portfolioOf,
  priceOf,
  type HousePrice,
  type OptionHolding,
} from './holdings.js';
import type { PortfolioModel } from './rules.js';
import { standardOptionMargin } from './standard-option.js';

/** What an option needs by itself, besides its value; whole smallest settlement units. */
export interface StandardRequirement {
  readonly maintenance: bigint;
  readonly call: bigint;
  readonly initial: bigint;
  readonly release: bigint;
}
const NOTHING: StandardRequirement = { maintenance: 0n, call: 0n, initial: 0n, release: 0n };

/**
 * Margin by rule of one option in an isolated or a cross bucket: each position by itself, as short
 * as pending sells can make it. A long option needs nothing and counts for nothing.
 *
 * The published margin includes what the short is worth; the house takes that off equity, so here
 * only what comes on top of it is required.
 *
 * @param spot  the perpetual behind the option
 * @param time  ms UTC, not after expiry
 * @source rules/portfolio-margin, standard-option-margin
 */
export function standardRequirement(
  option: OptionHolding,
  spot: HousePrice,
  time: number,
  { standard, rules }: PortfolioModel,
): StandardRequirement {
  const lots = option.lots - option.sells;
  if (lots >= 0) return NOTHING;
  const short = { ...option, lots, buys: 0, sells: 0 };
  const held = { spot, perpetual: null, futures: [], options: [short], collateral: 0n };
  const { expiries } = portfolioOf(held, time, PPM);
  const margin = standardOptionMargin(priceOf(spot), expiries, standard);
  const value = optionValueOf(short);
  const maintenance = beyond(margin.maintenance, value);
  const initial = greater(maintenance, beyond(margin.initial, value));
  const share = BigInt(rules.callSharePpm);
  return {
    maintenance,
    call: maintenance + ceilDiv((initial - maintenance) * share, BigInt(PPM)),
    initial,
    release: ceilDiv(initial * BigInt(rules.releasePpm), BigInt(PPM)),
  };
}

/** A margin ≤ 0 beyond a value ≤ 0 that is counted elsewhere; ≥ 0, rounded up. */
function beyond(margin: number, value: bigint): bigint {
  invariant(Number.isFinite(margin), 'a margin is finite');
  const more = BigInt(Math.ceil(0 - margin)) + value;
  return more > 0n ? more : 0n;
}
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
