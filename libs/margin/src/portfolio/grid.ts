import { exponential } from '../pricing/index.js';
import {
  SECONDS_PER_DAY,
  confidenceCharge,
  nakedShorts,
  shockedValue,
  termMultiple,
  yearsOf,
} from './shocks.js';

export type GridVolShock = 'up' | 'none' | 'down';

/** Parameters of the grid, all doubles: fractions unless named otherwise. */
export interface GridParameters {
  readonly spotShocks: readonly number[];
  readonly volShocks: readonly GridVolShock[];
  readonly volRangeUp: number;
  readonly volRangeDown: number;
  readonly shortTermPower: number;
  readonly longTermPower: number;
  readonly dteFloorSeconds: number;
  readonly baseStaticDiscount: number;
  readonly rateMultScale: number;
  readonly rateAddScale: number;
  readonly basisUp: number;
  readonly basisDown: number;
  readonly basisAdd: number;
  readonly basisMult: number;
  readonly nakedShortPct: number;
  readonly perpPct: number;
  readonly basePct: number;
  readonly imFactor: number;
  readonly pegThreshold: number;
  readonly pegFactor: number;
  readonly confThreshold: number;
  readonly confMargin: number;
}
export interface GridOption {
  readonly strike: number;
  readonly call: boolean;
  /** signed contracts */
  readonly amount: number;
  /** per year */
  readonly volatility: number;
  /** 0 to 1 */
  readonly confidence: number;
}
export interface GridExpiry {
  readonly secondsToExpiry: number;
  /** part of the forward that moves with spot, and the part that is averaged already */
  readonly forwardVariable: number;
  readonly forwardFixed: number;
  readonly rate: number;
  readonly forwardConfidence: number;
  readonly rateConfidence: number;
  readonly options: readonly GridOption[];
}
/** Options, one perpetual and one base asset of one underlying, with cash. */
export interface GridPortfolio {
  readonly spot: number;
  /** settlement stablecoin in its currency */
  readonly stable: number;
  readonly cash: number;
  readonly perps: number;
  readonly base: number;
  readonly perpPrice: number;
  readonly spotConfidence: number;
  readonly perpConfidence: number;
  readonly unrealisedPerp: number;
  readonly unrealisedFunding: number;
  readonly expiries: readonly GridExpiry[];
}
/** Account value after margin, with the lines it is made of; negative lines are charges. */
export interface GridMargin {
  readonly maintenance: number;
  readonly initial: number;
  readonly worstScenario: number;
  readonly basisContingency: number;
  readonly optionContingency: number;
  readonly oracleContingency: number;
  /** of perpetuals and base, ≥ 0 */
  readonly staticContingency: number;
  readonly markToMarket: number;
}

/**
 * Portfolio margin on a grid of spot and volatility shocks.
 *
 * The static parts stand inside the factor of initial margin; in the model of several collaterals
 * they do not.
 *
 * @returns quote, not rounded
 * @source rules/portfolio-margin, portfolio-margin-single-base
 */
export function gridMargin(portfolio: GridPortfolio, parameters: GridParameters): GridMargin {
  const model = new Grid(portfolio, parameters);
  const { spot, stable, perps, base, cash } = portfolio;
  const worstScenario = model.worstScenario();
  const basisContingency = model.basisContingency();
  const naked = portfolio.expiries.reduce((sum, { options }) => sum + nakedShorts(options), 0);
  const optionContingency = -parameters.nakedShortPct * spot * naked;
  const { perpPct, basePct, pegThreshold } = parameters;
  const staticContingency = (perpPct * Math.abs(perps) + basePct * Math.abs(base)) * spot;
  const oracleContingency = -model.oracleCharge();
  const { unrealisedPerp, unrealisedFunding } = portfolio;
  const options = model.now.reduce((sum, value) => sum + value, 0);
  const markToMarket = options + unrealisedPerp + unrealisedFunding + (base * spot) / stable;
  const bracket = Math.min(worstScenario, basisContingency) - staticContingency + optionContingency;
  const peg = parameters.pegFactor * Math.max(0, pegThreshold - stable);
  return {
    maintenance: bracket + markToMarket + cash,
    initial: bracket * (parameters.imFactor + peg) + oracleContingency + markToMarket + cash,
    worstScenario,
    basisContingency,
    optionContingency,
    oracleContingency,
    staticContingency,
    markToMarket,
  };
}

class Grid {
  /** value of each expiry as it stands */
  readonly now: readonly number[];

  constructor(
    readonly portfolio: GridPortfolio,
    readonly parameters: GridParameters,
  ) {
    this.now = portfolio.expiries.map((expiry) => this.value(expiry, 1, 'none'));
  }

  worstScenario(): number {
    let worst = 0;
    for (const spotShock of this.parameters.spotShocks) {
      for (const volShock of this.parameters.volShocks) {
        worst = Math.min(worst, this.scenario(spotShock, volShock));
      }
    }
    return worst;
  }

  scenario(spotShock: number, volShock: GridVolShock): number {
    const { expiries, base, spot, stable, perps, perpPrice } = this.portfolio;
    const move = spotShock - 1;
    let profit = (base * spot * move) / stable + perps * move * perpPrice;
    expiries.forEach((expiry, i) => {
      const value = this.value(expiry, spotShock, volShock);
      profit += value * this.discount(expiry, value) - (this.now[i] ?? 0);
    });
    return profit;
  }

  value(expiry: GridExpiry, spotShock: number, volShock: GridVolShock): number {
    const forward = expiry.forwardVariable * spotShock + expiry.forwardFixed;
    const years = yearsOf(expiry.secondsToExpiry);
    const multiple = this.volMultiple(expiry, volShock);
    let sum = 0;
    for (const { call, strike, amount, volatility } of expiry.options) {
      const option = { call, strike, forward, years, volatility: volatility * multiple };
      sum += amount * shockedValue({ ...option, discount: 1 });
    }
    return sum;
  }

  volMultiple({ secondsToExpiry }: GridExpiry, volShock: GridVolShock): number {
    if (volShock === 'none') return 1;
    const { dteFloorSeconds, volRangeUp, volRangeDown } = this.parameters;
    const term = { ...this.parameters, floorDays: dteFloorSeconds / SECONDS_PER_DAY };
    const multiple = termMultiple(secondsToExpiry, term);
    if (volShock === 'up') return 1 + volRangeUp * multiple;
    return Math.max(0, 1 - volRangeDown * multiple);
  }

  /** Only what is worth something is worth less. */
  discount({ secondsToExpiry, rate }: GridExpiry, value: number): number {
    if (value <= 0) return 1;
    const { baseStaticDiscount, rateMultScale, rateAddScale } = this.parameters;
    const years = yearsOf(secondsToExpiry);
    return baseStaticDiscount * exponential(-years * (rateMultScale * rate + rateAddScale));
  }

  basisContingency(): number {
    const { basisUp, basisDown, basisAdd, basisMult } = this.parameters;
    let sum = 0;
    this.portfolio.expiries.forEach((expiry, i) => {
      const now = this.now[i] ?? 0;
      const up = this.value(expiry, basisUp, 'none') - now;
      const down = this.value(expiry, basisDown, 'none') - now;
      sum += Math.min(up, down, 0) * (basisAdd + basisMult * yearsOf(expiry.secondsToExpiry));
    });
    return sum;
  }

  oracleCharge(): number {
    const { spot, perps, base, spotConfidence, perpConfidence, expiries } = this.portfolio;
    const oracle = { threshold: this.parameters.confThreshold, margin: this.parameters.confMargin };
    const underlying = perps === 0 ? spotConfidence : Math.min(spotConfidence, perpConfidence);
    const linear = (Math.abs(perps) + Math.abs(base)) * spot;
    let charge = confidenceCharge(underlying, linear, oracle);
    for (const { options, forwardConfidence, rateConfidence } of expiries) {
      const contracts = options.reduce((sum, { amount }) => sum + Math.abs(amount), 0);
      const ofOptions = options.map(({ confidence }) => confidence);
      const least = Math.min(underlying, forwardConfidence, rateConfidence, ...ofOptions);
      charge += confidenceCharge(least, contracts * spot, oracle);
    }
    return charge;
  }
}
