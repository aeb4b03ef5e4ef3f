import type { LaneDefinition } from '@ringfence/contracts';
import { invariant, type CommandId, type Service } from '@ringfence/kernel';
import { GENESIS, type ChainHead, type Witness } from '@ringfence/journal';
import { Lane, logStream, type Answer, type LaneCounts, type LogRecord } from '@ringfence/lane';
import { AppendWatch } from './append-watch.js';
import type { BatchAnswer, CommandBatch } from './command-bus.js';
import { faultText } from './fault-text.js';
import type {
  FoundAnswer,
  Gauge,
  HostedStatus,
  LaneEffect,
  LaneReport,
  LaneStanding,
  LiveState,
  LocalLanes,
  Sights,
} from './hosted-lanes.js';
import type { LaneGround } from './lane-ground.js';
import type { About } from './logs/log.js';
import { LaneMeter } from './metrics/lane-meter.js';
import { laneSpans } from './traces/lane-spans.js';
import { witnessesOf } from './witnesses.js';

/** Events, own and read, after which a lane takes a snapshot: what a takeover folds again. */
const SNAPSHOT_EVENTS = 150_000;
const UNREADABLE = 'a log that it reads cannot be read now';
const NO_COUNTS: LaneCounts = { repeated: 0, faulted: 0, quarantined: 0 };
const WAIT_FIRST_MS = 5;
const WAIT_MAX_MS = 1000;

interface Slot<State> {
  lane: Lane<State> | undefined;
  status: 'opening' | 'standby' | 'stood-down' | 'stopped' | 'closed';
  fault: unknown;
  appends: AppendWatch;
  readonly meter: LaneMeter;
  /** the newest opening, over or under way */
  opening: Promise<void>;
  /** events that the lane had folded when the last snapshot was asked for */
  folded: number;
  /** messages not acked when it was looked at last */
  unacked: number;
  /** it stopped here and nobody took it over: it need not wait before it opens again */
  isStillOwn: boolean;
}

/** Opens and keeps the lanes of one definition: one per partition, the reference lane once. */
export class LaneHost<State> implements LocalLanes {
  readonly service: Service;
  readonly partitions: number;
  readonly #slots: Slot<State>[];
  #closing = false;

  constructor(
    readonly definition: LaneDefinition<State>,
    readonly ground: LaneGround,
    readonly sights: Sights<State> = {},
    readonly effects: readonly LaneEffect<State>[] = [],
  ) {
    this.service = definition.service;
    this.partitions = definition.service === 'reference' ? 1 : ground.partitions;
    this.#slots = Array.from({ length: this.partitions }, () => ({
      lane: undefined,
      status: 'closed',
      fault: undefined,
      appends: new AppendWatch(),
      meter: new LaneMeter(),
      opening: Promise.resolve(),
      folded: 0,
      unacked: 0,
      isStillOwn: false,
    }));
  }

  /**
   * Takes all its logs over. A lane that cannot open stays stopped and says why; the others go on.
   * One that cannot write yet says so too, and goes on opening beside what is served. Where other
   * processes may own them too, nobody waits for them.
   */
  async open(): Promise<void> {
    const opened = Promise.all(this.#slots.map((_, partition) => this.#open(partition)));
    if (!this.ground.options.ownership) await opened;
  }
  /** Nest calls it before the process serves. */
  onApplicationBootstrap(): Promise<void> {
    return this.open();
  }
  /** Nest calls it when the process ends. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  lane(partition: number): Lane<State> | undefined {
    return this.#slots[partition]?.lane;
  }

  take({ partition, commands, offset }: CommandBatch): Promise<BatchAnswer> {
    const slot = this.#slots[partition] as Slot<State> | undefined;
    const status = slot && statusOf(slot);
    // what is under way already is handed in: the lane knows its id, and it acts once
    const isKnown = status === 'stalled' && slot?.appends.holdsAny(commands);
    const { lane, appends } = slot ?? {};
    if (!lane || !appends || (status !== 'active' && !isKnown)) {
      const kind = status === 'stalled' ? 'stalled' : 'stopped';
      return Promise.resolve({ kind, reason: this.#reasonOf(partition) });
    }
    return new Promise((resolve) => {
      const end = appends.begin(commands, resolve);
      const answered = (answers: readonly Answer[]): void => end({ kind: 'answers', answers });
      const done = this.#traced(partition, commands, answered);
      const taken = lane.submit(commands, done, offset);
      if (!taken) end({ kind: 'busy' });
      else if (commands.length === 0) end({ kind: 'answers', answers: [] });
    });
  }

  #traced(
    partition: number,
    commands: CommandBatch['commands'],
    answered: (answers: readonly Answer[]) => void,
  ): (answers: readonly Answer[]) => void {
    const { tracer } = this.ground.options;
    if (!tracer) return answered;
    const { meter } = this.#slots[partition];
    const lane = `${this.service}/${partition}`;
    return laneSpans({ tracer, lane, meter }, commands, answered);
  }

  reports(): readonly LaneReport[] {
    return this.#slots.map((_, partition) => this.#report(partition));
  }
  gauges(partition: number): readonly Gauge[] {
    const lane = this.lane(partition);
    return (lane && this.sights.gauges?.(lane.state, lane.time)) ?? [];
  }
  meterOf(partition: number): LaneMeter {
    return this.#slots[partition].meter;
  }
  live(partition: number): Promise<LiveState | undefined> {
    const lane = this.lane(partition);
    if (!lane) return Promise.resolve(undefined);
    const lines = [...(this.sights.lines?.(lane.state) ?? [])];
    return Promise.resolve({ head: lane.head, digest: this.#digestOf(lane), lines });
  }
  digestOf(partition: number): Promise<string> {
    const lane = this.lane(partition);
    return Promise.resolve(lane ? this.#digestOf(lane) : '');
  }
  #digestOf({ state }: Lane<State>): string {
    return this.definition.digest(state).toString(16);
  }
  endOf(partition: number): number {
    return this.lane(partition)?.head.seq ?? 0;
  }
  headOf(partition: number): ChainHead {
    return this.lane(partition)?.head ?? GENESIS;
  }
  async answerOf(partition: number, id: CommandId): Promise<FoundAnswer | 'unknown' | undefined> {
    const { lane, appends } = this.#slots[partition];
    if (!lane) return 'unknown';
    const found = await appends.orStalled(lane.answerOf(id));
    return found === 'stalled' ? 'unknown' : found;
  }

  quiet(endOf: (service: Service, partition: number) => number): boolean {
    return this.#slots.every(({ lane }, partition) => {
      if (lane?.status !== 'active') return true;
      return lane.quiet((topic) => endOf(topic.slice('log.'.length) as Service, partition));
    });
  }

  standing(partition: number): LaneStanding | undefined {
    const lane = this.lane(partition);
    if (lane?.status !== 'active') return undefined;
    const { nextCommands, inputStandings } = lane;
    const inputs = Object.fromEntries(inputStandings.map(({ topic, read }) => [topic, read]));
    return { isIdle: lane.quiet(() => 0), nextCommands, inputs };
  }

  tend(): void {
    for (const [partition, slot] of this.#slots.entries()) {
      const { lane } = slot;
      if (!lane || this.#closing) continue;
      // packets travel through something that may lose them
      if (lane.unacked > 0 && lane.unacked === slot.unacked) lane.sendAgain();
      slot.unacked = lane.unacked;
      const address = { service: this.service, partition };
      if (this.ground.options.ownership?.isContested(address, lane.head.epoch)) {
        void lane.lookForSuccessor();
      }
      if (lane.status === 'fenced') void this.resume(partition);
    }
  }

  async resume(partition: number): Promise<LaneReport> {
    const slot = this.#slots[partition];
    invariant(slot !== undefined, `${this.service} has no partition ${partition} here`);
    const { lane } = slot;
    const isUnderWay = slot.status === 'opening' || slot.status === 'standby';
    if (lane?.status !== 'active' && (lane || !isUnderWay)) {
      slot.isStillOwn = lane?.status === 'stopped';
      slot.lane = undefined;
      await lane?.close();
      this.ground.forget();
      await this.#open(partition);
    }
    return this.#report(partition);
  }

  async snapshot(): Promise<void> {
    for (const [partition, { lane }] of this.#slots.entries()) {
      if (lane) await this.ground.options.shadow?.take({ service: this.service, partition }, true);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(
      this.#slots.map(async (slot) => {
        await slot.opening;
        await slot.lane?.close();
      }),
    );
  }

  /** Resolves when the lane is open or says why it is not. */
  async #open(partition: number): Promise<void> {
    const slot = this.#slots[partition];
    slot.status = 'opening';
    slot.fault = undefined;
    slot.appends = new AppendWatch();
    slot.opening = this.#fill(partition, slot);
    await slot.appends.orStalled(slot.opening);
  }
  async #fill(partition: number, slot: Slot<State>): Promise<void> {
    try {
      const lane = await this.#takeOver(partition, slot);
      this.#noteWritten(partition, slot);
      if (lane === 'stood-down') {
        slot.status = lane;
        // another process was faster: this one stands by for it
        if (this.ground.options.ownership && !this.#closing) await this.#fill(partition, slot);
        return;
      }
      this.ground.options.ownership?.noteTaken({ service: this.service, partition });
      slot.lane = lane;
      slot.folded = 0;
      slot.status = 'closed'; // from now on the lane's own counts
      for (const effect of this.effects) effect.opened(lane);
    } catch (fault) {
      // a standby that ends with its process is no fault
      slot.status = this.#closing ? 'closed' : 'stopped';
      slot.fault = this.#closing ? undefined : fault;
      if (!this.#closing) {
        this.#say(partition, `does not open: ${faultText(fault)}`, 'error');
      }
    }
  }

  async #takeOver(partition: number, slot: Slot<State>): Promise<Lane<State> | 'stood-down'> {
    const { journal, exchange, snapshots, cache, writer, queueMax } = this.ground.options;
    const address = { service: this.service, partition };
    const { ownership } = this.ground.options;
    const heard = async (): Promise<readonly Witness[]> =>
      witnessesOf(await this.ground.witnesses(), logStream(this.service, partition));
    return Lane.open<State>({
      definition: this.definition,
      partition,
      partitions: this.ground.partitions,
      journal,
      exchange,
      snapshots,
      cache,
      writer,
      queueMax,
      seed: this.ground.seed,
      ...(ownership
        ? { witnesses: heard, mayOpen: () => this.#standBy(slot, () => ownership.mayOpen(address)) }
        : { witnesses: await heard() }),
      wait: (attempt: number, reason?: string) => {
        // a read that fails has an end to hear of only while the lane opens
        const why = reason ?? (slot.lane ? undefined : UNREADABLE);
        if (why !== undefined) this.#noteFailed(partition, slot, attempt, why);
        return this.#wait(attempt);
      },
      breathe: () => new Promise((resume) => setImmediate(resume)),
      onAppend: (seq) => slot.meter.noteAppend(seq),
      onDurable: (record) => this.#noteDurable(partition, slot, record),
    });
  }

  /** At the end of its log: another process may own it. */
  async #standBy(slot: Slot<State>, asked: () => Promise<boolean>): Promise<boolean> {
    if (this.#closing) throw new Error('the process ends');
    slot.status = 'standby';
    const mayOpen = slot.isStillOwn || (await asked());
    slot.isStillOwn = false;
    if (mayOpen) {
      slot.status = 'opening';
      this.ground.forget();
    }
    return mayOpen;
  }

  #wait(attempt: number): Promise<void> {
    if (this.#closing) return Promise.reject(new Error('the process ends'));
    const ms = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** Math.min(attempt, 10));
    return new Promise((resume) => setTimeout(resume, ms));
  }

  #noteFailed(partition: number, slot: Slot<State>, attempt: number, reason: string): void {
    if (!slot.appends.noteFailed(attempt, reason)) return;
    this.#say(partition, `cannot use its log and tries again: ${reason}`, 'error');
  }
  #noteWritten(partition: number, { appends }: Slot<State>): void {
    const ms = appends.noteWritten();
    if (ms === undefined) return;
    this.#say(partition, `uses its log again, after ${ms} ms`, 'info');
  }

  #noteDurable(partition: number, slot: Slot<State>, record: LogRecord): void {
    this.#noteWritten(partition, slot);
    slot.meter.noteDurable(record);
    const { shadow, snapshotEvents = SNAPSHOT_EVENTS } = this.ground.options;
    const folded = slot.lane?.folded ?? 0;
    if (shadow && folded - slot.folded >= snapshotEvents) {
      slot.folded = folded;
      shadow.take({ service: this.service, partition }).catch((fault: unknown) => {
        this.#say(partition, `has no new snapshot: ${faultText(fault)}`, 'warn');
      });
    }
    if (slot.lane) for (const effect of this.effects) effect.durable(slot.lane, record);
    this.ground.noteDurable();
  }

  #say(partition: number, what: string, level: NonNullable<About['level']>): void {
    const lane = `${this.service}/${partition}`;
    this.ground.say(`${lane} ${what}`, { level, lane, seq: this.endOf(partition) });
  }

  #report(partition: number): LaneReport {
    const slot = this.#slots[partition];
    const { lane, appends } = slot;
    const status = statusOf(slot);
    return {
      service: this.service,
      partition,
      status,
      fault: status === 'stalled' ? appends.reason : faultText(lane?.fault ?? slot.fault),
      failingMs: appends.failingMs,
      head: this.headOf(partition),
      queued: lane?.queued ?? 0,
      unacked: lane?.unacked ?? 0,
      ignored: lane?.ignored ?? 0,
      outstanding: appends.outstanding,
      inputs: lane?.inputStandings ?? [],
      ...(lane?.counts ?? NO_COUNTS),
      time: lane?.time ?? 0,
    };
  }
  #reasonOf(partition: number): string {
    if (!this.#slots[partition]) return `${this.service} has no partition ${partition} here`;
    const { status, fault } = this.#report(partition);
    return `${this.service}/${partition} is ${status}${fault ? `: ${fault}` : ''}`;
  }
}

function statusOf<State>({ lane, status, appends }: Slot<State>): HostedStatus {
  const own = lane?.status ?? status;
  return appends.isStalled && (own === 'active' || own === 'opening') ? 'stalled' : own;
}
