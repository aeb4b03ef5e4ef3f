import type { CommandId } from '@ringfence/kernel';

/** Keyed 64-bit prints of ids; holds the newest, so that taking one makes no object. */
export class IdPrint {
  high = 0;
  low = 0;
  /** asked for and then added: the print of one id is wanted twice in a row */
  #newest: CommandId | undefined;

  /** @param seed  32 bits unknown to senders, who choose ids and could otherwise aim at one slot */
  constructor(readonly seed: number) {}

  take(id: CommandId): void {
    if (id === this.#newest) return;
    this.#newest = id;
    let a = this.seed;
    let b = this.seed ^ 0x5bd1e995;
    for (let i = 0; i < 16; i += 2) {
      const word = id.charCodeAt(i) | (id.charCodeAt(i + 1) << 8);
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0x85ebca77) ^ a;
      b ^= b >>> 13;
    }
    this.high = Math.imul(a ^ (b >>> 7), 0xc2b2ae35) >>> 0;
    this.low = Math.imul(b ^ (a >>> 11), 0x27d4eb2f) >>> 0;
  }
}
