import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { end, sendTo } from './ending.js';
import type { Guard } from './guard.js';
import { writePidFile } from './pid-file.js';
import { childrenOf, identityOf, type ProcessIdentity } from './process-identity.js';
import { lastWords, reasonOf, StackError } from './stack-error.js';
import { until } from './until.js';

/** Signals after which a server may go on living: they are sent and not waited for. */
const HARMLESS = new Set<NodeJS.Signals>(['SIGSTOP', 'SIGCONT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']);
const PROBE_DEADLINE_MS = 2_000;

/** How one server process is run. */
export interface ServerPlan {
  /** What errors and files call it, for example `kafka-1`. */
  name: string;
  program: string;
  /** Asked at each start. */
  arguments: () => string[];
  logFile: string;
  pidFile: string;
  /** Whom it runs as; undefined for the user of the starter. */
  user?: { uid: number; gid: number };
  /** Asks it over its own protocol; resolves when it serves, throws while it does not. */
  probe: (deadlineMs: number) => Promise<void>;
  readyMs: number;
  stop: { signal: NodeJS.Signals; graceMs: number };
}

/** What holds the server processes of one stack together. */
export interface Keeper {
  guard: Guard;
  /** Set by the stop of the stack: nothing starts behind it. */
  stopped: boolean;
  log: (line: string) => void;
}

interface Running {
  recorded: ProcessIdentity;
  /** Settles when the exit has been noted. */
  ended: Promise<void>;
}

/** One server process: started, known to be ready, killed, started again on the same data. */
export class Server {
  readonly #plan: ServerPlan;
  readonly #keeper: Keeper;
  #running: Running | undefined;
  #expected = false;
  #endedInOrder = false;

  constructor(plan: ServerPlan, keeper: Keeper) {
    this.#plan = plan;
    this.#keeper = keeper;
  }

  /** @throws StackError when it does not run */
  get pid(): number {
    return this.#current().recorded.pid;
  }

  /**
   * Starts the process and waits until it serves.
   *
   * @throws StackError when the stack was stopped; with the last lines of its log when it ended or
   *         was not ready in time. It does not run then
   */
  async start(): Promise<void> {
    const { name, readyMs } = this.#plan;
    if (this.#keeper.stopped) throw new StackError(`${name} is not started: the stack was stopped`);
    if (this.#running) throw new StackError(`${name} runs already`);
    const began = performance.now();
    this.#running = this.#spawn();
    let why = 'it has not answered';
    const settled = await until(async () => {
      if (!this.#running) return true;
      try {
        await this.#plan.probe(PROBE_DEADLINE_MS);
        return true;
      } catch (error) {
        why = reasonOf(error);
        return false;
      }
    }, readyMs);
    if (!this.#running) throw this.#failure('ended before it was ready');
    if (!settled) {
      await this.kill('SIGKILL');
      throw this.#failure(`was not ready in ${readyMs / 1000} s (${why})`);
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    this.#keeper.log(`${name} is ready after ${seconds} s, pid ${this.pid}`);
  }

  /**
   * Sends a signal. When it is one that ends the process, waits until it and the processes that it
   * started are gone.
   *
   * @throws StackError when it does not run, or does not end within its grace
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { recorded } = this.#current();
    if (HARMLESS.has(signal)) sendTo(recorded.pid, signal);
    else await this.#end(signal);
  }

  /** Stops it in order when it runs, and starts it again on the same port and data. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /**
   * Ends it in order when it runs; by force when it does not end within its grace.
   *
   * @returns whether it ran and did all that it does at its end
   */
  async stop(): Promise<boolean> {
    if (!this.#running) return false;
    await this.#end(this.#plan.stop.signal);
    return this.#endedInOrder;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { recorded, ended } = this.#current();
    this.#expected = true;
    // PostgreSQL's own children outlive a killed parent for a moment and hold its memory.
    const family = [recorded, ...childrenOf(recorded.pid).flatMap(recordedAs)];
    sendTo(recorded.pid, signal);
    const left = await end(family, 'SIGCONT', this.#plan.stop.graceMs);
    const pids = left.map(({ pid }) => pid).join(', ');
    if (left.length > 0) throw new StackError(`${this.#plan.name}: ${pids} cannot be ended`);
    await ended;
  }

  #spawn(): Running {
    const { name, program, logFile, pidFile, user, stop } = this.#plan;
    const log = fs.openSync(logFile, 'a');
    const child = spawn(program, this.#plan.arguments(), {
      detached: true, // Ctrl-C in a terminal is for the starter, which stops it in order
      stdio: ['ignore', log, log],
      ...user,
    });
    fs.closeSync(log);
    this.#expected = false;
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', () => undefined);
      throw new StackError(`${name}: ${program} cannot be started`);
    }
    const recorded = writePidFile(pidFile, pid) ?? { pid, identity: 'ended' };
    this.#keeper.guard.watch(recorded, stop);
    const ended = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = undefined;
        this.#endedInOrder = signal === null;
        this.#keeper.guard.forget(pid);
        fs.rmSync(pidFile, { force: true });
        if (!this.#expected) this.#keeper.log(`${name} ended by itself (${signal ?? code})`);
        resolve();
      });
    });
    return { recorded, ended };
  }

  #current(): Running {
    if (!this.#running) throw new StackError(`${this.#plan.name} does not run`);
    return this.#running;
  }

  #failure(what: string): StackError {
    return new StackError(`${this.#plan.name} ${what}; ${lastWords(this.#plan.logFile)}`);
  }
}

function recordedAs(pid: number): ProcessIdentity[] {
  const identity = identityOf(pid);
  return identity === undefined ? [] : [{ pid, identity }];
}
