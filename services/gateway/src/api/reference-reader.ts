import { present, type InstrumentId } from '@ringfence/kernel';
import type { Journal } from '@ringfence/journal';
import { LogTail, logStream, type DecodeCache } from '@ringfence/lane';
import { ReferenceNames } from './names.js';

const RETRY_MS = 100;

/** Keeps the names as the reference log has them; who needs a position waits for it. */
export class ReferenceReader {
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

  /** Settlement units per lot and tick. @throws InvariantViolation when it is not listed so far */
  unitOf(instrument: InstrumentId): bigint {
    return present(this.names.instruments.get(instrument), 'an instrument').unit;
  }

  /** Folds to the end of the log as it is now. */
  read(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
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
  async #fold(): Promise<void> {
    for (;;) {
      const records = await this.#tail.poll(() => this.#wait());
      if (records.length === 0) return;
      for (const { decided } of records) {
        for (const { events } of decided) for (const event of events) this.names.fold(event);
      }
      this.#waiting = this.#waiting.filter(({ seq, reached }) => {
        if (seq <= this.seq) reached();
        return seq > this.seq;
      });
    }
  }
}
