import { balances, type AccountsState } from '@ringfence/domain-accounts';
import type { Event } from '@ringfence/contracts';
import { addressText, type Address } from '@ringfence/kernel';
import { follow } from '@ringfence/journal';
import { Chance } from './chance.js';
import { SimulatedHouse, type Alter, type AnyDefinition } from './house.js';
import { DatedInputs } from './dated-inputs.js';
import { Inputs, nearTheEdge } from './inputs.js';
import { hasteOf, pacesOf, slowly } from './paces.js';
import { remembered } from './remembered.js';
import { isRuled } from './rules.js';
import { Town } from './town.js';
import { Observer } from './watch.js';

/** What happens outside: the same seed and sizes give the same orders. */
export interface Story {
  readonly seed: number;
  readonly partitions: number;
  readonly clientsPerPartition: number;
  readonly steps: number;
  /** with a series of a future and options, portfolios and switches */
  readonly dated?: boolean;
}
/** In which order lanes work, packets travel and records are read. */
export interface Schedule {
  readonly seed: number;
  readonly definitions: readonly AnyDefinition[];
  /** also crashes, lost acks and lost packets */
  readonly rough?: boolean;
  /** a planted fault */
  readonly alter?: Alter;
}
/** What a story came to: lines of text, in the order of steps and then of the alphabet. */
export interface Ending {
  readonly facts: readonly string[];
  readonly balances: readonly string[];
  /** events by type, of every sort */
  readonly events: ReadonlyMap<Event['type'], number>;
}

/** Facts that people and their money meet; all others may come in any order and number. */
const RESULTS: ReadonlySet<Event['type']> = new Set([
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
  'InstrumentExpired',
  'PositionExpired',
  'BucketSwitched',
  'PortfolioSliceSized',
  'PortfolioSliceFilled',
]);
/** What a lane numbers in the order of its work. */
const NUMBERS = new Set(['reservation', 'offer', 'trade', 'slice', 'sale', 'call', 'accountsSeq']);

const LATE = { delayed: 0.2, 'partial-read': 0.3 };
const LOSSY = { 'lost-ack': 0.03, 'lost-append': 0.03, duplicate: 0.03, 'late-twin': 0.03 };
const IN_ORDER = { lost: 0, repeated: 0, inOrder: true };
const LOST = { lost: 0.02, repeated: 0.1 };

/** One story under one schedule: every order is given when the house is quiet. */
class Telling {
  readonly house: SimulatedHouse;
  readonly town: Town;
  readonly #chance: Chance;
  readonly #observer: Observer;
  readonly #deaths: Chance;
  readonly #facts: string[] = [];
  readonly #events = new Map<Event['type'], number>();

  constructor(
    readonly story: Story,
    readonly schedule: Schedule,
  ) {
    const { seed, definitions, rough, alter } = schedule;
    const { partitions } = story;
    const paces = pacesOf(seed);
    this.#deaths = new Chance(~seed);
    this.house = new SimulatedHouse({
      seed,
      partitions,
      definitions,
      haste: hasteOf(seed),
      journal: rough ? { ...LATE, ...LOSSY } : LATE,
      packets: rough ? LOST : IN_ORDER,
      alter: (address, options) => {
        const altered = alter?.(address, options) ?? options;
        return slowly(altered, address, paces, this.house.scheduler);
      },
    });
    this.#chance = new Chance(story.seed);
    this.town = new Town(this.house, nearTheEdge(this.#chance.fork(), isRuled(story.seed)));
    this.#observer = new Observer(this.house.journal, this.house.addresses(), remembered(follow));
  }

  async told(): Promise<Ending> {
    await this.town.found(this.story.clientsPerPartition);
    let step = 0;
    this.#note(step);
    const dated = this.story.dated === true ? new DatedInputs(this.town, this.#chance) : null;
    const inputs = new Inputs(this.town, this.#chance, dated);
    for (const orders of inputs.steps(this.story.steps)) {
      for (const { address, command, by } of orders) this.house.order(address, command, by);
      await this.#rest();
      this.#note(++step);
    }
    return { facts: this.#facts, balances: this.#balances(), events: this.#events };
  }

  /** Lets everything come to its end that the newest orders began. */
  async #rest(): Promise<void> {
    if (this.schedule.rough && this.#deaths.happens(0.3)) {
      await this.house.run(this.#deaths.below(60));
      this.house.crash(this.#deaths.pick(this.house.addresses()));
    }
    do {
      this.house.tend();
      this.house.askAgain();
      await this.house.exhaust();
      this.#sendAgain();
    } while (this.#isUnfinished());
  }
  #isUnfinished(): boolean {
    if (this.house.open.size > 0 || this.house.scheduler.waiting > 0) return true;
    return this.house.addresses().some((address) => this.house.lane(address)?.unacked !== 0);
  }
  /** What a lane sent and nobody heard it sends again when it is opened anew, not only on ticks. */
  #sendAgain(): void {
    for (const address of this.house.addresses()) {
      if ((this.house.lane(address)?.unacked ?? 0) > 0) this.house.crash(address);
    }
  }

  #note(step: number): void {
    const found: string[] = [];
    for (const { address, record } of this.#observer.records()) {
      for (const event of record.decided.flatMap(({ events }) => events)) {
        this.#events.set(event.type, (this.#events.get(event.type) ?? 0) + 1);
        if (RESULTS.has(event.type)) found.push(lineOf(step, address, event));
      }
    }
    this.#facts.push(...found.sort());
  }
  #balances(): string[] {
    const all: string[] = [];
    for (const address of this.house.addresses()) {
      if (address.service !== 'accounts') continue;
      const state = this.house.lane(address)?.state as unknown as AccountsState;
      for (const balance of balances(state)) all.push(textOf(balance));
    }
    return all.sort();
  }
}

const lineOf = (step: number, address: Address, { type, ...rest }: Event): string =>
  `${String(step).padStart(4)} ${addressText(address)} ${type} ${textOf(rest)}`;
const textOf = (value: object): string =>
  JSON.stringify(value, (name, each: unknown) => {
    if (NUMBERS.has(name)) return undefined;
    return typeof each === 'bigint' ? String(each) : each;
  });

/** What a story comes to under a schedule. */
export const tellStory = (story: Story, schedule: Schedule): Promise<Ending> =>
  new Telling(story, schedule).told();

/** Lines of one list that the other does not have, each as often as it has it less. */
function missing(lines: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/**
 * Where two endings part.
 *
 * @returns facts of the first step that differs and balances, `-` in the first ending alone and `+`
 *          in the second; empty when they are the same
 */
export function partings(first: Ending, second: Ending): string[] {
  const facts = [
    ...missing(first.facts, second.facts).map((line) => `- ${line}`),
    ...missing(second.facts, first.facts).map((line) => `+ ${line}`),
  ];
  const stepOf = (line: string): number => Number(line.slice(2, 6));
  const step = Math.min(...facts.map(stepOf));
  return [
    ...facts.filter((line) => stepOf(line) === step),
    ...missing(first.balances, second.balances).map((line) => `- ${line}`),
    ...missing(second.balances, first.balances).map((line) => `+ ${line}`),
  ];
}

/** Tells a story under several schedules, the first without deaths. @returns where they part */
export async function differences(
  story: Story,
  { seeds, ...schedule }: Omit<Schedule, 'seed'> & { readonly seeds: readonly number[] },
): Promise<string[]> {
  const all: string[] = [];
  let first: Ending | null = null;
  for (const seed of seeds) {
    const rough = first !== null && schedule.rough === true;
    const ending = await tellStory(story, { ...schedule, seed, rough });
    first ??= ending;
    all.push(...partings(first, ending).map((line) => `schedule ${seed}: ${line}`));
  }
  return all;
}
