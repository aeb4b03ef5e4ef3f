import { ChainTail, type Journal, type Stream } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { decodeRecord, logStream, type DecodeCache } from '@ringfence/lane';
import { Listeners, type Feed } from './feed.js';
import { Recent } from './recent.js';

const RETRY_MS = 100;
/** Without anybody who needs it for so long it goes to sleep. */
const AWAKE_MS = 60_000;

export interface LogFeedOptions {
  readonly journal: Journal;
  readonly cache: DecodeCache;
  readonly service: Service;
  readonly partition: number;
  readonly messagesMax: number;
  readonly onFault: (fault: unknown) => void;
  /** ms, never going back */
  readonly clock?: () => number;
}

/**
 * Follows one log while somebody needs it. The chain is checked from the log's beginning; what came
 * before it woke is not decoded.
 */
export class LogFeed implements Feed {
  readonly service: Service;
  readonly partition: number;
  readonly recent: Recent;
  readonly #stream: Stream;
  readonly #listeners = new Listeners();
  readonly #tail: ChainTail;
  #unwatch: (() => void) | undefined;
  readonly #clock: () => number;
  #seq = 0;
  #lastUsed = 0;
  #isAwake = false;
  /** records before this offset were there when it woke */
  #wokeAt = 0;
  #again = false;
  #reading: Promise<void> | undefined;
  #isFailing = false;
  #closed = false;

  constructor(readonly options: LogFeedOptions) {
    const { journal, service, partition, messagesMax, clock } = options;
    this.service = service;
    this.partition = partition;
    this.recent = new Recent(messagesMax);
    this.#clock = clock ?? (() => performance.now());
    this.#stream = logStream(service, partition);
    this.#tail = new ChainTail(journal, this.#stream, { who: 'the gateway' });
  }

  get seq(): number {
    return this.#seq;
  }
  get isAwake(): boolean {
    return this.#isAwake;
  }
  readonly listen = this.#listeners.listen;

  use(): Promise<void> {
    this.#lastUsed = this.#clock();
    return this.#read();
  }
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
  }

  #isNeeded(): boolean {
    return this.#listeners.size > 0 || this.#clock() - this.#lastUsed < AWAKE_MS;
  }
  #noted(): void {
    if (!this.#isAwake && !this.#reading) return;
    if (this.#isNeeded()) void this.#read();
    else this.#isAwake = false;
  }
  #read(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }
  async #readOn(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        if (!this.#isAwake) await this.#wake();
        await this.#toEnd();
        this.#isAwake = true;
        this.#isFailing = false;
      } catch (fault) {
        if (this.#closed) return;
        if (!this.#isFailing) this.options.onFault(fault);
        this.#isFailing = true;
        this.#retryLater();
        return;
      }
    }
  }
  #retryLater(): void {
    const timer = setTimeout(() => {
      if (!this.#closed && this.#isNeeded()) void this.#read();
    }, RETRY_MS);
    timer.unref();
  }

  /** Touches the log for the first time when somebody needs it: one that is damaged throws. */
  async #wake(): Promise<void> {
    const { journal } = this.options;
    this.#unwatch ??= journal.watch(this.#stream, () => this.#noted());
    this.#wokeAt = await journal.end(this.#stream);
  }
  async #toEnd(): Promise<void> {
    for (;;) {
      const records = await this.#tail.poll();
      if (records.length === 0) return;
      for (const record of records) {
        const { seq } = record.head;
        if (record.offset < this.#wokeAt) {
          this.#seq = seq;
          this.recent.skip(seq);
          continue;
        }
        const decoded = decodeRecord(record, this.options.cache);
        this.#seq = seq;
        this.recent.push(decoded);
        this.#listeners.tell(decoded);
      }
    }
  }
}
