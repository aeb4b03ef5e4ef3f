import { DataSource, QueryFailedError } from 'typeorm';
import { invariant } from '@ringfence/kernel';
import { GENESIS } from '@ringfence/journal';
import { upsertOf, type Table } from '../projections/table.js';
import type { RowSet } from '../projections/rows.js';
import { ReadModels1700000000001 } from './0001-read-models.migration.js';
import { ParkedAccounts1700000000002 } from './0002-parked-accounts.migration.js';
import { CheckpointEntity, type Checkpoint } from './checkpoint.entity.js';
import { PARKED, type Parked } from './parked.entity.js';
import { pgliteDriver } from './pglite-pool.js';
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

/** Another process writes the same read models: it is ahead, and this one must stop. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/** Moves checkpoints from where this process left them; `$1` to `$6` are its columns. */
const ADVANCE = `update checkpoints as c set seq = n.seq, hash = n.hash
  from unnest(($1::text)::text[], ($2::text)::integer[], ($3::text)::bigint[], ($4::text)::text[],
    ($5::text)::bigint[], ($6::text)::text[])
    as n(service, partition, old_seq, old_hash, seq, hash)
  where c.service = n.service and c.partition = n.partition and c.seq = n.old_seq
    and c.hash = n.old_hash returning 1`;
const ADVANCE_COLUMNS = 6;
/** How PostgreSQL says that a checkpoint was not where it had to be: the count divides by 0. */
const DIVISION_BY_ZERO = '22012';

/** The read models' database: PostgreSQL, or the same engine inside the process. */
export class ReadStore {
  private constructor(readonly source: DataSource) {}

  /** @param url  of a PostgreSQL; without it, memory: rebuilt from the logs at every start */
  static async open(tables: readonly Table[], url?: string): Promise<ReadStore> {
    const source = new DataSource({
      type: 'postgres',
      ...(url === undefined ? { driver: pgliteDriver() } : { url }),
      entities: [CheckpointEntity, entityOf(PARKED), ...tables.map(entityOf)],
      migrations: [ReadModels1700000000001, ParkedAccounts1700000000002],
      migrationsRun: true,
      synchronize: false,
      logging: false,
    });
    return new ReadStore(await source.initialize());
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
    const parameters = columnsOf(steps);
    const parts = upsertsOf(set, parameters);
    const sql =
      `with ${[...parts, `moved as (${ADVANCE})`].join(', ')} ` +
      `select 1 / (count(*) = ${steps.length})::integer from moved`;
    try {
      await this.source.query(sql, parameters);
    } catch (fault) {
      if (isDivisionByZero(fault)) {
        throw new CheckpointMoved('another process writes these read models', { cause: fault });
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
    await this.source.destroy();
  }
}

/** One part of a statement per table that has rows; their arrays join the parameters. */
const upsertsOf = (set: RowSet, parameters: string[]): string[] =>
  set
    .all()
    .filter(({ count }) => count > 0)
    .map((rows, i) => {
      const part = `r${i} as (${upsertOf(rows.table, parameters.length)})`;
      parameters.push(...rows.arrays());
      return part;
    });

function columnsOf(steps: readonly Step[]): string[] {
  const column = (of: (step: Step) => string | number): string => `{${steps.map(of).join(',')}}`;
  const columns = [
    column(({ service }) => service),
    column(({ partition }) => partition),
    column(({ from }) => from.seq),
    column(({ from }) => from.hash),
    column(({ to }) => to.seq),
    column(({ to }) => to.hash),
  ];
  invariant(columns.length === ADVANCE_COLUMNS, 'a parameter per column of ADVANCE');
  return columns;
}

const isDivisionByZero = (fault: unknown): boolean =>
  fault instanceof QueryFailedError &&
  (fault.driverError as { readonly code?: string }).code === DIVISION_BY_ZERO;
