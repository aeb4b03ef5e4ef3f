import { catalogue, type Command } from '@ringfence/contracts';
import type { By, CommandId } from '@ringfence/kernel';
import { derivedId, problem, type FieldProblem, type ProblemDetails } from '@ringfence/service-kit';
import { readCommandId } from './command-ids.js';
import type { ReferenceNames } from './names.js';
import type { Resource } from './resource.js';

/** What holds for all items of one request. */
export interface RequestScope {
  readonly by: By;
  readonly names: ReferenceNames;
  readonly partitions: number;
  /** the header `Idempotency-Key`; empty when absent */
  readonly idempotencyKey: string;
  /** the query's `partition` */
  readonly partition: number | undefined;
  /** items stand in an array: their place is part of their id */
  readonly isBatch: boolean;
  /** `traceparent` of the request, if it is followed */
  readonly trace?: string;
}

/** An item that may go to its lane. */
export interface Order {
  readonly id: CommandId;
  readonly command: Command;
  readonly partition: number;
}
/** An item, or why it goes nowhere. */
export type ReadOrder =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly problem: ProblemDetails };

const refused = (details: ProblemDetails): ReadOrder => ({ ok: false, problem: details });
const wrong = (...errors: FieldProblem[]): ReadOrder =>
  refused(problem('invalid-request', { errors }));

/** Checks one item and builds its command; nothing of it has reached a lane yet. */
export function readOrder(
  resource: Resource,
  item: unknown,
  index: number,
  scope: RequestScope,
): ReadOrder {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return wrong({ field: '', rule: 'must be an object', code: 'wrong-type' });
  }
  const { id: named, ...fields } = item as Record<string, unknown>;
  const id = named === undefined ? idFromHeader(scope, index) : readCommandId(named);
  if (id === undefined) return withoutId(named);
  const partition = takePartition(resource, fields, scope);
  if (typeof partition === 'string') return withoutPartition(partition);
  translate(resource, fields, scope.names);
  const parsed = catalogue.parse(resource.command, fields, scope.names);
  if (!parsed.ok) return refused(problem('invalid-request', { errors: parsed.problems }));
  const hints = { partitions: scope.partitions, partition };
  const route = (resource.route as (command: Command, given: typeof hints) => number)(
    parsed.value,
    hints,
  );
  return { ok: true, order: { id, command: parsed.value, partition: route } };
}

function idFromHeader({ idempotencyKey, by, isBatch }: RequestScope, index: number) {
  if (idempotencyKey === '') return undefined;
  return derivedId(`${by.member}/${idempotencyKey}${isBatch ? `/${index}` : ''}`);
}
function withoutId(named: unknown): ReadOrder {
  if (named === undefined) {
    return refused(
      problem('missing-id', {
        detail: 'give the field `id` (a UUID) or the header Idempotency-Key',
        errors: [{ field: 'id', rule: 'must be given', code: 'missing' }],
      }),
    );
  }
  const rule = 'must be 32 hexadecimal digits, or a UUID';
  return wrong({ field: 'id', rule, code: 'malformed-command-id' });
}

type PartitionProblem = 'missing' | 'wrong-type' | 'unknown-partition' | 'role-not-allowed';
/** The partition that the item or the query names, where the resource lets one be named. */
function takePartition(
  resource: Resource,
  fields: Record<string, unknown>,
  { partition: queried, partitions, by }: RequestScope,
): number | undefined | PartitionProblem {
  if (resource.partition === 'none') return undefined;
  const given = fields['partition'] ?? queried;
  delete fields['partition'];
  if (given === undefined) return resource.partition === 'required' ? 'missing' : undefined;
  if (typeof given !== 'number' || !Number.isInteger(given)) return 'wrong-type';
  if (given < 0 || given >= partitions) return 'unknown-partition';
  if (resource.partition === 'operator' && by.role !== 'operator') return 'role-not-allowed';
  return given;
}
function withoutPartition(code: string): ReadOrder {
  if (code === 'role-not-allowed') {
    return refused(problem(code, { detail: 'only operators choose a partition' }));
  }
  const rule = 'must be the number of a partition of this house';
  return wrong({ field: 'partition', rule, code });
}

const NAMED_BUCKET = /^(isolated|cross|portfolio):(?!\d+$)(.+)$/;

/** Puts a number where a bucket names an instrument or domain; an unknown name stays. */
export function numbered(bucket: string, names: ReferenceNames): string {
  const [, kind, name] = NAMED_BUCKET.exec(bucket) ?? [];
  if (kind === undefined || name === undefined) return bucket;
  const number = kind === 'isolated' ? names.instrument(name)?.id : names.domain(name);
  return number === undefined ? bucket : `${kind}:${number}`;
}

/**
 * Puts numbers where the item names an instrument or a domain; unknown names stay for the parser
 * to refuse.
 */
function translate(
  { buckets, domains }: Resource,
  fields: Record<string, unknown>,
  names: ReferenceNames,
): void {
  for (const field of buckets) {
    const text = fields[field];
    if (typeof text === 'string') fields[field] = numbered(text, names);
  }
  for (const field of domains) {
    const text = fields[field];
    if (typeof text === 'string') fields[field] = names.domain(text) ?? text;
  }
}
