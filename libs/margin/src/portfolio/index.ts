export * from './add-ons.js';
export * from './arrays.js';
export type { RequirementName } from './charges.js';
export * from './default-rules.js';
export * from './evaluate-standard.js';
export {
  evaluatePortfolio,
  netOptionValueOf,
  portfolioRequirement,
  PortfolioRefused,
  type PortfolioBucket,
  type PortfolioEvaluation,
  type RecordedGreeks,
  type RequirementLine,
} from './evaluate.js';
export * from './futures.js';
export * from './grid.js';
export type * from './holdings.js';
export { portfolioMargin } from './multi-collateral.js';
export type * from './multi-collateral-types.js';
export { addGreeks, noGreeks, type PortfolioGreeks } from './portfolio-greeks.js';
export * from './problems.js';
export * from './risk-score.js';
export * from './rule-problems.js';
export * from './rules.js';
export * from './shocks.js';
export * from './standard-option.js';
export * from './standard-positions.js';
