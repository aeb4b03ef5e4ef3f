import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Address } from '@ringfence/kernel';
import type { ShadowSnapshots } from './lane-ground.js';
import type { ShadowOrder } from './shadow-process.js';

/** of what a failing process says, the end */
const SAID_MAX = 2000;
const PROGRAM = fileURLToPath(new URL('./shadow-process.js', import.meta.url));

export type ShadowPlace = Omit<ShadowOrder, 'address' | 'seed'>;

/**
 * Snapshots by shadow replay, one process of low priority at a time: neither the memory nor the
 * processor of the lanes pays for them.
 */
export class ShadowProcesses implements ShadowSnapshots {
  #last: Promise<void> = Promise.resolve();
  #process: ChildProcess | undefined;
  #closed = false;
  #wakeUp: (() => void) | undefined;
  readonly #waiting = new Set<string>();

  /**
   * @param restFactor  after a snapshot the next waits so many times as long as it took: at 1 at
   *        most half of one processor goes here, and only what lanes and clients leave
   */
  constructor(
    readonly place: ShadowPlace,
    readonly restFactor = 1,
  ) {}

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
      (ms) => (now ? undefined : this.#rest(ms * this.restFactor)),
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
    this.#process?.kill('SIGKILL');
    await this.#last;
  }

  async #run(address: Address): Promise<void> {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const order: ShadowOrder = { ...this.place, address, seed };
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-SAID_MAX)));
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0 || this.#closed) resolve();
        else reject(new Error(`the snapshot of ${address.service} ended with ${code}: ${said}`));
      });
    });
    this.#process = undefined;
  }
}
