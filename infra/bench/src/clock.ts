/** CPU time of the whole process: collector and I/O threads count. */
export class Stopwatch {
  readonly #cpu = process.cpuUsage();
  readonly #from = performance.now();

  /** microseconds of CPU since this was made */
  cpu(): number {
    const { user, system } = process.cpuUsage(this.#cpu);
    return user + system;
  }
  /** milliseconds that passed since this was made */
  wall(): number {
    return performance.now() - this.#from;
  }
}

/** The middle one; the lower of two. @throws RangeError when there are none */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
/** The value that a share of all do not exceed. @throws RangeError when there are none */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError('nothing was measured');
  return found;
}
export const least = (values: readonly number[]): number => quantile(values, 0);

/** Lets whatever waits for its turn go on. */
export const turn = (): Promise<void> => new Promise((go) => setImmediate(go));
export const sleep = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
