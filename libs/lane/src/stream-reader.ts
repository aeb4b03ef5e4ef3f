import { JournalBroken, type Journal, type Stream } from '@ringfence/journal';

const RETRY_MS = 50;

export interface StreamReaderOptions {
  readonly journal: Journal;
  readonly stream: Stream;
  /** entries before the end of the stream that are read first; 0: only what comes from now on */
  readonly lookBack: number;
  readonly onEntry: (bytes: Uint8Array) => void;
  /** hears that the stream cannot be read now; it is tried again */
  readonly onFault?: (fault: unknown) => void;
}

/**
 * Reads the newest entries of a stream that is kept for a while only and of which nothing depends:
 * signs of life, packets that are sent again.
 */
export class StreamReader {
  #next: number | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #unwatch: (() => void) | undefined;

  constructor(readonly options: StreamReaderOptions) {}

  /** Resolves when what the stream holds now was read. */
  start(): Promise<void> {
    const { journal, stream } = this.options;
    this.#unwatch = journal.watch(stream, () => void this.#read());
    return this.#read();
  }
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
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
        await this.#toEnd();
      } catch (fault) {
        if (this.#closed) return;
        this.options.onFault?.(fault);
        // what is deleted after its time is of no use any more
        if (fault instanceof JournalBroken) this.#next = undefined;
        this.#again = true;
        await new Promise((resume) => setTimeout(resume, RETRY_MS));
      }
    }
  }
  async #toEnd(): Promise<void> {
    const { journal, stream, lookBack, onEntry } = this.options;
    this.#next ??= Math.max(0, (await journal.end(stream)) - lookBack);
    while (!this.#closed) {
      const entries = await journal.read(stream, this.#next);
      if (entries.length === 0) return;
      for (const { offset, bytes } of entries) {
        this.#next = offset + 1;
        if (!this.#closed) onEntry(bytes);
      }
    }
  }
}
