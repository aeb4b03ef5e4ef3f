import pg from 'pg';
import { freshDatabase } from '@ringfence/stack';
import { sized, type Scale } from '../bench.js';
import { median, Stopwatch } from '../clock.js';
import { Dice } from '../ids.js';
import type { DistributedBench, Ground } from './ground.js';
import { BASELINE_SCHEMA, TRANSFER } from './postgres-schema.js';
import { cpuOf } from './process-cpu.js';
import { CALLERS } from './transfer-load.js';

const WALLS = 5_000;
const HELD = '1000000000000000';

/** The arguments of one call: arrays in the order of `TRANSFER`. */
type Call = readonly (readonly (string | number)[])[];

function calls(count: number, size: number, seed: number): Call[] {
  const dice = new Dice(seed);
  let no = 0;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return Array.from({ length: count }, () => {
    const [ids, from, to]: [string[], number[], number[]] = [[], [], []];
    const [assets, amounts]: [number[], string[]] = [[], []];
    for (let item = 0; item < size; item++) {
      const source = dice.below(WALLS);
      ids.push(`${hex(seed, 8)}${hex(dice.word(), 8)}${hex(++no, 16)}`);
      from.push(source);
      to.push((source + 1 + dice.below(WALLS - 1)) % WALLS);
      assets.push(1);
      amounts.push(String(1 + dice.below(999_998)));
    }
    return [ids, from, to, assets, amounts];
  });
}

interface Round {
  /** µs of CPU per transfer of all processes of the server */
  readonly server: number;
  /** and of this one, which is the client */
  readonly client: number;
  readonly perSecond: number;
}

async function round(pool: pg.Pool, root: number, made: readonly Call[]): Promise<Round> {
  const transfers = made.reduce((sum, [ids]) => sum + ids.length, 0);
  const queue = made.values();
  let accepted = 0;
  const call = async (): Promise<void> => {
    for (const each of queue) {
      const { rows } = await pool.query<{ accepted: boolean }>(TRANSFER, [...each]);
      for (const row of rows) if (row.accepted) accepted++;
    }
  };
  const roots = new Map([['postgres', [root]]]);
  const before = cpuOf(roots).get('postgres') ?? 0;
  const watch = new Stopwatch();
  await Promise.all(Array.from({ length: CALLERS }, call));
  const client = watch.cpu() / transfers;
  const perSecond = (transfers / watch.wall()) * 1000;
  const server = ((cpuOf(roots).get('postgres') ?? 0) - before) / transfers;
  if (accepted !== transfers) throw new Error(`${transfers - accepted} transfers were refused`);
  return { server, client, perSecond };
}

async function measure(
  pool: pg.Pool,
  root: number,
  scale: Scale,
  size: number,
): Promise<readonly Round[]> {
  const transfers = sized(scale, { 1: 4_000, 100: 40_000 }[size] ?? 80_000, size * 4);
  const rounds: Round[] = [];
  for (let no = 0; no < sized(scale, 4, 1); no++) {
    rounds.push(await round(pool, root, calls(transfers / size, size, size * 10 + no)));
  }
  return rounds.slice(rounds.length > 1 ? 1 : 0);
}

/** Works on a pool over a database with funded walls. */
async function withBaseline<T>(ground: Ground, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const connectionString = await freshDatabase(ground.stack.postgres.url, 'baseline');
  const pool = new pg.Pool({ connectionString, max: CALLERS });
  try {
    await pool.query(BASELINE_SCHEMA);
    await pool.query(
      'insert into balances select account, 1, $2 from generate_series(0, $1 - 1) as account',
      [WALLS, HELD],
    );
    await pool.query('analyze balances');
    const { rows } = await pool.query<{ synchronous_commit: string; fsync: string }>(
      `select current_setting('synchronous_commit') as synchronous_commit,
        current_setting('fsync') as fsync`,
    );
    const [{ synchronous_commit: commit, fsync }] = rows;
    if (commit !== 'on' || fsync !== 'on') throw new Error('this PostgreSQL is not durable');
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** The same transfers in a database: what the house's CPU is compared with. */
export const postgresBaseline: DistributedBench = {
  name: 'postgres',
  needs: ['postgres'],
  run: (scale, to, ground) =>
    withBaseline(ground, async (pool) => {
      for (const size of [1, 100, 1000]) {
        const rounds = await measure(pool, ground.stack.postgres.pid, scale, size);
        const value = median(rounds.map(({ server }) => server));
        const name = `postgres.${size}`;
        ground.known.set(name, value);
        to.add({
          name,
          value,
          unit: 'µs CPU per transfer',
          detail: {
            client: median(rounds.map(({ client }) => client)),
            least: Math.min(...rounds.map(({ server }) => server)),
            perSecond: median(rounds.map(({ perSecond }) => perSecond)),
          },
        });
      }
    }),
};
