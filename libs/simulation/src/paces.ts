import type { Address } from '@ringfence/kernel';
import type { LaneOptions } from '@ringfence/lane';
import { Chance } from './chance.js';
import type { SeededScheduler } from './scheduler.js';

/** How lanes of one schedule go slowly; drawn once from its seed. */
export interface Paces {
  readonly chance: Chance;
  /** pauses after each record */
  readonly pauses: boolean;
  /** how often a piece of long work is put off to a later turn */
  readonly later: number;
}
export function pacesOf(seed: number): Paces {
  const chance = new Chance(seed + 1);
  return { chance, pauses: chance.happens(0.5), later: chance.pick([0, 0.3, 0.8]) };
}

/**
 * How urgent everything is that waits: each lane has its own pace in this schedule, and so has
 * each thing that it does. In one schedule of five all are alike.
 *
 * @returns of a label `process operation topic`; more is sooner
 */
export function hasteOf(seed: number): (label: string) => number {
  const known = new Map<string, number>();
  const chance = new Chance(seed + 7);
  const isEven = chance.happens(0.2);
  const drawn = (name: string, most: number): number => {
    const haste = known.get(name) ?? chance.real() * most;
    known.set(name, haste);
    return haste;
  };
  return (label) => {
    if (isEven) return 0;
    const [process, operation, topic = ''] = label.split(' ');
    const [lane] = process.split('#');
    return drawn(lane, 2) + drawn(`${lane} ${operation} ${topic}`, 1);
  };
}

/** A lane that pauses after a record, and puts off long work to a later turn. */
export function slowly(
  options: LaneOptions<never>,
  address: Address,
  { chance, pauses, later }: Paces,
  scheduler: SeededScheduler,
): LaneOptions<never> {
  const { exchange, definition, writer } = options;
  let rouse = (): void => undefined;
  return {
    ...options,
    ...(pauses
      ? { breathe: () => new Promise<void>((go) => scheduler.defer(`${writer} turn`, go)) }
      : undefined),
    definition: {
      ...definition,
      next: (state) => {
        const piece = definition.next(state);
        if (!piece || !chance.happens(later)) return piece;
        scheduler.defer(`${writer} piece`, () => rouse());
        return null;
      },
    },
    exchange: {
      join: (to, receive) => {
        // a packet with nothing in it wakes the lane
        rouse = () => receive({ from: address, first: 1, messages: [], ack: 0, reference: 0 });
        return exchange.join(to, receive);
      },
      send: (to, packet) => exchange.send(to, packet),
    },
  };
}
