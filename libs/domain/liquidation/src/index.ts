export { decideRound, type RoundInput, type RoundOutcome } from './clearing/decide-round.js';
export { waitingFor } from './clearing/rounds.js';
export type { Clearing, LaneReport, RoundPhase } from './clearing/state.js';
export { liquidationLane } from './lane.js';
export type { CloseOut, CloseOutStatus, LiquidationState } from './state.js';
export { standingOf } from './close-out/standing.js';
