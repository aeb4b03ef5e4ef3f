import { DataSource, QueryFailedError, type DataSourceOptions } from 'typeorm';
import { invariant } from '@ringfence/kernel';
import { GENESIS } from '@ringfence/journal';
import { upsertOf, type Table } from '../projections/table.js';
import type { RowSet } from '../projections/rows.js';
import { ReadModels1700000000001 } from './0001-read-models.migration.js';
import { ParkedAccounts1700000000002 } from './0002-parked-accounts.migration.js';
import { ProjectionVersions1700000000003 } from './0003-projection-versions.migration.js';
import { Margins1700000000004 } from './0004-margins.migration.js';
import { CheckpointEntity, type Checkpoint } from './checkpoint.entity.js';
import type { DatabaseConfig } from './database.config.js';
import { PARKED, type Parked } from './parked.entity.js';
import { pgliteDriver } from './pglite-pool.js';
import { guarded, postgresOptions } from './postgres.js';
import { entityOf, type Row } from './row.entity.js';
import { refusalOf, RowRefused } from './row-refused.js';

/** One log that moves on in a batch. */
export interface Step {
  readonly service: string;
  readonly partition: number;
  readonly from: Position;
  readonly to: Position;
}
export interface Position {
  readonly seq: number;
  readonly hash: string;
}

/** What the rows show, and whose do not, as one process finds them. */
export interface Standing {
  readonly checkpoints: readonly Checkpoint[];
  readonly parked: Parked;
}

/**
 * The rows are not what this process took them for: another one writes the same read models and is
 * ahead, or they were built anew.
 */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/**
 * Moves checkpoints from where this process left them; `$1` to `$6` are its columns, `$7` is the
 * sum of versions that it knows.
 */
const ADVANCE = `update checkpoints as c set seq = n.seq, hash = n.hash
  from unnest(($1::text)::text[], ($2::text)::integer[], ($3::text)::bigint[], ($4::text)::text[],
    ($5::text)::bigint[], ($6::text)::text[])
    as n(service, partition, old_seq, old_hash, seq, hash)
  where c.service = n.service and c.partition = n.partition and c.seq = n.old_seq
    and c.hash = n.old_hash
    and $7::bigint = (select coalesce(sum(version), 0) from projection_versions) returning 1`;
const ADVANCE_PARAMETERS = 7;
/** How PostgreSQL says that a checkpoint was not where it had to be: the count divides by 0. */
const DIVISION_BY_ZERO = '22012';
const UNDEFINED_TABLE = '42P01';

const MIGRATIONS = [
  ReadModels1700000000001,
  ParkedAccounts1700000000002,
  ProjectionVersions1700000000003,
  Margins1700000000004,
];

/** The read models' database: PostgreSQL, or the same engine in a process beside this one. */
export class ReadStore {
  /** the sum of versions that this process knows */
  #version = '0';

  private constructor(
    readonly source: DataSource,
    /** other processes may write the same tables */
    readonly isShared: boolean,
  ) {}

  /** @param database  a PostgreSQL; without it, memory: rebuilt from the logs at every start */
  static async open(tables: readonly Table[], database?: DatabaseConfig): Promise<ReadStore> {
    const source = sourceOf(tables, database);
    const initialize = async (): Promise<ReadStore> => {
      try {
        await source.initialize();
        await source.runMigrations();
      } catch (fault) {
        if (source.isInitialized) await source.destroy();
        throw fault;
      }
      return new ReadStore(source, database !== undefined);
    };
    return database === undefined ? initialize() : guarded(database, initialize);
  }
  /**
   * Opens what a gateway has made, and changes nothing.
   *
   * @returns undefined when it is of another build, or not there
   */
  static async openAsIs(
    tables: readonly Table[],
    database: DatabaseConfig,
  ): Promise<ReadStore | undefined> {
    const source = await sourceOf(tables, database).initialize();
    const done = await source
      .query<{ name: string }[]>('select name from migrations order by id')
      .catch((fault: unknown) => {
        if (codeOf(fault) === UNDEFINED_TABLE) return [];
        throw fault;
      });
    const names = done.map(({ name }) => name).join();
    if (names === MIGRATIONS.map((each) => each.name).join()) return new ReadStore(source, true);
    await source.destroy();
    return undefined;
  }

  /** How far the rows are; from now on this process writes what follows that, or nothing. */
  async standing(): Promise<Standing> {
    const [{ version }] = await this.source.query<{ version: string }[]>(
      'select coalesce(sum(version), 0)::text as version from projection_versions',
    );
    this.#version = version;
    return { checkpoints: await this.checkpoints(), parked: await this.parked() };
  }
  /** Whether it is there at all. */
  async answers(): Promise<void> {
    await this.source.query('select 1');
  }
  async checkpoints(): Promise<readonly Checkpoint[]> {
    return this.source.getRepository(CheckpointEntity).find();
  }
  /** Accounts whose rows an earlier batch could not write. */
  async parked(): Promise<Parked> {
    const rows = await this.source.getRepository<Row>(PARKED.name).find();
    return new Map(rows.map(({ account, reason }) => [Number(account), String(reason)]));
  }
  /** Notes a log that no batch has moved yet. */
  async begin(service: string, partition: number): Promise<void> {
    await this.source.query(
      'insert into checkpoints values ($1, $2, $3, $4) on conflict do nothing',
      [service, partition, GENESIS.seq, GENESIS.hash],
    );
  }

  /**
   * Writes rows and moves the checkpoints of the logs they come from: one statement, so all of it
   * or nothing, and one way to the database and back.
   *
   * @throws CheckpointMoved when a checkpoint is not where this process left it
   * @throws RowRefused when the database refuses a value for good; nothing was written
   */
  async write(set: RowSet, steps: readonly Step[]): Promise<void> {
    const parameters = [...columnsOf(steps), this.#version];
    invariant(parameters.length === ADVANCE_PARAMETERS, 'a parameter for each of ADVANCE');
    const parts = upsertsOf(set, parameters);
    const sql =
      `with ${[...parts, `moved as (${ADVANCE})`].join(', ')} ` +
      `select 1 / (count(*) = ${steps.length})::integer from moved`;
    try {
      await this.source.query(sql, parameters);
    } catch (fault) {
      if (codeOf(fault) === DIVISION_BY_ZERO) {
        throw new CheckpointMoved('another process moved these read models', { cause: fault });
      }
      const refusal = refusalOf(fault);
      throw refusal === undefined ? fault : new RowRefused(refusal, { cause: fault });
    }
  }

  /**
   * Tries rows in a transaction that is taken back.
   *
   * @returns why the database refuses them; undefined when it takes them
   * @throws whatever is not about the rows
   */
  async refusal(set: RowSet): Promise<string | undefined> {
    const parameters: string[] = [];
    const parts = upsertsOf(set, parameters);
    const runner = this.source.createQueryRunner();
    try {
      await runner.startTransaction();
      const tried = await runner.query(`with ${parts.join(', ')} select 1`, parameters).then(
        () => undefined,
        (fault: unknown) => fault,
      );
      await runner.rollbackTransaction();
      const refusal = refusalOf(tried);
      if (tried !== undefined && refusal === undefined) throw tried;
      return refusal;
    } finally {
      await runner.release();
    }
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

function sourceOf(tables: readonly Table[], database: DatabaseConfig | undefined): DataSource {
  return new DataSource({
    type: 'postgres',
    ...(database === undefined ? { driver: pgliteDriver() } : postgresOptions(database)),
    entities: [CheckpointEntity, entityOf(PARKED), ...tables.map(entityOf)],
    migrations: MIGRATIONS,
    migrationsRun: false,
    synchronize: false,
    logging: false,
  } as DataSourceOptions);
}

/**
 * One part of a statement per table that has rows; their arrays join the parameters. All who write
 * name the tables in one order, and the checkpoints last: nobody waits for a lock in a circle.
 */
const upsertsOf = (set: RowSet, parameters: string[]): string[] =>
  set
    .all()
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => (a.table.name < b.table.name ? -1 : 1))
    .map((rows, i) => {
      const part = `r${i} as (${upsertOf(rows.table, parameters.length)})`;
      parameters.push(...rows.arrays());
      return part;
    });

function columnsOf(steps: readonly Step[]): string[] {
  const column = (of: (step: Step) => string | number): string => `{${steps.map(of).join(',')}}`;
  return [
    column(({ service }) => service),
    column(({ partition }) => partition),
    column(({ from }) => from.seq),
    column(({ from }) => from.hash),
    column(({ to }) => to.seq),
    column(({ to }) => to.hash),
  ];
}

const codeOf = (fault: unknown): string | undefined =>
  fault instanceof QueryFailedError
    ? (fault.driverError as { readonly code?: string }).code
    : undefined;
