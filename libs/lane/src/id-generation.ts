import { hash } from '@ringfence/journal';
import { addressText, type Address } from '@ringfence/kernel';
import { filterWords, IdFilter } from './id-filter.js';
import { NO_SEQS, ROW_WORDS } from './id-slots.js';

/**
 * A sealed generation is one file: a head of 512 bytes, an index that stays in memory, and rows of
 * print and sequence number in order. The index is the filter, then per page of rows its first
 * print and 64 bits of its SHA-256.
 */
const FORM = 1;
export const HEAD_BYTES = 512;
/** Rows that one look at the file reads: 2 kB. */
export const PAGE_ROWS = 170;
export const PAGE_WORDS = PAGE_ROWS * ROW_WORDS;
/** Words of the index per page. */
const ENTRY_WORDS = 4;
export const WORD_BYTES = 4;

/** Whose ids they are, and what keys their prints. */
export interface IdOwner {
  readonly address: Address;
  readonly seed: number;
}
/** The part of a log whose clients' ids a generation holds. */
export interface IdRange {
  /** first and last record that holds one of them */
  readonly first: number;
  readonly last: number;
  readonly count: number;
}
/** A sealed generation as a snapshot names it. */
export interface SealedIds extends IdRange {
  readonly name: string;
  /** SHA-256 of the file's head, which has that of the index, which has those of the pages */
  readonly hash: string;
}
export type ReadIds = (at: number, length: number) => Uint8Array;

/** A file of ids changed under its reader: whether an id came before cannot be said. */
export class IdsDamaged extends Error {
  override readonly name = 'IdsDamaged';
}

const pagesOf = (count: number): number => Math.ceil(count / PAGE_ROWS);
export const indexWords = (count: number): number =>
  filterWords(count) + pagesOf(count) * ENTRY_WORDS;

/** One per owner and range, so those who seal the same ids write the same file. */
export const nameOf = ({ seed }: IdOwner, { first, last }: IdRange): string =>
  `${digits(first)}-${digits(last)}.${seed.toString(16).padStart(8, '0')}.ids`;
const digits = (seq: number): string => String(seq).padStart(16, '0');

/** The head of a generation's file: a line of JSON, filled up with spaces. */
export function headOf(owner: IdOwner, range: IdRange, index: Uint8Array): Uint8Array {
  const { service, partition } = owner.address;
  const { first, last, count } = range;
  const what = { form: FORM, service, partition, seed: owner.seed, first, last, count };
  const line = JSON.stringify({ ...what, index: hash(index) });
  return new TextEncoder().encode(`${line.padEnd(HEAD_BYTES - 1)}\n`);
}

export const bytesOf = (words: Uint32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** The index of a generation in the making, or of one that is read. */
export class IdIndex {
  readonly filter: IdFilter;
  readonly pages: number;
  readonly #entries: Uint32Array;

  constructor(
    readonly words: Uint32Array,
    count: number,
  ) {
    const filter = filterWords(count);
    this.filter = new IdFilter(words.subarray(0, filter));
    this.pages = pagesOf(count);
    this.#entries = words.subarray(filter);
  }

  /** @param rows  of that page */
  note(page: number, rows: Uint32Array): void {
    this.#entries.set([rows[0], rows[1], ...checkOf(bytesOf(rows))], page * ENTRY_WORDS);
  }
  fits(page: number, bytes: Uint8Array): boolean {
    const [high, low] = checkOf(bytes);
    const at = page * ENTRY_WORDS;
    return this.#entries[at + 2] === high && this.#entries[at + 3] === low;
  }
  startsWith(page: number, high: number, low: number): boolean {
    const at = page * ENTRY_WORDS;
    return this.#entries[at] === high && this.#entries[at + 1] === low;
  }
  /** The first page that may hold a print: rows of one print may go over several. */
  pageOf(high: number, low: number): number {
    let from = 0;
    let to = this.pages;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const at = middle * ENTRY_WORDS;
      const isBelow =
        this.#entries[at] < high || (this.#entries[at] === high && this.#entries[at + 1] < low);
      if (isBelow) from = middle + 1;
      else to = middle;
    }
    return Math.max(0, from - 1);
  }
}

function checkOf(bytes: Uint8Array): [number, number] {
  const hex = hash(bytes);
  return [parseInt(hex.slice(0, 8), 16), parseInt(hex.slice(8, 16), 16)];
}

/** A full generation: its filter in memory, its prints in a file. */
export class IdGeneration {
  constructor(
    readonly sealed: SealedIds,
    readonly index: IdIndex,
    readonly read: ReadIds,
  ) {}

  /**
   * Verifies every byte of a file.
   *
   * @param bytes  the whole file
   * @returns the generation; or why it is not the one that is named
   */
  static from(
    bytes: Uint8Array,
    sealed: SealedIds,
    owner: IdOwner,
    read: ReadIds,
  ): IdGeneration | string {
    const words = indexWords(sealed.count);
    const start = HEAD_BYTES + words * WORD_BYTES;
    const size = start + sealed.count * ROW_WORDS * WORD_BYTES;
    if (bytes.length !== size) return `it has ${bytes.length} bytes instead of ${size}`;
    const inFile = bytes.subarray(HEAD_BYTES, start);
    const head = headOf(owner, sealed, inFile);
    if (hash(head) !== sealed.hash || hash(bytes.subarray(0, HEAD_BYTES)) !== sealed.hash) {
      return `its head or index is not that of ${addressText(owner.address)}, ${sealed.hash}`;
    }
    const index = new IdIndex(new Uint32Array(new Uint8Array(inFile).buffer), sealed.count);
    const generation = new IdGeneration(sealed, index, read);
    for (let page = 0; page < index.pages; page++) {
      const { at, length } = generation.#placeOf(page);
      if (!index.fits(page, bytes.subarray(at, at + length))) return `page ${page} does not fit`;
    }
    return generation;
  }

  get size(): number {
    return this.sealed.count;
  }
  get bytes(): number {
    return this.index.words.byteLength;
  }

  /** @throws IdsDamaged when the file has to be asked and does not verify */
  find(high: number, low: number): readonly number[] {
    return this.index.filter.mayHold(high, low) ? this.#search(high, low) : NO_SEQS;
  }

  #search(high: number, low: number): readonly number[] {
    const found: number[] = [];
    let page = this.index.pageOf(high, low);
    do {
      const rows = this.#rows(page);
      for (let at = 0; at < rows.length; at += ROW_WORDS) {
        if (rows[at] === high && rows[at + 1] === low) found.push(rows[at + 2]);
      }
      page++;
    } while (page < this.index.pages && this.index.startsWith(page, high, low));
    return found;
  }

  #rows(page: number): Uint32Array {
    const { at, length } = this.#placeOf(page);
    let bytes;
    try {
      bytes = this.read(at, length);
    } catch (cause) {
      throw new IdsDamaged(`${this.sealed.name}: ${String(cause)}`, { cause });
    }
    if (bytes.length !== length || !this.index.fits(page, bytes)) {
      throw new IdsDamaged(`${this.sealed.name}: page ${page} does not fit`);
    }
    return new Uint32Array(bytes.buffer, bytes.byteOffset, length / WORD_BYTES);
  }

  #placeOf(page: number): { at: number; length: number } {
    const start = HEAD_BYTES + this.index.words.byteLength;
    const pageBytes = PAGE_WORDS * WORD_BYTES;
    const end = start + this.sealed.count * ROW_WORDS * WORD_BYTES;
    const at = start + page * pageBytes;
    return { at, length: Math.min(pageBytes, end - at) };
  }
}
