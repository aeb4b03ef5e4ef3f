export * from './custody.module.js';
export type { Mined, MineOrder, Payment } from './effects/chain-simulated/simulated-chain.js';
