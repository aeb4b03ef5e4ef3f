export { riskLane } from './lane.js';
export type { RiskState } from './state.js';
