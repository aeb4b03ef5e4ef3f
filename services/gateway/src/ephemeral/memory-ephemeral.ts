import { VALUE_LIFE_MS, type Ephemeral, type Stamped } from './ephemeral.js';
import { admit, intervalMs, type Rate } from './rate.js';

/** Entries of each kind; the oldest go first. */
const ENTRIES_MAX = 100_000;

interface Kept<Value> {
  readonly value: Value;
  readonly until: number;
}

/** A bounded map whose entries end; put again, an entry is the youngest. */
class Fading<Value> {
  readonly #kept = new Map<string, Kept<Value>>();

  get(key: string, now: number): Value | undefined {
    const kept = this.#kept.get(key);
    return kept && kept.until > now ? kept.value : undefined;
  }
  put(key: string, value: Value, until: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, until });
    if (this.#kept.size <= ENTRIES_MAX) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest);
  }
}

/** One process's own: what the embedded house has, and what is left when Redis is away. */
export class MemoryEphemeral implements Ephemeral {
  readonly #values = new Fading<Stamped>();
  readonly #levels = new Fading<number>();
  readonly #used = new Fading<true>();

  /** @param clock  ms, never going back */
  constructor(readonly clock: () => number = () => performance.now()) {}

  put(key: string, stamped: Stamped): Promise<void> {
    const now = this.clock();
    const known = this.#values.get(key, now);
    if (!known || known.stamp <= stamped.stamp) {
      this.#values.put(key, stamped, now + VALUE_LIFE_MS);
    }
    return Promise.resolve();
  }
  get(key: string, atLeast: number): Promise<Stamped | undefined> {
    const known = this.#values.get(key, this.clock());
    return Promise.resolve(known && known.stamp >= atLeast ? known : undefined);
  }
  admit(key: string, rate: Rate): Promise<number> {
    const now = this.clock();
    const { waitMs, full } = admit(this.#levels.get(key, now), now, rate);
    if (waitMs === 0) this.#levels.put(key, full, full + intervalMs(rate));
    return Promise.resolve(waitMs);
  }
  once(key: string, windowMs: number): Promise<boolean> {
    const now = this.clock();
    if (this.#used.get(key, now)) return Promise.resolve(false);
    this.#used.put(key, true, now + windowMs);
    return Promise.resolve(true);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
