export * from './chance.js';
export * from './exchange.js';
export * from './house.js';
export * from './scheduler.js';
