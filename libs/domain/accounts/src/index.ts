export { balances, type Balance } from './balances.js';
export { accountsLane } from './lane.js';
export { routeOf, type Route } from './route.js';
export type { Account, AccountsState, Bucket, Cash, Position } from './state.js';
