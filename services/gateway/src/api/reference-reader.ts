import type { Journal } from '@ringfence/journal';
import { LogTail, logStream, type DecodeCache, type LogRecord } from '@ringfence/lane';
import { Listeners, type Feed } from '../feed/feed.js';
import { Recent } from '../feed/recent.js';
import { ReferenceNames } from './names.js';

const RETRY_MS = 100;
/** Commands and events of the newest records that are kept for streams. */
const MESSAGES_KEPT = 4_000;

/** Keeps the names as the reference log has them; who needs a position waits for it. */
export class ReferenceReader implements Feed {
  readonly service = 'reference';
  readonly partition = 0;
  readonly isAwake = true;
  readonly recent = new Recent(MESSAGES_KEPT);
  readonly #listeners = new Listeners();
  /** hears every record from its registration on */
  readonly listen = this.#listeners.listen;
  /** hash of the log's first record: no other house has it */
  house: string | undefined;
  readonly names = new ReferenceNames();
  readonly #tail: LogTail;
  readonly #unwatch: () => void;
  #waiting: { readonly seq: number; readonly reached: () => void }[] = [];
  #reading: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(
    journal: Journal,
    cache: DecodeCache,
    readonly onFault: (fault: unknown) => void,
  ) {
    const stream = logStream('reference', 0);
    this.#tail = new LogTail(journal, 'reference', stream, { cache, who: 'the gateway' });
    this.#unwatch = journal.watch(stream, () => void this.read());
  }

  /** the last record folded */
  get seq(): number {
    return this.#tail.head.seq;
  }

  /** Folds to the end of the log as it is now. */
  read(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  use(): Promise<void> {
    return this.read();
  }
  /** Resolves when the names are at least as new as that record. */
  async reach(seq: number): Promise<void> {
    if (this.seq >= seq || this.#closed) return;
    const waits = new Promise<void>((reached) => this.#waiting.push({ seq, reached }));
    void this.read();
    await waits;
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    for (const { reached } of this.#waiting) reached();
  }

  async #readOn(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#fold();
      } catch (fault) {
        this.onFault(fault);
        await this.#wait();
      }
    }
  }
  #wait(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the gateway ends'));
    return new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
  #hear(record: LogRecord): void {
    this.house ??= record.hash;
    for (const { events } of record.decided) {
      for (const event of events) this.names.fold(event);
    }
    this.recent.push(record);
    this.#listeners.tell(record);
  }
  async #fold(): Promise<void> {
    for (;;) {
      const records = await this.#tail.poll(() => this.#wait());
      if (records.length === 0) return;
      for (const record of records) this.#hear(record);
      this.#waiting = this.#waiting.filter(({ seq, reached }) => {
        if (seq <= this.seq) reached();
        return seq > this.seq;
      });
    }
  }
}
