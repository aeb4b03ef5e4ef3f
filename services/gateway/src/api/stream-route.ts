import type { FastifyReply, FastifyRequest } from 'fastify';
import { partitionOf, type By } from '@ringfence/kernel';
import { problem } from '@ringfence/service-kit';
import { ACCOUNTS } from '../projections/accounts/accounts.projection.js';
import { mayHear, parseTopics, type Topic } from '../stream/topics.js';
import { callerOf, mustHaveRole, Refused } from './callers.js';
import type { Edge } from './edge.js';
import { ANYONE, notFound, type ReadRoute } from './read-route.js';
import { readModelsOf, rowsOf } from './read-rows.js';

/** Facts as they are recorded, as server-sent events. */
export const STREAM: Omit<ReadRoute, 'answer'> = {
  method: 'GET',
  path: '/v1/stream',
  roles: ANYONE,
  query: ['topics'],
  summary: 'Facts as they are recorded: `topics=prices,rounds,auctions,calls,account:<account>`',
};

export async function answerStream(
  edge: Edge,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { headers, query } = request;
  const by = callerOf(headers.authorization, edge.reference.names);
  mustHaveRole(by, STREAM.roles);
  await edge.limits.check(by, headers, STREAM.path);
  const topics = parseTopics((query as { readonly topics?: string }).topics);
  for (const topic of topics) await mustBeOpenTo(edge, by, topic);
  const last = headers['last-event-id'];
  const lastEventId = Array.isArray(last) ? last[0] : last;
  await edge.live.streams.open({ by, topics, lastEventId }, () => {
    reply.hijack();
    return reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  });
  return reply;
}

/** @throws Refused `role-not-allowed`; `not-found` for an account that the caller may not see */
async function mustBeOpenTo(edge: Edge, by: By, topic: Topic): Promise<void> {
  if (!mayHear(by.role, topic)) {
    const detail = 'a venue hears of the calls of its accounts by their topics';
    throw new Refused(problem('role-not-allowed', { detail, facts: { role: by.role } }));
  }
  if (topic.kind !== 'account') return;
  if (partitionOf(topic.account) >= edge.ground.partitions) throw notFound('account');
  if (by.role !== 'venue') return;
  const models = await readModelsOf(edge);
  const of = { account: topic.account };
  const title = await rowsOf(models, ACCOUNTS).where('row.account = :account', of).getOne();
  if (title?.['member'] !== by.member) throw notFound('account');
}
