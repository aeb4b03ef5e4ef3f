import type { Event } from '@ringfence/contracts';
import { addressText, type Address } from '@ringfence/kernel';
import { MarginAudit } from '@ringfence/domain-risk';
import { DecodeCache, foldLane, NO_SNAPSHOTS, takeSnapshot, type LaneCore } from '@ringfence/lane';
import { Auditor, type Violation } from './auditor/index.js';
import { text } from './auditor/record.js';
import type { Climate } from './climate.js';
import { SimulatedHouse, type Alter, type AnyDefinition } from './house.js';
import { Life } from './life.js';
import { OPERATOR, REFERENCE, Town } from './town.js';
import { Observer } from './watch.js';

export interface RunOptions {
  readonly seed: number;
  readonly steps: number;
  readonly definitions: readonly AnyDefinition[];
  /** from the seed when absent */
  readonly partitions?: number;
  /** no lost acks, crashes or lost packets: for hunting a fault that needs none */
  readonly calm?: boolean;
  /** what a planted fault changes of a lane */
  readonly alter?: Alter;
  /** from the seed where absent */
  readonly climate?: Partial<Climate>;
  /** futures, options, portfolios and switches besides what every run has */
  readonly dated?: boolean;
  /** goes on after a violation: for hunting what hides behind another */
  readonly keepGoing?: boolean;
  /** few, so that a short life seals many generations of ids */
  readonly idsPerGeneration?: number;
}
/** What a run came to. */
export interface RunResult {
  readonly seed: number;
  readonly steps: number;
  readonly violations: readonly Violation[];
  /** events by type, so that a run which never does a thing is seen */
  readonly events: ReadonlyMap<Event['type'], number>;
  readonly heads: readonly string[];
  readonly orders: number;
  readonly refused: ReadonlyMap<string, number>;
}

const JOURNAL_FAULTS = {
  'lost-ack': 0.02,
  'lost-append': 0.02,
  'late-twin': 0.02,
  duplicate: 0.02,
  delayed: 0.03,
  'failed-read': 0.01,
  'partial-read': 0.05,
};
const IDS_PER_GENERATION = 16;
const PACKET_FAULTS = { lost: 0.04, repeated: 0.05 };
const CALM = { lost: 0, repeated: 0 };
/** How long a lane stands still, on average. */
const PAUSE_STEPS = 20;
/** Ticks in which every call, round and close-out comes to its end, and lost packets come again. */
const SETTLE_TICKS_MIN = 16;
const SETTLE_TICKS_MAX = 160;

/** One house under one seed, audited after every step; the run stops at the first violation. */
export class Run {
  readonly house: SimulatedHouse;
  readonly auditor: Auditor;
  readonly observer: Observer;
  readonly town: Town;
  readonly #life: Life;
  /** lanes that stand still */
  readonly #paused: Address[] = [];
  /** read from the bytes once, for all who fold them beside the house */
  readonly #decoded = new DecodeCache();
  readonly events = new Map<Event['type'], number>();
  violations: readonly Violation[] = [];
  step = 0;

  constructor(readonly options: RunOptions) {
    const partitions = options.partitions ?? 1 + (options.seed % 4);
    const idsPerGeneration = options.idsPerGeneration ?? IDS_PER_GENERATION;
    const house = { ...options, partitions, snapshots: true, idsPerGeneration };
    this.house = new SimulatedHouse(house);
    this.auditor = new Auditor({ partitions });
    this.observer = new Observer(this.house.journal, this.house.addresses(), this.house.rule);
    this.town = new Town(this.house, options.climate);
    this.#life = new Life(this.house, this.town, options.dated);
  }

  /** @param first  happens in the town before anything that the seed brings */
  async go(first?: (run: Run) => Promise<void>): Promise<RunResult> {
    await this.found();
    await first?.(this);
    this.#worsen();
    await this.live(this.options.steps);
    if (this.#goesOn) await this.#settle();
    if (this.#goesOn) await this.#compare();
    return this.#result();
  }

  /** A town with money in it, before any fault and any risk. */
  async found(): Promise<void> {
    await this.town.found(4);
    this.audit();
  }
  #worsen(): void {
    if (this.options.calm) return;
    this.house.exchange.faults = PACKET_FAULTS;
    this.house.journalFaults(JOURNAL_FAULTS);
  }
  /** So many more steps, or as far as the first violation. */
  async live(steps: number): Promise<void> {
    for (let left = steps; left > 0 && this.#goesOn; left--) {
      this.step++;
      await this.#step();
    }
  }

  get #goesOn(): boolean {
    return this.options.keepGoing === true || this.violations.length === 0;
  }

  async #step(): Promise<void> {
    const { chance } = this.house;
    if (this.options.calm || chance.happens(0.93)) this.#life.step();
    else this.#disturb(chance.pick(this.house.addresses()));
    if (this.#paused.length > 0 && chance.happens(1 / PAUSE_STEPS)) {
      for (const address of this.#paused.splice(0)) this.house.resume(address);
    }
    await this.house.run(chance.below(chance.happens(0.2) ? 400 : 60));
    this.audit();
    if (!this.#goesOn) return;
    this.house.tend();
    if (chance.happens(0.3)) this.house.askAgain();
  }
  #disturb(address: Address): void {
    const dice = this.house.chance.real();
    if (dice < 0.35) this.house.crash(address);
    else if (dice < 0.55) this.house.start(address);
    else if (dice < 0.7) {
      this.house.pause(address);
      this.#paused.push(address);
    } else void this.snapshot(address);
  }

  /** Shows the auditor what became durable and hears what it says. */
  audit(): void {
    for (const { address, record } of this.observer.records()) {
      this.auditor.observe({ ...address, ...record });
      for (const { events } of record.decided) {
        for (const event of events) {
          const { type } = event;
          this.events.set(type, (this.events.get(type) ?? 0) + 1);
          this.#life.notice(event, address);
        }
      }
    }
    const { answered } = this.house;
    this.house.answered = [];
    for (const { answer, address, id } of answered) {
      if (!answer) continue;
      const { service, partition } = address;
      const { seq, hash } = answer.receipt;
      this.auditor.acknowledged(id, service, partition, seq, hash);
    }
    this.violations = this.auditor.check();
  }

  async snapshot(address: Address): Promise<void> {
    // a snapshot may fail; the log is the truth
    await takeSnapshot(this.#fold(address)).catch(() => undefined);
  }
  #fold(address: Address): Parameters<typeof takeSnapshot<never>>[0] {
    return {
      definition: this.house.definitionOf(address),
      partition: address.partition,
      partitions: this.house.options.partitions,
      journal: this.house.journal,
      snapshots: this.house.snapshots,
      seed: 1,
      rule: this.house.rule,
      cache: this.#decoded,
      wait: () => new Promise((go) => this.house.scheduler.defer('auditor wait', go)),
    };
  }

  /** Ends all faults and lets everything come to its end. */
  async #settle(): Promise<void> {
    this.house.exchange.faults = CALM;
    this.house.journalFaults({});
    for (const address of this.house.addresses()) this.house.resume(address);
    for (let tick = 0; tick < SETTLE_TICKS_MAX && this.#goesOn; tick++) {
      await this.house.exhaust();
      this.audit();
      if (!this.#goesOn) return;
      this.house.tend();
      this.house.askAgain();
      await this.house.exhaust();
      if (tick % 10 === 0) this.house.order(REFERENCE, this.town.frame(), OPERATOR);
      this.house.order(REFERENCE, this.town.tick(30_000), OPERATOR);
      await this.house.exhaust();
      this.audit();
      if (tick > SETTLE_TICKS_MIN && this.#quiet()) break;
    }
    if (!this.#goesOn) return;
    const [open] = this.house.open;
    if (open)
      this.#violated(6, 'every order is answered in the end', `${open.command.type} is not`);
    else if (!this.#quiet())
      this.#violated(7, 'the house comes to rest', 'messages are still unacked');
    else this.violations = this.auditor.checkQuiet();
  }
  #quiet(): boolean {
    if (this.events.get('RoundAsked') !== this.events.get('RoundClosed')) return false;
    return this.house.addresses().every((address) => this.house.lane(address)?.unacked === 0);
  }

  /**
   * Replay from zero = replay from the newest snapshot = live state; and every evaluation that risk
   * recorded is what its inputs give.
   */
  async #compare(): Promise<void> {
    for (const address of this.house.addresses()) {
      const live = this.house.lane(address);
      const audit = new MarginAudit();
      const zero = await this.#folded(address, audit);
      const again = await this.#folded(address, null);
      const [finding] = audit.findings;
      if (finding) this.#violated(7, 'evaluations are what their inputs give', text(finding));
      const digests = [
        live && this.house.definitionOf(address).digest(live.state).toString(16),
        zero.digest(),
        again.digest(),
      ];
      if (new Set(digests).size > 1)
        this.#violated(
          7,
          'replay from zero = from snapshot = live',
          `${addressText(address)}: ${digests.join(', ')}`,
        );
    }
  }
  /** @param audit  looks on while the lane is folded from zero; null: from the newest snapshot */
  async #folded(address: Address, audit: MarginAudit | null): Promise<LaneCore<never>> {
    const options = this.#fold(address);
    const { definition } = options;
    const watched = audit && address.service === 'risk' ? watch(definition, audit) : definition;
    const zero = { ...options, definition: watched, snapshots: NO_SNAPSHOTS };
    const folding = foldLane(audit ? zero : options);
    await this.house.exhaust();
    return (await folding).core;
  }

  #violated(guarantee: number, rule: string, detail: string): void {
    this.violations = [...this.violations, { guarantee, rule, detail } as Violation];
  }
  #result(): RunResult {
    const refused = new Map<string, number>();
    for (const { answer, command } of this.house.orders) {
      const outcome = answer?.decided.outcome;
      if (outcome?.kind === 'accepted' || !outcome) continue;
      const code = outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
      const why = `${command.type} ${code}`;
      refused.set(why, (refused.get(why) ?? 0) + 1);
    }
    return {
      seed: this.options.seed,
      steps: this.step,
      violations: this.violations,
      events: this.events,
      refused,
      heads: this.house.addresses().map((address) => this.observer.headOf(address).hash),
      orders: this.house.orders.length,
    };
  }
}

type Definition = Parameters<typeof foldLane<never>>[0]['definition'];
const watch = (risk: Definition, audit: MarginAudit): Definition =>
  audit.lane(risk as unknown as Parameters<MarginAudit['lane']>[0]) as unknown as Definition;
