export * from './black.js';
export { exponential, exponentialMinusOne, logarithm, logRatio } from './elementary.js';
export * from './greeks.js';
export * from './implied-volatility.js';
export { black76Kernel, kernelGreeks, kernelValue, type BlackTerms } from './kernel.js';
export { erfc, millsRatio, normalDensity, normalDistribution } from './normal.js';
export {
  forwardTerms,
  OptionRefused,
  PRICE_MAX,
  PRICE_MIN,
  spotTerms,
  type ForwardOption,
  type OptionType,
  type SpotOption,
} from './option.js';
