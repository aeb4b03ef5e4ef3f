import type { Stream, Witness } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { logStream } from '@ringfence/lane';
import { Client } from 'pg';
import type { Checkpoint } from './checkpoint.entity.js';
import type { DatabaseConfig } from './database.config.js';
import { limitsOf } from './postgres.js';

const UNDEFINED_TABLE = '42P01';

/** What the read models have seen of one log: `Witness` always with its hash. */
export interface CheckpointWitness extends Witness {
  readonly stream: Stream;
  readonly hash: string;
}

/**
 * The positions that the read models stand at. A log that ends before one of them, or has another
 * record there, has lost part of the truth, and no lane may open it.
 *
 * @returns none where no read models were ever written
 * @throws what `pg` says when the database cannot be asked: it then is no witness for now
 */
export async function checkpointWitnesses(
  database: DatabaseConfig,
): Promise<readonly CheckpointWitness[]> {
  const { url, schema, connectTimeoutMs, applicationName } = database;
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: applicationName,
    ...limitsOf(database),
  });
  // a session that breaks fails the query
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query<Checkpoint>(
      `select service, partition, seq, hash from ${schema}.checkpoints where seq > 0
       order by service, partition`,
    );
    return found.rows.map((row) => witnessOf(row, schema));
  } catch (fault) {
    if ((fault as { readonly code?: string }).code === UNDEFINED_TABLE) return [];
    throw fault;
  } finally {
    await client.end();
  }
}

function witnessOf({ service, partition, seq, hash }: Checkpoint, schema: string) {
  const stream = logStream(service as Service, partition);
  return { stream, seq: Number(seq), hash, who: `the read models in schema ${schema}` };
}
