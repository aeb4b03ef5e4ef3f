export * from './risk.module.js';
