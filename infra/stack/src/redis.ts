import * as fs from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK } from './exchange.js';
import type { FoundRedis } from './find-parts.js';
import type { SingleServer } from './postgres.js';
import { command } from './redis-wire.js';
import { Server, type Keeper } from './server.js';

const READY_MS = 30_000;
const STOP = { signal: 'SIGTERM', graceMs: 10_000 } as const;

export interface RedisPlan {
  found: FoundRedis;
  folder: string;
  port: number;
}

/** The Redis of a stack; nothing runs before `start`. */
export class RedisServer implements SingleServer {
  readonly url: string;
  readonly #folder: string;
  readonly #server: Server;

  constructor(plan: RedisPlan, keeper: Keeper, pidFile: (name: string) => string) {
    this.url = `redis://${LOOPBACK}:${plan.port}`;
    this.#folder = join(plan.folder, 'redis');
    // Appended before it is answered, so a kill -9 keeps it; nothing here asks for more.
    const settings = { bind: LOOPBACK, port: plan.port, dir: this.#folder, appendonly: 'yes' };
    this.#server = new Server(
      {
        name: 'redis',
        program: plan.found.program,
        arguments: () => [
          ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
          '--save',
          '',
        ],
        logFile: join(this.#folder, 'server.log'),
        pidFile: pidFile('redis'),
        probe: async (deadlineMs) => void (await command(this.url, ['PING'], deadlineMs)),
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
    fs.mkdirSync(this.#folder, { recursive: true });
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
}
