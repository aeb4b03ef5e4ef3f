import { closeOutKey } from '../close-out-key.js';
import type { Event, EventOf } from '@ringfence/contracts';
import {
  bucketKind,
  bucketNumber,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { endAuction } from '../auction/state.js';
import { isOpen, type CloseOut, type LiquidationState } from '../state.js';
import { appliedRounds } from '../views/accounts.js';
import type { Evaluation } from '../views/risk.js';

/** The domain a margin bucket settles in; undefined while its instrument is not known here yet. */
export function domainOf(state: LiquidationState, bucket: BucketId): DomainId | undefined {
  if (bucketKind(bucket) !== 'isolated') return bucketNumber(bucket) as DomainId;
  return state.reference.instruments.get(bucketNumber(bucket) as InstrumentId)?.domain;
}

/** Whether the account is a liquidity wall of this partition: it has no one to trade with. */
export const isLiquidity = (state: LiquidationState, { account, bucket }: CloseOut): boolean => {
  const domain = domainOf(state, bucket);
  if (domain === undefined) return false;
  return state.accounts.liquidity.get(domain)?.includes(account) ?? false;
};

/**
 * The newest evaluation of the bucket, unless it is older than the last fill or than the round that
 * took its last deficit, or of the frame in which the bucket was cured: such a one must size
 * nothing and prove nothing.
 */
export function freshEvaluation(
  state: LiquidationState,
  closeOut: CloseOut,
): Evaluation | undefined {
  const key = closeOutKey(closeOut);
  const evaluation = state.risk.evaluations.get(key);
  const filled = state.risk.filled.get(key) ?? 0;
  const seen = Math.max(filled, state.accounts.taken.get(key)?.seq ?? 0);
  if (!evaluation || evaluation.accountsSeq < seen) return undefined;
  const cured = state.risk.cured.get(key);
  return cured !== undefined && evaluation.frame <= cured ? undefined : evaluation;
}

/** Neither a position nor a pending leg is left. */
export const isFlat = ({ lines }: Evaluation): boolean =>
  lines.every((line) =>
    'worst' in line
      ? line.lots === 0 && line.worst === 0
      : line.lots === 0 && line.low === 0 && line.high === 0,
  );

/** It meets its initial requirement and owes nothing: risk cures it, and nothing is sized. */
export const isWhole = ({ equity, initial, debt }: Evaluation): boolean =>
  equity >= initial && debt === 0n;

export function adlRequested(
  closeOut: CloseOut,
  wanted: boolean,
  at: { readonly domain: DomainId; readonly round: number },
): EventOf<'AdlRequested'> {
  const { account, bucket } = closeOut;
  const { domain, round } = at;
  return { type: 'AdlRequested', account, bucket, wanted: wanted ? 1 : 0, domain, round };
}

/** The wish for deleveraging in the next round; nothing while the domain is not known here. */
export function wishForAdl(state: LiquidationState, closeOut: CloseOut): Event[] {
  const domain = domainOf(state, closeOut.bucket);
  if (domain === undefined) return [];
  return [adlRequested(closeOut, true, { domain, round: appliedRounds(state, domain) })];
}

/** The facts that end a close-out; accounts must no longer treat the bucket as failing. */
export function ending(
  state: LiquidationState,
  closeOut: CloseOut,
  type: 'CloseOutCured' | 'CloseOutResolved',
): Event[] {
  const { account, bucket, adl } = closeOut;
  const domain = domainOf(state, bucket);
  const end: Event = { type, account, bucket };
  if (!adl || domain === undefined) return [...endAuction(state, closeOut, 'cured'), end];
  return [adlRequested(closeOut, false, { domain, round: appliedRounds(state, domain) }), end];
}

/** Whether a round was applied here since one was asked for this bucket. */
export const wasServed = (state: LiquidationState, closeOut: CloseOut): boolean => {
  const domain = domainOf(state, closeOut.bucket);
  return domain !== undefined && appliedRounds(state, domain) > closeOut.wantedAfter;
};

/** Whether the bucket ends in a loss that a round took: then it is resolved, not cured. */
export const isLossTaken = ({ accounts }: LiquidationState, closeOut: CloseOut): boolean => {
  const { status, wantedAfter } = closeOut;
  if (status !== 'failing' && status !== 'deficit') return false;
  const taken = accounts.taken.get(closeOutKey(closeOut));
  return taken !== undefined && taken.round > wantedAfter;
};

/**
 * What the newest evaluation says about an end: a loss that a round must take, or a loss that a
 * round has taken. Nothing while there is a position, or when it was said already.
 */
export function settlementOf(state: LiquidationState, closeOut: CloseOut): Event[] {
  const { account, bucket, status } = closeOut;
  if (!isOpen(closeOut)) return [];
  const evaluation = freshEvaluation(state, closeOut);
  const domain = domainOf(state, bucket);
  if (!evaluation || domain === undefined || !isFlat(evaluation)) return [];
  if (evaluation.equity < 0n) {
    if (status === 'deficit' && !wasServed(state, closeOut)) return [];
    const round = appliedRounds(state, domain);
    const found: Event = { type: 'DeficitFound', account, bucket, domain, round };
    return [...endAuction(state, closeOut, 'sold'), found];
  }
  const settled = evaluation.debt === 0n && isLossTaken(state, closeOut);
  return settled ? ending(state, closeOut, 'CloseOutResolved') : [];
}

/**
 * Where a bucket in trouble stands, for people and drivers of time. `waiting`: its debt is
 * covered and it meets its initial requirement, so nothing but the next round is left to do.
 */
export function standingOf(
  state: LiquidationState,
  closeOut: CloseOut,
): CloseOut['status'] | 'waiting' {
  const { status, slice, sale } = closeOut;
  if (status !== 'reducing' || slice || sale !== 0) return status;
  const evaluation = state.risk.evaluations.get(closeOutKey(closeOut));
  const covered = evaluation && evaluation.debt > 0n && evaluation.equity >= evaluation.initial;
  return covered ? 'waiting' : status;
}
