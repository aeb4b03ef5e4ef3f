const FAILURES_TO_OPEN = 3;
const BACK_OFF_MS = 100;
const BACK_OFF_MAX_MS = 5_000;

/**
 * Keeps requests away from a server that does not answer: after some failures in a row nobody asks
 * for a while, then one does; the while doubles until one is answered.
 */
export class Breaker {
  #failures = 0;
  #backOffMs = BACK_OFF_MS;
  #opensAgainAt = 0;

  /** @param clock  ms, never going back */
  constructor(readonly clock: () => number = () => performance.now()) {}

  get isOpen(): boolean {
    return this.#failures >= FAILURES_TO_OPEN;
  }
  /** Whether to ask now. While it is open one attempt per back-off is let through. */
  lets(): boolean {
    if (!this.isOpen) return true;
    const now = this.clock();
    if (now < this.#opensAgainAt) return false;
    this.#delay(now);
    return true;
  }
  succeeded(): void {
    this.#failures = 0;
    this.#backOffMs = BACK_OFF_MS;
  }
  failed(): void {
    this.#failures++;
    if (this.#failures === FAILURES_TO_OPEN) this.#delay(this.clock());
  }
  #delay(now: number): void {
    this.#opensAgainAt = now + this.#backOffMs;
    this.#backOffMs = Math.min(BACK_OFF_MAX_MS, this.#backOffMs * 2);
  }
}
