import { Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import type { DatabaseConfig } from './database.config.js';
import { limitsOf } from './postgres.js';

/** Who only reads: regulators, auditors, reports. */
export const READER_ROLE = 'ringfence_reader';
/** A reader's statement may not hold up the house for longer. */
const STATEMENT_TIMEOUT_MS = 60_000;
const INSUFFICIENT_PRIVILEGE = '42501';

/** The role is not there, and this user may not make it. */
export class ReaderRoleRefused extends Error {
  override readonly name = 'ReaderRoleRefused';
}

/**
 * What makes the role, or gives it again what it must have: SELECT on the read models' schema and
 * nothing else. `default_transaction_read_only` only says early what missing rights say anyway.
 *
 * @param owner     whose tables it will read also when they are made later
 * @param password  none: the role cannot log in where the server asks for one
 */
export function readerRoleSql(
  { schema }: Pick<DatabaseConfig, 'schema'>,
  { isThere, database, owner, password }: ReaderRole,
): readonly string[] {
  const role = READER_ROLE;
  return [
    ...(isThere ? [] : [`create role ${role} login nosuperuser nocreatedb nocreaterole`]),
    ...(password === undefined ? [] : [`alter role ${role} password ${escapeLiteral(password)}`]),
    `alter role ${role} set default_transaction_read_only = on`,
    `alter role ${role} set statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    `alter role ${role} set search_path = ${schema}`,
    `grant connect on database ${escapeIdentifier(database)} to ${role}`,
    `grant usage on schema ${schema} to ${role}`,
    `grant select on all tables in schema ${schema} to ${role}`,
    `alter default privileges for role ${escapeIdentifier(owner)} in schema ${schema}
       grant select on tables to ${role}`,
  ];
}
export interface ReaderRole {
  readonly isThere: boolean;
  readonly database: string;
  readonly owner: string;
  readonly password?: string;
}

/**
 * Makes the role that can only read, in one transaction; a second time it mends what it may do.
 *
 * @throws ReaderRoleRefused when the connecting user may not; its message holds the statements for
 *   one who may
 */
export async function makeReaderRole(database: DatabaseConfig, password?: string): Promise<void> {
  const client = new Client({
    connectionString: database.url,
    connectionTimeoutMillis: database.connectTimeoutMs,
    application_name: database.applicationName,
    ...limitsOf(database),
  });
  // a session that breaks fails the statement under way
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query<ReaderRole>(
      `select current_database() as database, current_user as owner,
       exists (select 1 from pg_roles where rolname = $1) as "isThere"`,
      [READER_ROLE],
    );
    const role = found.rows[0];
    await inOneTransaction(client, readerRoleSql(database, { ...role, password })).catch(
      (fault: unknown) => {
        const code = fault instanceof DatabaseError ? fault.code : undefined;
        if (code !== INSUFFICIENT_PRIVILEGE) throw fault;
        // the password is for the one who runs them to say
        const statements = readerRoleSql(database, role).map((each) => `${each};`);
        const who = `user ${role.owner} may not make ${READER_ROLE} (${(fault as Error).message})`;
        const advice = 'let an administrator run';
        throw new ReaderRoleRefused(`${who}; ${advice}:\n${statements.join('\n')}`, {
          cause: fault,
        });
      },
    );
  } finally {
    await client.end();
  }
}

async function inOneTransaction(client: Client, statements: readonly string[]): Promise<void> {
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  } catch (fault) {
    await client.query('rollback');
    throw fault;
  }
}
