import { balances, type AccountsState } from '@ringfence/domain-accounts';
import type { Event } from '@ringfence/contracts';
import { addressText, type Address } from '@ringfence/kernel';
import { follow } from '@ringfence/journal';
import type { LaneOptions } from '@ringfence/lane';
import { Chance } from './chance.js';
import { SimulatedHouse, type Alter, type AnyDefinition } from './house.js';
import { Inputs, nearTheEdge } from './inputs.js';
import { remembered } from './remembered.js';
import { Town } from './town.js';
import { Observer } from './watch.js';

export interface Story {
  /** what happens outside */
  readonly seed: number;
  readonly partitions: number;
  readonly clientsPerPartition: number;
  readonly steps: number;
}
export interface Schedule {
  /** in which order lanes work, packets travel, records are read */
  readonly seed: number;
  readonly definitions: readonly AnyDefinition[];
  /** also crashes, lost acks and lost packets */
  readonly rough?: boolean;
}
/** What a story came to. Lines sort into the order of steps. */
export interface Ending {
  readonly facts: readonly string[];
  readonly balances: readonly string[];
  readonly events: ReadonlyMap<string, number>;
}

/** Facts that people and their money meet; everything else may come in any order and number. */
const RESULTS = new Set<Event['type']>([
  'MarginCalled',
  'CallMet',
  'CallLapsed',
  'MaintenanceBreached',
  'BucketCured',
  'CloseOutOpened',
  'CloseOutCured',
  'CloseOutResolved',
  'SliceSized',
  'SliceFilled',
  'SliceRefused',
  'SaleOrdered',
  'SaleConcluded',
  'AdlRequested',
  'DeficitFound',
  'RoundAsked',
  'RoundDecided',
  'LossAllocated',
  'LegApplied',
  'VariationSettled',
  'ClaimPaid',
  'InsuranceCharged',
  'CollateralSold',
  'FailingMarked',
]);
/** Names that a lane gives in the order of its work. */
const NAMES = new Set(['reservation', 'offer', 'trade', 'slice', 'sale', 'call', 'accountsSeq']);

/** Gives the inputs of a story one after another, each when the house is quiet. */
export class Telling {
  readonly house: SimulatedHouse;
  readonly town: Town;
  readonly #inputs: Inputs;
  readonly #observer: Observer;
  readonly #rough: Chance;
  readonly facts: string[] = [];
  readonly events = new Map<string, number>();

  constructor(
    readonly story: Story,
    readonly schedule: Schedule,
  ) {
    const { seed, definitions } = schedule;
    const { partitions } = story;
    const chance = new Chance(story.seed);
    this.#rough = new Chance(seed ^ 0x5eed);
    const [journal, packets] = schedule.rough ? [ROUGH_JOURNAL, ROUGH_PACKETS] : [LATE, NO_LOSS];
    this.house = new SimulatedHouse({
      seed,
      partitions,
      definitions,
      haste: hasteOf(seed),
      journal,
      packets,
      alter: slowly(() => this.house, new Chance(seed + 1)),
    });
    this.town = new Town(this.house, nearTheEdge(chance.fork()));
    this.#observer = new Observer(this.house.journal, this.house.addresses(), remembered(follow));
    this.#inputs = new Inputs(this.town, chance);
  }

  async told(): Promise<Ending> {
    await this.town.found(this.story.clientsPerPartition);
    const inputs = new Inputs(this.town, this.#inputs.chance);
    let step = 0;
    this.#note(step);
    for (const orders of inputs.steps(this.story.steps)) {
      step++;
      for (const { address, command, by } of orders) this.house.order(address, command, by);
      await this.#rest();
      this.#note(step);
    }
    return { facts: this.facts, balances: this.#balances(), events: this.events };
  }

  /** Lets everything come to its end that the newest orders began. */
  async #rest(): Promise<void> {
    if (this.schedule.rough && this.#rough.happens(0.3)) {
      await this.house.run(this.#rough.below(60));
      this.house.crash(this.#rough.pick(this.house.addresses()));
    }
    for (;;) {
      await this.house.exhaust();
      this.house.tend();
      if (!this.#isUnfinished()) return;
      this.house.askAgain();
      this.#sendAgain();
    }
  }
  #isUnfinished(): boolean {
    if (this.house.open.size > 0 || this.house.scheduler.waiting > 0) return true;
    return this.house.addresses().some((address) => this.house.lane(address)?.unacked !== 0);
  }
  /** What a lane sent and nobody heard it sends again when it is opened anew. */
  #sendAgain(): void {
    for (const address of this.house.addresses()) {
      if ((this.house.lane(address)?.unacked ?? 0) > 0) this.house.crash(address);
    }
    this.house.tend();
  }

  #note(step: number): void {
    const found: string[] = [];
    for (const { address, record } of this.#observer.records()) {
      for (const { events } of record.decided) {
        for (const event of events) {
          this.events.set(event.type, (this.events.get(event.type) ?? 0) + 1);
          if (RESULTS.has(event.type)) found.push(line(step, address, event));
        }
      }
    }
    if (process.env.RAW) this.facts.push(...found);
    else this.facts.push(...found.sort());
  }

  #balances(): string[] {
    const all: string[] = [];
    for (const address of this.house.addresses()) {
      if (address.service !== 'accounts') continue;
      const state = this.house.lane(address)?.state as AccountsState | undefined;
      if (state) for (const each of balances(state)) all.push(plain(each));
    }
    return all.sort();
  }
}

const line = (step: number, address: Address, { type, ...rest }: Event): string =>
  `${String(step).padStart(4)} ${addressText(address)} ${type} ${plain(rest)}`;
const plain = (value: object): string =>
  JSON.stringify(value, (key, each: unknown) =>
    NAMES.has(key) ? undefined : typeof each === 'bigint' ? `${each}` : each,
  );

const LATE = { delayed: 0.2, 'partial-read': 0.3 };
const NO_LOSS = { lost: 0, repeated: 0, inOrder: true };
const ROUGH_JOURNAL = { ...LATE, 'lost-ack': 0.03, 'lost-append': 0.03, duplicate: 0.03, 'late-twin': 0.03 };
const ROUGH_PACKETS = { lost: 0.02, repeated: 0.1 };

/** Each lane, and each thing that it does, has its own pace in this schedule. */
function hasteOf(seed: number): (label: string) => number {
  const known = new Map<string, number>();
  const chance = new Chance(seed + 7);
  const even = chance.happens(0.2);
  return (label) => {
    if (even) return 0;
    const [process, operation, topic = ''] = label.split(' ');
    const [lane] = process.split('#');
    const name = `${lane} ${operation} ${topic}`;
    const haste = known.get(name) ?? chance.real() + (known.get(lane) ?? 0);
    if (!known.has(lane)) known.set(lane, chance.real() * 2);
    known.set(name, haste);
    return haste;
  };
}

/** Lanes that pause after a record, and put off long work to a later turn. */
function slowly(house: () => SimulatedHouse, chance: Chance): Alter {
  const [pauses, later] = [chance.happens(0.5), chance.pick([0, 0.3, 0.8])];
  return (address, options) => {
    const later_ = (what: string, run: () => void): void =>
      house().scheduler.defer(`${options.writer} ${what}`, run);
    let rouse = (): void => undefined;
    const { exchange, definition } = options;
    const nextLater: LaneOptions<never>['definition']['next'] = (state) => {
      const piece = definition.next(state);
      if (!piece || !chance.happens(later)) return piece;
      later_('piece', rouse);
      return null;
    };
    return {
      ...options,
      ...(pauses ? { breathe: () => new Promise<void>((go) => later_('turn', go)) } : undefined),
      definition: { ...definition, next: nextLater },
      exchange: {
        join: (to, receive) => {
          rouse = () => receive({ from: address, first: 1, messages: [], ack: 0, reference: 0 });
          return exchange.join(to, receive);
        },
        send: (to, packet) => exchange.send(to, packet),
      },
    };
  };
}
