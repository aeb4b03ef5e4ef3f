// What the threads beside the lanes need, without the framework: they start often and must be light.
export * from './any-lane.js';
export type { ShadowPlan } from './shadow-thread.js';
