import { invariant, present } from '@ringfence/kernel';
import {
  type AppendResult,
  type Entry,
  type Journal,
  JournalClosed,
  READ_LIMIT_BYTES,
  type Stream,
  streamText,
} from './port.js';

/**
 * Decides when anything happens. Every operation of a memory journal takes effect, and is answered,
 * only inside a thunk given to `defer`; a seeded scheduler thereby orders a whole house.
 */
export interface Scheduler {
  /** @param label  `<session> <append|ack|read|end|wake> <topic>/<partition>` */
  defer(label: string, run: () => void): void;
}

/**
 * What can happen to an append: it lands but the answer is `unknown`; it is lost and the answer is
 * `unknown`; the answer is `unknown` and it lands after a later append; it lands twice; it lands
 * some turns of the scheduler later.
 */
export type AppendFault = 'lost-ack' | 'lost-append' | 'late-twin' | 'duplicate' | 'delayed';
/** Of an append; a read that gives fewer entries than it could; one that throws for once. */
export type Fault = AppendFault | 'partial-read' | 'failed-read';

/** Which faults a memory journal shows. */
export interface FaultPlan {
  /** in [0, 1), from the seed of the simulation; needed for `rates` */
  readonly chance?: () => number;
  /** probability of each fault, per operation; those of appends sum to at most 1 */
  readonly rates?: Readonly<Partial<Record<Fault, number>>>;
  /** what happens to the first appends, in the order in which they take effect */
  readonly appends?: readonly (AppendFault | 'none')[];
  /** probability that an append in flight lands although its session was killed; 0.5 by default */
  readonly killedLands?: number;
}

export interface MemoryOptions {
  /** the microtask queue by default */
  readonly scheduler?: Scheduler;
  readonly faults?: FaultPlan;
}

/** The journal as one process sees it. */
export interface MemorySession extends Journal {
  readonly name: string;
  /** The process died: what it has in flight may still land, but it is never answered. */
  kill(): void;
}

const APPEND_FAULTS = ['lost-ack', 'lost-append', 'late-twin', 'duplicate', 'delayed'] as const;
const DELAY_TURNS_MAX = 4;
const MICROTASKS: Scheduler = { defer: (_label, run) => queueMicrotask(run) };

/** What the dead hear. */
const SILENCE = new Promise<never>(() => undefined);

interface Log {
  readonly entries: Uint8Array[];
  /** answered as unknown, waiting to land behind a later append */
  late: Uint8Array[];
  readonly watchers: Set<{ readonly session: string; readonly wake: () => void }>;
}

/** A journal in memory, for tests and the simulation; itself the view of a process named `main`. */
export class MemoryJournal implements Journal {
  readonly #logs = new Map<string, Log>();
  readonly #scheduler: Scheduler;
  readonly #faults: FaultPlan;
  readonly #planned: (AppendFault | 'none')[];
  readonly #main: MemorySession;

  constructor(options: MemoryOptions = {}) {
    this.#scheduler = options.scheduler ?? MICROTASKS;
    this.#faults = options.faults ?? {};
    this.#planned = [...(this.#faults.appends ?? [])];
    invariant(!this.#faults.rates || !!this.#faults.chance, 'rates of faults need a chance');
    this.#main = this.session('main');
  }

  /** A view of the same logs for one more process. */
  session(name: string): MemorySession {
    return new Session(name, this);
  }

  /** Drops the end of a log, as a lost disk or a careless hand would; keeps offsets below `to`. */
  truncate(stream: Stream, to: number): void {
    const { entries } = this.log(stream);
    entries.length = Math.min(entries.length, to);
  }

  /** Inverts one byte of a stored record. */
  flip(stream: Stream, offset: number, byteIndex: number): void {
    const { entries } = this.log(stream);
    const bytes = new Uint8Array(present(entries[offset], 'a stored record'));
    bytes[byteIndex] = present(bytes[byteIndex], 'a byte of it') ^ 0xff;
    entries[offset] = bytes;
  }

  append(stream: Stream, bytes: Uint8Array): Promise<AppendResult> {
    return this.#main.append(stream, bytes);
  }
  read(stream: Stream, from: number, limitBytes?: number): Promise<readonly Entry[]> {
    return this.#main.read(stream, from, limitBytes);
  }
  end(stream: Stream): Promise<number> {
    return this.#main.end(stream);
  }
  watch(stream: Stream, wake: () => void): () => void {
    return this.#main.watch(stream, wake);
  }
  close(): Promise<void> {
    return this.#main.close();
  }

  /** @internal */
  log(stream: Stream): Log {
    const name = streamText(stream);
    let log = this.#logs.get(name);
    if (!log) this.#logs.set(name, (log = { entries: [], late: [], watchers: new Set() }));
    return log;
  }

  /** @internal */
  defer(label: string, run: () => void): void {
    this.#scheduler.defer(label, run);
  }

  /** @internal Chance in [0, 1) below a rate; without a chance only certainties happen. */
  happens(rate: number): boolean {
    const { chance } = this.#faults;
    return chance ? chance() < rate : rate >= 1;
  }

  /** @internal */
  rate(fault: Fault): number {
    return this.#faults.rates?.[fault] ?? 0;
  }

  /** @internal What happens to the append that takes effect now. */
  nextAppendFault(): AppendFault | 'none' {
    const planned = this.#planned.shift();
    if (planned) return planned;
    const { chance, rates } = this.#faults;
    if (!chance || !rates) return 'none';
    let left = chance();
    for (const fault of APPEND_FAULTS) {
      left -= rates[fault] ?? 0;
      if (left < 0) return fault;
    }
    return 'none';
  }

  /** @internal */
  delayTurns(): number {
    return 1 + Math.floor((this.#faults.chance?.() ?? 0) * DELAY_TURNS_MAX);
  }

  /** @internal */
  landsAfterKill(): boolean {
    return this.happens(this.#faults.killedLands ?? 0.5);
  }

  /** @internal Adds the record and what was late; wakes watchers. */
  land(stream: Stream, bytes: Uint8Array): number {
    const log = this.log(stream);
    const offset = log.entries.push(bytes) - 1;
    const late = this.#faults.chance ? log.late.filter(() => this.happens(0.5)) : log.late;
    log.late = log.late.filter((twin) => !late.includes(twin));
    log.entries.push(...late);
    for (const { session, wake } of log.watchers) {
      this.defer(`${session} wake ${streamText(stream)}`, wake);
    }
    return offset;
  }
}

class Session implements MemorySession {
  #state: 'open' | 'closed' | 'killed' = 'open';
  readonly #stops = new Set<() => void>();

  constructor(
    readonly name: string,
    private readonly journal: MemoryJournal,
  ) {}

  kill(): void {
    this.#state = 'killed';
    for (const stop of this.#stops) stop();
  }

  async append(stream: Stream, bytes: Uint8Array): Promise<AppendResult> {
    this.#checkOpen();
    if (this.#state === 'killed') return SILENCE;
    const copy = new Uint8Array(bytes);
    return new Promise((resolve) => {
      const answer = (result: AppendResult): void =>
        this.#defer('ack', stream, () => this.#settle(() => resolve(result)));
      this.#defer('append', stream, () => this.#takeEffect(stream, copy, answer));
    });
  }

  read(stream: Stream, from: number, limitBytes = READ_LIMIT_BYTES): Promise<readonly Entry[]> {
    return this.#ask('read', stream, () => {
      if (this.journal.happens(this.journal.rate('failed-read'))) throw new Error('failed read');
      const entries = batch(this.journal.log(stream).entries, from, limitBytes);
      const partial = entries.length > 1 && this.journal.happens(this.journal.rate('partial-read'));
      return partial ? entries.slice(0, Math.ceil(entries.length / 2)) : entries;
    });
  }

  end(stream: Stream): Promise<number> {
    return this.#ask('end', stream, () => this.journal.log(stream).entries.length);
  }

  watch(stream: Stream, wake: () => void): () => void {
    this.#checkOpen();
    const { watchers } = this.journal.log(stream);
    const watcher = { session: this.name, wake: () => watchers.has(watcher) && wake() };
    const stop = (): void => {
      watchers.delete(watcher);
      this.#stops.delete(stop);
    };
    watchers.add(watcher);
    this.#stops.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    if (this.#state === 'open') this.#state = 'closed';
  }

  #takeEffect(stream: Stream, bytes: Uint8Array, answer: (result: AppendResult) => void): void {
    if (this.#state === 'killed') {
      if (this.journal.landsAfterKill()) this.journal.land(stream, bytes);
      return;
    }
    const fault = this.journal.nextAppendFault();
    if (fault === 'delayed') {
      this.#delay(stream, this.journal.delayTurns(), () => {
        answer({ kind: 'appended', offset: this.journal.land(stream, bytes) });
      });
      return;
    }
    if (fault === 'none' || fault === 'duplicate') {
      const offset = this.journal.land(stream, bytes);
      if (fault === 'duplicate') this.journal.land(stream, bytes);
      answer({ kind: 'appended', offset });
      return;
    }
    if (fault === 'lost-ack') this.journal.land(stream, bytes);
    if (fault === 'late-twin') this.journal.log(stream).late.push(bytes);
    answer({ kind: 'unknown', reason: fault });
  }

  #delay(stream: Stream, turns: number, run: () => void): void {
    this.#defer('append', stream, turns > 1 ? () => this.#delay(stream, turns - 1, run) : run);
  }

  async #ask<T>(operation: string, stream: Stream, look: () => T): Promise<T> {
    this.#checkOpen();
    if (this.#state === 'killed') return SILENCE;
    return new Promise((resolve, reject) => {
      this.#defer(operation, stream, () =>
        this.#settle(() => {
          try {
            resolve(look());
          } catch (fault) {
            reject(fault);
          }
        }),
      );
    });
  }

  #defer(operation: string, stream: Stream, run: () => void): void {
    this.journal.defer(`${this.name} ${operation} ${streamText(stream)}`, run);
  }

  /** The dead hear nothing. */
  #settle(answer: () => void): void {
    if (this.#state !== 'killed') answer();
  }

  #checkOpen(): void {
    if (this.#state === 'closed') throw new JournalClosed(`session ${this.name} is closed`);
  }
}

function batch(entries: readonly Uint8Array[], from: number, limitBytes: number): Entry[] {
  const found: Entry[] = [];
  let left = limitBytes;
  for (let offset = from; offset < entries.length && (left > 0 || found.length === 0); offset++) {
    const bytes = present(entries[offset], 'a stored record');
    if (found.length > 0 && bytes.length > left) break;
    found.push({ offset, bytes });
    left -= bytes.length;
  }
  return found;
}
