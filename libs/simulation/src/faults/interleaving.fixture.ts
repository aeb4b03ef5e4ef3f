import type { Event, LaneDefinition } from '@ringfence/contracts';
import type { RiskState } from '@ringfence/domain-risk';
import type { Service } from '@ringfence/kernel';
import type { Alter } from '../house.js';
import { broken } from './plant.fixture.js';
import type { AnyDefinition } from '../house.js';

/** A house in which what comes out depends on who reads faster, and a story that shows it. */
export interface Hasty {
  readonly name: string;
  readonly definitions?: readonly AnyDefinition[];
  readonly alter?: Alter;
  /** of the story, and of the schedules that end differently */
  readonly seed: number;
  readonly schedules: readonly number[];
}

type View = (state: unknown, event: Event, at: unknown) => void;
type Views = { [From in Service]?: Record<string, View> };

/** After a lane read one of these facts, its state is changed. */
function afterReading<State>(
  service: Service,
  names: readonly Event['type'][],
  change: (state: State) => void,
): readonly AnyDefinition[] {
  return broken<never>(service, (definition) => {
    const views = definition.views as unknown as Views;
    const changed: Views = { ...views };
    for (const [from, of] of Object.entries(views) as [Service, Record<string, View>][]) {
      for (const name of names) {
        const view = of[name];
        if (!view) continue;
        const after: View = (state, event, at) => {
          view(state, event, at);
          change(state as State);
        };
        changed[from] = { ...changed[from], [name]: after };
      }
    }
    return { ...definition, views: changed } as unknown as LaneDefinition<never>;
  }).definitions;
}

/** The record as if its writer had read nothing. */
const withoutCauses: Alter = (_address, options) => ({
  ...options,
  rule: (head, offset, bytes) => {
    const followed = options.rule?.(head, offset, bytes);
    if (followed?.kind !== 'accepted') throw new Error('every entry of a calm log counts');
    const { record } = followed;
    return { ...followed, record: { ...record, head: { ...record.head, in: [] } } };
  },
});
/** Old rules; under all of them together eight of the first nine stories ended differently. */
export const HASTY: readonly Hasty[] = [
  {
    name: 'risk concludes from what a round shows half way',
    definitions: afterReading<RiskState>(
      'risk',
      ['VariationSettled', 'ClaimPaid', 'LegReserved', 'LegApplied', 'LegReleased'],
      ({ book }) => book.buckets.forEach((bucket) => (bucket.unsettled = false)),
    ),
    seed: 4,
    schedules: [1, 2],
  },
  { name: 'a lane reads effects before causes', alter: withoutCauses, seed: 5, schedules: [1, 2] },
];
