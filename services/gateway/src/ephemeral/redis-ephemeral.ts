import { createClient } from 'redis';
import { VALUE_LIFE_MS, type Ephemeral, type Stamped } from './ephemeral.js';
import { intervalMs, type Rate } from './rate.js';
import { ADMIT, PUT } from './redis-scripts.js';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MAX_MS = 1_000;
const RECONNECT_STEP_MS = 50;
/** Requests on their way at most; more are refused here and now. */
const QUEUE_MAX = 10_000;

/** Redis cannot be asked now. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

export interface RedisOptions {
  /** redis: or rediss: */
  readonly url: string;
  /**
   * names this house, so that several may share a server and none meets what another one, or one
   * that had this folder before, left; undefined while it is not known
   */
  readonly house: () => string | undefined;
}

/**
 * Redis itself: unlike the port it rejects, when Redis is away or says no. Nothing waits in a queue
 * for a connection; the client connects again by itself, for ever.
 */
export class RedisEphemeral implements Ephemeral {
  readonly #client;
  readonly #house: () => string | undefined;
  #closed = false;

  constructor({ url, house }: RedisOptions) {
    this.#house = house;
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: QUEUE_MAX,
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries) => Math.min(RECONNECT_MAX_MS, retries * RECONNECT_STEP_MS),
      },
    });
    // whoever asks meanwhile hears of it; the text may hold the address with its password
    this.#client.on('error', () => undefined);
    this.#client.connect().catch(() => undefined);
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  async put(key: string, { stamp, value }: Stamped): Promise<void> {
    const keys = [this.#name('value', key)];
    const args = [String(stamp), value, String(VALUE_LIFE_MS)];
    await this.#client.eval(PUT, { keys, arguments: args });
  }
  async get(key: string, atLeast: number): Promise<Stamped | undefined> {
    const fields = await this.#client.hmGet(this.#name('value', key), ['stamp', 'value']);
    const [stamp, value] = fields as (string | null)[];
    if (typeof stamp !== 'string' || typeof value !== 'string') return undefined;
    return Number(stamp) >= atLeast ? { stamp: Number(stamp), value } : undefined;
  }
  async admit(key: string, rate: Rate): Promise<number> {
    const keys = [this.#name('rate', key)];
    const args = [String(intervalMs(rate)), String(rate.burst)];
    return Number(await this.#client.eval(ADMIT, { keys, arguments: args }));
  }
  async once(key: string, windowMs: number): Promise<boolean> {
    const expiration = { type: 'PX', value: windowMs } as const;
    const name = this.#name('nonce', key);
    return (await this.#client.set(name, '1', { condition: 'NX', expiration })) === 'OK';
  }
  close(): Promise<void> {
    if (!this.#closed) this.#client.destroy();
    this.#closed = true;
    return Promise.resolve();
  }

  #name(kind: string, key: string): string {
    const house = this.#house();
    if (house === undefined || !this.#client.isReady) throw new RedisAway('Redis is away');
    return `ringfence:${house}:${kind}:${key}`;
  }
}
