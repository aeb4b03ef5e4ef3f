import { QueryFailedError } from 'typeorm';
import { Closing } from './outages.js';
import { isEmbeddedEnd } from './pglite-pool.js';

/**
 * Classes of SQLSTATE that speak of the way to the database or its state, not of the statement:
 * connection, authorization, rollback, resources, object not in the state that was needed,
 * operator intervention, system error.
 *
 * @source PostgreSQL, appendix A
 */
const OF_STATE: ReadonlySet<string> = new Set(['08', '28', '40', '53', '55', '57', '58']);
const READ_ONLY = '25006';
/** What Node says of a connection. */
const OF_SOCKETS = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/;
/** What `pg` and `pg-pool` say without a code. @source pg 8.23, pg-pool 3.14 */
const OF_CLIENT = new RegExp(
  [
    'connection terminated',
    'timeout exceeded when trying to connect',
    'query read timeout',
    'not queryable',
    'driver not connected',
  ].join('|'),
  'i',
);

/** What may be known of an error, whoever made it. */
interface Told {
  readonly code?: string;
  readonly message?: string;
  /** one for each address that was tried */
  readonly errors?: readonly unknown[];
}

/** Whether a fault means that the same statement may well succeed later. */
export function isDatabaseAway(fault: unknown): boolean {
  if (fault instanceof Closing || isEmbeddedEnd(fault)) return true;
  const cause = fault instanceof QueryFailedError ? fault.driverError : fault;
  if (typeof cause !== 'object' || cause === null) return false;
  const { code = '', message = '', errors } = cause as Told;
  if (errors) return errors.every(isDatabaseAway);
  if (OF_SOCKETS.test(code) || OF_CLIENT.test(message)) return true;
  return /^[0-9A-Z]{5}$/.test(code) && (OF_STATE.has(code.slice(0, 2)) || code === READ_ONLY);
}
