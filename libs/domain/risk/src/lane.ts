import { defineLane, type Command } from '@ringfence/contracts';
import { accountsView } from './book.js';
import { deadlinesWait, onTick, reviewDeadlines } from './calls.js';
import { reviewBuckets } from './evaluation.js';
import { foldGate, judgeGate, judgeLegs, judgeMoves } from './gate.js';
import { referenceView } from './market.js';
import { waiting } from './queue.js';
import { judgeSwitches } from './switches.js';
import {
  foldBreached,
  foldCalled,
  foldCoverage,
  foldCured,
  foldEvaluated,
  foldExtended,
  foldLapsed,
  foldMet,
  foldPortfolio,
} from './standing.js';
import { initialState, type RiskState } from './state.js';

/**
 * The lane of risk: judges every way out of safety, evaluates buckets as prices move, and calls.
 */
export const riskLane = defineLane<RiskState>({
  service: 'risk',
  foldVersion: 4,
  initial: initialState,
  deciders: {
    JudgeGate: judgeGate,
    ReviewBuckets: reviewBuckets,
    ReviewDeadlines: reviewDeadlines,
  },
  evolve: {
    GateJudged: foldGate,
    MarginEvaluated: foldEvaluated,
    PortfolioEvaluated: foldPortfolio,
    MarginCalled: foldCalled,
    CallMet: foldMet,
    CallLapsed: foldLapsed,
    CallExtended: foldExtended,
    MaintenanceBreached: foldBreached,
    BucketCured: foldCured,
    CoverageObserved: foldCoverage,
  },
  views: { accounts: accountsView, reference: referenceView },
  reactions: {
    accounts: {
      LegReserved: judgeLegs,
      MoveReserved: judgeMoves,
      SwitchReserved: judgeSwitches,
    },
    reference: { Ticked: onTick },
  },
  next: nextPiece,
  isAbsorbed,
  digest: ({ own }) => own.digest,
  reducing: new Set(['JudgeGate', 'ReviewBuckets', 'ReviewDeadlines']),
});

/** Deadlines before buckets: they are few, and a client waits behind each. */
function nextPiece(state: RiskState): Command | null {
  if (deadlinesWait(state)) return { type: 'ReviewDeadlines' };
  if (waiting(state) > 0 || state.work.coverage.length > 0) return { type: 'ReviewBuckets' };
  return null;
}

/**
 * What a tick asks is answered as of that tick: what others do on it comes after. The deadlines
 * that it reached, and on an even one the buckets that were left open since the last.
 */
function isAbsorbed(state: RiskState): boolean {
  return deadlinesWait(state) || (state.work.isReviewing && waiting(state) > 0);
}
