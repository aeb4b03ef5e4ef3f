import type { CommandOf, CustodyCommand, Decide, LaneDefinition } from '@ringfence/contracts';
import { observeBlock, observeReorganisation } from './deposits.js';
import { custodyDigest } from './digest.js';
import { evolve } from './evolve.js';
import { reconcile } from './reconciliation.js';
import { initialCustody, type CustodyState } from './state.js';
import { nextWork, noteSweeps, sweepVaults, takeTransfer } from './sweeps.js';
import { reactions, views } from './views.js';
import { approveWithdrawal, placeWithdrawal, refuseWithdrawal, reportSent } from './withdrawals.js';

type Deciders = {
  readonly [Name in CustodyCommand['type']]: Decide<CommandOf<Name>, CustodyState>;
};

/** What is really held: one vault per wall and asset, and every way in and out of it. */
export const custodyLane: LaneDefinition<CustodyState> = {
  service: 'custody',
  foldVersion: 1,
  initial: initialCustody,
  deciders: {
    ObserveBlock: observeBlock,
    ObserveReorganisation: observeReorganisation,
    ApproveWithdrawal: approveWithdrawal,
    RefuseWithdrawal: refuseWithdrawal,
    ReportSent: reportSent,
    Reconcile: reconcile,
    PlaceWithdrawal: placeWithdrawal,
    NoteSweeps: noteSweeps,
    SweepVaults: sweepVaults,
    VaultTransfer: takeTransfer,
  } satisfies Deciders,
  evolve,
  views,
  reactions,
  next: nextWork,
  digest: custodyDigest,
  // what the chains did is true already, and stopping or checking money never adds risk
  reducing: new Set([
    'ObserveBlock',
    'ObserveReorganisation',
    'RefuseWithdrawal',
    'ReportSent',
    'Reconcile',
  ] as const),
};
