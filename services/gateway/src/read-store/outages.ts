const FIRST_WAIT_MS = 100;
const WAIT_MAX_MS = 5000;

/** A time in which the database did not do what it was asked. */
export interface Outage {
  /** ms UTC */
  readonly since: number;
  /** what it said last */
  readonly fault: unknown;
  readonly attempts: number;
}

/** Nobody waits any longer: the process closes. */
export class Closing extends Error {
  override readonly name = 'Closing';
}

export interface OutageListener {
  readonly onBegin: (outage: Outage) => void;
  readonly onEnd: (outage: Outage) => void;
}

/**
 * Outlasts the outages of a database: asks again, at growing distances, for as long as it takes,
 * and says meanwhile why and since when.
 */
export class Outages {
  #outage: Outage | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(readonly listener: OutageListener) {}

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /**
   * @param ask  is asked again after each fault that is not final; the outcome of a fault may be
   *   unknown, so it must be a thing that can be asked twice
   * @throws what is final; Closing
   */
  async outlast<T>(ask: () => Promise<T>, isFinal: (fault: unknown) => boolean): Promise<T> {
    for (let wait = FIRST_WAIT_MS; !this.#closed; wait = Math.min(2 * wait, WAIT_MAX_MS)) {
      try {
        const answer = await ask();
        this.end();
        return answer;
      } catch (fault) {
        if (isFinal(fault)) {
          this.end();
          throw fault;
        }
        this.begin(fault);
        await this.#pause(wait);
      }
    }
    throw new Closing('the read models are closing');
  }

  begin(fault: unknown): void {
    const { since = Date.now(), attempts = 0 } = this.#outage ?? {};
    this.#outage = { since, fault, attempts: attempts + 1 };
    if (attempts === 0) this.listener.onBegin(this.#outage);
  }
  end(): void {
    const outage = this.#outage;
    this.#outage = undefined;
    if (outage) this.listener.onEnd(outage);
  }
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #pause(ms: number): Promise<void> {
    if (this.#closed) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((wake) => {
      this.#wake = wake;
      timer = setTimeout(wake, ms);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
