import { DataSource, type QueryRunner } from 'typeorm';
import { GENESIS } from '@ringfence/journal';
import { upsertOf, type Table } from '../projections/table.js';
import type { RowSet } from '../projections/rows.js';
import { ReadModels1700000000001 } from './0001-read-models.migration.js';
import { CheckpointEntity, type Checkpoint } from './checkpoint.entity.js';
import { pgliteDriver } from './pglite-pool.js';
import { entityOf } from './row.entity.js';

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

const ADVANCE = `update checkpoints as c set seq = n.seq, hash = n.hash
  from unnest(($1::text)::text[], ($2::text)::integer[], ($3::text)::bigint[], ($4::text)::text[],
    ($5::text)::bigint[], ($6::text)::text[])
    as n(service, partition, old_seq, old_hash, seq, hash)
  where c.service = n.service and c.partition = n.partition and c.seq = n.old_seq
    and c.hash = n.old_hash returning c.service`;

/** The read models' database: PostgreSQL, or the same engine inside the process. */
export class ReadStore {
  readonly #upserts = new Map<Table, string>();

  private constructor(readonly source: DataSource) {}

  /** @param url  of a PostgreSQL; without it, memory: rebuilt from the logs at every start */
  static async open(tables: readonly Table[], url?: string): Promise<ReadStore> {
    const source = new DataSource({
      type: 'postgres',
      ...(url === undefined ? { driver: pgliteDriver() } : { url }),
      entities: [CheckpointEntity, ...tables.map(entityOf)],
      migrations: [ReadModels1700000000001],
      migrationsRun: true,
      synchronize: false,
      logging: false,
    });
    return new ReadStore(await source.initialize());
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return this.source.getRepository(CheckpointEntity).find();
  }
  /** Notes a log that no batch has moved yet. */
  async begin(service: string, partition: number): Promise<void> {
    await this.source.query(
      'insert into checkpoints values ($1, $2, $3, $4) on conflict do nothing',
      [service, partition, GENESIS.seq, GENESIS.hash],
    );
  }

  /**
   * Writes rows and moves the checkpoints of the logs they come from, all or nothing.
   *
   * @throws CheckpointMoved when a checkpoint is not where this process left it
   */
  async write(set: RowSet, steps: readonly Step[]): Promise<void> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.startTransaction();
      for (const rows of set.all()) {
        if (rows.count > 0) await runner.query(this.#upsertOf(rows.table), rows.arrays());
      }
      await this.#advance(runner, steps);
      await runner.commitTransaction();
    } catch (fault) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      throw fault;
    } finally {
      await runner.release();
    }
  }

  async close(): Promise<void> {
    await this.source.destroy();
  }

  async #advance(runner: QueryRunner, steps: readonly Step[]): Promise<void> {
    const column = (of: (step: Step) => string | number): string => `{${steps.map(of).join(',')}}`;
    const moved: unknown = await runner.query(ADVANCE, [
      column(({ service }) => service),
      column(({ partition }) => partition),
      column(({ from }) => from.seq),
      column(({ from }) => from.hash),
      column(({ to }) => to.seq),
      column(({ to }) => to.hash),
    ]);
    const [rows] = moved as [unknown[], number];
    if (rows.length !== steps.length) throw new CheckpointMoved('somebody else writes here');
  }

  #upsertOf(of: Table): string {
    let sql = this.#upserts.get(of);
    if (sql === undefined) {
      sql = upsertOf(of);
      this.#upserts.set(of, sql);
    }
    return sql;
  }
}
