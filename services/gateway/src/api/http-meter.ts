import type { FastifyInstance } from 'fastify';
import { Histogram, SECONDS_BOUNDS, type Page } from '@ringfence/service-kit';

const MS = 1000;

/** How long requests took, by method, route and status. Routes are patterns, so they are few. */
export class HttpMeter {
  readonly #routes = new Map<string, Map<string, Map<number, Histogram>>>();
  #active = 0;

  /** requests that are not answered yet */
  get active(): number {
    return this.#active;
  }

  /** Measures every route of the scope that is registered after this. */
  watch(scope: FastifyInstance): void {
    scope.addHook('onRequest', (_request, _reply, done) => {
      this.#active++;
      done();
    });
    // also when the client went away
    scope.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
      this.#active--;
      this.note(method, routeOptions.url ?? '', statusCode, elapsedTime / MS);
      done();
    });
  }

  note(method: string, route: string, status: number, seconds: number): void {
    let histogram = this.#routes.get(method)?.get(route)?.get(status);
    if (!histogram) {
      histogram = new Histogram(SECONDS_BOUNDS);
      const routes = this.#routes.get(method) ?? new Map<string, Map<number, Histogram>>();
      const statuses = routes.get(route) ?? new Map<number, Histogram>();
      this.#routes.set(method, routes.set(route, statuses.set(status, histogram)));
    }
    histogram.note(seconds);
  }

  write(page: Page): void {
    page.gauge('http_requests_active', this.#active);
    for (const [method, routes] of this.#routes) {
      for (const [route, statuses] of routes) {
        for (const [status, histogram] of statuses) {
          page.histogram('http_request_seconds', histogram, { method, route, status });
        }
      }
    }
  }
}
