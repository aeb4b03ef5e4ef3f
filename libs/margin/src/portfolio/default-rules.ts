import type { PortfolioRules, ScenarioRule } from './rules.js';

const regular = (
  spotPpm: number,
  ...volatilities: readonly ScenarioRule['volatility'][]
): ScenarioRule[] =>
  volatilities.map((volatility) => ({
    spotPpm,
    volatility,
    dampeningPpm: 1_000_000,
    kind: 'regular',
  }));
const tail = (spotPpm: number, dampeningPpm: number): ScenarioRule => ({
  spotPpm,
  volatility: 'up',
  dampeningPpm,
  kind: 'tail',
});
const skew = (volatility: 'linear' | 'absolute'): ScenarioRule => ({
  spotPpm: 1_000_000,
  volatility,
  dampeningPpm: 1_000_000,
  kind: 'skew',
});

/**
 * Rules to start a domain of large crypto assets with: the published scenarios of the
 * multi-collateral model to parts per million, and the standard option margin of the same venue.
 *
 * @source rules/portfolio-margin-multi-collateral, scenario set S1 and parameter defaults;
 *         rules/portfolio-margin, standard-option-margin
 */
export const STARTING_RULES: PortfolioRules = {
  scenarios: [
    ...regular(1_180_000, 'up'),
    ...[1_135_000, 1_090_000, 1_045_000, 1_000_000, 955_000, 910_000, 865_000].flatMap((spot) =>
      regular(spot, 'down', 'none', 'up'),
    ),
    ...regular(820_000, 'up'),
    tail(340_000, 54_545),
    tail(670_000, 109_091),
    tail(1_500_000, 72_000),
    tail(2_000_000, 36_000),
    tail(3_000_000, 18_000),
    tail(4_000_000, 12_000),
    skew('linear'),
    skew('absolute'),
  ],
  volRangeUpPpm: 500_000,
  volRangeDownPpm: 275_000,
  shortTermPowerPpm: 300_000,
  longTermPowerPpm: 130_000,
  termFloorMs: 86_400_000,
  minShockedVolatilityPpm: 450_000,
  linearSkewBasePpm: -50_000,
  linearSkewScalePpm: 150_000,
  absoluteSkewBasePpm: -50_000,
  absoluteSkewScalePpm: 150_000,
  skewWidthMinPpm: 10_000,
  skewWidthScalePpm: 4_000_000,
  skewVolatilityPpm: 600_000,
  skewVolatilitySlopePpm: -100_000,
  longDiscountPpm: 950_000,
  shortDiscountPpm: 1_040_000,
  basisUpPpm: 1_045_000,
  basisDownPpm: 955_000,
  basisAddPpm: 500_000,
  basisMultPpm: 2_000_000,
  maintenanceLossPpm: 800_000,
  initialLossPpm: 1_000_000,
  maintenancePerpetualPpm: 15_000,
  initialPerpetualPpm: 5_000,
  maintenanceOptionPpm: 3_000,
  initialOptionPpm: 2_000,
  futuresBasisPpm: 6_000,
  futuresSpreadPpm: 3_000,
  standardMaxPpm: 150_000,
  standardMinPpm: 100_000,
  standardCallPpm: 75_000,
  standardPutPpm: 75_000,
  unpairedInitialPpm: 1_200_000,
  unpairedMaintenancePpm: 1_100_000,
  standardPutValuePpm: 75_000,
  standardOffsetPpm: 1_050_000,
  callSharePpm: 500_000,
  releasePpm: 1_100_000,
  confidencePpm: 990_000,
  marginPeriodMs: 86_400_000,
  volatilityPpm: 1_000_000,
  bufferPpm: 250_000,
  sizeFrom: 20_000_000,
  sizePpm: 10_000,
  dailyCapacity: 100_000_000,
  oracleThresholdPpm: 550_000,
  oracleMarginPpm: 1_000_000,
  wrongWayPpm: 100_000,
  pegThresholdPpm: 980_000,
  pegFactorPpm: 2_000_000,
  closeOutSpreadPpm: 5_000,
};
