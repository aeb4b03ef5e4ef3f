import type { At, Command, Event, EventOf, LaneDefinition, Order } from '@ringfence/contracts';
import { SYSTEM, type Address, type Decision, type Service } from '@ringfence/kernel';
import { CaseProblem } from '../format.js';

type Any = (...values: unknown[]) => unknown;
type Table = { readonly [name: string]: Any | undefined };
const tableOf = (handlers: unknown): Table => (handlers ?? {}) as Table;

/** One line of the logs that the lane folds, in the order in which it folded them. */
interface Recorded {
  readonly at: At;
  readonly event: Event;
}
/** A message that the fold of own facts sends to another lane. */
export interface Sent {
  readonly to: Address;
  readonly message: Command;
}
/** What a lane's fold knows after a history. */
export interface Folded<State = unknown> {
  readonly state: State;
  readonly facts: readonly Event[];
  readonly sent: readonly Sent[];
  readonly digest: bigint;
}

const PIECES_MAX = 1_000;

/** What the runner of cases needs of a played history, whichever lane played it. */
export interface Playable {
  folded(): Folded;
  replayed(): Folded;
}

/** One lane fed by hand: facts of other lanes and orders in, own facts out. */
export class LaneRun<State> implements Playable {
  readonly state: State;
  readonly #log: Recorded[] = [];
  readonly #facts: Event[] = [];
  readonly #sent: Sent[] = [];
  readonly #seqs = new Map<Service, number>();

  constructor(
    readonly lane: LaneDefinition<State>,
    readonly partitions: number,
  ) {
    this.state = lane.initial(0, partitions);
  }

  /** A fact of another lane: folded, reacted to, and what follows decided. */
  see(service: Service, event: Event): void {
    const at = this.#next(service);
    this.#log.push({ at, event });
    this.#view(this.state, event, at);
    const react = tableOf(this.lane.reactions[service])[event.type];
    const commands = (react?.(event, this.state, at) ?? []) as readonly Command[];
    for (const command of commands) this.order(command, { cause: at });
  }

  /** @throws CaseProblem when the lane refuses */
  order(command: Command, more: Partial<Order> = {}): void {
    const decide = tableOf(this.lane.deciders)[command.type];
    const order: Order = { id: null, by: SYSTEM, from: null, cause: null, ...more };
    const decision = decide?.(command, this.state, order) as Decision<Event> | undefined;
    if (!decision?.accepted) throw new CaseProblem(`${command.type}: refused by the lane`);
    for (const event of decision.events) {
      const at = this.#next(this.lane.service);
      this.#log.push({ at, event });
      this.#facts.push(event);
      this.#evolve(this.state, event, at, this.#sent);
    }
  }

  /** Runs what the lane still has to do by itself. */
  drain(): void {
    for (let pieces = 0; pieces < PIECES_MAX; pieces++) {
      const command = this.lane.next(this.state);
      if (!command) return;
      this.order(command);
    }
    throw new CaseProblem('the lane does not come to an end');
  }

  folded(): Folded<State> {
    const digest = this.lane.digest(this.state);
    return { state: this.state, facts: this.#facts, sent: this.#sent, digest };
  }

  /** The same logs folded again from nothing: no decider runs. */
  replayed(): Folded<State> {
    const state = this.lane.initial(0, this.partitions);
    const sent: Sent[] = [];
    const facts: Event[] = [];
    for (const { at, event } of this.#log) {
      if (at.service === this.lane.service) {
        facts.push(event);
        this.#evolve(state, event, at, sent);
      } else {
        this.#view(state, event, at);
      }
    }
    return { state, facts, sent, digest: this.lane.digest(state) };
  }

  #next(service: Service): At {
    const seq = (this.#seqs.get(service) ?? 0) + 1;
    this.#seqs.set(service, seq);
    return { service, partition: 0, seq, ordinal: 0, time: 0 };
  }

  #view(state: State, event: Event, at: At): void {
    tableOf(this.lane.views[at.service])[event.type]?.(state, event, at);
  }

  #evolve(state: State, event: Event, at: At, sent: Sent[]): void {
    const mail = {
      send(to: Address, message: Command): void {
        sent.push({ to, message });
      },
    };
    tableOf(this.lane.evolve)[event.type]?.(state, event, mail, at);
  }
}

/** Own facts of one type, in their order. */
export const factsOf = <Type extends Event['type']>(
  { facts }: Folded,
  type: Type,
): EventOf<Type>[] => facts.filter((event): event is EventOf<Type> => event.type === type);
