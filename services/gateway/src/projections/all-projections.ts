import { accountsProjection } from './accounts/accounts.projection.js';
import { balancesProjection } from './balances/balances.projection.js';
import { CallsProjection } from './calls/calls.projection.js';
import { marginsProjection } from './margins/margins.projection.js';
import { PositionsProjection, type UnitOf } from './positions/positions.projection.js';
import type { Projection } from './projection.js';
import { roundsProjection } from './rounds/rounds.projection.js';
import { TradesProjection } from './trades/trades.projection.js';
import { WithdrawalsProjection } from './withdrawals/withdrawals.projection.js';

/** Every read model, by the name that operators use; each made with an empty memory. */
export const PROJECTIONS = {
  accounts: () => accountsProjection,
  balances: () => balancesProjection,
  positions: (unitOf: UnitOf) => new PositionsProjection(unitOf),
  calls: () => new CallsProjection(),
  margins: () => marginsProjection,
  trades: () => new TradesProjection(),
  rounds: () => roundsProjection,
  withdrawals: () => new WithdrawalsProjection(),
} as const satisfies Readonly<Record<string, (unitOf: UnitOf) => Projection>>;
export type ProjectionName = keyof typeof PROJECTIONS;
export const PROJECTION_NAMES = Object.keys(PROJECTIONS) as readonly ProjectionName[];

export const makeProjections = (
  unitOf: UnitOf,
  names: readonly ProjectionName[] = PROJECTION_NAMES,
): readonly Projection[] => names.map((name) => PROJECTIONS[name](unitOf));
