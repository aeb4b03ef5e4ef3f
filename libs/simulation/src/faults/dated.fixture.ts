import type { Event, EventOf } from '@ringfence/contracts';
import type { AccountsState } from '@ringfence/domain-accounts';
import { partitionOf, present } from '@ringfence/kernel';
import { HOUSE_LANES } from '../definitions.js';
import { eachOf, evolving, rewriting, type Planted } from './plant.fixture.js';

/** One lane closes what expired a tick above the others. */
export const endsAtTwoMarks: Planted = rewriting<'SettleBuckets', AccountsState>(
  'accounts',
  'SettleBuckets',
  (events, { state }) =>
    eachOf('PositionExpired', (event) => {
      if (partitionOf(event.account) !== 1) return event;
      const unit = state.reference.instruments[event.instrument]?.unit ?? 0n;
      return { ...event, price: event.price + 1, cost: event.cost + BigInt(event.lots) * unit };
    })(events),
);

/** An expired position is settled, and stays. */
export const keepsWhatExpired: Planted = rewriting(
  'accounts',
  'SettleBuckets',
  eachOf('PositionExpired', () => null),
);

/** The cost of an option settles in one round, and in the next one again. */
export const paysPremiumTwice: Planted = evolving<AccountsState>(
  'accounts',
  'VariationSettled',
  (evolve, state, event, ...rest) => {
    const { account: id, bucket: bucketId } = event as EventOf<'VariationSettled'>;
    const bucketNow = () =>
      state.accounts.find((each) => each.id === id)?.buckets.find((each) => each.id === bucketId);
    const costs = new Map(
      bucketNow()?.positions.map(({ instrument, settlingCost }) => [instrument, settlingCost]),
    );
    evolve(state, event, ...rest);
    for (const position of bucketNow()?.positions ?? []) {
      const { dated } = present(state.reference.instruments[position.instrument], 'instrument');
      if (dated?.kind === 'option') {
        position.settlingCost += costs.get(position.instrument) ?? 0n;
      }
    }
  },
);

/** Whoever switches leaves some collateral where it was. */
export const switchesHalf: Planted = rewriting(
  'accounts',
  'ConcludeGate',
  (events): readonly Event[] =>
    eachOf('BucketSwitched', (event) => ({ ...event, cash: event.cash.slice(1) }))(events),
);

/** Lanes that read of an expiry take it for a price. */
export const overlooksExpiry: Planted = evolvingView((state, event) => {
  const instrument = state.reference.instruments[event.instrument];
  if (instrument) instrument.mark = event.settlementPrice;
});
function evolvingView(
  otherwise: (state: AccountsState, event: EventOf<'InstrumentExpired'>) => void,
): Planted {
  const definitions = HOUSE_LANES.map((definition) => {
    if (definition.service !== 'accounts') return definition;
    const { views } = definition;
    const reference = { ...views.reference, InstrumentExpired: otherwise };
    return { ...definition, views: { ...views, reference } } as unknown as typeof definition;
  });
  return { definitions };
}
