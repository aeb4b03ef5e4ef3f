import type { By, Role } from '@ringfence/kernel';
import { problem, type ProblemDetails } from '@ringfence/service-kit';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';

/** One request for something that is shown, or of an operator to the house itself. */
export interface Call {
  readonly by: By;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** seconds that the caller is ready to wait */
  readonly wait: number;
}

/** Data for JSON; amounts are texts by then. */
export interface Shown {
  readonly [member: string]: unknown;
}

export interface ReadRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly roles: ReadonlySet<Role>;
  readonly summary: string;
  readonly query?: readonly string[];
  answer(edge: Edge, call: Call): Promise<Shown> | Shown;
}

export const ANYONE: ReadonlySet<Role> = new Set<Role>([
  'venue',
  'operator',
  'approver',
  'regulator',
  'system',
]);
/** Those who act for the house or watch it. */
export const OVERSEERS: ReadonlySet<Role> = new Set<Role>(['operator', 'approver', 'regulator']);
export const OPERATORS: ReadonlySet<Role> = new Set<Role>(['operator', 'system']);

export const notFound = (what: string): Refused =>
  new Refused(problem('not-found', { detail: `no ${what}` }));

export function wrongField(field: string, rule: string, code: string): Refused {
  const details: ProblemDetails = problem('invalid-request', { errors: [{ field, rule, code }] });
  return new Refused(details);
}

/** A whole number of the query or path; `standard` when it is absent. */
export function numberOf(
  text: string | undefined,
  field: string,
  { standard, most = Number.MAX_SAFE_INTEGER }: { standard?: number; most?: number } = {},
): number {
  if (text === undefined && standard !== undefined) return standard;
  const value = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value <= most) return value;
  throw wrongField(field, `must be a whole number up to ${most}`, 'wrong-type');
}
