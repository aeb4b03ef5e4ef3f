import { catalogue } from '@ringfence/contracts';
import { PROBLEMS } from '@ringfence/service-kit';
import { ITEMS_MAX } from './order-routes.js';
import type { ReadRoute } from './read-route.js';
import type { Resource } from './resource.js';

type Json = { [member: string]: unknown };

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });
const PROBLEM_RESPONSE = {
  description: 'what is wrong, as RFC 9457 writes it',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};
const ID = {
  type: 'string',
  description: 'chosen by the sender: 32 hexadecimal digits or a UUID; the same id is done once',
};

/** The API's description, made from the same tables as its routes. */
export function openApiOf(
  resources: readonly Resource[],
  reads: readonly ReadRoute[],
  streams: readonly StreamRoute[],
): Json {
  const paths: { [path: string]: Json } = {};
  for (const resource of resources) put(paths, resource.path, 'post', orderOperation(resource));
  for (const route of reads) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    put(paths, path, route.method.toLowerCase(), readOperation(route));
  }
  for (const stream of streams) put(paths, stream.path, 'get', streamOperation(stream));
  const orders = Object.fromEntries(resources.map((each) => [each.command, itemSchema(each)]));
  return {
    openapi: '3.1.0',
    info: { title: 'Ringfence', version: '1', description: 'A clearing house on segregation' },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { ...orders, Outcome: OUTCOME, Problem: PROBLEM },
    },
  };
}

function put(paths: { [path: string]: Json }, path: string, method: string, operation: Json): void {
  paths[path] = { ...paths[path], [method]: operation };
}

function itemSchema({ command, partition }: Resource): Json {
  const { $schema: _, properties, ...schema } = catalogue.schema(command);
  const number = { type: 'integer', minimum: 0, description: 'partition of the house' };
  const place = partition === 'none' ? {} : { partition: number };
  return { ...schema, properties: { id: ID, ...place, ...(properties as Json) } };
}

function orderOperation({ command, summary, roles }: Resource): Json {
  const item = ref(command);
  const batch = { type: 'array', items: item, minItems: 1, maxItems: ITEMS_MAX };
  const results = {
    type: 'object',
    properties: { results: { type: 'array', items: ref('Outcome') } },
  };
  return {
    operationId: command,
    summary,
    description: `Roles: ${[...roles].join(', ')}. One object, or an array with a result each.`,
    parameters: [
      header('Idempotency-Key', 'stands for `id` where an item has none'),
      NONCE,
      header('Prefer', '`wait=5`: answer when what was ordered has ended'),
    ],
    requestBody: { required: true, content: json({ oneOf: [item, batch] }) },
    responses: {
      '202': {
        description: 'taken; a receipt proves that it is in the log, without one ask by id',
        content: json({ oneOf: [ref('Outcome'), results] }),
      },
      default: PROBLEM_RESPONSE,
    },
  };
}

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});

const NONCE = header('Request-Nonce', 'the key uses it once: a second time is refused');

type StreamRoute = Omit<ReadRoute, 'answer'>;

function streamOperation(route: StreamRoute): Json {
  const { parameters, ...operation } = readOperation(route);
  const text = { 'text/event-stream': { schema: { type: 'string' } } };
  const last = header('Last-Event-ID', 'goes on behind that event, or says `reset`');
  return {
    ...operation,
    parameters: [...(parameters as Json[]), last],
    responses: {
      '200': { description: 'events until one side lets go', content: text },
      default: PROBLEM_RESPONSE,
    },
  };
}

function readOperation({ path, method, summary, roles, query = [] }: StreamRoute): Json {
  const text = { type: 'string' };
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const asked = query.map((name) => ({ name, in: 'query', required: false, schema: text }));
  const operationId = `${method.toLowerCase()}${path.replace(/[/:-]+(\w)?/g, (_, letter?: string) =>
    (letter ?? '').toUpperCase(),
  )}`;
  return {
    operationId,
    summary,
    description: `Roles: ${[...roles].join(', ')}.`,
    parameters: [...named, ...asked, NONCE],
    responses: {
      '200': { description: 'as it is now', content: json({ type: 'object' }) },
      default: PROBLEM_RESPONSE,
    },
  };
}

const RECEIPT = {
  type: 'object',
  description: 'where the order stands in the log',
  properties: {
    service: { type: 'string' },
    partition: { type: 'integer' },
    seq: { type: 'integer' },
    hash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  },
};
const OUTCOME = {
  type: 'object',
  properties: {
    status: {
      enum: ['accepted', 'pending', 'returned', 'rejected', 'faulted', 'conflict', 'refused'],
    },
    id: { type: 'string' },
    receipt: RECEIPT,
    repeated: { const: true, description: 'the id was known: this is its first answer' },
    reason: {
      type: 'string',
      description: 'why what was reserved went back, or why nobody can tell yet',
    },
    facts: { type: 'object', description: 'numbers that the house gave' },
    problem: ref('Problem'),
  },
};
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: {
      type: 'string',
      description: `one of ${Object.keys(PROBLEMS).join(', ')}, or a decider's own`,
    },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          field: { type: 'string' },
          rule: { type: 'string' },
          code: { type: 'string' },
        },
      },
    },
    facts: { type: 'object' },
  },
};
