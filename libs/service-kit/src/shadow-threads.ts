import { Worker } from 'node:worker_threads';
import type { Address } from '@ringfence/kernel';
import type { ShadowSnapshots } from './lane-ground.js';
import type { ShadowOrder } from './shadow-thread.js';

/** Old space of a thread: a fold of one lane. */
const HEAP_MB = 512;

export type ShadowPlace = Omit<ShadowOrder, 'address' | 'seed'>;

/** Snapshots by shadow replay, one thread at a time, so that the lanes keep the other processors. */
export class ShadowThreads implements ShadowSnapshots {
  #last: Promise<void> = Promise.resolve();
  #worker: Worker | undefined;
  #closed = false;
  readonly #waiting = new Set<string>();

  constructor(readonly place: ShadowPlace) {}

  /** Asking again for a lane that waits its turn is one snapshot. */
  take(address: Address): Promise<void> {
    const name = `${address.service}/${address.partition}`;
    if (this.#waiting.has(name)) return this.#last;
    this.#waiting.add(name);
    const taken = this.#last.then(() => {
      this.#waiting.delete(name);
      return this.#closed ? undefined : this.#run(address);
    });
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  async close(): Promise<void> {
    this.#closed = true;
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
