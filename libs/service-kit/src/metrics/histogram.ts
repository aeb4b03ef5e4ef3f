/** Upper bounds of what an append or a request takes, seconds. */
export const SECONDS_BOUNDS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];
/** Upper bounds of how many decisions a record holds. */
export const BATCH_BOUNDS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Counts what was measured by size: a few plain numbers, cheap enough for every record. */
export class Histogram {
  /** per bound, and at last for all above: measurements that no smaller bound holds */
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds  upper ends, inclusive, ascending */
  constructor(readonly bounds: readonly number[]) {
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  get sum(): number {
    return this.#sum;
  }
  get count(): number {
    return this.#count;
  }

  note(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]) i++;
    this.#counts[i]++;
    this.#sum += value;
    this.#count++;
  }

  /** Per bound how many measurements were at most that; the last holds them all. */
  cumulative(): readonly { readonly bound: number; readonly count: number }[] {
    let count = 0;
    return [...this.bounds, Infinity].map((bound, i) => {
      count += this.#counts[i];
      return { bound, count };
    });
  }
}
