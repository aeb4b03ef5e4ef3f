import { table } from '../projections/table.js';

/** Accounts whose rows stand still, and what the database said. */
export const PARKED = table('parked_accounts', {
  account: ['key', 'bigint'],
  reason: ['set', 'text'],
});

/** By account: why its rows are not written. */
export type Parked = ReadonlyMap<number, string>;
