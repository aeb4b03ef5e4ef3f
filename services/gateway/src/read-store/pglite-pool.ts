import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { present } from '@ringfence/kernel';
import type { Ask, Told } from './pglite-thread.js';

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

/** The database in its thread: one session, statements in the order in which they are asked. */
class PgliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: Error | undefined;

  constructor(dataDir: string | undefined) {
    this.#worker = new Worker(new URL('./pglite-thread.js', import.meta.url), {
      workerData: { dataDir },
    });
    this.#worker.on('message', (told: Told) => this.#hear(told));
    this.#worker.on('error', (fault: Error) => this.#end(fault));
    this.#worker.on('exit', () => this.#end(new Error('the read models are closed')));
  }

  query(sql: string, parameters: readonly unknown[] | undefined): Promise<Result> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, sql, parameters } satisfies Ask);
    });
  }
  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close');
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
  constructor(readonly thread: PgliteThread) {
    super();
  }
  end(): void {
    this.#over = true;
  }
  query(sql: string, more?: readonly unknown[] | Hear<Result>): Promise<Result> {
    const parameters = typeof more === 'function' ? undefined : more;
    const asked = this.#over
      ? Promise.reject(new Error('a statement outside its turn at the session'))
      : this.thread.query(sql, parameters?.map(plain));
    if (typeof more === 'function') asked.then((result) => more(null, result), more);
    return asked;
  }
}
const plain = (value: unknown): unknown => (Buffer.isBuffer(value) ? new Uint8Array(value) : value);

/**
 * What TypeORM takes for the pool of `pg`: turns at one session, first come first served, so that
 * transactions never mix.
 */
class PglitePool extends EventEmitter {
  readonly #thread: PgliteThread;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dataDir: string | undefined) {
    super();
    this.#thread = new PgliteThread(dataDir);
  }

  connect(hear: (error: Error | null, turn: Turn | undefined, release: () => void) => void): void {
    const before = this.#last;
    let release = (): void => undefined;
    this.#last = new Promise<void>((resolve) => (release = resolve));
    void before.then(() => {
      const turn = new Turn(this.#thread);
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
      .then(() => this.#thread.close())
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
