/**
 * Seeded chance: the same seed gives the same run, on every machine (sfc32; public domain, by Chris
 * Doty-Humphrey).
 */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = (seed ^ 0x9e3779b9) | 0;
    this.#c = Math.imul(seed + 1, 0x85ebca6b);
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 bits, unsigned */
  word(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
  /** in [0, 1) */
  real = (): number => this.word() / 4294967296;
  /** whole, in [0, below) */
  below(below: number): number {
    return Math.floor(this.real() * below);
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  happens(probability: number): boolean {
    return this.real() < probability;
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
  /** a chance of its own, so that more draws here do not move those there */
  fork(): Chance {
    return new Chance(this.word());
  }
}
