export * from './black.js';
export * from './elementary.js';
export * from './greeks.js';
export * from './implied-volatility.js';
export * from './kernel.js';
export * from './normal.js';
export * from './option.js';
