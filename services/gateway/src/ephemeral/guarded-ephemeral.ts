import { Breaker } from './breaker.js';
import type { Ephemeral, Stamped } from './ephemeral.js';
import { MemoryEphemeral } from './memory-ephemeral.js';
import type { Rate } from './rate.js';

/** Longer nobody waits for what may be lost. */
export const DEADLINE_MS = 10;

class TooLate extends Error {
  override readonly name = 'TooLate';
}

/**
 * Something shared that may be slow, or away: asked within a deadline, and while it does not answer
 * this process goes on with its own memory. So each process then limits rates on its own, and knows
 * the nonces that it saw itself.
 */
export class GuardedEphemeral implements Ephemeral {
  /** calls that the process answered by itself */
  missed = 0;

  constructor(
    readonly shared: Ephemeral,
    readonly deadlineMs: number = DEADLINE_MS,
    readonly own: Ephemeral = new MemoryEphemeral(),
    readonly breaker: Breaker = new Breaker(),
  ) {}

  get isReachable(): boolean {
    return !this.breaker.isOpen;
  }

  put(key: string, stamped: Stamped): Promise<void> {
    return this.#ask((of) => of.put(key, stamped));
  }
  get(key: string, atLeast: number): Promise<Stamped | undefined> {
    return this.#ask((of) => of.get(key, atLeast));
  }
  admit(key: string, rate: Rate): Promise<number> {
    return this.#ask((of) => of.admit(key, rate));
  }
  /** What this process saw it still knows when the shared memory was emptied. */
  async once(key: string, windowMs: number): Promise<boolean> {
    if (!(await this.own.once(key, windowMs))) return false;
    return this.#shared((of) => of.once(key, windowMs)).catch(() => true);
  }
  async close(): Promise<void> {
    await this.shared.close();
    await this.own.close();
  }

  async #ask<Answer>(question: (of: Ephemeral) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.#shared(question);
    } catch {
      // counted there; whatever the fault, the answer of this process's own memory is as true
      return question(this.own);
    }
  }

  async #shared<Answer>(question: (of: Ephemeral) => Promise<Answer>): Promise<Answer> {
    try {
      if (!this.breaker.lets()) throw new TooLate('not asked');
      const answer = await within(this.deadlineMs, question(this.shared), this.breaker);
      return answer;
    } catch (fault) {
      this.missed++;
      throw fault;
    }
  }
}

/** Waits for an answer that long, and tells the breaker how it went. */
async function within<Answer>(
  ms: number,
  asked: Promise<Answer>,
  breaker: Breaker,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // once more round the event loop: an answer that is here already is not late
    timer = setTimeout(() => setImmediate(() => reject(new TooLate(`after ${ms} ms`))), ms);
  });
  try {
    const answer = await Promise.race([asked, late]);
    breaker.succeeded();
    return answer;
  } catch (fault) {
    breaker.failed();
    throw fault;
  } finally {
    clearTimeout(timer);
    late.catch(() => undefined);
    asked.catch(() => undefined);
  }
}
