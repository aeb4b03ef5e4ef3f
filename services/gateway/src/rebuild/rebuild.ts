import type { Journal } from '@ringfence/journal';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import { ReferenceReader } from '../api/reference-reader.js';
import {
  makeProjections,
  PROJECTION_NAMES,
  type ProjectionName,
} from '../projections/all-projections.js';
import type { Table } from '../projections/table.js';
import type { DatabaseConfig } from '../read-store/database.config.js';
import { ReadStore } from '../read-store/read-store.js';
import { DecodeCache } from '@ringfence/lane';
import { Refill } from './refill.js';
import {
  ask,
  compare,
  holdWriters,
  swap,
  swapParked,
  type Differences,
  type Sides,
} from './swap.js';

/** A rebuild cannot begin, or cannot end; the old version serves as before. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused';
}

export interface RebuildOptions {
  readonly journal: Journal;
  readonly database: DatabaseConfig;
  /** a projection by its name, or `all` */
  readonly projection: string;
  /** swap although rows differ: the new version is what was wanted */
  readonly acceptDifferences?: boolean;
  /** hears how it goes, a line at a time */
  readonly say: (line: string) => void;
}
export interface Rebuilt {
  readonly projections: readonly ProjectionName[];
  /** where both versions stood when they were compared, `<service>/<partition>` to seq */
  readonly positions: Readonly<Record<string, number>>;
  readonly differences: Differences;
  readonly swapped: boolean;
}

/** Records that may be folded while nobody else writes. */
const NEAR = 2000;
/** For how long the swap is tried while others hold the tables. */
const SWAP_WITHIN_MS = 60_000;
/** Object in use, lock not available; deadlock. */
const LOCKED: ReadonlySet<string> = new Set(['55P03', '55006', '40P01']);
/** The server ended the session; a statement may hear of it before the connection is closed. */
const ENDED: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03']);

/** @throws RebuildRefused for a name that is none */
export function projectionsNamed(name: string): readonly ProjectionName[] {
  if (name === 'all') return PROJECTION_NAMES;
  const found = PROJECTION_NAMES.find((each) => each === name);
  if (found) return [found];
  throw new RebuildRefused(`"${name}": give all or one of ${PROJECTION_NAMES.join(', ')}`);
}

/**
 * Builds a projection anew from the logs while gateways go on showing the old version: fills new
 * tables in a schema of their own, compares both row by row at one position, and puts the new ones
 * in the place of the old in one transaction. Running gateways follow without a restart. However
 * it is interrupted, the old version serves, and it can be started again.
 *
 * @throws RebuildRefused; LogTruncated when the logs end before the checkpoints
 */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { database, journal, projection } = options;
  const names = projectionsNamed(projection);
  const everything = makeProjections(() => 0n).flatMap(({ tables }) => tables);
  const live = await ReadStore.openAsIs(everything, database);
  if (!live) {
    const where = `schema ${database.schema}`;
    throw new RebuildRefused(
      `${where} holds no read models of this build: start its gateway first`,
    );
  }
  const reference = new ReferenceReader(journal, new DecodeCache(), (fault) =>
    options.say(`the reference log: ${String(fault)}`),
  );
  const runner = live.source.createQueryRunner();
  try {
    await reserve(runner, database.schema);
    const rest = { ...options, live, runner, reference, everything, names };
    return await new Rebuild(rest).run();
  } catch (cause) {
    if (!runner.isReleased && !ENDED.has(codeOf(cause))) throw cause;
    const lost = 'the connection was lost; the old version serves, start it again';
    throw new RebuildRefused(lost, { cause });
  } finally {
    reference.close();
    // what a broken session held is free already
    await runner.release().catch(() => undefined);
    await live.close();
  }
}

/** One at a time; the session's end frees it. */
async function reserve(runner: QueryRunner, schema: string): Promise<void> {
  const [{ got }] = await ask<{ got: boolean }>(
    runner,
    'select pg_try_advisory_lock(hashtext($1)) as got',
    [`ringfence rebuild ${schema}`],
  );
  if (!got) throw new RebuildRefused('another rebuild is under way');
}

interface Means extends RebuildOptions {
  readonly live: ReadStore;
  /** the session that holds the reservation, and the writers while it compares */
  readonly runner: QueryRunner;
  readonly reference: ReferenceReader;
  readonly everything: readonly Table[];
  readonly names: readonly ProjectionName[];
}

class Rebuild {
  readonly #sides: Sides;
  readonly #projections;

  constructor(readonly means: Means) {
    const { database, names, reference } = means;
    this.#projections = makeProjections((id) => reference.unitOf(id), names);
    this.#sides = {
      live: database.schema,
      fresh: `${database.schema}_rebuild`,
      tables: this.#projections.flatMap(({ tables }) => tables),
    };
  }

  async run(): Promise<Rebuilt> {
    const { runner, database, everything } = this.means;
    const { fresh } = this.#sides;
    // what an interrupted one left
    await runner.query(`drop schema if exists ${fresh} cascade`);
    const store = await ReadStore.open(everything, { ...database, schema: fresh });
    try {
      const refill = await this.#refilled(store);
      const rebuilt = await this.#swapped(refill);
      if (!rebuilt.swapped) await runner.query(`drop schema ${fresh} cascade`);
      return rebuilt;
    } finally {
      await store.close();
    }
  }

  /** Fills the new tables till they are near the old ones, which move on meanwhile. */
  async #refilled(store: ReadStore): Promise<Refill> {
    const { journal, live, reference, say } = this.means;
    const projections = this.#projections;
    const given = { journal, store, projections, onParked: say };
    const reach = (seq: number): Promise<void> => reference.reach(seq);
    let to = await live.checkpoints();
    const refill = await Refill.begin({ ...given, reference: reach }, to);
    do {
      say(`filling: ${refill.behind(to)} records`);
      await refill.to(to);
      to = await live.checkpoints();
    } while (refill.behind(to) > NEAR);
    return refill;
  }

  async #swapped(refill: Refill): Promise<Rebuilt> {
    const end = performance.now() + SWAP_WITHIN_MS;
    for (;;) {
      try {
        return await this.#compareAndSwap(refill);
      } catch (fault) {
        if (!LOCKED.has(codeOf(fault))) throw fault;
        this.means.say(`the tables are in use, trying again: ${String(fault)}`);
        if (performance.now() > end) {
          throw new RebuildRefused('somebody reads the tables without end', { cause: fault });
        }
      }
    }
  }

  /** One transaction: nobody writes, both stand at one position, all is swapped or nothing. */
  async #compareAndSwap(refill: Refill): Promise<Rebuilt> {
    const { runner, live, say, names, acceptDifferences = false } = this.means;
    await runner.startTransaction();
    try {
      // a comparison may take longer than a reader may; locks are still waited for briefly
      await runner.query('set local statement_timeout = 0');
      await holdWriters(runner, this.#sides);
      const to = await live.checkpoints();
      await refill.to(to);
      say('comparing');
      const differences = await compare(runner, this.#sides);
      const swapped = differences.count === 0 || acceptDifferences;
      if (swapped) {
        say('swapping');
        await swap(runner, this.#sides, names);
        await swapParked(runner, this.#sides, names.length === PROJECTION_NAMES.length);
        await runner.query(`drop schema ${this.#sides.fresh} cascade`);
      }
      await runner.commitTransaction();
      const positions = Object.fromEntries(
        refill.streams.map(({ service, partition, folded }) => [
          `${service}/${partition}`,
          folded.seq,
        ]),
      );
      return { projections: names, positions, differences, swapped };
    } catch (fault) {
      // a broken session has rolled back by itself
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw fault;
    }
  }
}

/** SQLSTATE of what a statement met; empty for everything else. */
function codeOf(fault: unknown): string {
  if (!(fault instanceof QueryFailedError)) return '';
  return (fault.driverError as { readonly code?: string }).code ?? '';
}
