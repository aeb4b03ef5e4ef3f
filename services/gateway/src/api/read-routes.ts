import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '@ringfence/service-kit';
import { callerOf, mustHaveRole } from './callers.js';
import { CHAIN_ROUTES } from './chain-blocks.js';
import type { Edge } from './edge.js';
import { openApiOf } from './openapi.js';
import { JSON_TYPE, waitOf } from './order-routes.js';
import { isDatabaseAway } from '../read-store/database-away.js';
import type { Call, ReadRoute, Shown } from './read-route.js';
import { databaseAway } from './read-rows.js';
import { ACCOUNT_READS } from './reads-accounts.js';
import { HOUSE_READS } from './reads-house.js';
import { MARGIN_READS } from './reads-margin.js';
import { MARKET_READS } from './reads-market.js';
import { ORDER_READS } from './reads-orders.js';
import { PRICE_READS } from './reads-prices.js';
import { RESOURCES } from './resources.js';
import { answerProblem } from './server.js';
import { answerStream, STREAM } from './stream-route.js';
import { WHAT_IF } from './what-if.js';

/** Everything that is shown, and what operators ask of the house itself. */
export const READS: readonly ReadRoute[] = [
  ...ACCOUNT_READS,
  ...MARGIN_READS,
  WHAT_IF,
  ...MARKET_READS,
  ...PRICE_READS,
  ...ORDER_READS,
  ...HOUSE_READS,
  ...CHAIN_ROUTES,
];

export function registerReads(server: FastifyInstance, edge: Edge): void {
  for (const route of READS) {
    server.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => answerRead(route, edge, request, reply),
    });
  }
  const description = JSON.stringify(openApiOf(RESOURCES, READS, [STREAM]));
  server.route({
    method: STREAM.method,
    url: STREAM.path,
    exposeHeadRoute: false,
    handler: (request, reply) => answerStream(edge, request, reply),
  });
  server.get('/openapi.json', (_, reply) => reply.type(JSON_TYPE).send(description));
  server.all('/v1/*', (_, reply) => answerProblem(reply, problem('not-found')));
}

async function answerRead(
  route: ReadRoute,
  edge: Edge,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { headers, params, query, body } = request;
  const by = callerOf(headers.authorization, edge.reference.names);
  mustHaveRole(by, route.roles);
  const checked = edge.limits.check(by, headers, route.path);
  if (checked) await checked;
  const call: Call = {
    by,
    params: params as Call['params'],
    query: query as Call['query'],
    body,
    wait: waitOf(headers.prefer),
  };
  const shown = await answered(route, edge, call);
  return reply.type(JSON_TYPE).send(JSON.stringify(shown, plainly));
}

/** @throws Refused, also when the read models' database is lost while it is asked */
async function answered(route: ReadRoute, edge: Edge, call: Call): Promise<Shown> {
  try {
    return await route.answer(edge, call);
  } catch (fault) {
    throw isDatabaseAway(fault) ? databaseAway(fault) : fault;
  }
}

/** Units that are no amount of an asset: whole numbers as text. */
const plainly = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
