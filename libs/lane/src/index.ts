export * from './batch.js';
export * from './channels.js';
export * from './core.js';
export * from './id-files.js';
export { IdsDamaged, type SealedIds } from './id-generation.js';
export * from './id-table.js';
export * from './lane.js';
export * from './load.js';
export * from './log-tail.js';
