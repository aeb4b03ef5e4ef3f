import { invariant } from '@ringfence/kernel';

/** Lots and what they cost (lots × price × unit), both signed. */
export interface Legs {
  readonly lots: number;
  readonly cost: bigint;
}
const NONE: Legs = { lots: 0, cost: 0n };
const plus = (a: Legs, b: Legs): Legs => ({ lots: a.lots + b.lots, cost: a.cost + b.cost });

/** One instrument in a bucket: what is settled, and every leg since under its own tag. */
export class Line {
  #settled: Legs = NONE;
  readonly #tagged = new Map<number, Legs>();
  #all: Legs = NONE;

  get lots(): number {
    return this.#all.lots;
  }
  get cost(): bigint {
    return this.#all.cost;
  }
  get empty(): boolean {
    if (this.#tagged.size > 0) return false;
    return this.#settled.lots === 0 && this.#settled.cost === 0n;
  }
  add(tag: number, legs: Legs): void {
    this.#tagged.set(tag, plus(this.#tagged.get(tag) ?? NONE, legs));
    this.#all = plus(this.#all, legs);
  }
  /** What that round settles: everything tagged below it. */
  before(round: number): Legs {
    let legs = this.#settled;
    for (const [tag, tagged] of this.#tagged) if (tag < round) legs = plus(legs, tagged);
    return legs;
  }
  /** @param lotValue  settlement units of a lot at the round's mark; undefined when it has none */
  settle(round: number, lotValue: bigint | undefined): void {
    const { lots } = this.before(round);
    invariant(lots === 0 || lotValue !== undefined, 'what settles has a mark');
    this.#settled = { lots, cost: BigInt(lots) * (lotValue ?? 0n) };
    this.#all = this.#settled;
    for (const [tag, tagged] of this.#tagged) {
      if (tag < round) this.#tagged.delete(tag);
      else this.#all = plus(this.#all, tagged);
    }
  }
}
