import { z } from 'zod';

/** How a PostgreSQL is used for the read models. Times in milliseconds. */
export interface DatabaseConfig {
  readonly url: string;
  /** the schema of the read models, and of nothing else; made when it is missing */
  readonly schema: string;
  /** connections of this process at most; the projector and every reader share them */
  readonly poolMax: number;
  /** until a connection is given up: to a server that is away, or to a place in the pool */
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** until a statement that waits for another's lock is given up */
  readonly lockTimeoutMs: number;
  /** what `pg_stat_activity` shows */
  readonly applicationName: string;
}

/** Names that need no quotes, and leave room for what a rebuild appends. */
const SCHEMA = /^[a-z][a-z0-9_]{0,39}$/;
const PRINTABLE = /^[ -~]{1,63}$/;
/** What a session needs: one while migrations run, one more for what it guards. */
const POOL_LEAST = 2;
const POOL_MOST = 200;
const MINUTE_MS = 60_000;

const between = (least: number, most: number, standard: number) =>
  z.coerce.number().int().min(least).max(most).default(standard);

export const DATABASE_VARIABLES = {
  /** a PostgreSQL for the read models; without it they live in memory */
  RINGFENCE_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL like postgres://user@host/name' })
    .optional(),
  RINGFENCE_DATABASE_SCHEMA: z
    .string()
    .regex(SCHEMA, 'must be a small letter, then at most 39 small letters, digits or _')
    .default('ringfence'),
  RINGFENCE_DATABASE_POOL_MAX: between(POOL_LEAST, POOL_MOST, 10),
  RINGFENCE_DATABASE_CONNECT_TIMEOUT_MS: between(100, MINUTE_MS, 5000),
  RINGFENCE_DATABASE_STATEMENT_TIMEOUT_MS: between(100, 60 * MINUTE_MS, 30_000),
  RINGFENCE_DATABASE_LOCK_TIMEOUT_MS: between(10, 60 * MINUTE_MS, 10_000),
  RINGFENCE_DATABASE_APPLICATION_NAME: z
    .string()
    .regex(PRINTABLE, 'must be 1 to 63 printable ASCII characters')
    .default('ringfence-gateway'),
};
type Variables = z.infer<z.ZodObject<typeof DATABASE_VARIABLES>>;

/** @returns undefined without a URL: the read models live in memory */
export function databaseOf(variables: Variables): DatabaseConfig | undefined {
  const { RINGFENCE_DATABASE_URL: url } = variables;
  if (url === undefined) return undefined;
  return {
    url,
    schema: variables.RINGFENCE_DATABASE_SCHEMA,
    poolMax: variables.RINGFENCE_DATABASE_POOL_MAX,
    connectTimeoutMs: variables.RINGFENCE_DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: variables.RINGFENCE_DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: variables.RINGFENCE_DATABASE_LOCK_TIMEOUT_MS,
    applicationName: variables.RINGFENCE_DATABASE_APPLICATION_NAME,
  };
}
