import type { Entry } from '@ringfence/journal';
import { present } from '@ringfence/kernel';

/** The entries from one on that suit a limit; one at least. */
export function upTo(entries: readonly Entry[], start: number, limitBytes: number): Entry[] {
  let [end, left] = [start, limitBytes];
  while (end < entries.length) {
    left -= present(entries[end], 'an entry kept').bytes.length;
    if (left < 0 && end > start) break;
    end++;
  }
  return entries.slice(start, end);
}

/**
 * A run of a stream's entries in memory, bounded in bytes: it grows at its end and forgets at its
 * beginning.
 */
export class Window {
  #entries: Entry[] = [];
  /** index of the oldest one kept */
  #first = 0;
  #bytes = 0;

  constructor(
    /** offset of the next entry to come */
    private next: number,
    private readonly bytesMax: number,
  ) {}

  get end(): number {
    return this.next;
  }

  /** @param next  where the stream goes on after them, brokers' own markers stepped over */
  push(entries: readonly Entry[], next: number): void {
    for (const entry of entries) {
      if (entry.offset < this.next) continue; // two answers may overlap
      this.#entries.push(entry);
      this.#bytes += entry.bytes.length;
    }
    this.next = Math.max(this.next, next);
    while (this.#bytes > this.bytesMax && this.#first < this.#entries.length - 1) {
      this.#bytes -= present(this.#entries[this.#first], 'an entry kept').bytes.length;
      this.#first++;
    }
    if (this.#first > 64 && this.#first > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /**
   * @returns the entries from an offset on; empty when it is where the window ends; undefined when
   *          it is not in here
   */
  from(offset: number, limitBytes: number): readonly Entry[] | undefined {
    if (offset === this.next) return [];
    const oldest = this.#entries[this.#first];
    if (!oldest || offset < oldest.offset || offset > this.next) return undefined;
    return upTo(this.#entries, this.#indexOf(offset), limitBytes);
  }

  /** Of the first entry at or after an offset; offsets of the brokers' own markers hold none. */
  #indexOf(offset: number): number {
    let [low, high] = [this.#first, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = present(this.#entries[middle], 'an entry kept');
      if (entry.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const WINDOWS_MAX = 8;

/** What readers that catch up were given beyond what they asked for, newest readers only. */
export class ReadAhead {
  /** oldest first */
  #windows: { readonly name: string; readonly window: Window }[] = [];

  put(name: string, window: Window): void {
    this.#windows.push({ name, window });
    if (this.#windows.length > WINDOWS_MAX) this.#windows.shift();
  }

  /** @returns undefined when the brokers must be asked */
  take(name: string, from: number, limitBytes: number): readonly Entry[] | undefined {
    for (const one of this.#windows) {
      const entries = one.name === name ? one.window.from(from, limitBytes) : undefined;
      const last = entries?.at(-1);
      if (!last) continue;
      if (last.offset + 1 === one.window.end) {
        this.#windows = this.#windows.filter((other) => other !== one);
      }
      return entries;
    }
    return undefined;
  }
}
