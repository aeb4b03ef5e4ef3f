import type { Service } from '@ringfence/kernel';
import type { ChainHead, InputRange } from '@ringfence/journal';
import type { LogRecord, LogTail, Wait } from './log-tail.js';

/** Records read ahead of the lane; more wait in the log. */
const AHEAD_MAX = 64;

export interface InputOptions {
  readonly wait: Wait;
  readonly onReady: () => void;
  readonly onFault: (fault: unknown) => void;
}

/** One log that a lane reads: records come in by themselves, the lane takes them in order. */
export class LogInput {
  readonly #ready: LogRecord[] = [];
  #reading = false;
  #again = false;
  #closed = false;
  /** entries that the log held when the lane was opened; −1: not known yet */
  #endAtOpening = -1;
  /** a read found nothing more */
  #wasAtEnd = false;
  /** offset of the last record that the lane took, −1 before the first */
  #taken: number;
  #unwatch: (() => void) | undefined;

  constructor(
    readonly tail: LogTail,
    readonly options: InputOptions,
  ) {
    this.#taken = tail.head.offset;
  }

  get service(): Service {
    return this.tail.service;
  }
  get topic(): string {
    return this.tail.stream.topic;
  }
  get waiting(): number {
    return this.#ready.length;
  }
  /** Nothing waits and no read is on its way: the tail's head may be ahead of what came in. */
  get idle(): boolean {
    return this.#ready.length === 0 && !this.#reading;
  }
  /** The lane took everything that the log held when it was opened. */
  get isCaughtUp(): boolean {
    if (this.#endAtOpening < 0) return false;
    if (this.#taken + 1 >= this.#endAtOpening) return true;
    return this.#wasAtEnd && this.#ready.length === 0;
  }
  start(watch: (wake: () => void) => () => void): void {
    this.#unwatch = watch(() => this.read());
    this.read();
  }
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
  }

  /** Reads on until the end of the log or until enough is read ahead. */
  read(): void {
    if (this.#reading || this.#closed) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    void this.#readOn();
  }
  async #readOn(): Promise<void> {
    try {
      if (this.#endAtOpening < 0) {
        this.#endAtOpening = await this.tail.end(this.options.wait);
        this.options.onReady();
      }
      do {
        this.#again = false;
        while (!this.#closed && this.#ready.length < AHEAD_MAX) {
          const records = await this.tail.poll(this.options.wait);
          if (records.length === 0) this.#noteEnd();
          if (records.length === 0 || this.#closed) break;
          for (const record of records) this.#ready.push(record);
          this.options.onReady();
        }
      } while (this.#again && !this.#closed && this.#ready.length < AHEAD_MAX);
    } catch (fault) {
      if (!this.#closed) this.options.onFault(fault);
    } finally {
      this.#reading = false;
    }
  }

  #noteEnd(): void {
    if (this.#wasAtEnd) return;
    this.#wasAtEnd = true;
    this.options.onReady();
  }

  /** What `take` would give. */
  get first(): LogRecord | undefined {
    return this.#ready[0];
  }
  take(): LogRecord | undefined {
    const record = this.#ready.shift();
    if (record) this.#taken = record.offset;
    if (this.#ready.length < AHEAD_MAX / 2) this.read();
    return record;
  }
}

/** Joins a record to the range before it when they follow each other. */
export function extend(ranges: InputRange[], topic: string, record: LogRecord): void {
  const last = ranges.at(-1);
  const { seq, p } = record.head;
  const joins = last?.topic === topic && last.p === p && last.to === seq - 1;
  const range: InputRange = { topic, p, from: joins ? last.from : seq, to: seq, hash: record.hash };
  if (joins) ranges[ranges.length - 1] = range;
  else ranges.push(range);
}

export const headOf = (record: LogRecord): ChainHead => ({
  seq: record.head.seq,
  epoch: record.head.epoch,
  hash: record.hash,
  offset: record.offset,
});
