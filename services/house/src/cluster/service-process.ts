import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The services that run as processes of their own. */
export const PROCESSES = ['risk', 'accounts', 'custody', 'liquidation', 'gateway'] as const;
export type ProcessService = (typeof PROCESSES)[number];

/** the Kafka client counts time in a way that makes newer engines warn once per process */
export const NODE_OPTIONS = ['--disable-warning=TimeoutNegativeWarning'];
const READY_MS = 120_000;
const STOP_MS = 20_000;

export interface ProcessPlan {
  readonly service: ProcessService;
  readonly instance: number;
  /** for its log, one file per instance */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const programOf = (service: ProcessService): string =>
  fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url));

/** One process of the house; it can be killed, frozen and started again. */
export class ServiceProcess {
  readonly name: string;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  url = '';
  /** status of its last end; null when a signal ended it, undefined before any end */
  exitCode: number | null | undefined;

  constructor(readonly plan: ProcessPlan) {
    this.name = `${plan.service}-${plan.instance}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }
  get isRunning(): boolean {
    return this.#child !== undefined;
  }
  get logFile(): string {
    return join(this.plan.folder, `${this.name}.log`);
  }

  /** Resolves when it serves. @throws when it ends before, or does not serve in time */
  async start(): Promise<void> {
    const { service, environment } = this.plan;
    const log = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(process.execPath, [...NODE_OPTIONS, programOf(service)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.pipe(log);
    this.#ended = new Promise((resolve) =>
      child.once('close', (code) => {
        this.exitCode = code;
        resolve(this.#end(child, log));
      }),
    );
    this.url = await this.#ready(child);
  }
  #end(child: ChildProcess, log: WriteStream): void {
    if (this.#child === child) this.#child = undefined;
    log.end();
  }

  #ready(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.name} ${why}: ${this.logFile}`));
      const timer = setTimeout(() => fail('does not serve in time'), READY_MS);
      child.once('close', (code, signal) => fail(`ended with ${code ?? signal}`));
      if (!child.stdout) return fail('has no output');
      createInterface({ input: child.stdout }).on('line', (line) => {
        clearTimeout(timer);
        const { url } = JSON.parse(line) as { url: string };
        resolve(url);
      });
    });
  }

  /** Sends a signal, such as SIGSTOP, and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
  /** Kills it with SIGKILL and waits for its end. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }
  /** Ends it in order; with SIGKILL when it does not end in time. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}
