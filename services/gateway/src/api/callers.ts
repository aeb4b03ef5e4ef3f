import { hash } from '@ringfence/journal';
import type { By, Role } from '@ringfence/kernel';
import { problem, type ProblemDetails } from '@ringfence/service-kit';
import type { ReferenceNames } from './names.js';

const BEARER = /^Bearer ([\x20-\x7e]{1,256})$/;

/** A refusal that a handler throws; the edge answers with it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly problem: ProblemDetails,
    readonly retryAfterSeconds?: number,
  ) {
    super(problem.code);
  }
}

/**
 * Who calls, by the secret that the caller sends: its print is in the reference log, the secret is
 * nowhere.
 *
 * @throws Refused `not-authenticated`
 */
export function callerOf(authorization: string | undefined, names: ReferenceNames): By {
  const secret = BEARER.exec(authorization ?? '')?.[1];
  const by = secret === undefined ? undefined : names.keyOf(hash(Buffer.from(secret, 'latin1')));
  if (by) return by;
  throw new Refused(
    problem('not-authenticated', { detail: 'send the header Authorization: Bearer <API key>' }),
  );
}

/** @throws Refused `role-not-allowed` */
export function mustHaveRole(by: By, roles: ReadonlySet<Role>): void {
  if (roles.has(by.role)) return;
  throw new Refused(problem('role-not-allowed', { facts: { role: by.role } }));
}
