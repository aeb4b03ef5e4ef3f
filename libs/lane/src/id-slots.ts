/** Words of one row: high and low half of the print, and the sequence number of its record. */
export const ROW_WORDS = 3;
/** Sub-tables grow alone, so no insertion waits for more than a 256th of the whole. */
export const PARTS = 256;
const PART_SHIFT = 24;
const FIRST_SLOTS = 16;
const LOAD_MAX = 0.8;
/** A slot's number in its part, beside 24 bits of print in a float's 53. */
const SLOTS_MAX = 2 ** 29;

export const NO_SEQS: readonly number[] = [];

interface Part {
  /** rows; 0 as the sequence number is an empty slot */
  slots: Uint32Array;
  used: number;
}

/** A copy of a table for a snapshot. */
export interface SavedSlots {
  readonly first: number;
  readonly last: number;
  readonly parts: readonly { readonly slots: Uint32Array; readonly used: number }[];
}

/** Prints of ids with the sequence numbers of their records, in memory: 12 bytes a slot. */
export class IdSlots {
  readonly #parts: Part[];
  #size = 0;
  #first: number;
  #last: number;

  constructor(saved?: SavedSlots) {
    this.#first = saved?.first ?? 0;
    this.#last = saved?.last ?? 0;
    this.#parts = saved ? saved.parts.map(copied) : Array.from({ length: PARTS }, empty);
    for (const { used } of this.#parts) this.#size += used;
  }

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    let bytes = 0;
    for (const { slots } of this.#parts) bytes += slots.byteLength;
    return bytes;
  }
  /** the first record of which it holds an id; 0 while it holds none */
  get first(): number {
    return this.#first;
  }
  /** the last one */
  get last(): number {
    return this.#last;
  }
  save(): SavedSlots {
    return { first: this.#first, last: this.#last, parts: this.#parts.map(copied) };
  }

  find(high: number, low: number): readonly number[] {
    const { slots } = this.#parts[high >>> PART_SHIFT];
    let found: number[] | undefined;
    for (let at = startOf(low, slots); slots[at + 2] !== 0; at = after(at, slots)) {
      if (slots[at] === high && slots[at + 1] === low) (found ??= []).push(slots[at + 2]);
    }
    return found ?? NO_SEQS;
  }

  /** Ids of the record `seq` come next; records come in order. */
  begin(seq: number): void {
    if (this.#first === 0) this.#first = seq;
    this.#last = seq;
  }
  add(high: number, low: number): void {
    const part = this.#parts[high >>> PART_SHIFT];
    if ((part.used + 1) * ROW_WORDS > part.slots.length * LOAD_MAX) grow(part);
    const { slots } = part;
    let at = startOf(low, slots);
    while (slots[at + 2] !== 0) at = after(at, slots);
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = this.#last;
    part.used++;
    this.#size++;
  }

  /**
   * The rows of one part by print, then by sequence number: parts one after another are in order
   * too. It does not depend on how the table grew.
   */
  sorted(index: number): Uint32Array {
    const { slots, used } = this.#parts[index];
    const keys = new Float64Array(used);
    let count = 0;
    for (let at = 0; at < slots.length; at += ROW_WORDS) {
      if (slots[at + 2] === 0) continue;
      keys[count++] = (slots[at] & 0xffffff) * SLOTS_MAX + at / ROW_WORDS;
    }
    keys.sort();
    const rows = new Uint32Array(used * ROW_WORDS);
    for (let row = 0; row < used; row++) {
      const at = (keys[row] - Math.floor(keys[row] / SLOTS_MAX) * SLOTS_MAX) * ROW_WORDS;
      const to = row * ROW_WORDS;
      rows[to] = slots[at];
      rows[to + 1] = slots[at + 1];
      rows[to + 2] = slots[at + 2];
      settle(rows, to);
    }
    return rows;
  }
}

const empty = (): Part => ({ slots: new Uint32Array(FIRST_SLOTS * ROW_WORDS), used: 0 });
const copied = ({ slots, used }: Readonly<Part>): Part => ({ slots: slots.slice(), used });

const startOf = (low: number, slots: Uint32Array): number =>
  (low % (slots.length / ROW_WORDS)) * ROW_WORDS;
const after = (at: number, slots: Uint32Array): number =>
  at + ROW_WORDS === slots.length ? 0 : at + ROW_WORDS;

/** By two fifths, not by double: the table stays small for its load. */
function grow(part: Part): void {
  const old = part.slots;
  const count = Math.ceil((old.length / ROW_WORDS) * 1.4);
  const slots = new Uint32Array(count * ROW_WORDS);
  for (let from = 0; from < old.length; from += ROW_WORDS) {
    if (old[from + 2] === 0) continue;
    let at = (old[from + 1] % count) * ROW_WORDS;
    while (slots[at + 2] !== 0) at = after(at, slots);
    slots[at] = old[from];
    slots[at + 1] = old[from + 1];
    slots[at + 2] = old[from + 2];
  }
  part.slots = slots;
}

/** Rows of one high half come in the order of their slots: moves the last to its place. */
function settle(rows: Uint32Array, last: number): void {
  for (let at = last; at > 0 && isBefore(rows, at, at - ROW_WORDS); at -= ROW_WORDS) {
    const row = rows.slice(at, at + ROW_WORDS);
    rows.copyWithin(at, at - ROW_WORDS, at);
    rows.set(row, at - ROW_WORDS);
  }
}
const isBefore = (rows: Uint32Array, a: number, b: number): boolean =>
  rows[a] === rows[b] &&
  (rows[a + 1] < rows[b + 1] || (rows[a + 1] === rows[b + 1] && rows[a + 2] < rows[b + 2]));
