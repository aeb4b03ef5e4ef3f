import {
  DATABASE_VARIABLES,
  databaseOf,
  makeReaderRole,
  READER_ROLE,
  rebuild,
  RebuildRefused,
  type DatabaseConfig,
} from '@ringfence/gateway';
import { readConfig } from '@ringfence/service-kit';
import { openHouseLogs, type Environment } from './house-place.js';

/** The read models' PostgreSQL, for a command that is of no use without one. */
function databaseIn(environment: Environment, url: string | undefined): DatabaseConfig {
  const given = url === undefined ? environment : { ...environment, RINGFENCE_DATABASE_URL: url };
  const database = databaseOf(readConfig(DATABASE_VARIABLES, given));
  if (database) return { ...database, applicationName: 'ringfence-cli' };
  throw new RebuildRefused(
    'give --database-url or RINGFENCE_DATABASE_URL. Without a PostgreSQL the read models live in ' +
      'memory and are built anew at every start: restart the house instead',
  );
}

export interface RebuildCommand {
  readonly projection: string;
  /** of an embedded house; else the environment says where the logs are */
  readonly folder?: string;
  readonly url?: string;
  readonly acceptDifferences: boolean;
}

/**
 * Rebuilds from the logs of a house, which may be running. Prints the result as JSON, and how
 * it goes beside it.
 *
 * @returns exit status: 1 when the versions differ and the old one was kept
 */
export async function rebuildCommand(
  { projection, folder, url, acceptDifferences }: RebuildCommand,
  environment: Environment,
): Promise<number> {
  const database = databaseIn(environment, url);
  const { journal } = await openHouseLogs(folder, environment, 'rebuild');
  try {
    const say = (line: string): void => console.error(line);
    const rebuilt = await rebuild({ journal, database, projection, acceptDifferences, say });
    console.log(JSON.stringify(rebuilt));
    return rebuilt.swapped ? 0 : 1;
  } finally {
    await journal.close();
  }
}

/** Makes the role that can only read. Its password comes from RINGFENCE_READER_PASSWORD. */
export async function readerRoleCommand(
  url: string | undefined,
  environment: Environment,
): Promise<void> {
  const database = databaseIn(environment, url);
  await makeReaderRole(database, environment['RINGFENCE_READER_PASSWORD'] || undefined);
  console.log(JSON.stringify({ role: READER_ROLE, reads: `schema ${database.schema}` }));
}
