import { Worker } from 'node:worker_threads';
import type { Address } from '@ringfence/kernel';
import type { ShadowSnapshots } from './lane-ground.js';
import type { ShadowOrder } from './shadow-thread.js';

/**
 * After a snapshot the next waits so many times as long as it took: at most a tenth of one
 * processor goes here.
 */
const REST_FACTOR = 9;
/** Old space of a thread: a fold of one lane. */
const HEAP_MB = 512;

export type ShadowPlace = Omit<ShadowOrder, 'address' | 'seed'>;

/**
 * Snapshots by shadow replay, one thread at a time, so that the lanes keep the other processors.
 */
export class ShadowThreads implements ShadowSnapshots {
  #last: Promise<void> = Promise.resolve();
  #worker: Worker | undefined;
  #closed = false;
  #wakeUp: (() => void) | undefined;
  readonly #waiting = new Set<string>();

  constructor(readonly place: ShadowPlace) {}

  /**
   * Asking again for a lane that waits its turn is one snapshot.
   *
   * @param now  an operator asks: without the rest after the last one
   */
  take(address: Address, now = false): Promise<void> {
    const name = `${address.service}/${address.partition}`;
    if (this.#waiting.has(name)) return this.#last;
    this.#waiting.add(name);
    if (now) this.#wakeUp?.();
    const taken = this.#last.then(async () => {
      this.#waiting.delete(name);
      const start = performance.now();
      if (!this.#closed) await this.#run(address);
      return performance.now() - start;
    });
    this.#last = taken.then(
      (ms) => (now ? undefined : this.#rest(ms * REST_FACTOR)),
      () => undefined,
    );
    return taken.then(() => undefined);
  }

  #rest(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      timer.unref();
      this.#wakeUp = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeUp?.();
    await this.#worker?.terminate();
    await this.#last;
  }

  async #run(address: Address): Promise<void> {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const workerData: ShadowOrder = { ...this.place, address, seed };
    const worker = new Worker(new URL('./shadow-thread.js', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#worker = worker;
    await new Promise<void>((resolve, reject) => {
      let fault: unknown;
      worker.once('error', (thrown) => (fault = thrown));
      worker.once('exit', (code) => {
        if (code === 0 || this.#closed) resolve();
        else reject(fault instanceof Error ? fault : new Error(`the thread ended with ${code}`));
      });
    });
    this.#worker = undefined;
  }
}
