import { black76Kernel, logRatio } from '../pricing/index.js';
import { STARTING_RULES } from './default-rules.js';
import type { PortfolioBucket } from './evaluate.js';
import type {
  FutureHolding,
  HousePrice,
  LinearHolding,
  OptionHolding,
  UnderlyingHoldings,
} from './holdings.js';
import { portfolioModel, type PortfolioRules } from './rules.js';

/** Ticks of 0.1 and lots of 0.001, settled in millionths of a dollar. */
export const WHOLE = 1_000_000n;
export const TICK_UNITS = 100_000n;
export const UNIT = 100n;
/** 5 February 2026 */
export const NOW = 1_770_249_600_000;
export const DAY = 86_400_000;

export const price = (dollars: number, confidencePpm = 1_000_000): HousePrice => ({
  mark: Math.round(dollars * 10),
  tickUnits: TICK_UNITS,
  confidencePpm,
});
export const linear = (
  lots: number,
  of: HousePrice,
  pending: { buys?: number; sells?: number } = {},
): LinearHolding => ({ lots, buys: 0, sells: 0, unit: UNIT, ...of, ...pending });
export const future = (lots: number, of: HousePrice, days: number): FutureHolding => ({
  ...linear(lots, of),
  expiry: NOW + days * DAY,
});

/** An option at its model value, as the reference lane records it. */
export function option(
  lots: number,
  terms: {
    readonly call: boolean;
    readonly strike: number;
    readonly days: number;
    readonly forward: HousePrice;
    readonly volatilityPpm?: number;
    readonly buys?: number;
    readonly sells?: number;
  },
): OptionHolding {
  const { call, strike, days, forward, volatilityPpm = 600_000, buys = 0, sells = 0 } = terms;
  const ticks = Math.round(strike * 10);
  const deviation = (volatilityPpm / 1e6) * Math.sqrt(days / 365);
  const log = logRatio(forward.mark, ticks);
  const mark = Math.floor(black76Kernel(call, forward.mark, ticks, log, deviation, 1) + 0.5);
  const sizes = { unit: UNIT, tickUnits: TICK_UNITS };
  const expiry = NOW + days * DAY;
  return { lots, buys, sells, call, strike: ticks, volatilityPpm, expiry, forward, mark, ...sizes };
}

export function holdings(
  spot: HousePrice,
  held: Partial<UnderlyingHoldings> = {},
): UnderlyingHoldings {
  return { spot, perpetual: null, futures: [], options: [], collateral: 0n, ...held };
}
export const bucket = (
  underlyings: readonly UnderlyingHoldings[],
  equity = 1_000_000n * WHOLE,
): PortfolioBucket => ({ time: NOW, whole: WHOLE, equity, settlementPpm: 1_000_000, underlyings });

/** Without the charges that grow faster than the position. */
export const PLAIN: PortfolioRules = { ...STARTING_RULES, sizePpm: 0, dailyCapacity: 0 };
export const modelOf = (rules: Partial<PortfolioRules> = {}) =>
  portfolioModel({ ...PLAIN, ...rules });
