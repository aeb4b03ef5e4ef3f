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

/** Follows one log from a position on, for as long as the process lives. */
export class LogFollower {
  #tail: LogTail | undefined;
  #reading = false;
  #again = false;
  #closed = false;
  #unwatch: (() => void) | undefined;

  constructor(readonly options: LogFollowerOptions) {}

  get head(): ChainHead {
    return this.#tail?.head ?? GENESIS;
  }
  get started(): boolean {
    return this.#tail !== undefined;
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
        for (;;) {
          const records = await tail.poll(() => this.#wait());
          if (records.length === 0) break;
          for (const record of records) this.options.onRecord(record);
        }
      } catch (fault) {
        if (this.#closed) break;
        this.options.onFault(fault);
        await this.#wait();
      }
    }
    this.#reading = false;
  }
  #wait(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the process ends'));
    return new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}
