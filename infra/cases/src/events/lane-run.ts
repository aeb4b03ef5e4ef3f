import type { At, Command, Event, EventOf, Order } from '@ringfence/contracts';
import { liquidationLane, type LiquidationState } from '@ringfence/domain-liquidation';
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
export interface Folded {
  readonly state: LiquidationState;
  readonly facts: readonly Event[];
  readonly sent: readonly Sent[];
  readonly digest: bigint;
}

const PIECES_MAX = 1_000;

/** One liquidation lane fed by hand: facts of other lanes and orders in, own facts out. */
export class LaneRun {
  readonly state: LiquidationState;
  readonly #log: Recorded[] = [];
  readonly #facts: Event[] = [];
  readonly #sent: Sent[] = [];
  readonly #seqs = new Map<Service, number>();

  constructor(readonly partitions: number) {
    this.state = liquidationLane.initial(0, partitions);
  }

  /** A fact of another lane: folded, reacted to, and what follows decided. */
  see(service: Service, event: Event): void {
    const at = this.#next(service);
    this.#log.push({ at, event });
    view(this.state, service, event, at);
    const react = tableOf(liquidationLane.reactions[service])[event.type];
    const commands = (react?.(event, this.state, at) ?? []) as readonly Command[];
    for (const command of commands) this.order(command, { cause: at });
  }

  /** @throws CaseProblem when the lane refuses */
  order(command: Command, more: Partial<Order> = {}): void {
    const decide = tableOf(liquidationLane.deciders)[command.type];
    const order: Order = { id: null, by: SYSTEM, from: null, cause: null, ...more };
    const decision = decide?.(command, this.state, order) as Decision<Event> | undefined;
    if (!decision?.accepted) throw new CaseProblem(`${command.type}: refused by the lane`);
    for (const event of decision.events) {
      const at = this.#next('liquidation');
      this.#log.push({ at, event });
      this.#facts.push(event);
      evolve(this.state, event, at, this.#sent);
    }
  }

  /** Runs what the lane still has to do by itself. */
  drain(): void {
    for (let pieces = 0; pieces < PIECES_MAX; pieces++) {
      const command = liquidationLane.next(this.state);
      if (!command) return;
      this.order(command);
    }
    throw new CaseProblem('the lane does not come to an end');
  }

  folded(): Folded {
    const digest = liquidationLane.digest(this.state);
    return { state: this.state, facts: this.#facts, sent: this.#sent, digest };
  }

  /** The same logs folded again from nothing: no decider runs. */
  replayed(): Folded {
    const state = liquidationLane.initial(0, this.partitions);
    const sent: Sent[] = [];
    const facts: Event[] = [];
    for (const { at, event } of this.#log) {
      if (at.service === 'liquidation') {
        facts.push(event);
        evolve(state, event, at, sent);
      } else {
        view(state, at.service, event, at);
      }
    }
    return { state, facts, sent, digest: liquidationLane.digest(state) };
  }

  #next(service: Service): At {
    const seq = (this.#seqs.get(service) ?? 0) + 1;
    this.#seqs.set(service, seq);
    return { service, partition: 0, seq, ordinal: 0, time: 0 };
  }
}

function view(state: LiquidationState, service: Service, event: Event, at: At): void {
  tableOf(liquidationLane.views[service])[event.type]?.(state, event, at);
}

function evolve(state: LiquidationState, event: Event, at: At, sent: Sent[]): void {
  const mail = {
    send(to: Address, message: Command): void {
      sent.push({ to, message });
    },
  };
  tableOf(liquidationLane.evolve)[event.type]?.(state, event, mail, at);
}

/** Own facts of one type, in their order. */
export const factsOf = <Type extends Event['type']>(
  { facts }: Folded,
  type: Type,
): EventOf<Type>[] => facts.filter((event): event is EventOf<Type> => event.type === type);
