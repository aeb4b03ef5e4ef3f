import type { ChainHead, ChainRecord } from './chain.js';
import { ChainCursor, type CursorOptions } from './cursor.js';
import type { Entry, Journal, Stream } from './port.js';

export interface TailOptions extends CursorOptions {
  /** who reads, named when the log turns out to be shorter than `from` */
  readonly who?: string;
}

/** A reader of somebody's log: projections, views, replies, auditors, standbys. */
export class ChainTail {
  readonly #cursor: ChainCursor;
  readonly #who: string;
  #startChecked = false;

  constructor(journal: Journal, stream: Stream, options: TailOptions = {}) {
    this.#cursor = new ChainCursor(journal, stream, options);
    this.#who = options.who ?? 'a reader';
  }

  /** the last record given out */
  get head(): ChainHead {
    return this.#cursor.head;
  }
  /** entries that did not count so far */
  get ignored(): number {
    return this.#cursor.ignored;
  }
  get stream(): Stream {
    return this.#cursor.stream;
  }

  /**
   * What counts since the last poll, as far as one read of the log gives. One poll at a time.
   *
   * @returns records in order; empty only at the end of the log as this reader sees it
   * @throws LogTruncated at the first poll when the log does not hold `from`
   * @throws MalformedRecord when the next record counts but cannot be decoded; so will every poll
   */
  async poll(limitBytes?: number): Promise<readonly ChainRecord[]> {
    if (!this.#startChecked) await this.#cursor.checkStart(this.#who);
    this.#startChecked = true;
    for (;;) {
      const entries = await this.#cursor.batch(limitBytes);
      const records = this.#take(entries);
      if (records.length > 0 || entries.length === 0) return records;
    }
  }

  /**
   * Whether nothing follows what was given out, as the journal says now. A poll alone does not
   * tell: a read may be a moment behind what others have read of the same log.
   */
  async isAtEnd(): Promise<boolean> {
    const { journal, stream, next } = this.#cursor;
    return next >= (await journal.end(stream));
  }

  /** Records before one that cannot be decoded are given out first; the next poll meets it. */
  #take(entries: readonly Entry[]): ChainRecord[] {
    const records: ChainRecord[] = [];
    for (const entry of entries) {
      try {
        const record = this.#cursor.take(entry);
        if (record) records.push(record);
      } catch (fault) {
        if (records.length === 0) throw fault;
        break;
      }
    }
    return records;
  }
}
