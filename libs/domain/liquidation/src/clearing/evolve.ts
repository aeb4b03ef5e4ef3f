import type { EventOf, Mail } from '@ringfence/contracts';
import { accountsLane, REFERENCE } from '../addresses.js';
import { touchClearing } from '../digest.js';
import { clearingOf, type LiquidationState } from '../state.js';
import { invariant, type DomainId } from '@ringfence/kernel';
import type { Clearing, LaneReport, RoundPhase } from './state.js';

/** The clearing to write to; from here on it stands in the state. */
function changed(state: LiquidationState, domain: DomainId): Clearing {
  const clearing = clearingOf(state, domain);
  state.clearings.set(domain, clearing);
  touchClearing(state, domain);
  return clearing;
}

/** @throws InvariantViolation unless reports may come now */
export function reportsOf({ phase }: Clearing): Map<number, LaneReport> {
  invariant(phase.kind === 'asked' || phase.kind === 'collecting', 'a report of an open round');
  return phase.reports;
}

function onAsked(state: LiquidationState, event: EventOf<'RoundAsked'>, mail: Mail): void {
  const { domain, round, cause, funding } = event;
  const clearing = changed(state, domain);
  clearing.round = round;
  clearing.phase = { kind: 'asked', reports: new Map() };
  clearing.again = false;
  if (cause === 'schedule') clearing.schedule = null;
  mail.send(REFERENCE, { type: 'RoundRequest', domain, round, cause, funding });
}

function onReport(state: LiquidationState, event: EventOf<'ReportTaken'>): void {
  const { collected, claims, debts, deficits, insurance, failed, failing, candidates } = event;
  const report = { collected, claims, debts, deficits, insurance, failed, failing, candidates };
  reportsOf(changed(state, event.domain)).set(event.partition, report);
}

/**
 * Whether another round must follow: whoever still fails is closed by offers whose outcome only the
 * next reports tell, or found nobody; a deficit was taken while its position closes elsewhere.
 */
function mustFollow({ reports }: Extract<RoundPhase, { kind: 'collecting' }>): boolean {
  for (const { failing, deficits } of reports.values()) {
    if (failing.length > 0 || deficits > 0n) return true;
  }
  return false;
}

function onDecided(state: LiquidationState, event: EventOf<'RoundDecided'>, mail: Mail): void {
  const { domain, round } = event;
  const clearing = changed(state, domain);
  const { phase } = clearing;
  invariant(phase.kind === 'collecting', 'only what was collected is decided');
  clearing.phase = { kind: 'decided', done: new Set(), again: mustFollow(phase) };
  event.lanes.forEach((lane, partition) => {
    mail.send(accountsLane(partition), { type: 'RoundDecision', domain, round, ...lane });
  });
}

/** The only writers of clearings. */
export const clearingHandlers = {
  RoundScheduled: (state: LiquidationState, event: EventOf<'RoundScheduled'>): void => {
    changed(state, event.domain).schedule = event.funding;
  },
  RoundWantedNoted: (state: LiquidationState, event: EventOf<'RoundWantedNoted'>): void => {
    changed(state, event.domain).wantedAfter = event.round;
  },
  ExpiryNoted: (state: LiquidationState, event: EventOf<'ExpiryNoted'>): void => {
    changed(state, event.domain).wantedAfter = event.round;
  },
  RoundAsked: onAsked,
  RoundStarted: (state: LiquidationState, event: EventOf<'RoundStarted'>): void => {
    const clearing = changed(state, event.domain);
    clearing.phase = { kind: 'collecting', reports: reportsOf(clearing) };
  },
  ReportTaken: onReport,
  LossAllocated: (): void => {
    // for the audit: the amounts stand in the lanes' decisions
  },
  RoundDecided: onDecided,
  LaneDone: (state: LiquidationState, event: EventOf<'LaneDone'>): void => {
    const { phase } = changed(state, event.domain);
    invariant(phase.kind === 'decided', 'lanes are done with what was decided');
    phase.done.add(event.partition);
  },
  RoundClosed: (state: LiquidationState, event: EventOf<'RoundClosed'>): void => {
    const clearing = changed(state, event.domain);
    clearing.phase = { kind: 'idle' };
    clearing.again = event.again > 0;
  },
};
