import type { Entry } from '@ringfence/journal';
import { present } from '@ringfence/kernel';

/** What tails read of one stream without touching its files, at most. */
const RECENT_BYTES_MAX = 512 * 1024;

/** The newest records of a stream in memory: whoever follows a log closely reads them here. */
export class Recent {
  #entries: Entry[] = [];
  /** index of the oldest one kept */
  #first = 0;
  #bytes = 0;

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
    while (this.#bytes > RECENT_BYTES_MAX && this.#first < this.#entries.length - 1) {
      this.#bytes -= present(this.#entries[this.#first], 'an entry kept').bytes.length;
      this.#first++;
    }
    if (this.#first > 64 && this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** @returns undefined when the record is not here any more */
  from(offset: number, limitBytes: number): readonly Entry[] | undefined {
    const oldest = this.#entries[this.#first];
    if (!oldest || offset < oldest.offset) return undefined;
    const start = this.#first + offset - oldest.offset;
    let [end, left] = [start, limitBytes];
    while (end < this.#entries.length) {
      left -= present(this.#entries[end], 'an entry kept').bytes.length;
      if (left < 0 && end > start) break;
      end++;
    }
    return this.#entries.slice(start, end);
  }
}
