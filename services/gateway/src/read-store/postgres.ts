import { Client, Pool, type PoolConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import type { DatabaseConfig } from './database.config.js';

/** A client gives up a little later than the server, whose error says more. */
const CLIENT_GRACE_MS = 5000;

/**
 * A pool whose clients never end the process. A server that goes down may greet a client and end
 * its session in one breath, before TypeORM listens; who asks that client next is told.
 */
class ListeningPool extends Pool {
  constructor(options: PoolConfig) {
    super(options);
    this.on('connect', (client) => client.on('error', () => undefined));
  }
}

/** What TypeORM and `pg` must know; every session of this process has the same limits. */
export function postgresOptions(database: DatabaseConfig): Partial<DataSourceOptions> {
  const { url, schema, poolMax, connectTimeoutMs, applicationName } = database;
  return {
    type: 'postgres',
    driver: { Pool: ListeningPool },
    url,
    poolSize: poolMax,
    connectTimeoutMS: connectTimeoutMs,
    applicationName,
    // the pool replaces a connection that broke while idle; whoever asks next hears of the trouble
    poolErrorHandler: () => undefined,
    extra: { ...limitsOf(database), options: `-c search_path=${schema}` },
  };
}

export function limitsOf({ statementTimeoutMs, lockTimeoutMs }: DatabaseConfig): object {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    query_timeout: statementTimeoutMs + CLIENT_GRACE_MS,
    keepAlive: true,
  };
}

/**
 * Makes the schema when it is missing, and keeps other processes from migrating it while `migrate`
 * does.
 */
export async function guarded<T>(database: DatabaseConfig, migrate: () => Promise<T>): Promise<T> {
  const { url, schema, connectTimeoutMs, applicationName } = database;
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: applicationName,
    ...limitsOf(database),
  });
  // a session that breaks fails the statement under way or the next one
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [`ringfence ${schema}`]);
    const found = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
    // `if not exists` would ask for the right to make one even where it is there
    if (found.rowCount === 0) await client.query(`create schema ${schema}`);
    return await migrate();
  } finally {
    await client.end();
  }
}
