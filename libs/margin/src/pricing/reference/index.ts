export * from './black.js';
export * from './decimal.js';
