import { freshDatabase } from '@ringfence/stack';
import type { DatabaseConfig } from './database.config.js';

/** Limits for specs: short, so that nothing waits in vain. */
export const databaseAt = (url: string, more: Partial<DatabaseConfig> = {}): DatabaseConfig => ({
  url,
  schema: 'ringfence',
  poolMax: 5,
  connectTimeoutMs: 2000,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5000,
  applicationName: 'spec',
  ...more,
});

/** An empty database on the shared server. */
export const emptyDatabase = async (url: string): Promise<DatabaseConfig> =>
  databaseAt(await freshDatabase(url));
