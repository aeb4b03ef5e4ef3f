import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem, PROBLEM_MEDIA_TYPE } from '@ringfence/service-kit';
import { callerOf, mustHaveRole, Refused } from './callers.js';
import type { Conclusions } from './conclusions.js';
import type { OrderDesk } from './order-desk.js';
import type { RequestScope } from './orders.js';
import { httpStatusOf, itemJson, singleJson, type Outcome } from './outcome.js';
import type { ReferenceReader } from './reference-reader.js';
import type { RequestLimits } from './request-limits.js';
import type { Resource } from './resource.js';

/** Items of one request, at most: what one record holds. */
export const ITEMS_MAX = 1000;
const WAIT_MAX_SECONDS = 30;
const IDEMPOTENCY_KEY_MAX = 256;
/** Problems of a lane that took nothing, and when to send it again; a stopped one waits for us. */
const RETRY_AFTER_SECONDS = { 'lane-busy': 1, 'lane-stalled': 5, 'lane-stopped': undefined };

/** What the routes of orders work with. */
export interface OrderEdge {
  readonly desk: OrderDesk;
  readonly reference: ReferenceReader;
  readonly conclusions: Conclusions;
  readonly limits: RequestLimits;
}

/** Registers one POST per resource: an object, or an array of them with a result each. */
export function registerOrders(
  server: FastifyInstance,
  resources: readonly Resource[],
  edge: OrderEdge,
): void {
  for (const resource of resources) {
    server.post(resource.path, (request, reply) => takeOrders(resource, edge, request, reply));
  }
}

async function takeOrders(
  resource: Resource,
  edge: OrderEdge,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { names } = edge.reference;
  const { body, headers } = request;
  const by = callerOf(headers.authorization, names);
  mustHaveRole(by, resource.roles);
  const checked = edge.limits.check(by, headers, resource.path);
  if (checked) await checked;
  const isBatch = Array.isArray(body);
  const items: readonly unknown[] = isBatch ? body : [body];
  if (items.length > ITEMS_MAX) {
    throw new Refused(problem('too-many-items', { facts: { most: String(ITEMS_MAX) } }));
  }
  const scope: RequestScope = {
    by,
    names,
    isBatch,
    partitions: edge.desk.partitions,
    idempotencyKey: idempotencyKeyOf(headers['idempotency-key']),
    partition: partitionOfQuery(request.query),
  };
  let outcomes = await edge.desk.take(resource, items, scope);
  if (resource.service === 'reference') await edge.reference.reach(lastSeq(outcomes));
  const wait = waitOf(headers.prefer);
  if (resource.saga && wait > 0) {
    outcomes = await edge.conclusions.follow(resource.saga, outcomes, wait * 1000);
    reply.header('preference-applied', `wait=${wait}`);
  }
  return isBatch ? answerBatch(reply, outcomes) : answerSingle(reply, outcomes[0]);
}

function answerSingle(reply: FastifyReply, outcome: Outcome): FastifyReply {
  const status = httpStatusOf(outcome);
  const after = retryAfter(outcome);
  if (after !== undefined) reply.header('retry-after', after);
  reply.code(status).type(outcome.problem ? PROBLEM_MEDIA_TYPE : JSON_TYPE);
  return reply.send(singleJson(outcome));
}

const retryAfter = ({ problem: details }: Outcome): number | undefined =>
  (RETRY_AFTER_SECONDS as Readonly<Record<string, number | undefined>>)[details?.code ?? ''];

/**
 * 202 with a result per item; when every item failed for one reason of the house, that is the
 * answer.
 */
function answerBatch(reply: FastifyReply, outcomes: readonly Outcome[]): FastifyReply {
  const [first] = outcomes;
  const { code = '' } = first?.problem ?? {};
  if (first?.problem && code in RETRY_AFTER_SECONDS) {
    if (outcomes.every(({ problem: each }) => each?.code === code)) {
      throw new Refused(first.problem, retryAfter(first));
    }
  }
  let text = '{"results":[';
  for (let i = 0; i < outcomes.length; i++) {
    text += i === 0 ? itemJson(outcomes[i]) : `,${itemJson(outcomes[i])}`;
  }
  return reply.code(202).type(JSON_TYPE).send(`${text}]}`);
}
export const JSON_TYPE = 'application/json; charset=utf-8';

const lastSeq = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((last, { receipt }) => Math.max(last, receipt?.seq ?? 0), 0);

function idempotencyKeyOf(header: string | string[] | undefined): string {
  if (header === undefined) return '';
  if (typeof header === 'string' && header.length <= IDEMPOTENCY_KEY_MAX) return header;
  const rule = `must be one text of at most ${IDEMPOTENCY_KEY_MAX} characters`;
  const errors = [{ field: 'Idempotency-Key', rule, code: 'too-long' }];
  throw new Refused(problem('invalid-request', { errors }));
}

/** Seconds that the client is ready to wait for the end of what it ordered. */
export function waitOf(prefer: string | string[] | undefined): number {
  const text = Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '');
  const seconds = /(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])/.exec(text)?.[1];
  return Math.min(WAIT_MAX_SECONDS, Number(seconds ?? 0));
}

function partitionOfQuery(query: unknown): number | undefined {
  const { partition } = query as { readonly partition?: unknown };
  if (partition === undefined) return undefined;
  if (typeof partition === 'string' && /^\d{1,4}$/.test(partition)) return Number(partition);
  const rule = 'must be the number of a partition of this house';
  throw new Refused(
    problem('invalid-request', { errors: [{ field: 'partition', rule, code: 'wrong-type' }] }),
  );
}
