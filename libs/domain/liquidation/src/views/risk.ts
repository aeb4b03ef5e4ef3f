import type { EventOf } from '@ringfence/contracts';
import { closeOutKey, type LiquidationState } from '../state.js';

export type Evaluation = EventOf<'MarginEvaluated'>;

/** The newest evaluation of every bucket in trouble. */
export interface RiskView {
  readonly evaluations: Map<number, Evaluation>;
  /** buckets that risk counts as in close-out: their evaluations are kept at every level */
  readonly closing: Set<number>;
}
export const newRiskView = (): RiskView => ({ evaluations: new Map(), closing: new Set() });

function onEvaluated({ risk }: LiquidationState, event: Evaluation): void {
  const key = closeOutKey(event);
  if (event.level !== 'healthy' || risk.closing.has(key)) risk.evaluations.set(key, event);
  else risk.evaluations.delete(key);
}
function onClosing(
  { risk }: LiquidationState,
  event: EventOf<'CallLapsed'> | EventOf<'MaintenanceBreached'>,
): void {
  risk.closing.add(closeOutKey(event));
}
function onCured({ risk }: LiquidationState, event: EventOf<'BucketCured'>): void {
  const key = closeOutKey(event);
  risk.closing.delete(key);
  if (risk.evaluations.get(key)?.level === 'healthy') risk.evaluations.delete(key);
}

/** Folds of the risk log of the same partition. */
export const riskViews = {
  MarginEvaluated: onEvaluated,
  CallLapsed: onClosing,
  MaintenanceBreached: onClosing,
  BucketCured: onCured,
};
