import type { PortfolioParameters, Scenario, VolShock } from './multi-collateral-types.js';
import type { StandardOptionParameters } from './standard-option.js';

/** A scenario as the house records it. */
export interface ScenarioRule {
  /** factor on the underlying's price; 1_000_000: unmoved */
  readonly spotPpm: number;
  readonly volatility: 'up' | 'down' | 'none' | 'linear' | 'absolute';
  /** part of the result that counts */
  readonly dampeningPpm: number;
  readonly kind: 'regular' | 'tail' | 'skew';
}

/**
 * How a domain margins options and portfolios: whole numbers only, so that a version is data from
 * which anyone recomputes a requirement bit for bit. Fractions, factors and volatilities per year
 * in parts per million; see `PortfolioParameters` and `StandardOptionParameters` for the rules.
 */
export interface PortfolioRules {
  readonly scenarios: readonly ScenarioRule[];
  readonly volRangeUpPpm: number;
  readonly volRangeDownPpm: number;
  readonly shortTermPowerPpm: number;
  readonly longTermPowerPpm: number;
  readonly termFloorMs: number;
  readonly minShockedVolatilityPpm: number;
  readonly linearSkewBasePpm: number;
  readonly linearSkewScalePpm: number;
  readonly absoluteSkewBasePpm: number;
  readonly absoluteSkewScalePpm: number;
  readonly skewWidthMinPpm: number;
  readonly skewWidthScalePpm: number;
  readonly skewVolatilityPpm: number;
  readonly skewVolatilitySlopePpm: number;
  /** at most 1_000_000, and at least that */
  readonly longDiscountPpm: number;
  readonly shortDiscountPpm: number;
  readonly basisUpPpm: number;
  readonly basisDownPpm: number;
  readonly basisAddPpm: number;
  readonly basisMultPpm: number;
  readonly maintenanceLossPpm: number;
  readonly initialLossPpm: number;
  /** initial on top of maintenance, of notional at the underlying's price */
  readonly maintenancePerpetualPpm: number;
  readonly initialPerpetualPpm: number;
  readonly maintenanceOptionPpm: number;
  readonly initialOptionPpm: number;
  /** of notional at the underlying's price: every dated future; those that offset each other */
  readonly futuresBasisPpm: number;
  readonly futuresSpreadPpm: number;
  readonly standardMaxPpm: number;
  readonly standardMinPpm: number;
  readonly standardCallPpm: number;
  readonly standardPutPpm: number;
  readonly unpairedInitialPpm: number;
  readonly unpairedMaintenancePpm: number;
  readonly standardPutValuePpm: number;
  readonly standardOffsetPpm: number;
  /** call level: maintenance, and this part of what initial is above it */
  readonly callSharePpm: number;
  /** release level as a multiple of initial */
  readonly releasePpm: number;
  /** what the widest regular shocks cover: so much of all outcomes, in so long, at so much */
  readonly confidencePpm: number;
  readonly marginPeriodMs: number;
  readonly volatilityPpm: number;
  /** of the loss, on top of initial: kept in calm times, so that rough ones ask for less more */
  readonly bufferPpm: number;
  /** whole settlement units of delta; rate of what is beyond */
  readonly sizeFrom: number;
  readonly sizePpm: number;
  /** whole settlement units of delta that close in a day; 0: no charge for a longer close-out */
  readonly dailyCapacity: number;
  readonly oracleThresholdPpm: number;
  readonly oracleMarginPpm: number;
  /** of collateral that loses together with the positions */
  readonly wrongWayPpm: number;
  readonly pegThresholdPpm: number;
  readonly pegFactorPpm: number;
  /** from model value, of the underlying's price, at which a close-out trades */
  readonly closeOutSpreadPpm: number;
}

/** Rules worked out for the models: made once per version. */
export interface PortfolioModel {
  readonly rules: PortfolioRules;
  readonly parameters: PortfolioParameters;
  readonly scenarios: readonly Scenario[];
  readonly standard: StandardOptionParameters;
}

const PPM = 1_000_000;
const MS_PER_DAY = 86_400_000;
const SHOCKS: Readonly<Record<ScenarioRule['volatility'], VolShock>> = {
  up: 'Up',
  down: 'Down',
  none: 'None',
  linear: 'LINEAR',
  absolute: 'ABS',
};

/** The model that rules without problems describe; see `portfolioRuleProblems`. */
export const portfolioModel = (rules: PortfolioRules): PortfolioModel => ({
  rules,
  parameters: { ...shocksOf(rules), ...chargesOf(rules) },
  scenarios: rules.scenarios.map(({ spotPpm, volatility, dampeningPpm, kind }) => ({
    spotShock: spotPpm / PPM,
    volShock: SHOCKS[volatility],
    dampening: dampeningPpm / PPM,
    kind,
  })),
  standard: {
    maxSpotRequirement: rules.standardMaxPpm / PPM,
    minSpotRequirement: rules.standardMinPpm / PPM,
    mmCallSpot: rules.standardCallPpm / PPM,
    mmPutSpot: rules.standardPutPpm / PPM,
    mmPutMtM: rules.standardPutValuePpm / PPM,
    unpairedIM: rules.unpairedInitialPpm / PPM,
    unpairedMM: rules.unpairedMaintenancePpm / PPM,
    mmOffset: rules.standardOffsetPpm / PPM,
  },
});

const shocksOf = (rules: PortfolioRules) => ({
  volRangeUp: rules.volRangeUpPpm / PPM,
  volRangeDown: rules.volRangeDownPpm / PPM,
  shortTermPower: rules.shortTermPowerPpm / PPM,
  longTermPower: rules.longTermPowerPpm / PPM,
  dteFloorDays: rules.termFloorMs / MS_PER_DAY,
  minShockedVol: rules.minShockedVolatilityPpm / PPM,
  linearSkew: {
    capBase: rules.linearSkewBasePpm / PPM,
    capScale: rules.linearSkewScalePpm / PPM,
  },
  absSkew: {
    capBase: rules.absoluteSkewBasePpm / PPM,
    capScale: rules.absoluteSkewScalePpm / PPM,
  },
  minKStar: rules.skewWidthMinPpm / PPM,
  minWidthScale: rules.skewWidthScalePpm / PPM,
  volParamStatic: rules.skewVolatilityPpm / PPM,
  volParamScale: rules.skewVolatilitySlopePpm / PPM,
  // the settlement price of the house is fixed at one instant
  averagingSeconds: 0,
});

const chargesOf = (rules: PortfolioRules) => ({
  baseStaticDiscount: rules.longDiscountPpm / PPM,
  baseStaticDiscountNegative: rules.shortDiscountPpm / PPM,
  // no rate is quoted in the house: a forward is a price, and its value is not discounted
  longRateMultScale: 0,
  longRateAddScale: 0,
  shortRateMultScale: 0,
  shortRateAddScale: 0,
  liabilityUncapped: true,
  basisSpotUp: rules.basisUpPpm / PPM,
  basisSpotDown: rules.basisDownPpm / PPM,
  basisAddFactor: rules.basisAddPpm / PPM,
  basisMultFactor: rules.basisMultPpm / PPM,
  maintenanceLossFactor: rules.maintenanceLossPpm / PPM,
  initialLossFactor: rules.initialLossPpm / PPM,
  pegLossThreshold: rules.pegThresholdPpm / PPM,
  pegLossFactor: rules.pegFactorPpm / PPM,
  confThreshold: rules.oracleThresholdPpm / PPM,
  confMargin: rules.oracleMarginPpm / PPM,
  maintenancePerpPercent: rules.maintenancePerpetualPpm / PPM,
  initialPerpPercent: rules.initialPerpetualPpm / PPM,
  maintenanceOptionPercent: rules.maintenanceOptionPpm / PPM,
  initialOptionPercent: rules.initialOptionPpm / PPM,
});
