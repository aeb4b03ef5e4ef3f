import type { PortfolioParameters, Scenario, VolShock } from './multi-collateral-types.js';
import type { StandardOptionParameters } from './standard-option.js';

/**
 * A scenario as the house records it: factor on price and part that counts, in parts per million.
 */
export interface ScenarioRule {
  /** 1_000_000: unmoved */
  readonly spotPpm: number;
  readonly volatility: 'up' | 'down' | 'none' | 'linear' | 'abs';
  readonly dampeningPpm: number;
  readonly kind: 'regular' | 'tail' | 'skew';
}

/** Standard option margin as the house records it: parts per million of spot, value or forward. */
export interface StandardOptionRule {
  readonly maxSpotPpm: number;
  readonly minSpotPpm: number;
  readonly maintenanceCallPpm: number;
  readonly maintenancePutPpm: number;
  readonly maintenancePutValuePpm: number;
  readonly unpairedInitialPpm: number;
  readonly unpairedMaintenancePpm: number;
  readonly offsetPpm: number;
}

/**
 * How a domain margins portfolios: whole numbers only, so that a version is data that anyone can
 * recompute from. Parts per million unless named otherwise.
 */
export interface PortfolioRules {
  /** share of outcomes that the regular price shocks cover, over so many hours */
  readonly confidencePpm: number;
  readonly horizonHours: number;
  /** on top of the loss, for initial: used up by no one, so it dampens what volatility asks */
  readonly bufferPpm: number;
  /** per year: what the widest regular price shocks must cover at that confidence */
  readonly volatilityPpm: number;
  readonly scenarios: readonly ScenarioRule[];
  readonly volatilityUpPpm: number;
  readonly volatilityDownPpm: number;
  readonly shortTermPowerPpm: number;
  readonly longTermPowerPpm: number;
  readonly termFloorHours: number;
  readonly shockedVolatilityMinPpm: number;
  readonly linearSkewBasePpm: number;
  readonly linearSkewScalePpm: number;
  readonly absSkewBasePpm: number;
  readonly absSkewScalePpm: number;
  readonly skewWidthMinPpm: number;
  readonly skewWidthScalePpm: number;
  readonly skewVolatilityPpm: number;
  readonly skewVolatilitySlopePpm: number;
  readonly assetDiscountPpm: number;
  readonly liabilityMarkupPpm: number;
  /** per year to expiry, on top */
  readonly assetRatePpm: number;
  readonly liabilityRatePpm: number;
  /** factors on forwards; part of the loss that counts, and more of it per year to expiry */
  readonly basisUpPpm: number;
  readonly basisDownPpm: number;
  readonly basisAddPpm: number;
  readonly basisPerYearPpm: number;
  /** of the worst loss */
  readonly maintenanceLossPpm: number;
  readonly initialLossPpm: number;
  /** call level: maintenance and this part of what initial is above it */
  readonly callPpm: number;
  /** release level: this multiple of initial */
  readonly releasePpm: number;
  /** of notional at spot; initial on top of maintenance */
  readonly maintenanceLinearPpm: number;
  readonly initialLinearPpm: number;
  readonly maintenanceNakedPpm: number;
  readonly initialNakedPpm: number;
  /** of notional at spot: every dated future; those that offset each other */
  readonly futuresPpm: number;
  readonly futuresSpreadPpm: number;
  readonly pegThresholdPpm: number;
  readonly pegFactorPpm: number;
  readonly confidenceThresholdPpm: number;
  readonly confidenceMarginPpm: number;
  /** smallest settlement units of delta that can be closed in a day; 0: nothing is charged */
  readonly dailyCapacity: number;
  /** of collateral that falls together with the positions */
  readonly wrongWayPpm: number;
  readonly standard: StandardOptionRule;
}

/** Rules worked out for the models; made once per version. */
export interface PortfolioModel {
  readonly rules: PortfolioRules;
  readonly parameters: PortfolioParameters;
  readonly scenarios: readonly Scenario[];
  readonly standard: StandardOptionParameters;
}

const PPM = 1_000_000;
const HOURS_PER_DAY = 24;
const SHOCKS: Readonly<Record<ScenarioRule['volatility'], VolShock>> = {
  up: 'Up',
  down: 'Down',
  none: 'None',
  linear: 'LINEAR',
  abs: 'ABS',
};

/** The model that rules without problems describe; see `portfolioRuleProblems`. */
export function portfolioModel(rules: PortfolioRules): PortfolioModel {
  const { standard } = rules;
  return {
    rules,
    parameters: { ...shocksOf(rules), ...chargesOf(rules) },
    scenarios: rules.scenarios.map(({ spotPpm, volatility, dampeningPpm, kind }) => ({
      spotShock: spotPpm / PPM,
      volShock: SHOCKS[volatility],
      dampening: dampeningPpm / PPM,
      kind,
    })),
    standard: {
      maxSpotRequirement: standard.maxSpotPpm / PPM,
      minSpotRequirement: standard.minSpotPpm / PPM,
      mmCallSpot: standard.maintenanceCallPpm / PPM,
      mmPutSpot: standard.maintenancePutPpm / PPM,
      mmPutMtM: standard.maintenancePutValuePpm / PPM,
      unpairedIM: standard.unpairedInitialPpm / PPM,
      unpairedMM: standard.unpairedMaintenancePpm / PPM,
      mmOffset: standard.offsetPpm / PPM,
    },
  };
}

const shocksOf = (rules: PortfolioRules) => ({
  volRangeUp: rules.volatilityUpPpm / PPM,
  volRangeDown: rules.volatilityDownPpm / PPM,
  shortTermPower: rules.shortTermPowerPpm / PPM,
  longTermPower: rules.longTermPowerPpm / PPM,
  dteFloorDays: rules.termFloorHours / HOURS_PER_DAY,
  minShockedVol: rules.shockedVolatilityMinPpm / PPM,
  linearSkew: {
    capBase: rules.linearSkewBasePpm / PPM,
    capScale: rules.linearSkewScalePpm / PPM,
  },
  absSkew: { capBase: rules.absSkewBasePpm / PPM, capScale: rules.absSkewScalePpm / PPM },
  minKStar: rules.skewWidthMinPpm / PPM,
  minWidthScale: rules.skewWidthScalePpm / PPM,
  volParamStatic: rules.skewVolatilityPpm / PPM,
  volParamScale: rules.skewVolatilitySlopePpm / PPM,
  // the settlement price of the house is fixed at one instant
  averagingSeconds: 0,
});

const chargesOf = (rules: PortfolioRules) => ({
  baseStaticDiscount: rules.assetDiscountPpm / PPM,
  baseStaticDiscountNegative: rules.liabilityMarkupPpm / PPM,
  // no rate is quoted in the house: a forward is a price, and a value is not discounted
  longRateMultScale: 0,
  longRateAddScale: rules.assetRatePpm / PPM,
  shortRateMultScale: 0,
  shortRateAddScale: rules.liabilityRatePpm / PPM,
  basisSpotUp: rules.basisUpPpm / PPM,
  basisSpotDown: rules.basisDownPpm / PPM,
  basisAddFactor: rules.basisAddPpm / PPM,
  basisMultFactor: rules.basisPerYearPpm / PPM,
  maintenanceLossFactor: rules.maintenanceLossPpm / PPM,
  initialLossFactor: rules.initialLossPpm / PPM,
  pegLossThreshold: rules.pegThresholdPpm / PPM,
  pegLossFactor: rules.pegFactorPpm / PPM,
  confThreshold: rules.confidenceThresholdPpm / PPM,
  confMargin: rules.confidenceMarginPpm / PPM,
  maintenancePerpPercent: rules.maintenanceLinearPpm / PPM,
  initialPerpPercent: rules.initialLinearPpm / PPM,
  maintenanceOptionPercent: rules.maintenanceNakedPpm / PPM,
  initialOptionPercent: rules.initialNakedPpm / PPM,
});
