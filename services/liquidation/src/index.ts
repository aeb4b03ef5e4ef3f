export * from './liquidation.module.js';
