import { GENESIS, type ChainHead, type Journal } from '@ringfence/journal';
import { addressText, type Address } from '@ringfence/kernel';
import { LogTail, logStream, type DecodeCache, type LogRecord } from '@ringfence/lane';

const RETRY_MS = 100;

export interface LogFollowerOptions {
  readonly journal: Journal;
  readonly address: Address;
  readonly cache: DecodeCache;
  readonly onRecord: (record: LogRecord) => void;
  readonly onFault: (fault: unknown) => void;
}

/** One log as somebody follows it who shares what he hears: it is read and checked once. */
export interface FollowedLog {
  /** the last record heard, or where following began */
  readonly head: ChainHead;
  /** it is followed, and can be read now */
  readonly isCurrent: boolean;
  /** Hears every record from now on, in order. @returns stops it */
  listen(hear: (record: LogRecord) => void): () => void;
  /** Resolves when all that the log held at this moment was heard, or it cannot be read now. */
  catchUp(): Promise<void>;
}

/** Follows one log from a position on, for as long as the process lives. */
export class LogFollower implements FollowedLog {
  readonly #hearers = new Set<(record: LogRecord) => void>();
  #tail: LogTail | undefined;
  #reading = false;
  #again = false;
  #closed = false;
  #isFailing = false;
  #catchingUp: (() => void)[] = [];
  #unwatch: (() => void) | undefined;

  constructor(readonly options: LogFollowerOptions) {}

  get head(): ChainHead {
    return this.#tail?.head ?? GENESIS;
  }
  get started(): boolean {
    return this.#tail !== undefined;
  }
  get isCurrent(): boolean {
    return this.started && !this.#isFailing && !this.#closed;
  }
  listen(hear: (record: LogRecord) => void): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }
  catchUp(): Promise<void> {
    if (!this.started || this.#closed) return Promise.resolve();
    const caughtUp = new Promise<void>((resolve) => this.#catchingUp.push(resolve));
    this.read();
    return caughtUp;
  }

  /** @param from  a record that its owner named as accepted */
  start(from: ChainHead): void {
    const { journal, address, cache } = this.options;
    const stream = logStream(address.service, address.partition);
    const who = `the gateway, of ${addressText(address)}`;
    this.#tail = new LogTail(journal, address.service, stream, { from, cache, who });
    this.#unwatch = journal.watch(stream, () => this.read());
    this.read();
  }
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
    this.#letGo();
  }

  read(): void {
    this.#again = true;
    if (!this.#reading && this.#tail) void this.#readOn(this.#tail);
  }
  async #readOn(tail: LogTail): Promise<void> {
    this.#reading = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#toEnd(tail);
        this.#isFailing = false;
        // who asked while this was read is answered by the next round
        if (!this.#again) this.#letGo();
      } catch (fault) {
        if (this.#closed) break;
        this.options.onFault(fault);
        await this.#wait();
      }
    }
    this.#reading = false;
  }
  async #toEnd(tail: LogTail): Promise<void> {
    for (;;) {
      const records = await tail.poll(() => this.#wait());
      if (records.length === 0) return;
      for (const record of records) {
        // other readers of the process need not decode it again
        this.options.cache.put(record.hash, record.decided);
        this.options.onRecord(record);
        for (const hear of this.#hearers) hear(record);
      }
    }
  }
  /** Nobody waits for a log that cannot be read now. */
  #wait(): Promise<void> {
    this.#isFailing = true;
    this.#letGo();
    if (this.#closed) return Promise.reject(new Error('the process ends'));
    return new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
  #letGo(): void {
    const waiting = this.#catchingUp;
    this.#catchingUp = [];
    for (const resolve of waiting) resolve();
  }
}
