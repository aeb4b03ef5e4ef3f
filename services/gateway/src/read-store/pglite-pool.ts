import { EventEmitter } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { QueryFailedError } from 'typeorm';
import { present } from '@ringfence/kernel';
import type { Ask, Told } from './pglite-process.js';

/** A transaction that holds the one session longer has forgotten to give it back. */
const TURN_MAX_MS = 60_000;

type Result = NonNullable<Told['result']>;
type Hear<T> = (error: Error | null, value?: T) => void;
interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** An error of the database with its SQLSTATE, as `pg` has it. */
class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The database in the process beside this one is gone, and all that it held. */
export class EmbeddedEnded extends Error {
  override readonly name = 'EmbeddedEnded';
}

/** Whether it is that, also as TypeORM hands it on. */
export const isEmbeddedEnd = (fault: unknown): boolean =>
  fault instanceof EmbeddedEnded ||
  (fault instanceof QueryFailedError && (fault.driverError as unknown) instanceof EmbeddedEnded);

const PROGRAM = fileURLToPath(new URL('./pglite-process.js', import.meta.url));

/**
 * The database in a process of its own, so that neither its memory nor its end is the lanes': one
 * session, statements in the order in which they are asked.
 */
class PgliteProcess {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: Error | undefined;

  constructor(dataDir: string | undefined) {
    this.#process = fork(PROGRAM, dataDir === undefined ? [] : [dataDir], {
      serialization: 'advanced',
      execArgv: [],
    });
    this.#process.on('message', (told: Told) => this.#hear(told));
    this.#process.on('error', (fault: Error) => this.#end(fault));
    this.#process.on('exit', () => this.#end(new EmbeddedEnded('its process ended')));
  }

  query(sql: string, parameters: readonly unknown[] | undefined): Promise<Result> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, sql, parameters } satisfies Ask);
    });
  }
  get pid(): number | undefined {
    return this.#process.pid;
  }
  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.send('close');
    await exited;
  }

  #hear({ id, result, error }: Told): void {
    const { resolve, reject } = present(this.#waiting.get(id), 'a statement that was asked');
    this.#waiting.delete(id);
    if (result) resolve(result);
    else reject(new DatabaseError(error?.message ?? 'no result', error?.code ?? ''));
  }
  #end(fault: Error): void {
    this.#ended ??= fault;
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
  }
}

/** One turn at the session, in the shape of a client of `pg`. */
class Turn extends EventEmitter {
  #over = false;
  constructor(readonly database: PgliteProcess) {
    super();
  }
  end(): void {
    this.#over = true;
  }
  query(sql: string, more?: readonly unknown[] | Hear<Result>): Promise<Result> {
    const parameters = typeof more === 'function' ? undefined : more;
    const asked = this.#over
      ? Promise.reject(new Error('a statement outside its turn at the session'))
      : this.database.query(sql, parameters?.map(plain));
    if (typeof more === 'function') asked.then((result) => more(null, result), more);
    return asked;
  }
}
const plain = (value: unknown): unknown => (Buffer.isBuffer(value) ? new Uint8Array(value) : value);

/**
 * What TypeORM takes for the pool of `pg`: turns at one session, first come first served, so that
 * transactions never mix.
 */
export class PglitePool extends EventEmitter {
  readonly #database: PgliteProcess;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dataDir: string | undefined) {
    super();
    this.#database = new PgliteProcess(dataDir);
  }
  /** of the database's process */
  get pid(): number | undefined {
    return this.#database.pid;
  }

  connect(hear: (error: Error | null, turn: Turn | undefined, release: () => void) => void): void {
    const before = this.#last;
    let release = (): void => undefined;
    this.#last = new Promise<void>((resolve) => (release = resolve));
    void before.then(() => {
      const turn = new Turn(this.#database);
      const timer = setTimeout(() => {
        turn.end();
        this.emit('error', new Error('a turn at the session was never given back'));
        release();
      }, TURN_MAX_MS);
      hear(null, turn, () => {
        clearTimeout(timer);
        turn.end();
        release();
      });
    });
  }

  end(hear: (error?: Error) => void): void {
    void this.#last
      .then(() => this.#database.close())
      .then(
        () => hear(),
        (fault: Error) => hear(fault),
      );
  }
}

/** For TypeORM's `driver` option. @param dataDir  a folder; undefined for memory */
export const pgliteDriver = (dataDir?: string): { readonly Pool: new () => PglitePool } => ({
  Pool: class extends PglitePool {
    constructor() {
      super(dataDir);
    }
  },
});
