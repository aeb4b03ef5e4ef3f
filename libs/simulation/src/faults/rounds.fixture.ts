import type { AccountsState } from '@ringfence/domain-accounts';
import { domainOf } from '../town.js';
import { broken, deciding, rewriting, type Planted } from './plant.fixture.js';

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
export const closesEarly: Planted = rewriting('liquidation', 'RoundDone', (events) => {
  const [done, ...rest] = events;
  if (done?.type !== 'LaneDone' || rest.length > 0) return events;
  const { domain, round } = done;
  return [done, { type: 'RoundClosed', domain, round, again: 1 }];
});
