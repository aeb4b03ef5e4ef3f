export { STARTING_RULES } from '@ringfence/margin';
export { MarginAudit, type MarginFinding } from './audit.js';
export { riskLane } from './lane.js';
export type { RiskState } from './state.js';
export { whatIf, type Imagined, type ImaginedTrade } from './what-if.js';
