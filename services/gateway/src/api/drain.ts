import type { FastifyInstance } from 'fastify';
import { problem } from '@ringfence/service-kit';
import { answerProblem } from './server.js';

/** Requests under way are waited for so long when the process ends, ms. */
const DRAIN_MS = 3_000;
const RETRY_AFTER_SECONDS = 2;

/** Ends the intake of requests in order: new ones are refused, those under way are answered. */
export class Drain {
  #active = 0;
  #closing = false;
  #drained: (() => void) | undefined;

  get isClosing(): boolean {
    return this.#closing;
  }

  /** Counts every request of the scope. */
  watch(scope: FastifyInstance): void {
    scope.addHook('onRequest', (_request, reply, done) => {
      this.#active++;
      if (!this.#closing) return done();
      reply.header('retry-after', RETRY_AFTER_SECONDS);
      void answerProblem(reply, problem('closing'));
    });
    // also when the client went away
    scope.addHook('onResponse', (_request, _reply, done) => {
      this.#active--;
      if (this.#active === 0) this.#drained?.();
      done();
    });
  }

  /** Resolves when every request under way is answered, or `ms` later. */
  async close(ms = DRAIN_MS): Promise<void> {
    this.#closing = true;
    if (this.#active === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}
