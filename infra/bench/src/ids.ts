import type { CommandId } from '@ringfence/kernel';

/** The same numbers for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    // neighbouring seeds begin far from each other, and never at 0
    this.#state = Math.imul(seed * 2 + 1, 0x9e3779b1);
  }
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }
}

/** Ids as senders choose them: 128 bits that say nothing. */
export class Ids {
  readonly #dice: Dice;
  readonly #bytes = Buffer.alloc(16);

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }
  next(): CommandId {
    for (let at = 0; at < 16; at += 4) this.#bytes.writeUInt32LE(this.#dice.word(), at);
    return this.#bytes.toString('latin1') as CommandId;
  }
}
