// For the threads beside the lanes: they start often, so nothing of the framework comes along.
export * from './any-lane.js';
export type { ShadowPlan } from './shadow-process.js';
