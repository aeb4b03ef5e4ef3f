export * from './contract-size.js';
export { PRICE_MAX, parseTicks, type PriceProblem } from './frames.js';
export * from './lane.js';
export * from './rate-history.js';
export * from './state.js';
