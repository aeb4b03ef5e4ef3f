/** One in a hundred unknown ids passes a filter of so many bits an id. */
const BITS_PER_ID = 10.5;
/** A block is half a cache line: looking at a filter costs one miss of the cache. */
const BLOCK_WORDS = 8;
const BLOCK_BITS = BLOCK_WORDS * 32;
const TOP_5_BITS = 27;
/** Odd numbers, one per word of a block; those of Parquet's split block Bloom filter. */
const SALTS = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
] as const;

/** Words of the filter for so many ids. */
export const filterWords = (ids: number): number =>
  Math.max(1, Math.ceil((ids * BITS_PER_ID) / BLOCK_BITS)) * BLOCK_WORDS;

/** A Bloom filter of prints: it never says no to one that was added. */
export class IdFilter {
  readonly #words: Uint32Array;
  readonly #blocks: number;

  /** @param words  as `filterWords` says; changed in place */
  constructor(words: Uint32Array) {
    this.#words = words;
    this.#blocks = words.length / BLOCK_WORDS;
  }

  add(high: number, low: number): void {
    const block = this.#blockOf(high);
    for (let i = 0; i < BLOCK_WORDS; i++) {
      this.#words[block + i] |= 1 << (Math.imul(low, SALTS[i]) >>> TOP_5_BITS);
    }
  }

  /** False is certain. */
  mayHold(high: number, low: number): boolean {
    const block = this.#blockOf(high);
    for (let i = 0; i < BLOCK_WORDS; i++) {
      const bit = 1 << (Math.imul(low, SALTS[i]) >>> TOP_5_BITS);
      if ((this.#words[block + i] & bit) === 0) return false;
    }
    return true;
  }

  #blockOf(high: number): number {
    return Math.floor((high * this.#blocks) / 2 ** 32) * BLOCK_WORDS;
  }
}
