export * from './decision.js';
export * from './ids.js';
export * from './invariant.js';
export * from './order.js';
export * from './print.js';
