import type { CommandId } from '@ringfence/kernel';

/** Sub-tables grow alone, so no insertion waits for more than a 256th of the whole. */
const PARTS = 256;
const FIRST_SLOTS = 16;
const LOAD_MAX = 0.8;

interface Part {
  /** high and low half of the print, and the sequence number; 0 in the third is an empty slot */
  slots: Uint32Array;
  used: number;
}

/** A copy of the table for a snapshot. */
export interface SavedIds {
  readonly seed: number;
  readonly parts: readonly { readonly slots: Uint32Array; readonly used: number }[];
}

/**
 * Remembers for ever which command ids a log holds: a keyed 64-bit print with the sequence number
 * of its record, 12 bytes a slot. A hit is
 * only a hint, confirmed by reading that record; a miss is certain.
 */
export class IdTable {
  readonly #seed: number;
  readonly #parts: Part[];
  #high = 0;
  #low = 0;

  /** @param seed  32 bits unknown to senders, who choose ids and could otherwise aim at one slot */
  constructor(seed: number, saved?: SavedIds) {
    this.#seed = saved?.seed ?? seed;
    this.#parts = saved
      ? saved.parts.map(({ slots, used }) => ({ slots: slots.slice(), used }))
      : Array.from({ length: PARTS }, () => ({ slots: new Uint32Array(FIRST_SLOTS * 3), used: 0 }));
  }

  get size(): number {
    let size = 0;
    for (const part of this.#parts) size += part.used;
    return size;
  }
  get bytes(): number {
    let bytes = 0;
    for (const part of this.#parts) bytes += part.slots.byteLength;
    return bytes;
  }
  save(): SavedIds {
    return {
      seed: this.#seed,
      parts: this.#parts.map(({ slots, used }) => ({ slots: slots.slice(), used })),
    };
  }

  /** @returns sequence numbers of records that may hold the id, oldest first; usually none */
  find(id: CommandId): readonly number[] {
    this.#print(id);
    const { slots } = this.#part();
    let found: number[] | undefined;
    for (let at = this.#start(slots); slots[at + 2] !== 0; at = this.#after(at, slots)) {
      if (slots[at] === this.#high && slots[at + 1] === this.#low)
        (found ??= []).push(slots[at + 2]);
    }
    return found ?? NONE;
  }

  add(id: CommandId, seq: number): void {
    this.#print(id);
    const part = this.#part();
    if ((part.used + 1) * 3 > part.slots.length * LOAD_MAX) grow(part);
    let at = this.#start(part.slots);
    while (part.slots[at + 2] !== 0) at = this.#after(at, part.slots);
    part.slots[at] = this.#high;
    part.slots[at + 1] = this.#low;
    part.slots[at + 2] = seq;
    part.used++;
  }

  #part(): Part {
    return this.#parts[this.#low % PARTS];
  }
  #start(slots: Uint32Array): number {
    return (this.#high % (slots.length / 3)) * 3;
  }
  #after(at: number, slots: Uint32Array): number {
    return at + 3 === slots.length ? 0 : at + 3;
  }
  #print(id: CommandId): void {
    let a = this.#seed;
    let b = this.#seed ^ 0x5bd1e995;
    for (let i = 0; i < 16; i += 2) {
      const word = id.charCodeAt(i) | (id.charCodeAt(i + 1) << 8);
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0x85ebca77) ^ a;
      b ^= b >>> 13;
    }
    this.#high = Math.imul(a ^ (b >>> 7), 0xc2b2ae35) >>> 0;
    this.#low = Math.imul(b ^ (a >>> 11), 0x27d4eb2f) >>> 0;
  }
}

const NONE: readonly number[] = [];

/** By a quarter, not by double: the table stays small for its load. */
function grow(part: Part): void {
  const old = part.slots;
  const slots = new Uint32Array(Math.ceil((old.length / 3) * 1.25) * 3);
  const count = slots.length / 3;
  for (let from = 0; from < old.length; from += 3) {
    if (old[from + 2] === 0) continue;
    let at = (old[from] % count) * 3;
    while (slots[at + 2] !== 0) at = at + 3 === slots.length ? 0 : at + 3;
    slots[at] = old[from];
    slots[at + 1] = old[from + 1];
    slots[at + 2] = old[from + 2];
  }
  part.slots = slots;
}
