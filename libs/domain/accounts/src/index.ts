export { balances, type Balance } from './balances.js';
export { accountsLane } from './lane.js';
export { routeOf, type Route } from './route.js';
export { cashIn, type Cash } from './cash.js';
export type { Account, AccountsState, Bucket, Position } from './state.js';
