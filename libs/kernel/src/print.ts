/** Where 64 bits of a bigint are taken apart without a bigint for each half. */
const LIMB = new DataView(new ArrayBuffer(8));
const LIMB_MAX = 2n ** 64n - 1n;

/**
 * A 64-bit mixing sum of numbers and texts, as two 32-bit halves: state digests and input hashes in
 * the pure core, where
 * no cryptography may come. It finds accidents, not attackers; against those stands the SHA-256
 * chain of the log.
 */
export class Print {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  /** The low 32 bits of a number. */
  word(value: number): this {
    this.#word(value | 0);
    return this;
  }
  int(value: number): this {
    this.#word(value | 0);
    this.#word(Math.floor(value / 4294967296) | 0);
    return this;
  }
  big(value: bigint): this {
    let rest = value < 0n ? -value : value;
    this.#word(value < 0n ? 1 : 2);
    for (;;) {
      LIMB.setBigUint64(0, rest, true);
      const high = LIMB.getInt32(4, true);
      this.#word(LIMB.getInt32(0, true));
      if (rest > LIMB_MAX || high !== 0) this.#word(high);
      if (rest <= LIMB_MAX) return this;
      rest >>= 64n;
    }
  }
  text(value: string): this {
    this.#word(value.length);
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i));
    return this;
  }
  /** 64 bits, unsigned */
  value(): bigint {
    const a = Print.#finish(this.#a ^ this.#b);
    const b = Print.#finish((this.#b + Math.imul(this.#a, 0x27d4eb2f)) | 0);
    return (BigInt(a) << 32n) | BigInt(b);
  }
  /** 16 hexadecimal digits */
  hex(): string {
    return this.value().toString(16).padStart(16, '0');
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b + word, 0x85ebca77) ^ this.#a;
    this.#b ^= this.#b >>> 13;
  }
  static #finish(word: number): number {
    let h = word;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

/** Digest of plain data (numbers, texts, bigints, arrays, maps, sets, objects) in its own order. */
export function digestOf(value: unknown): bigint {
  const print = new Print();
  walk(value, print);
  return print.value();
}

function walk(value: unknown, print: Print): void {
  if (typeof value === 'bigint') print.int(1).big(value);
  else if (typeof value === 'number') print.int(2).int(value);
  else if (typeof value === 'string') print.int(3).text(value);
  else if (typeof value === 'boolean') print.int(value ? 4 : 5);
  else if (value === null || value === undefined) print.int(6);
  else if (Array.isArray(value) || value instanceof Set) walkAll(value, print.int(7));
  else if (value instanceof Map)
    for (const [key, entry] of value) walkAll([key, entry], print.int(8));
  else
    for (const key of Object.keys(value))
      walk((value as Record<string, unknown>)[key], print.text(key));
}
function walkAll(values: Iterable<unknown>, print: Print): void {
  for (const value of values) walk(value, print);
  print.int(9);
}
