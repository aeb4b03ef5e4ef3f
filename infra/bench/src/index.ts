export * from './benches.js';
