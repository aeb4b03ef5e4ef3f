export * from './lane.js';
export * from './state.js';
export { SWEEP_LINES_MAX } from './sweeps.js';
