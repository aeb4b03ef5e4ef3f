import type { At, Command, Event, LaneDefinition, Mail, Order } from '@ringfence/contracts';
import {
  addressText,
  invariant,
  InvariantViolation,
  present,
  SYSTEM,
  type Address,
  type CommandId,
  type Service,
} from '@ringfence/kernel';
import type { ChainHead, InputRange } from '@ringfence/journal';
import { acknowledge, channelTo, post, type Channels } from './channels.js';
import type { IdTable, SavedIds } from './id-table.js';
import { type HouseDecided, type LogRecord } from './log-tail.js';
import { Inputs } from './ranges.js';

/** Records between two state digests in a log, at least. */
const RECORDS_PER_DIGEST = 64;
/**
 * A digest costs what changed since the last one. With few decisions that is little; with many most
 * of it changed more than once. In between it waits until there are many.
 */
const FEW_DECISIONS = 2_000;
const MANY_DECISIONS = 100_000;

/** @param since  decisions after the last digest */
export const isDigestDue = (seq: number, since: number): boolean =>
  seq % RECORDS_PER_DIGEST === 0 && (since < FEW_DECISIONS || since > MANY_DECISIONS);

/**
 * The state of a lane was changed by half a decision, or a fact of another lane could not be taken:
 * it must stop.
 */
export class LaneFault extends Error {
  override readonly name = 'LaneFault';
  constructor(
    readonly address: Address,
    readonly command: Command | null,
    /** the client command that may be set aside; null: skipping this would lose somebody's money */
    readonly client: CommandId | null,
    cause: unknown,
  ) {
    super(
      `${address.service}/${address.partition} at ${command?.type ?? 'evolve'}: ${String(cause)}`,
      { cause },
    );
  }
}

/** Two folds of one log differ. */
export class StateDiverged extends Error {
  override readonly name = 'StateDiverged';
}

/** Everything a lane is, besides its log: copied into snapshots. */
export interface Saved {
  readonly foldVersion: number;
  readonly head: ChainHead;
  readonly state: unknown;
  readonly channels: Channels;
  /** per log read: the last record that a record of this lane names */
  readonly inputs: ReadonlyMap<string, ChainHead>;
  readonly ids: SavedIds;
  readonly offsets: Uint32Array;
  readonly time: number;
  readonly ticks: number;
  /** absent in snapshots of lanes that were never given a command stream */
  readonly commands?: number;
}

export type Outcome = HouseDecided['outcome'];
interface Decision {
  readonly outcome: Outcome;
  readonly events: readonly Event[];
}

const ACCEPTED: Outcome = { kind: 'accepted' };
const NO_COMMANDS: readonly Command[] = [];
const FIRST_OFFSETS = 1024;

/**
 * The fold of a lane: own state and views, channels, remembered ids, clock. Live decisions and
 * replay go through the same calls in the same
 * order, so they cannot differ.
 */
export class LaneCore<State> {
  readonly state: State;
  readonly channels: Channels;
  readonly inputs: Map<string, ChainHead>;
  /** log time: the last tick of the reference log that this lane has read */
  time = 0;
  /** ticks read so far */
  ticks = 0;
  /** first offset of the command stream that is not wholly decided */
  commands = 0;
  /** commands that faulted while they were decided live, and changed nothing */
  faults = 0;
  #offsets: Uint32Array;
  readonly #mail: Mail;
  readonly #own: Order;
  readonly #local: Command[] = [];
  /** where the events of a decision gather; what is kept is a copy without room to spare */
  readonly #gathered: Event[] = [];
  #replaying = false;
  /** where the events of the record in the making stand; one for all of them */
  #at: At;

  constructor(
    readonly definition: LaneDefinition<State>,
    readonly address: Address,
    partitions: number,
    readonly ids: IdTable,
    saved?: Saved,
  ) {
    this.state =
      (saved?.state as State | undefined) ?? definition.initial(address.partition, partitions);
    this.channels = saved?.channels ?? new Map();
    this.inputs = new Map(saved?.inputs);
    this.time = saved?.time ?? 0;
    this.ticks = saved?.ticks ?? 0;
    this.commands = saved?.commands ?? 0;
    this.#offsets = saved?.offsets.slice() ?? new Uint32Array(FIRST_OFFSETS);
    this.#at = this.#atSeq(saved?.head.seq ?? 0);
    this.#own = { id: null, by: SYSTEM, from: address, cause: null };
    this.#mail = { send: (to, message) => this.#send(to, message) };
  }

  save(head: ChainHead): Saved {
    return {
      foldVersion: this.definition.foldVersion,
      head,
      state: this.state,
      channels: this.channels,
      inputs: this.inputs,
      ids: this.ids.save(),
      offsets: this.#offsets.slice(0, head.seq + 1),
      time: this.time,
      ticks: this.ticks,
      commands: this.commands,
    };
  }

  digest(): string {
    return this.definition.digest(this.state).toString(16);
  }
  /** Last record of a foreign log that was read, 0 before the first. */
  readTo(topic: string): number {
    return this.inputs.get(topic)?.seq ?? 0;
  }
  offsetOf(seq: number): number {
    return this.#offsets[seq];
  }

  /** Begins the record `seq`: events decided or replayed from here on stand in it. */
  begin(seq: number): void {
    this.#at = this.#atSeq(seq);
  }
  #atSeq(seq: number): At {
    const { service, partition } = this.address;
    return { service, partition, seq, ordinal: 0, time: this.time };
  }
  /** The log holds the record at that offset. */
  locate(seq: number, offset: number): void {
    if (seq >= this.#offsets.length) {
      const grown = new Uint32Array(seq * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[seq] = offset;
    this.ids.reached(seq);
  }

  /**
   * Decides one command and folds what it decided, with everything that it sent to this very lane.
   *
   * @throws LaneFault when skipping it is not allowed or the fold was left half done
   */
  decide(command: Command, order: Order): Decision {
    this.#gathered.length = 0;
    const outcome = this.#decide(command, order, this.#gathered);
    return { outcome, events: this.#gathered.slice() };
  }

  #decide(command: Command, order: Order, into: Event[]): Outcome {
    const decider = this.definition.deciders[command.type] as
      | ((
          command: Command,
          state: State,
          order: Order,
        ) => ReturnType<NonNullable<LaneDefinition<State>['deciders']['Tick']>>)
      | undefined;
    if (!decider) return refusal('unknown-command', command.type);
    let decision;
    try {
      decision = decider(command, this.state, order);
    } catch (cause) {
      return this.#decideFault(command, order, cause, into);
    }
    if (!decision.accepted) return { kind: 'rejected', rejection: decision.rejection };
    try {
      this.#apply(decision.events, into);
    } catch (cause) {
      if (cause instanceof LaneFault && order.id === null) throw cause;
      throw new LaneFault(this.address, command, order.id, cause);
    }
    return ACCEPTED;
  }

  /**
   * Nothing was changed yet: a client's command faults alone, an offer is refused, anything else
   * stops the lane.
   */
  #decideFault(command: Command, order: Order, cause: unknown, into: Event[]): Outcome {
    this.faults++;
    if (order.id !== null) return { kind: 'faulted', reason: reasonOf(cause) };
    const refused = order.from && this.definition.refuse?.(command, order, 'fault');
    if (!refused) throw new LaneFault(this.address, command, null, cause);
    this.#apply([refused], into);
    return { kind: 'faulted', reason: reasonOf(cause) };
  }

  #apply(decided: readonly Event[], into: Event[]): void {
    for (const event of decided) {
      into.push(event);
      this.#evolve(event);
      while (this.#local.length > 0) {
        const message = present(this.#local.shift(), 'a message to the own lane');
        const { kind } = this.#decide(message, this.#own, into);
        invariant(kind !== 'rejected', 'a message is answered by an event, never rejected');
      }
    }
  }

  #evolve(event: Event): void {
    const evolve = this.definition.evolve[event.type] as
      | ((state: State, event: Event, mail: Mail, at: At) => void)
      | undefined;
    if (!evolve) throw new InvariantViolation(`${event.type} is of ${this.address.service}`);
    evolve(this.state, event, this.#mail, this.#at);
    if (event.type === 'Ticked') this.#tick(event.time);
  }

  #tick(time: number): void {
    this.time = time;
    this.ticks++;
    this.#at = this.#atSeq(this.#at.seq);
  }

  #send(to: Address, message: Command): void {
    const own = to.service === this.address.service && to.partition === this.address.partition;
    if (!own) post(this.channels, to, message);
    else if (!this.#replaying) this.#local.push(message);
  }

  /** Whether an event of another lane changes anything here. */
  minds(service: Service, type: Event['type']): boolean {
    const { views, reactions } = this.definition;
    return (
      views[service]?.[type] !== undefined ||
      reactions[service]?.[type] !== undefined ||
      type === 'Ticked'
    );
  }

  /** Folds one event of another lane into the views. @returns the commands it calls for */
  see(event: Event, at: At): readonly Command[] {
    const view = this.definition.views[at.service]?.[event.type] as
      | ((state: State, event: Event, at: At) => void)
      | undefined;
    view?.(this.state, event, at);
    if (at.service === 'reference' && event.type === 'Ticked') this.#tick(event.time);
    if (this.#replaying) return NO_COMMANDS;
    const reaction = this.definition.reactions[at.service]?.[event.type] as
      | ((event: Event, state: State, at: At) => readonly Command[])
      | undefined;
    return reaction?.(event, this.state, at) ?? NO_COMMANDS;
  }

  /** Whether reading that service's log means anything to this lane. */
  static reads(
    definition: Pick<LaneDefinition<never>, 'views' | 'reactions' | 'service'>,
  ): Service[] {
    const services = new Set<Service>(['reference']);
    for (const service of Object.keys(definition.views)) services.add(service as Service);
    for (const service of Object.keys(definition.reactions)) services.add(service as Service);
    services.delete(definition.service);
    return [...services];
  }

  /**
   * Folds a record of the own log as it was decided.
   *
   * @param foreign  gives the records of an input range, in order; throws when that log does not
   * hold them
   * @throws StateDiverged when the digest in the record is not that of the fold
   */
  async replay(
    record: LogRecord,
    foreign: (range: InputRange) => Promise<readonly LogRecord[]>,
  ): Promise<void> {
    const { head } = record;
    this.#replaying = true;
    this.begin(head.seq);
    const inputs = new Inputs(
      head.in,
      foreign,
      (service, of, event, ordinal) => this.#seeForeign(service, of, event, ordinal),
      (range) => this.#takeRange(range),
    );
    for (const decided of record.decided) {
      const { origin } = decided;
      const read = inputs.until(origin);
      if (read) await read;
      for (const event of decided.events) this.#evolve(event);
      if (origin.kind === 'client') this.ids.add(origin.id, head.seq);
    }
    await inputs.rest();
    this.locate(head.seq, record.offset);
    this.#replaying = false;
    if (head.chk !== undefined && head.chk !== this.digest()) {
      throw new StateDiverged(
        `${addressText(this.address)}, ${head.seq}: digest ${this.digest()}, log ${head.chk}`,
      );
    }
  }

  #seeForeign(service: Service, { head }: LogRecord, event: Event, ordinal: number): void {
    if (!this.minds(service, event.type)) return;
    this.see(event, { service, partition: head.p, seq: head.seq, ordinal, time: head.ts });
  }

  /** Notes where an input stands after a record. */
  #takeRange(range: InputRange & { head?: ChainHead }): void {
    const [kind, service] = range.topic.split('.') as [string, Service];
    if (kind === 'log') this.inputs.set(range.topic, present(range.head, 'the head of a log read'));
    else if (kind === 'cmd') this.commands = range.to + 1;
    else if (kind === 'chan')
      channelTo(this.channels, { service, partition: range.p }).taken = range.to;
    else acknowledge(channelTo(this.channels, { service, partition: range.p }), range.to);
  }
}

const refusal = (code: string, command: string): Outcome => ({
  kind: 'rejected',
  rejection: { code, detail: { command } },
});
const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
