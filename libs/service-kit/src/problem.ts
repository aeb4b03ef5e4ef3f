/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** path of the field, like `legs[2].amount` */
  readonly field: string;
  readonly rule: string;
  readonly code: string;
}

/** An error as RFC 9457 writes it; `code` is stable and part of the API. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  /** for a person */
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  /** facts that a program may use: what is available, which lane is stopped */
  readonly facts?: Readonly<Record<string, string>>;
}

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/**
 * Every problem that an edge gives by itself. Rejections of deciders bring their own codes with
 * status 422.
 */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-request': { status: 400, title: 'The request does not have the form it must have' },
  'too-many-items': { status: 400, title: 'More items than one request may hold' },
  'missing-id': { status: 400, title: 'An order needs an id of its sender' },
  'not-authenticated': { status: 401, title: 'No valid API key' },
  'role-not-allowed': { status: 403, title: 'The key may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'id-conflict': { status: 409, title: 'The id was used for another order' },
  'nonce-used': { status: 409, title: 'The nonce was used for an earlier request' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  rejected: { status: 422, title: 'The order was refused' },
  'rate-limited': { status: 429, title: 'The key asks too often; send it again later' },
  'too-many-streams': { status: 429, title: 'The key has as many streams open as it may' },
  'lane-busy': { status: 429, title: 'Too many orders wait; send it again later' },
  'command-faulted': { status: 500, title: 'The order met a fault and changed nothing' },
  'internal-error': { status: 500, title: 'A fault of the house' },
  closing: { status: 503, title: 'This process ends; nothing was taken, send it again' },
  'lane-stalled': {
    status: 503,
    title: 'The lane that decides this cannot use its log; nothing was taken, send it again later',
  },
  'lane-stopped': { status: 503, title: 'The lane that decides this is stopped' },
  'outcome-unknown': { status: 503, title: 'Nobody can tell yet what became of it; ask again' },
  'read-models-off': { status: 503, title: 'Read models are switched off' },
  'read-models-away': { status: 503, title: 'The database of the read models cannot be asked now' },
  'read-models-checking': {
    status: 503,
    title: 'The read models are not yet compared with the logs; ask again',
  },
  'account-parked': { status: 503, title: 'The read models cannot show this account' },
  'not-caught-up': { status: 503, title: 'The read model has not come so far yet' },
} as const satisfies Readonly<Record<string, ProblemKind>>;
export type ProblemCode = keyof typeof PROBLEMS;

/** What a problem may say besides its code. */
export type ProblemMore = Partial<Pick<ProblemDetails, 'detail' | 'errors' | 'facts'>>;

export function problem(code: ProblemCode, more: ProblemMore = {}): ProblemDetails {
  const { status, title } = PROBLEMS[code];
  return { type: typeOf(code), title, status, code, ...more };
}

/** A decider's refusal: its own stable code, status 422. */
export const rejection = (
  code: string,
  facts: Readonly<Record<string, string>>,
): ProblemDetails => ({
  type: typeOf(code),
  title: PROBLEMS.rejected.title,
  status: PROBLEMS.rejected.status,
  code,
  ...(Object.keys(facts).length > 0 ? { facts } : undefined),
});

const typeOf = (code: string): string => `urn:ringfence:problem:${code}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
