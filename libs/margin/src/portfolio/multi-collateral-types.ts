/** How a scenario moves volatility: by a range, or along strikes. */
export type VolShock = 'Up' | 'Down' | 'None' | 'LINEAR' | 'ABS';
export type ScenarioKind = 'regular' | 'tail' | 'skew';

/** One scenario; in a `skew` one spot stands still, whatever the row says. */
export interface Scenario {
  /** factor on spot, > 0; 1 is unmoved */
  readonly spotShock: number;
  readonly volShock: VolShock;
  /** part of the result that counts, ≥ 0; small in far tails, may exceed 1 */
  readonly dampening: number;
  readonly kind: ScenarioKind;
}

/** Shape of one skew shock; the cap may be negative. */
export interface SkewParameters {
  readonly capBase: number;
  readonly capScale: number;
}

/**
 * Parameters of the model, doubles, fractions unless named otherwise. They are data: versioned,
 * effective-dated, none of them clamped here.
 */
export interface PortfolioParameters {
  readonly volRangeUp: number;
  readonly volRangeDown: number;
  readonly shortTermPower: number;
  readonly longTermPower: number;
  /** days: shorter terms are shocked no harder */
  readonly dteFloorDays: number;
  /** least volatility after an `Up` shock */
  readonly minShockedVol: number;
  readonly linearSkew: SkewParameters;
  readonly absSkew: SkewParameters;
  readonly minKStar: number;
  readonly minWidthScale: number;
  readonly volParamStatic: number;
  readonly volParamScale: number;
  readonly baseStaticDiscount: number;
  readonly baseStaticDiscountNegative: number;
  readonly longRateMultScale: number;
  readonly longRateAddScale: number;
  readonly shortRateMultScale: number;
  readonly shortRateAddScale: number;
  readonly basisSpotUp: number;
  readonly basisSpotDown: number;
  readonly basisAddFactor: number;
  readonly basisMultFactor: number;
  readonly maintenanceLossFactor: number;
  readonly initialLossFactor: number;
  readonly pegLossThreshold: number;
  readonly pegLossFactor: number;
  readonly confThreshold: number;
  readonly confMargin: number;
  readonly maintenancePerpPercent: number;
  readonly initialPerpPercent: number;
  readonly maintenanceOptionPercent: number;
  readonly initialOptionPercent: number;
  /**
   * last seconds in which the settlement price is averaged, so that part of the forward is fixed
   * already; 1800 by default, 0 where it is not averaged
   */
  readonly averagingSeconds?: number;
  /**
   * whether what is owed may count for more than undiscounted; by default it may not, which without
   * a rate leaves nothing of its static discount
   */
  readonly liabilityUncapped?: boolean;
}

/**
 * Pending legs of an instrument: neither position nor hedge, so every scenario takes the worst of
 * none, all buys and all sells. Both ≥ 0, 0 by default.
 */
export interface PendingAmounts {
  readonly buys?: number;
  readonly sells?: number;
}

export interface PortfolioOption extends PendingAmounts {
  readonly strike: number;
  readonly call: boolean;
  /** signed contracts */
  readonly amount: number;
  /** per year, ≥ 0 */
  readonly volatility: number;
}
/** Confidences run from 0 to 1. */
export interface PortfolioExpiry {
  /** ≥ 0; 0: expired and not settled yet */
  readonly secondsToExpiry: number;
  readonly forward: number;
  /** continuous, per year; below 0 counts as 0 */
  readonly rate: number;
  readonly forwardConfidence: number;
  readonly rateConfidence: number;
  readonly volConfidence: number;
  readonly options: readonly PortfolioOption[];
}
export interface PortfolioCollateral {
  readonly amount: number;
  /** in the currency of the stablecoin */
  readonly price: number;
  readonly confidence: number;
  /** moves with spot in scenarios; else it stands still in them */
  readonly riskCancelling: boolean;
  readonly maintenanceHaircut: number;
  /** on top of the maintenance haircut */
  readonly initialHaircut: number;
}
/** A dated future: it moves with its own price by the same share as spot. */
export interface PortfolioFuture extends PendingAmounts {
  /** signed contracts */
  readonly amount: number;
  readonly price: number;
}
/** One netting set of one underlying: options, futures, cash and collaterals. */
export interface Portfolio {
  readonly cash: number;
  readonly spot: number;
  readonly spotConfidence: number;
  /** signed perpetuals */
  readonly perps: number;
  readonly perpPrice: number;
  readonly perpConfidence: number;
  readonly perpPending?: PendingAmounts;
  /** none by default; no static contingency of perpetuals is charged on them */
  readonly futures?: readonly PortfolioFuture[];
  /** unrealised, quote */
  readonly perpPnl: number;
  readonly funding: number;
  /** price of the settlement stablecoin */
  readonly stable: number;
  readonly collateral: readonly PortfolioCollateral[];
  readonly expiries: readonly PortfolioExpiry[];
}

/** Account value after margin and every line it is made of; quote, doubles. */
export interface PortfolioMargin {
  /** value after maintenance and initial margin; below 0 the level is not met */
  readonly maintenance: number;
  readonly initial: number;
  /** before the loss factor, ≤ 0 */
  readonly worstRegularLoss: number;
  readonly worstTailLoss: number;
  readonly worstSkewLoss: number;
  /** ≤ 0; competes with the scenarios */
  readonly basisContingency: number;
  /** ≥ 0 */
  readonly maintenanceContingency: number;
  /** ≥ 0, on top of maintenance's */
  readonly initialContingency: number;
  /** ≥ 0, initial only */
  readonly oracleContingency: number;
  readonly markToMarket: number;
  /** index of the scenario that loses most over all kinds; `null` when none loses */
  readonly worstScenario: number | null;
}
