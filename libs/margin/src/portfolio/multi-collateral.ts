import { exponential, logRatio } from '../pricing/index.js';
import type {
  Portfolio,
  PortfolioCollateral,
  PortfolioExpiry,
  PortfolioMargin,
  PortfolioOption,
  PortfolioParameters,
  Scenario,
  SkewParameters,
  VolShock,
} from './multi-collateral-types.js';
import { confidenceCharge, nakedShorts, shockedValue, termMultiple, yearsOf } from './shocks.js';

/** In the last half hour the settlement price is averaged: that part of the forward is fixed. */
const AVERAGING_SECONDS = 1_800;

/**
 * Portfolio margin by scenarios with several collaterals.
 *
 * The worst of regular, tail and skew scenarios and of the basis contingency counts once; static
 * contingencies, haircuts and, for initial margin, weak oracles and a stablecoin off its peg come
 * on top.
 *
 * @param scenarios  any number of any kind; without one of a kind nothing is lost in it
 * @returns quote, not rounded; see `portfolioProblems` for what the inputs must fulfil
 * @source rules/portfolio-margin-multi-collateral
 */
export function portfolioMargin(
  portfolio: Portfolio,
  scenarios: readonly Scenario[],
  parameters: PortfolioParameters,
): PortfolioMargin {
  const model = new ScenarioModel(portfolio, parameters);
  const losses = { regular: 0, tail: 0, skew: 0 };
  let lowest = 0;
  let worstScenario: number | null = null;
  scenarios.forEach((scenario, index) => {
    const profit = model.profit(scenario);
    losses[scenario.kind] = Math.min(losses[scenario.kind], profit);
    if (profit >= lowest) return;
    lowest = profit;
    worstScenario = index;
  });
  const basisContingency = model.basisContingency();
  const worst = Math.min(lowest, basisContingency);
  const { maintenanceContingency, initialContingency } = staticContingencies(portfolio, parameters);
  const oracleContingency = oracleCharge(portfolio, parameters);
  const markToMarket = model.markToMarket();
  const value = markToMarket + portfolio.cash - maintenanceContingency;
  const offPeg = Math.max(0, parameters.pegLossThreshold - portfolio.stable);
  const initialFactor = parameters.initialLossFactor + offPeg * parameters.pegLossFactor;
  return {
    maintenance: worst * parameters.maintenanceLossFactor + value,
    initial: worst * initialFactor + value - initialContingency - oracleContingency,
    worstRegularLoss: losses.regular,
    worstTailLoss: losses.tail,
    worstSkewLoss: losses.skew,
    basisContingency,
    maintenanceContingency,
    initialContingency,
    oracleContingency,
    markToMarket,
    worstScenario,
  };
}

const valueOf = ({ amount, price }: PortfolioCollateral, stable: number): number =>
  (amount * price) / stable;

/** Everything of an expiry that no scenario changes. */
interface Term {
  readonly expiry: PortfolioExpiry;
  readonly years: number;
  readonly rate: number;
  readonly discount: number;
  /** part of the forward that is averaged already */
  readonly fixed: number;
  readonly variable: number;
  /** how much harder than the 30-day range volatility is shocked */
  readonly multiple: number;
}

class ScenarioModel {
  readonly #terms: readonly Term[];
  /** value of each expiry as it stands */
  readonly #now: readonly number[];
  readonly #parameters: PortfolioParameters;
  readonly #portfolio: Portfolio;

  constructor(portfolio: Portfolio, parameters: PortfolioParameters) {
    this.#portfolio = portfolio;
    this.#parameters = parameters;
    this.#terms = portfolio.expiries.map((expiry) => this.#term(expiry));
    this.#now = this.#terms.map((term) => this.#value(term, 1, 'None'));
  }

  #term(expiry: PortfolioExpiry): Term {
    const { secondsToExpiry: left, forward } = expiry;
    const averaged = left < AVERAGING_SECONDS ? (AVERAGING_SECONDS - left) / AVERAGING_SECONDS : 0;
    const fixed = forward * averaged;
    const years = yearsOf(left);
    const rate = Math.max(0, expiry.rate);
    const term = { ...this.#parameters, floorDays: this.#parameters.dteFloorDays };
    return {
      expiry,
      years,
      rate,
      discount: exponential(-rate * years),
      fixed,
      variable: forward - fixed,
      multiple: termMultiple(left, term),
    };
  }

  markToMarket(): number {
    const { perpPnl, funding, collateral, stable } = this.#portfolio;
    let sum = perpPnl + funding;
    for (const value of this.#now) sum += value;
    for (const each of collateral) sum += valueOf(each, stable);
    return sum;
  }

  /** Dampened profit of one scenario. */
  profit({ spotShock, volShock, dampening, kind }: Scenario): number {
    const { perps, perpPrice, collateral, stable } = this.#portfolio;
    const skew = kind === 'skew';
    const spot = skew ? 1 : spotShock;
    const move = (spot - 1) * dampening;
    let profit = perps * move * perpPrice;
    this.#terms.forEach((term, i) => {
      const value = this.#value(term, spot, volShock);
      const change = (this.#discounted(term, value) - (this.#now[i] ?? 0)) * dampening;
      // a skew may turn either way: every expiry loses it
      profit += skew ? -Math.abs(change) : change;
    });
    for (const each of collateral) if (each.riskCancelling) profit += valueOf(each, stable) * move;
    return profit;
  }

  basisContingency(): number {
    const { basisSpotUp, basisSpotDown, basisAddFactor, basisMultFactor } = this.#parameters;
    let sum = 0;
    this.#terms.forEach((term, i) => {
      const now = this.#now[i] ?? 0;
      const up = this.#value(term, basisSpotUp, 'None') - now;
      const down = this.#value(term, basisSpotDown, 'None') - now;
      sum += Math.min(up, down, 0) * (basisAddFactor + basisMultFactor * term.years);
    });
    return sum;
  }

  #value(term: Term, spotShock: number, volShock: VolShock): number {
    const forward = term.variable * spotShock + term.fixed;
    const { years, discount } = term;
    let sum = 0;
    for (const option of term.expiry.options) {
      const { call, strike, amount } = option;
      const volatility = this.#shockedVol(option, term, volShock);
      const value = shockedValue({ call, strike, forward, volatility, years, discount });
      sum += amount * value;
    }
    return sum;
  }

  #shockedVol({ volatility, strike }: PortfolioOption, term: Term, shock: VolShock): number {
    const { volRangeUp, volRangeDown, minShockedVol } = this.#parameters;
    switch (shock) {
      case 'None':
        return volatility;
      case 'Up':
        return Math.max(volatility * (1 + scaled(volRangeUp, term.multiple)), minShockedVol);
      case 'Down':
        return volatility * Math.max(0, 1 - scaled(volRangeDown, term.multiple));
      case 'LINEAR':
      case 'ABS': {
        const moneyness = logRatio(strike, term.expiry.forward);
        const k = shock === 'ABS' ? Math.abs(moneyness) : moneyness;
        const { absSkew, linearSkew } = this.#parameters;
        return (
          volatility * Math.max(0, 1 + this.#skew(k, term, shock === 'ABS' ? absSkew : linearSkew))
        );
      }
    }
  }

  /** Relative change of volatility along strikes; the order of its clamps matters. */
  #skew(k: number, { years }: Term, { capBase, capScale }: SkewParameters): number {
    const { minKStar, minWidthScale, volParamStatic, volParamScale } = this.#parameters;
    const root = Math.sqrt(years);
    const cap = capBase * root + capScale;
    const width = Math.max(
      minKStar,
      root * minWidthScale * (volParamStatic + root * volParamScale),
    );
    const change = k * cap === 0 ? 0 : (k * cap) / width;
    // with a negative cap this is no symmetric clamp
    return k >= 0 ? Math.min(cap, change) : Math.max(-cap, change);
  }

  /** What is worth something is worth less, what is owed costs more; per expiry, on its sum. */
  #discounted({ years, rate, discount }: Term, value: number): number {
    const at = this.#parameters;
    if (value >= 0) {
      const scale = rate * at.longRateMultScale + at.longRateAddScale;
      return value * at.baseStaticDiscount * exponential(-years * scale);
    }
    const scale = rate * at.shortRateMultScale + at.shortRateAddScale;
    return (
      value * Math.min(1 / discount, at.baseStaticDiscountNegative * exponential(years * scale))
    );
  }
}

/** A range of 0 stays 0 where the term multiplies without end. */
const scaled = (range: number, multiple: number): number => (range === 0 ? 0 : range * multiple);

function staticContingencies(
  { perps, spot, stable, expiries, collateral }: Portfolio,
  at: PortfolioParameters,
): { readonly maintenanceContingency: number; readonly initialContingency: number } {
  const ofPerps = Math.abs(perps) * spot;
  const naked = expiries.reduce((sum, { options }) => sum + nakedShorts(options), 0) * spot;
  let maintenance = ofPerps * at.maintenancePerpPercent + naked * at.maintenanceOptionPercent;
  let initial = ofPerps * at.initialPerpPercent + naked * at.initialOptionPercent;
  for (const each of collateral) {
    const value = valueOf(each, stable);
    maintenance += value * each.maintenanceHaircut;
    initial += value * each.initialHaircut;
  }
  return { maintenanceContingency: maintenance, initialContingency: initial };
}

function oracleCharge(portfolio: Portfolio, at: PortfolioParameters): number {
  const { spot, stable, perps, spotConfidence, perpConfidence } = portfolio;
  const oracle = { threshold: at.confThreshold, margin: at.confMargin };
  const underlying = perps === 0 ? spotConfidence : Math.min(spotConfidence, perpConfidence);
  let charge = perps === 0 ? 0 : confidenceCharge(underlying, Math.abs(perps) * spot, oracle);
  for (const expiry of portfolio.expiries) {
    const { forwardConfidence, rateConfidence, volConfidence, options } = expiry;
    const least = Math.min(underlying, forwardConfidence, rateConfidence, volConfidence);
    const contracts = options.reduce((sum, { amount }) => sum + Math.abs(amount), 0);
    charge += confidenceCharge(least, contracts * spot, oracle);
  }
  // the perpetual's oracle has no say in what collateral is worth
  for (const each of portfolio.collateral) {
    const least = Math.min(spotConfidence, each.confidence);
    charge += confidenceCharge(least, valueOf(each, stable), oracle);
  }
  return charge;
}
