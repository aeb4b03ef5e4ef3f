import fastify, { type FastifyInstance } from 'fastify';
import { OpeningReadModels } from '../projections/opening-read-models.js';
import type { ReadModels } from '../projections/read-models.js';
import type { Edge } from './edge.js';
import { ReferenceNames } from './names.js';
import { registerReads } from './read-routes.js';
import { serveApi } from './server.js';

/** Reads that need rows and nothing else. */
export const ROW_PATHS = [
  '/v1/balances',
  '/v1/accounts',
  '/v1/positions',
  '/v1/calls',
  '/v1/withdrawals',
];

/** Names under which everybody is an operator. */
class OpenNames extends ReferenceNames {
  override keyOf() {
    return { key: 1, member: 0 as never, role: 'operator' } as const;
  }
}

/** The read routes over read models alone, for requests that are injected. */
export function serveReads(models: ReadModels, onFault: (fault: unknown) => void): FastifyInstance {
  const opening = new OpeningReadModels(models);
  const limits = { check: () => undefined };
  const edge = { reference: { names: new OpenNames() }, readModels: () => opening, limits };
  const server = fastify();
  serveApi(server, (scope) => registerReads(scope, edge as unknown as Edge), onFault);
  return server;
}

export const getFrom = (server: FastifyInstance, url: string) =>
  server.inject({ url, headers: { authorization: 'Bearer key' } });
