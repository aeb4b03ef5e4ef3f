import type { CommandOf, Event, EventOf, Order } from '@ringfence/contracts';
import {
  accept,
  invariant,
  present,
  reject,
  type Address,
  type Decision,
  type DomainId,
} from '@ringfence/kernel';
import { accountsLane, REFERENCE } from '../addresses.js';
import { clearingOf, clears, type LiquidationState } from '../state.js';
import { decideRound, type RoundInput } from './decide-round.js';
import { reportsOf } from './evolve.js';
import type { Clearing, Funding } from './state.js';

function roundAsked(
  { domain, round }: Clearing,
  cause: 'schedule' | 'deficit',
  funding: Funding,
): EventOf<'RoundAsked'> {
  return { type: 'RoundAsked', domain, round: round + 1, cause, funding };
}

/**
 * Schedules a settlement round with the market's funding rates; it is asked for at once, or when
 * the open round closes.
 *
 * @param order  operators and the house's own scheduler only
 * @returns `RoundScheduled`, and `RoundAsked` when no round is open; or a rejection:
 *          `role-not-allowed`, `domain-unknown`, `wrong-partition`, `instrument-unknown`,
 *          `instrument-twice`, `round-already-scheduled`
 * @source DESIGN 6.3
 */
export function scheduleRound(
  { domain, funding }: CommandOf<'ScheduleRound'>,
  state: LiquidationState,
  { by }: Order,
): Decision<Event> {
  if (by.role !== 'operator' && by.role !== 'system') {
    return reject('role-not-allowed', { role: by.role });
  }
  if (!state.reference.domains.has(domain)) return reject('domain-unknown', { domain });
  if (!clears(state, domain)) {
    return reject('wrong-partition', { partition: domain % state.partitions });
  }
  const named = new Set<number>();
  for (const { instrument } of funding) {
    if (state.reference.instruments.get(instrument)?.domain !== domain) {
      return reject('instrument-unknown', { instrument });
    }
    if (named.has(instrument)) return reject('instrument-twice', { instrument });
    named.add(instrument);
  }
  const clearing = clearingOf(state, domain);
  if (clearing.schedule) return reject('round-already-scheduled', { after: clearing.round });
  const scheduled: Event = { type: 'RoundScheduled', domain, funding };
  if (clearing.phase.kind !== 'idle') return accept<Event>(scheduled);
  return accept<Event>(scheduled, roundAsked(clearing, 'schedule', funding));
}

/**
 * A bucket needs a round after the last one that its lane applied. This is the only place where
 * wishes are merged: one noted wish stands for all of that round, and a wish that a younger round
 * may serve is dropped, since its lane wishes again when that round did not.
 */
export function noteWish(
  { domain, account, bucket, round }: CommandOf<'RoundWanted'>,
  state: LiquidationState,
): Decision<Event> {
  invariant(clears(state, domain), 'wishes come to the lane that clears the domain');
  const clearing = clearingOf(state, domain);
  if (round < clearing.round || round <= clearing.wantedAfter) return accept();
  return accept<Event>({ type: 'RoundWantedNoted', domain, account, bucket, round });
}

/**
 * Something expired after the domain's round `round`: the next round that reference opens settles
 * and closes it. One that was asked for since, and not opened before the expiry, is that round.
 */
export function noteExpiry(
  { domain, instrument, round }: CommandOf<'NoteExpiry'>,
  state: LiquidationState,
): Decision<Event> {
  invariant(clears(state, domain), 'expiries come to the lane that clears the domain');
  const clearing = clearingOf(state, domain);
  if (round < clearing.round || round <= clearing.wantedAfter) return accept();
  return accept<Event>({ type: 'ExpiryNoted', domain, instrument, round });
}

/** The rounds to ask for on an odd tick: wished for, or left over by the last one. */
export function unscheduledRounds(state: LiquidationState): EventOf<'RoundAsked'>[] {
  const asked: EventOf<'RoundAsked'>[] = [];
  for (const domain of [...state.clearings.keys()].sort((a, b) => a - b)) {
    const clearing = clearingOf(state, domain);
    if (clearing.phase.kind !== 'idle') continue;
    if (!clearing.again && clearing.wantedAfter < clearing.round) continue;
    asked.push(roundAsked(clearing, 'deficit', []));
  }
  return asked;
}

export function noteRoundOpened(
  { domain, round }: CommandOf<'NoteRoundOpened'>,
  state: LiquidationState,
): Decision<Event> {
  const clearing = clearingOf(state, domain);
  if (clearing.phase.kind !== 'asked' || clearing.round !== round) return accept();
  return accept<Event>({ type: 'RoundStarted', domain, round });
}

/**
 * Takes the report of one accounts lane, also before this lane itself saw the round open.
 *
 * @throws InvariantViolation when it is of another round, comes twice or from no accounts lane
 */
export function takeReport(
  command: CommandOf<'RoundReport'>,
  state: LiquidationState,
  { from }: Order,
): Decision<Event> {
  const clearing = clearingOf(state, command.domain);
  const partition = accountsPartition(from, state);
  invariant(command.round === clearing.round, 'a report is of the open round');
  invariant(!reportsOf(clearing).has(partition), 'a lane reports once');
  const { domain, round, collected, claims, debts, deficits } = command;
  const { insurance, failed, failing, candidates } = command;
  const totals = { collected, claims, debts, deficits, insurance };
  const lists = { failed, failing, candidates };
  return accept<Event>({ type: 'ReportTaken', domain, round, partition, ...totals, ...lists });
}

function accountsPartition(from: Address | null, state: LiquidationState): number {
  const partition = from?.service === 'accounts' ? from.partition : -1;
  invariant(
    partition >= 0 && partition < state.partitions,
    'rounds are a matter of accounts lanes',
  );
  return partition;
}

/** The first domain whose reports are all in and not decided yet. */
export function decidable(state: LiquidationState): DomainId | null {
  for (const clearing of state.clearings.values()) {
    if (isDecidable(clearing, state)) return clearing.domain;
  }
  return null;
}
const isDecidable = ({ phase }: Clearing, { partitions }: LiquidationState): boolean =>
  phase.kind === 'collecting' && phase.reports.size === partitions;

/** All reports in: decides who bears what. */
export function decide(
  { domain }: CommandOf<'DecideRound'>,
  state: LiquidationState,
): Decision<Event> {
  const clearing = clearingOf(state, domain);
  if (!isDecidable(clearing, state)) return accept();
  const { losses, decided } = decideRound(roundInput(clearing, state));
  return accept<Event>(...losses, decided);
}

function roundInput(clearing: Clearing, state: LiquidationState): RoundInput {
  const { domain, round } = clearing;
  const taken = reportsOf(clearing);
  const reports = Array.from({ length: state.partitions }, (_, partition) =>
    present(taken.get(partition), 'report'),
  );
  const lotValues = present(state.reference.lotValues.get(domain), 'marks of the round');
  return { domain, round, reports, lotValues };
}

/**
 * One lane has applied the decision; the last one closes the round, and a schedule that waited
 * asks for the next.
 *
 * @throws InvariantViolation when nothing of that round is to be done, or twice by one lane
 */
export function noteDone(
  { domain, round }: CommandOf<'RoundDone'>,
  state: LiquidationState,
  { from }: Order,
): Decision<Event> {
  const clearing = clearingOf(state, domain);
  const { phase, schedule } = clearing;
  const partition = accountsPartition(from, state);
  invariant(phase.kind === 'decided' && round === clearing.round, 'done is what was decided');
  invariant(!phase.done.has(partition), 'a lane is done once');
  const done: Event = { type: 'LaneDone', domain, round, partition };
  if (phase.done.size + 1 < state.partitions) return accept<Event>(done);
  const closed: Event = { type: 'RoundClosed', domain, round, again: phase.again ? 1 : 0 };
  if (!schedule) return accept<Event>(done, closed);
  return accept<Event>(done, closed, roundAsked(clearing, 'schedule', schedule));
}

/**
 * Whom the open round of a domain waits for: reference until the round was opened, then every
 * accounts lane that has not reported, then every one that has not applied the decision. Empty when
 * no round is open, or when it is this lane's turn.
 */
export function waitingFor(state: LiquidationState, domain: DomainId): Address[] {
  const { phase } = clearingOf(state, domain);
  if (phase.kind === 'idle') return [];
  const here = phase.kind === 'decided' ? phase.done : phase.reports;
  const missing = phase.kind === 'asked' ? [REFERENCE] : [];
  for (let partition = 0; partition < state.partitions; partition++) {
    if (!here.has(partition)) missing.push(accountsLane(partition));
  }
  return missing;
}
