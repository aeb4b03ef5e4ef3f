import { constants, setPriority } from 'node:os';
import { PGlite } from '@electric-sql/pglite';

/** One statement for the database in this process. */
export interface Ask {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[] | undefined;
}
/** Its result in the shape of `pg`, or the error's text and SQLSTATE. */
export interface Told {
  readonly id: number;
  readonly result?: {
    readonly rows: unknown[];
    readonly rowCount: number;
    readonly command: string;
  };
  readonly error?: { readonly message: string; readonly code: string };
}

/** PostgreSQL's type numbers of int8 and bytea. */
const INT8 = 20;
const BYTEA = 17;

// lanes and their clients come first: read models may lag
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const dataDir = process.argv[2];
const database = await PGlite.create({
  dataDir,
  parsers: { [INT8]: (text) => text, [BYTEA]: (text) => Buffer.from(text.slice(2), 'hex') },
});

async function answer({ id, sql, parameters }: Ask): Promise<Told> {
  try {
    const command = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
    if (!parameters || parameters.length === 0) {
      const last = (await database.exec(sql)).at(-1);
      const rows = last?.rows ?? [];
      return { id, result: { rows, rowCount: last?.affectedRows || rows.length, command } };
    }
    const { rows, affectedRows } = await database.query(sql, [...parameters]);
    return { id, result: { rows, rowCount: affectedRows || rows.length, command } };
  } catch (fault) {
    const { message, code = '' } = fault as { message: string; code?: string };
    return { id, error: { message, code } };
  }
}

let last: Promise<unknown> = Promise.resolve();
process.on('message', (ask: Ask | 'close') => {
  last = last.then(async () => {
    if (ask !== 'close') return process.send?.(await answer(ask));
    await database.close();
    return process.disconnect();
  });
});
// the house is gone, or has closed: read models are made anew from the logs
process.on('disconnect', () => process.exit(0));
// a signal to the whole group is for the house, which then closes this
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
