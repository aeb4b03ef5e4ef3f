import { JournalClosed, type Stream, streamText } from '@ringfence/journal';
import { type KafkaCounters, freshCounters } from './counters.js';
import { KafkaStalled, reasonIn } from './faults.js';
import type { Fetched } from './link.js';
import type { KafkaSettings } from './options.js';

/** What the parts of one open journal share. */
export class Session {
  readonly counters: KafkaCounters = freshCounters();
  readonly #closing = new AbortController();
  readonly #ends = new Map<string, number>();

  constructor(readonly settings: KafkaSettings) {}

  /** ends pauses when the journal is closed */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }
  close(): void {
    this.#closing.abort();
  }
  /** @throws JournalClosed */
  checkOpen(): void {
    if (this.isClosed)
      throw new JournalClosed(`the journal of ${this.settings.clientId} is closed`);
  }

  /** The furthest that this process has seen a stream reach: no end given out is ever below it. */
  seen(stream: Stream): number {
    return this.#ends.get(streamText(stream)) ?? 0;
  }
  saw(stream: Stream, end: number): void {
    if (end > this.seen(stream)) this.#ends.set(streamText(stream), end);
  }

  fetched(all: readonly Fetched[]): void {
    this.counters.fetches++;
    for (const { stream, entries, next } of all) {
      if (entries.length > 0) this.saw(stream, next);
      for (const { bytes } of entries) this.counters.fetchedBytes += bytes.length;
    }
  }

  /** A connection was dropped. */
  dropped(why: unknown): void {
    if (this.isClosed) return;
    this.counters.reconnects++;
    if (why instanceof KafkaStalled) this.counters.stalls++;
    this.settings.onTrouble(reasonIn(why));
  }
}
