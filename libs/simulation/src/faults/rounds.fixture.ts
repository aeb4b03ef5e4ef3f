import type { Event } from '@ringfence/contracts';
import type { AccountsState } from '@ringfence/domain-accounts';
import type { LiquidationState } from '@ringfence/domain-liquidation';
import { accept } from '@ringfence/kernel';
import { domainOf } from '../town.js';
import { broken, deciding, type Planted } from './plant.fixture.js';

/** As if it were the only lane, and nobody's marker had to be waited for. */
function alone<T>(state: AccountsState, look: () => T): T {
  const open = state as { partitions: number };
  const { partitions } = open;
  open.partitions = 1;
  try {
    return look();
  } finally {
    open.partitions = partitions;
  }
}
/** A lane settles as soon as it has joined: markers count for nothing. */
export const dropsMarkers: Planted = broken<AccountsState>('accounts', (definition) => {
  const settle = definition.deciders.SettleBuckets;
  if (!settle) throw new Error('accounts settles buckets');
  return {
    ...definition,
    next: (state) => alone(state, () => definition.next(state)),
    deciders: {
      ...definition.deciders,
      SettleBuckets: (command, state, order) => alone(state, () => settle(command, state, order)),
    },
  };
});

/** The offering side applies a leg under the count of rounds that it has opened itself. */
export const tagsItself: Planted = deciding<'LegAnswer', AccountsState>(
  'accounts',
  'LegAnswer',
  (decide, answer, state, order) => {
    const leg = state.pending.get(answer.reservation);
    if (leg?.kind !== 'leg' || answer.lots === 0) return decide(answer, state, order);
    const round = state.rounds.find(({ domain }) => domain === domainOf(leg.instrument));
    return decide({ ...answer, tag: round?.opened ?? 0 }, state, order);
  },
);

/** A round is closed when the first lane has applied it: the next may be settled too early. */
export const closesEarly: Planted = deciding<'RoundDone', LiquidationState>(
  'liquidation',
  'RoundDone',
  (decide, command, state, order) => {
    const { domain, round } = command;
    if (state.clearings.get(domain)?.phase.kind !== 'decided') return accept();
    const decided = decide(command, state, order);
    if (!decided.accepted || decided.events.length > 1) return decided;
    return accept<Event>(...decided.events, { type: 'RoundClosed', domain, round, again: 1 });
  },
);
