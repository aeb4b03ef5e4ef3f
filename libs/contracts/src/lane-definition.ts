import type { Address, By, CommandId, Decision, Service } from '@ringfence/kernel';
import type { Command, CommandOf, Event, EventOf } from './named.js';

/**
 * What a service is, without its plumbing: pure functions over plain data. `libs/lane` runs one per
 * partition; the simulation and the
 * services run the same ones.
 *
 * State is plain data (objects, arrays, Map, Set, bigint; no class, no function), so a snapshot is
 * a copy of it and nothing is forgotten.
 */
export interface LaneDefinition<State> {
  readonly service: Service;
  /**
   * a number of its own for every change of what `evolve` or a view does: a snapshot of another one
   * is not used
   */
  readonly foldVersion: number;
  initial(partition: number, partitions: number): State;
  /**
   * One decider per command and message; it only reads. Which of them clients may send is the
   * gateway's list.
   */
  readonly deciders: { readonly [Name in Command['type']]?: Decide<CommandOf<Name>, State> };
  /** One handler per own event: the only writer of own state. Sends channel messages by `mail`. */
  readonly evolve: {
    readonly [Name in Event['type']]?: (
      state: State,
      event: EventOf<Name>,
      mail: Mail,
      at: At,
    ) => void;
  };
  /**
   * Pure folds of foreign logs that `decide` may read, by service: same partition, or the one
   * partition of `reference`.
   */
  readonly views: {
    readonly [From in Service]?: { readonly [Name in Event['type']]?: View<State, EventOf<Name>> };
  };
  /** From a foreign fact to own commands; runs after the view saw the same event. */
  readonly reactions: {
    readonly [From in Service]?: {
      readonly [Name in Event['type']]?: Reaction<State, EventOf<Name>>;
    };
  };
  /**
   * Answers an offer on which its decider threw: the event that refuses it. Absent for anything but
   * offers, whose fault stops the lane.
   */
  readonly refuse?: (offer: Command, order: Order, reason: string) => Event | null;
  /**
   * The next bounded piece of long work that waits in state, or null. Called until null; at most
   * 256 evaluations a piece.
   */
  next(state: State): Command | null;
  /**
   * Whether the long work that waits must see one state, as of the input that began it: the lane
   * takes nothing else until it is done. Absent: other inputs come between its pieces.
   */
  readonly isAbsorbed?: (state: State) => boolean;
  /**
   * Sum of the digests of own aggregates (not of views): 64 bits; costs only what changed since the
   * last call.
   */
  digest(state: State): bigint;
  /**
   * Commands that may pass although prices are stale or the queue is full: they only reduce risk.
   */
  readonly reducing: ReadonlySet<Command['type']>;
}

/** Who and what made the lane decide. */
export interface Order {
  /** the id that the sender chose; null for anything but a client's command */
  readonly id: CommandId | null;
  readonly by: By;
  /** the lane that sent this channel message; null otherwise. Same-lane messages have it too. */
  readonly from: Address | null;
  /** the foreign event that this reacts to; null otherwise */
  readonly cause: At | null;
}
export type Decide<C, State> = (command: C, state: State, order: Order) => Decision<Event>;

/** A place in a log: which lane's, which record, and the log time of that record in ms UTC. */
export interface At {
  readonly service: Service;
  readonly partition: number;
  readonly seq: number;
  readonly ordinal: number;
  readonly time: number;
}
export type View<State, E> = (state: State, event: E, at: At) => void;
export type Reaction<State, E> = (event: E, state: State, at: At) => readonly Command[];

/**
 * Numbered channels to other lanes: first in, first out per pair, delivered exactly once. To the
 * own lane it is delivered inside the same
 * decision, right after the event that sent it.
 */
export interface Mail {
  send(to: Address, message: Command): void;
}

/** Checks a definition's types without widening them. */
export const defineLane = <State>(definition: LaneDefinition<State>): LaneDefinition<State> =>
  definition;
