import type { QueryRunner } from 'typeorm';
import type { Table } from '../projections/table.js';
import { PARKED } from '../read-store/parked.entity.js';

/** Two schemas with the same tables: the one that is read, and the one that was filled anew. */
export interface Sides {
  readonly live: string;
  readonly fresh: string;
  readonly tables: readonly Table[];
}

/** A row that is not the same on both sides; null where a side has none. */
export interface Difference {
  readonly table: string;
  readonly live: unknown;
  readonly fresh: unknown;
}
export interface Differences {
  readonly count: number;
  /** the first ones of each table */
  readonly shown: readonly Difference[];
}

const SHOWN_PER_TABLE = 10;

/** Rows of a statement within the session of that runner. */
export const ask = async <T>(
  runner: QueryRunner,
  sql: string,
  parameters?: unknown[],
): Promise<readonly T[]> => (await runner.query(sql, parameters)) as unknown as readonly T[];

/**
 * Lets nobody write the tables or move a checkpoint till the transaction ends; readers go on. The
 * order is that in which a batch names them (`read-store.ts`).
 */
export async function holdWriters(runner: QueryRunner, { live, tables }: Sides): Promise<void> {
  const names = [...tables, PARKED].map(({ name }) => name).toSorted();
  const all = [...names, 'checkpoints'].map((name) => `${live}.${name}`).join(', ');
  await runner.query(`lock table ${all} in share row exclusive mode`);
}

/** Compares the sides row by row. Rows of parked accounts stand still, and are left out. */
export async function compare(runner: QueryRunner, sides: Sides): Promise<Differences> {
  let count = 0;
  const shown: Difference[] = [];
  for (const table of sides.tables) {
    const found = await ask<{ live: unknown; fresh: unknown; total: string }>(
      runner,
      differencesOf(sides, table),
    );
    count += Number(found[0]?.total ?? 0);
    for (const { live, fresh } of found) shown.push({ table: table.name, live, fresh });
  }
  return { count, shown };
}

function differencesOf({ live, fresh }: Sides, { name, columns }: Table): string {
  const keys = columns.filter(({ mode }) => mode === 'key').map((column) => column.name);
  const places = columns.map((column) => column.name).join(', ');
  const join = keys.map((key) => `l.${key} = f.${key}`).join(' and ');
  const hasAccount = columns.some((column) => column.name === 'account');
  const flowing = hasAccount
    ? `and not exists (select 1 from ${live}.${PARKED.name} as p
        where p.account = coalesce(l.account, f.account))`
    : '';
  // columns by name: a table that was migrated may hold them in another order
  return `select to_jsonb(l) as live, to_jsonb(f) as fresh, count(*) over () as total
    from (select ${places} from ${live}.${name}) as l
    full join (select ${places} from ${fresh}.${name}) as f on ${join}
    where to_jsonb(l) is distinct from to_jsonb(f) ${flowing} limit ${SHOWN_PER_TABLE}`;
}

/**
 * Puts the new tables where the old ones are, with their owner and the rights that were given on
 * them, and drops the old. Within the transaction of the caller: readers see all of it or nothing.
 */
export async function swap(
  runner: QueryRunner,
  { live, fresh, tables }: Sides,
  projections: readonly string[],
): Promise<void> {
  for (const { name } of tables) {
    for (const statement of await rightsOf(runner, live, fresh, name)) {
      await runner.query(statement);
    }
    await runner.query(`drop table ${live}.${name}`);
    await runner.query(`alter table ${fresh}.${name} set schema ${live}`);
  }
  await runner.query(
    `insert into ${live}.projection_versions as v (projection, version)
     select unnest($1::text[]), 1
     on conflict (projection) do update set version = v.version + 1`,
    [projections],
  );
}

/**
 * @param isWhole  all projections were built anew: whoever is parked now is so for the new rows
 */
export async function swapParked(
  runner: QueryRunner,
  { live, fresh }: Sides,
  isWhole: boolean,
): Promise<void> {
  if (isWhole) await runner.query(`delete from ${live}.${PARKED.name}`);
  await runner.query(
    `insert into ${live}.${PARKED.name} (account, reason)
     select account, reason from ${fresh}.${PARKED.name} on conflict do nothing`,
  );
}

/** Statements that give a new table the owner and the rights of the old one. */
async function rightsOf(
  runner: QueryRunner,
  live: string,
  fresh: string,
  name: string,
): Promise<string[]> {
  const found = await ask<{ statement: string }>(
    runner,
    `with old as (select relacl, relowner from pg_class where oid = $1::regclass)
     select format('grant %s on ${fresh}.${name} to %s', right_.privilege_type,
       case right_.grantee when 0 then 'public' else right_.grantee::regrole::text end)
       as statement
     from old, aclexplode(old.relacl) as right_ where right_.grantee <> old.relowner
     union all
     select format('alter table ${fresh}.${name} owner to %s', old.relowner::regrole)
     from old where old.relowner <> (select oid from pg_roles where rolname = current_user)`,
    [`${live}.${name}`],
  );
  return found.map(({ statement }) => statement);
}
