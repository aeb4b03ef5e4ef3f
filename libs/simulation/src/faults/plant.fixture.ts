import type { Command, CommandOf, Event, LaneDefinition, Order } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';
import { HOUSE_LANES } from '../definitions.js';
import type { Alter, AnyDefinition } from '../house.js';

/** A house with exactly one thing broken. */
export interface Planted {
  readonly definitions: readonly AnyDefinition[];
  readonly alter?: Alter;
}

/** The real lanes, of which one is changed. */
export function broken<State>(
  service: Service,
  change: (definition: LaneDefinition<State>) => LaneDefinition<State>,
): Planted {
  const definitions = HOUSE_LANES.map((definition) =>
    definition.service === service
      ? (change(definition as unknown as LaneDefinition<State>) as unknown as AnyDefinition)
      : definition,
  );
  return { definitions };
}

/** What a decider had before it. */
export interface Seen<Name extends Command['type'], State> {
  readonly command: CommandOf<Name>;
  readonly state: State;
  readonly order: Order;
}
type Decider<State> = (command: Command, state: State, order: Order) => Decided;
type Decided = ReturnType<NonNullable<LaneDefinition<never>['deciders']['Tick']>>;

/** One decider decides as always, and then its events are changed. */
export function rewriting<Name extends Command['type'], State>(
  service: Service,
  name: Name,
  rewrite: (events: readonly Event[], seen: Seen<Name, State>) => readonly Event[],
): Planted {
  return deciding<Name, State>(service, name, (decide, command, state, order) => {
    const decided = decide(command, state, order);
    if (!decided.accepted) return decided;
    return { accepted: true, events: rewrite(decided.events, { command, state, order }) };
  });
}

/** One decider is called otherwise. */
export function deciding<Name extends Command['type'], State>(
  service: Service,
  name: Name,
  otherwise: (
    decide: (command: CommandOf<Name>, state: State, order: Order) => Decided,
    command: CommandOf<Name>,
    state: State,
    order: Order,
  ) => Decided,
): Planted {
  return broken<State>(service, (definition) => {
    const decide = definition.deciders[name] as unknown as Decider<State>;
    const changed: Decider<State> = (command, state, order) =>
      otherwise(decide, command as CommandOf<Name>, state, order);
    return { ...definition, deciders: { ...definition.deciders, [name]: changed } };
  });
}

type Evolve<State> = (state: State, event: Event, ...rest: unknown[]) => void;

/** One fold is called otherwise. */
export function evolving<State>(
  service: Service,
  name: Event['type'],
  otherwise: (evolve: Evolve<State>, state: State, event: Event, ...rest: unknown[]) => void,
): Planted {
  return broken<State>(service, (definition) => {
    const evolve = definition.evolve[name] as unknown as Evolve<State>;
    const changed: Evolve<State> = (state, event, ...rest) =>
      otherwise(evolve, state, event, ...rest);
    return { ...definition, evolve: { ...definition.evolve, [name]: changed } };
  });
}

/** Every event of that type is changed. */
export const eachOf =
  <Name extends Event['type']>(
    name: Name,
    change: (event: Extract<Event, { type: Name }>) => Event | null,
  ) =>
  (events: readonly Event[]): readonly Event[] =>
    events.flatMap((event) =>
      event.type === name ? (change(event as Extract<Event, { type: Name }>) ?? []) : event,
    );
