export * from './arrays.js';
export * from './futures.js';
export * from './multi-collateral.js';
export type * from './multi-collateral-types.js';
export * from './problems.js';
export * from './shocks.js';
export * from './grid.js';
export * from './standard-option.js';
