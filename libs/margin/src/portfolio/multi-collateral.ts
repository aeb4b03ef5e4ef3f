import type {
  Portfolio,
  PortfolioMargin,
  PortfolioParameters,
  Scenario,
} from './multi-collateral-types.js';
import { ScenarioModel, valueOf } from './scenario-model.js';
import { confidenceCharge } from './shocks.js';
import { worstSize, type StrikeLines } from './strike-lines.js';

/**
 * Portfolio margin by scenarios with several collaterals.
 *
 * The worst of regular, tail and skew scenarios and of the basis contingency counts once; static
 * contingencies, haircuts and, for initial margin, weak oracles and a stablecoin off its peg come
 * on top. Pending legs count at their worst in every scenario and contingency.
 *
 * @param scenarios  any number of any kind; without one of a kind nothing is lost in it
 * @returns quote, not rounded; see `portfolioProblems` for what the inputs must fulfil
 * @source rules/portfolio-margin-multi-collateral
 */
export const portfolioMargin = (
  portfolio: Portfolio,
  scenarios: readonly Scenario[],
  parameters: PortfolioParameters,
): PortfolioMargin => marginOf(new ScenarioModel(portfolio, scenarios, parameters));

/** The margin of a portfolio whose scenarios can be asked for other prices afterwards. */
export function marginOf(model: ScenarioModel): PortfolioMargin {
  const { portfolio, parameters, lines } = model;
  const losses = model.at(1);
  const worst = Math.min(losses.lowest, losses.basis);
  const contingencies = staticContingencies(portfolio, parameters, lines);
  const { maintenanceContingency, initialContingency } = contingencies;
  const oracleContingency = oracleCharge(portfolio, parameters, lines);
  const { perpPnl, funding, collateral, stable, cash } = portfolio;
  let markToMarket = perpPnl + funding + losses.options;
  for (const each of collateral) markToMarket += valueOf(each, stable);
  const value = markToMarket + cash - maintenanceContingency;
  const offPeg = Math.max(0, parameters.pegLossThreshold - stable);
  const initialFactor = parameters.initialLossFactor + offPeg * parameters.pegLossFactor;
  return {
    maintenance: worst * parameters.maintenanceLossFactor + value,
    initial: worst * initialFactor + value - initialContingency - oracleContingency,
    worstRegularLoss: losses.regular,
    worstTailLoss: losses.tail,
    worstSkewLoss: losses.skew,
    basisContingency: losses.basis,
    maintenanceContingency,
    initialContingency,
    oracleContingency,
    markToMarket,
    worstScenario: losses.worstScenario < 0 ? null : losses.worstScenario,
  };
}

/** Perpetuals and naked shorts of a portfolio at spot, pending legs at their worst; quote ≥ 0. */
export const exposed = (
  { perps, perpPending, spot }: Portfolio,
  { terms }: StrikeLines,
): { readonly perps: number; readonly naked: number } => ({
  perps: worstSize({ amount: perps, ...perpPending }) * spot,
  naked: terms.reduce((sum, term) => sum + term.naked, 0) * spot,
});

function staticContingencies(
  portfolio: Portfolio,
  at: PortfolioParameters,
  lines: StrikeLines,
): { readonly maintenanceContingency: number; readonly initialContingency: number } {
  const { perps, naked } = exposed(portfolio, lines);
  let maintenance = perps * at.maintenancePerpPercent + naked * at.maintenanceOptionPercent;
  let initial = perps * at.initialPerpPercent + naked * at.initialOptionPercent;
  for (const each of portfolio.collateral) {
    const value = valueOf(each, portfolio.stable);
    maintenance += value * each.maintenanceHaircut;
    initial += value * each.initialHaircut;
  }
  return { maintenanceContingency: maintenance, initialContingency: initial };
}

function oracleCharge(portfolio: Portfolio, at: PortfolioParameters, lines: StrikeLines): number {
  const { spot, stable, perps, perpPending, spotConfidence, perpConfidence } = portfolio;
  const oracle = { threshold: at.confThreshold, margin: at.confMargin };
  const size = worstSize({ amount: perps, ...perpPending });
  const underlying = size === 0 ? spotConfidence : Math.min(spotConfidence, perpConfidence);
  let charge = size === 0 ? 0 : confidenceCharge(underlying, size * spot, oracle);
  portfolio.expiries.forEach(({ forwardConfidence, rateConfidence, volConfidence }, i) => {
    const least = Math.min(underlying, forwardConfidence, rateConfidence, volConfidence);
    charge += confidenceCharge(least, (lines.terms[i]?.contracts ?? 0) * spot, oracle);
  });
  // the perpetual's oracle has no say in what collateral is worth
  for (const each of portfolio.collateral) {
    const least = Math.min(spotConfidence, each.confidence);
    charge += confidenceCharge(least, valueOf(each, stable), oracle);
  }
  return charge;
}
