import type { EventOf } from '@ringfence/contracts';
import { closeOutKey } from '../close-out-key.js';
import type { LiquidationState } from '../state.js';

/** Of a bucket of linear positions. */
export type LinearEvaluation = EventOf<'MarginEvaluated'>;
/** The other is of a portfolio, or of a bucket that holds options. */
export type Evaluation = LinearEvaluation | EventOf<'PortfolioEvaluated'>;

/** The newest evaluation of every bucket in trouble. */
export interface RiskView {
  readonly evaluations: Map<number, Evaluation>;
  /** buckets that are called or closed out: their evaluations are kept at every level */
  readonly watched: Set<number>;
  /** frame in which a bucket was last cured, until an evaluation of a later frame comes */
  readonly cured: Map<number, number>;
  /**
   * sequence of accounts at the last fill of a bucket, until risk has seen that far: the fill may
   * outlive the close-out that asked for it, and the next one must not be sized from before
   */
  readonly filled: Map<number, number>;
  /** tick read last before a bucket lapsed or was breached: its close-out begins after that one */
  readonly begun: Map<number, number>;
}
export const newRiskView = (): RiskView => ({
  evaluations: new Map(),
  watched: new Set(),
  cured: new Map(),
  filled: new Map(),
  begun: new Map(),
});

/** An older evaluation than this fill sizes nothing and proves nothing. */
export function noteFill({ filled, evaluations }: RiskView, key: number, seq: number): void {
  if ((evaluations.get(key)?.accountsSeq ?? 0) >= seq) return;
  filled.set(key, Math.max(filled.get(key) ?? 0, seq));
}

function onEvaluated({ risk }: LiquidationState, event: Evaluation): void {
  const key = closeOutKey(event);
  if (event.frame > (risk.cured.get(key) ?? event.frame)) risk.cured.delete(key);
  if (event.accountsSeq >= (risk.filled.get(key) ?? Infinity)) risk.filled.delete(key);
  if (event.level !== 'healthy' || risk.watched.has(key)) risk.evaluations.set(key, event);
  else risk.evaluations.delete(key);
}
function onTrouble(
  { risk, reference }: LiquidationState,
  event: EventOf<'MarginCalled'> | EventOf<'CallLapsed'> | EventOf<'MaintenanceBreached'>,
): void {
  const key = closeOutKey(event);
  risk.watched.add(key);
  if (event.type !== 'MarginCalled') risk.begun.set(key, reference.tick);
}
function onSafe(
  { risk }: LiquidationState,
  event: EventOf<'CallMet'> | EventOf<'BucketCured'>,
): void {
  const key = closeOutKey(event);
  risk.watched.delete(key);
  risk.begun.delete(key);
  if (risk.evaluations.get(key)?.level === 'healthy') risk.evaluations.delete(key);
  if (event.type === 'BucketCured') risk.cured.set(key, event.frame);
}

/** Folds of the risk log of the same partition. */
export const riskViews = {
  MarginEvaluated: onEvaluated,
  PortfolioEvaluated: onEvaluated,
  MarginCalled: onTrouble,
  CallLapsed: onTrouble,
  MaintenanceBreached: onTrouble,
  CallMet: onSafe,
  BucketCured: onSafe,
};
