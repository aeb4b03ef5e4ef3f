import type { Each } from './each.js';
import { PortfolioEvaluated } from './risk-portfolio.js';
import {
  account,
  amount,
  bucket,
  command,
  event,
  flag,
  group,
  instrument,
  list,
  oneOf,
  optional,
  positiveAmount,
  print,
  signedAmount,
  signedLots,
  text,
  uint,
} from './table/index.js';

export * from './risk-portfolio.js';

/**
 * The risk lane: judges every way out of safety, evaluates buckets as prices move, and calls.
 * Amounts in the settlement asset.
 */

// ---- commands: reactions and bounded pieces
export const JudgeGate = command(100, 'JudgeGate', 1, { reservation: uint() });
/** Evaluates up to 256 buckets that a frame, a step of a rate or a fact of accounts touched. */
export const ReviewBuckets = command(101, 'ReviewBuckets', 1, {});
/** Open calls whose deadline a tick passed. */
export const ReviewDeadlines = command(102, 'ReviewDeadlines', 1, {});

// ---- events
/**
 * The gate's verdict on a reservation of the accounts lane: initial requirement with pending legs
 * at their worst.
 */
export const GateJudged = event(110, 'GateJudged', 1, {
  reservation: uint().like('reservation'),
  account: account(),
  bucket: bucket(),
  passed: flag(),
  reason: text(64),
  equity: signedAmount(),
  requirement: amount(),
  frame: uint(),
});
/**
 * `equity` counts unsettled gains (maintenance view), `free` does not (initial view). `lines`: per
 * instrument the signed lots held, the
 * worst of held and pending, the mark, and what it needs. `delta`: change of value when all marks
 * rise by 100 percent.
 * `accountsSeq` and `frame`: what the evaluation had seen.
 */
export const MarginEvaluated = event(111, 'MarginEvaluated', 1, {
  account: account(),
  bucket: bucket(),
  level: oneOf('healthy', 'called', 'breached'),
  lines: list(
    group({
      instrument: instrument(),
      lots: signedLots(),
      worst: signedLots(),
      mark: uint(),
      initial: amount(),
      maintenance: amount(),
      pnl: signedAmount(),
    }),
  ),
  collateral: amount(),
  debt: amount(),
  equity: signedAmount(),
  free: signedAmount(),
  maintenance: amount(),
  call: amount(),
  initial: amount(),
  release: amount(),
  delta: signedAmount(),
  liquidationPrice: optional(uint()),
  accountsSeq: uint(),
  frame: uint(),
  inputs: print(),
});
/**
 * Below the call level, or a debt stands: `amount` brings the bucket back to its initial
 * requirement.
 */
export const MarginCalled = event(112, 'MarginCalled', 1, {
  call: uint(),
  account: account(),
  bucket: bucket(),
  amount: positiveAmount(),
  deadline: uint(),
  frame: uint(),
});
export const CallMet = event(113, 'CallMet', 1, {
  call: uint(),
  account: account(),
  bucket: bucket(),
  frame: uint(),
});
export const CallLapsed = event(114, 'CallLapsed', 1, {
  call: uint(),
  account: account(),
  bucket: bucket(),
  frame: uint(),
});
/** An outage or a new tick moved the deadline. */
export const CallExtended = event(115, 'CallExtended', 1, { call: uint(), deadline: uint() });
/** Below maintenance: no waiting for a deadline. */
export const MaintenanceBreached = event(116, 'MaintenanceBreached', 1, {
  account: account(),
  bucket: bucket(),
  equity: signedAmount(),
  maintenance: amount(),
  frame: uint(),
});
/**
 * A bucket in close-out meets its initial requirement again, by top-up, by price or by what was
 * closed.
 */
export const BucketCured = event(117, 'BucketCured', 1, {
  account: account(),
  bucket: bucket(),
  frame: uint(),
});
/**
 * For the report of initial-margin coverage: positions whose loss since the frame before exceeded
 * their initial requirement.
 */
export const CoverageObserved = event(118, 'CoverageObserved', 1, {
  frame: uint(),
  observations: uint(),
  exceedances: uint(),
});

export const RISK_COMMANDS = [JudgeGate, ReviewBuckets, ReviewDeadlines] as const;
export const RISK_EVENTS = [
  GateJudged,
  MarginEvaluated,
  MarginCalled,
  CallMet,
  CallLapsed,
  CallExtended,
  MaintenanceBreached,
  BucketCured,
  CoverageObserved,
  PortfolioEvaluated,
] as const;
export type RiskCommand = Each<typeof RISK_COMMANDS>;
export type RiskEvent = Each<typeof RISK_EVENTS>;
