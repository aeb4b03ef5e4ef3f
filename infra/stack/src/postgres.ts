import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOOPBACK } from './exchange.js';
import type { FoundPostgres } from './find-parts.js';
import { query } from './postgres-wire.js';
import { Server, type Keeper } from './server.js';
import { reasonOf, StackError } from './stack-error.js';

const READY_MS = 60_000;
const INIT_DEADLINE_MS = 60_000;
/** SIGINT is its fast stop: open transactions are rolled back. */
const STOP = { signal: 'SIGINT', graceMs: 15_000 } as const;
const SUPERUSER = 'postgres';

/** One server with one address, as PostgreSQL and Redis are. */
export interface SingleServer {
  readonly url: string;
  /** Sends a signal; waits for the end when the signal ends it. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it when it runs, starts it on the same port and data, waits until it serves. */
  restart(): Promise<void>;
  readonly pid: number;
}

export interface PostgresPlan {
  found: FoundPostgres;
  folder: string;
  port: number;
}

/** The PostgreSQL of a stack; nothing runs before `start`. */
export class PostgresServer implements SingleServer {
  readonly url: string;
  readonly #plan: PostgresPlan;
  readonly #data: string;
  readonly #server: Server;

  constructor(plan: PostgresPlan, keeper: Keeper, pidFile: (name: string) => string) {
    this.#plan = plan;
    this.url = `postgres://${SUPERUSER}@${LOOPBACK}:${plan.port}/postgres`;
    this.#data = join(this.#folder(), 'data');
    const settings = [`listen_addresses=${LOOPBACK}`, 'unix_socket_directories='];
    this.#server = new Server(
      {
        name: 'postgres',
        program: join(plan.found.programs, 'postgres'),
        arguments: () => [
          '-D',
          this.#data,
          '-p',
          String(plan.port),
          ...settings.flatMap((setting) => ['-c', setting]),
        ],
        logFile: join(this.#folder(), 'server.log'),
        pidFile: pidFile('postgres'),
        user: plan.found.user,
        probe: async (deadlineMs) => void (await query(this.url, 'SELECT 1', deadlineMs)),
        readyMs: READY_MS,
        stop: STOP,
      },
      keeper,
    );
  }

  get pid(): number {
    return this.#server.pid;
  }

  async start(): Promise<void> {
    await this.#initialise();
    await this.#server.start();
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#server.kill(signal);
  }

  restart(): Promise<void> {
    return this.#server.restart();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** Makes the data folder once, and whole: it takes its name when initdb has ended. */
  async #initialise(): Promise<void> {
    if (fs.existsSync(this.#data)) return;
    const { found } = this.#plan;
    const folder = this.#folder();
    const partial = join(folder, 'partial');
    fs.mkdirSync(folder, { recursive: true });
    fs.rmSync(partial, { recursive: true, force: true });
    if (found.user) fs.chownSync(folder, found.user.uid, found.user.gid);
    // One encoding and one order on every machine; the address takes only this machine's callers.
    const options = ['-A', 'trust', '-U', SUPERUSER, '-E', 'UTF8', '--locale=C', '--no-sync'];
    try {
      await promisify(execFile)(join(found.programs, 'initdb'), ['-D', partial, ...options], {
        timeout: INIT_DEADLINE_MS,
        cwd: '/',
        ...found.user,
      });
    } catch (error) {
      const hint = found.user ? ' (it runs as user postgres: can that user enter the folder?)' : '';
      throw new StackError(`postgres: initdb failed${hint}: ${reasonOf(error)}`);
    }
    fs.renameSync(partial, this.#data);
  }

  #folder(): string {
    return join(this.#plan.folder, 'postgres');
  }
}
