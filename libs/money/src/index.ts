export * from './allot.js';
export * from './asset-type.js';
export * from './decimal.js';
export * from './division.js';
export * from './money.js';
export * from './ppm.js';
export * from './rate.js';
export * from './units.js';
