import type { Command, LaneDefinition } from '@ringfence/contracts';
import {
  addressText,
  invariant,
  present,
  type Address,
  type By,
  type CommandId,
} from '@ringfence/kernel';
import {
  follow,
  MemoryJournal,
  type Fault,
  type FaultPlan,
  type MemorySession,
} from '@ringfence/journal';
import {
  DecodeCache,
  Lane,
  NO_SNAPSHOTS,
  type Answer,
  type Answered,
  type Exchange,
  type LaneOptions,
  type Saved,
  type SnapshotStore,
} from '@ringfence/lane';
import { Chance } from './chance.js';
import { copyOf } from './copy.js';
import { FaultyExchange, type PacketFaults } from './exchange.js';
import { LossyIds } from './lossy-ids.js';
import { remembered } from './remembered.js';
import { SeededScheduler } from './scheduler.js';

/** Lane definitions keep their own state types; the simulation only runs them. */
export type AnyDefinition = LaneDefinition<never>;

export interface HouseOptions {
  readonly seed: number;
  readonly partitions: number;
  readonly definitions: readonly AnyDefinition[];
  readonly journal?: FaultPlan['rates'];
  readonly packets?: PacketFaults;
  readonly snapshots?: boolean;
  /** ids of a generation, sealed beside the snapshots on a lossy disk; never full by default */
  readonly idsPerGeneration?: number;
  /** whose turn comes sooner, by the label of what waits; see `SeededScheduler` */
  readonly haste?: (label: string) => number;
  /** what a planted fault changes of a lane that is about to open */
  readonly alter?: Alter;
}
export type Alter = (address: Address, options: LaneOptions<never>) => LaneOptions<never>;

/** One process that owns (or believes to own) one lane. */
interface Owner {
  readonly name: string;
  readonly session: MemorySession;
  readonly exchange: Exchange & { kill(): void };
  lane: Lane<never> | null;
  /** why it could not be opened */
  fault: unknown;
  dead: boolean;
}

/** A client's order and everything that became of it. */
export interface Order {
  readonly address: Address;
  readonly id: CommandId;
  readonly by: By;
  readonly command: Command;
  answer: Answered | null;
  conflict: boolean;
  /** handed to an owner that has not answered yet */
  asked: boolean;
}

/** A whole house in one process under one seed. */
export class SimulatedHouse {
  readonly chance: Chance;
  readonly scheduler: SeededScheduler;
  readonly journal: MemoryJournal;
  readonly exchange: FaultyExchange;
  readonly orders: Order[] = [];
  /** orders without an answer or a conflict */
  readonly open = new Set<Order>();
  /** orders that were answered since somebody looked last */
  answered: Order[] = [];
  readonly #owners = new Map<string, Owner[]>();
  readonly #snapshots = new Map<string, Saved[]>();
  readonly ids: LossyIds;
  readonly rule = remembered(follow);
  /** lanes of one process share what was decoded; in every fourth house each reads for itself */
  readonly #cache: DecodeCache | null;
  #names = 0;
  #ids = 0;
  #rates: Partial<Record<Fault, number>> = {};

  constructor(readonly options: HouseOptions) {
    this.chance = new Chance(options.seed);
    this.#cache = options.seed % 4 === 1 ? null : new DecodeCache();
    this.scheduler = new SeededScheduler(this.chance.fork(), options.haste);
    this.ids = new LossyIds(options.idsPerGeneration ?? Infinity, new Chance(~options.seed));
    const faults = this.chance.fork();
    this.journalFaults(options.journal ?? {});
    this.journal = new MemoryJournal({
      scheduler: this.scheduler,
      faults: { chance: faults.real, rates: this.#rates },
    });
    this.exchange = new FaultyExchange(
      this.scheduler,
      this.chance.fork(),
      options.packets ?? { lost: 0, repeated: 0 },
    );
  }

  /** From now on the journal shows these faults, and no others. */
  journalFaults(rates: NonNullable<FaultPlan['rates']>): void {
    for (const fault of Object.keys(this.#rates) as Fault[]) delete this.#rates[fault];
    Object.assign(this.#rates, rates);
  }

  addresses(): Address[] {
    const all: Address[] = [];
    for (const { service } of this.options.definitions) {
      const count = service === 'reference' ? 1 : this.options.partitions;
      for (let partition = 0; partition < count; partition++) all.push({ service, partition });
    }
    return all;
  }
  definitionOf(address: Address): AnyDefinition {
    return present(
      this.options.definitions.find(({ service }) => service === address.service),
      'a definition',
    );
  }

  /** Starts one more owner of a lane, beside those that live. */
  start(address: Address): void {
    const name = `${addressText(address)}#${++this.#names}`;
    const session = this.journal.session(name);
    const owner: Owner = {
      name,
      session,
      exchange: this.exchange.session(name),
      lane: null,
      fault: null,
      dead: false,
    };
    const owners = this.#owners.get(addressText(address)) ?? [];
    this.#owners.set(addressText(address), [...owners, owner]);
    void this.#open(address, owner);
  }
  async #open(address: Address, owner: Owner): Promise<void> {
    try {
      const options: LaneOptions<never> = {
        definition: this.definitionOf(address),
        partition: address.partition,
        partitions: this.options.partitions,
        journal: owner.session,
        exchange: owner.exchange,
        snapshots: this.options.snapshots ? this.#store() : NO_SNAPSHOTS,
        writer: owner.name,
        seed: this.chance.word(),
        rule: this.rule,
        wait: () => new Promise((go) => this.scheduler.defer(`${owner.name} wait`, go)),
        ...(this.#cache ? { cache: this.#cache } : undefined),
      };
      const opened = await Lane.open(this.options.alter?.(address, options) ?? options);
      if (opened === 'stood-down') owner.dead = true;
      else owner.lane = opened;
    } catch (fault) {
      owner.fault = fault;
    }
  }
  #store(): SnapshotStore {
    return {
      ids: this.ids,
      load: async (address) => copyOf(this.#found(address)),
      save: async (address, saved) => {
        const kept = this.#snapshots.get(addressText(address)) ?? [];
        this.#snapshots.set(addressText(address), [...kept, copyOf(saved)]);
      },
    };
  }
  /** Mostly the newest; sometimes an older one, or none: snapshots may be lost. */
  #found(address: Address): Saved | undefined {
    const kept = this.#snapshots.get(addressText(address)) ?? [];
    const dice = this.chance.real();
    if (dice < 0.8) return kept.at(-1);
    return dice < 0.97 ? kept[this.chance.below(kept.length)] : undefined;
  }
  /** Where snapshots of this house are kept; an old one can be put back by hand. */
  get snapshots(): SnapshotStore {
    return this.#store();
  }
  savedSnapshots(address: Address): Saved[] {
    return this.#snapshots.get(addressText(address)) ?? [];
  }

  startAll(): void {
    for (const address of this.addresses()) this.start(address);
  }
  owners(address: Address): readonly Owner[] {
    return (this.#owners.get(addressText(address)) ?? []).filter(({ dead }) => !dead);
  }
  /** The owner that decides, as far as anyone can tell: the last one that opened. */
  lane(address: Address): Lane<never> | undefined {
    return (
      this.owners(address).findLast(({ lane }) => lane?.status === 'active')?.lane ?? undefined
    );
  }

  /** kill -9 of every owner of a lane: what is in flight may still land. */
  crash(address: Address): void {
    for (const owner of this.owners(address)) this.#kill(owner);
    for (const order of this.open)
      if (addressText(order.address) === addressText(address)) order.asked = false;
  }
  #kill(owner: Owner): void {
    owner.dead = true;
    owner.session.kill();
    owner.exchange.kill();
  }
  pause(address: Address): void {
    for (const { name } of this.owners(address)) this.scheduler.pause(name);
  }
  resume(address: Address): void {
    for (const { name } of this.owners(address)) this.scheduler.resume(name);
  }
  /**
   * Restarts owners that stood down or were fenced; a lane that stopped by a fault is a failure of
   * the run.
   */
  tend(): void {
    for (const address of this.addresses()) {
      for (const owner of this.owners(address)) {
        if (owner.fault) throw owner.fault;
        if (owner.lane?.status === 'stopped') throw owner.lane.fault;
        if (owner.lane?.status === 'fenced') this.#kill(owner);
      }
      if (this.owners(address).length === 0) this.start(address);
    }
  }

  newId(): CommandId {
    const no = ++this.#ids;
    let id = '';
    for (let i = 0; i < 16; i++)
      id += String.fromCharCode(i < 12 ? this.chance.below(256) : (no >>> ((i - 12) * 8)) & 255);
    return id as CommandId;
  }
  /** Orders something; it is asked for again, with the same id, until it is answered. */
  order(address: Address, command: Command, by: By, id = this.newId()): Order {
    const order: Order = { address, id, by, command, answer: null, conflict: false, asked: false };
    this.orders.push(order);
    this.open.add(order);
    this.ask(order);
    return order;
  }
  ask(order: Order): void {
    const lane = this.lane(order.address);
    if (!lane) return;
    order.asked = lane.submit([order], ([answer]) => this.#hear(order, answer));
  }
  #hear(order: Order, answer: Answer): void {
    order.asked = false;
    if (answer.kind === 'pending') return;
    this.open.delete(order);
    if (answer.kind === 'conflict') order.conflict = true;
    else {
      invariant(
        !order.answer || order.answer.receipt.hash === answer.receipt.hash,
        'one id has one answer',
      );
      order.answer = answer;
      this.answered.push(order);
    }
  }
  /** Asks again for what has no answer. */
  askAgain(): void {
    for (const order of this.open) if (!order.asked) this.ask(order);
  }

  /** Lets up to `turns` things happen. */
  async run(turns: number): Promise<void> {
    await this.scheduler.settle();
    for (let i = 0; i < turns; i++) {
      if (!(await this.scheduler.turn())) return;
    }
  }
  /** Lets everything happen that can without a new cause. */
  async exhaust(turnsMax = 200_000): Promise<void> {
    await this.scheduler.settle();
    for (let i = 0; i < turnsMax; i++) if (!(await this.scheduler.turn())) return;
    throw new Error('the house does not come to rest');
  }
}
