import { defineLane } from '@ringfence/contracts';
import { accountsView } from './book.js';
import { foldGate, judgeGate, judgeLegs, judgeMoves } from './gate.js';
import { referenceView } from './market.js';
import { initialState, type RiskState } from './state.js';

/** The lane of risk: judges every way out of safety, evaluates buckets as prices move, and calls. */
export const riskLane = defineLane<RiskState>({
  service: 'risk',
  foldVersion: 1,
  initial: initialState,
  deciders: { JudgeGate: judgeGate },
  evolve: { GateJudged: foldGate },
  views: { accounts: accountsView, reference: referenceView },
  reactions: { accounts: { LegReserved: judgeLegs, MoveReserved: judgeMoves } },
  next: () => null,
  digest: (state) => state.own.digest,
  reducing: new Set(['JudgeGate']),
});
