import type { AppendFault } from './memory.js';
import type { AppendResult, Entry, Journal, Stream } from './port.js';

/** A journal on a bad day: the next appends of this process suffer what a test asks for. */
export class FaultyJournal implements Journal {
  /** everything that was asked to be appended, in order */
  readonly sent: Uint8Array[] = [];
  #next: AppendFault[] = [];
  #late: { readonly stream: Stream; readonly bytes: Uint8Array }[] = [];

  constructor(private readonly inner: Journal) {}

  /** What happens to the next appends, in turn; only a scheduler can do `delayed`. */
  inject(...faults: Exclude<AppendFault, 'delayed'>[]): void {
    this.#next.push(...faults);
  }

  async append(stream: Stream, bytes: Uint8Array): Promise<AppendResult> {
    this.sent.push(bytes);
    const fault = this.#next.shift();
    if (fault === 'late-twin') this.#late.push({ stream, bytes });
    if (fault === 'late-twin' || fault === 'lost-append') return { kind: 'unknown', reason: fault };
    const result = await this.inner.append(stream, bytes);
    if (fault === 'duplicate') await this.inner.append(stream, bytes);
    await this.landLate();
    return fault === 'lost-ack' ? { kind: 'unknown', reason: fault } : result;
  }

  /** Lets what was late arrive. */
  async landLate(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    for (const { stream, bytes } of late) await this.inner.append(stream, bytes);
  }

  read(stream: Stream, from: number, limitBytes?: number): Promise<readonly Entry[]> {
    return this.inner.read(stream, from, limitBytes);
  }
  end(stream: Stream): Promise<number> {
    return this.inner.end(stream);
  }
  watch(stream: Stream, wake: () => void): () => void {
    return this.inner.watch(stream, wake);
  }
  close(): Promise<void> {
    return this.inner.close();
  }
}
