import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_WITHIN_MS = 20_000;
const POLL_MS = 20;

/** A Redis of a test's own, on a free loopback port: it may be killed, frozen and started again. */
export class RedisServer {
  #child: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  /** @throws Error when redis-server is not installed, or does not serve in time */
  static async start(): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ringfence-redis-'));
    const server = new RedisServer(folder, await freePort());
    await server.begin();
    return server;
  }
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }
  async begin(): Promise<void> {
    const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder];
    const forgetful = ['--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...place, ...forgetful], { stdio: 'ignore' });
    this.#child = child;
    await once(child, 'spawn');
    const end = performance.now() + READY_WITHIN_MS;
    while ((await this.#say('PING').catch(() => '')) !== '+PONG') {
      if (performance.now() > end) throw new Error('redis-server does not serve');
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
  }
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  async flush(): Promise<void> {
    const said = await this.#say('FLUSHALL');
    if (said !== '+OK') throw new Error(`FLUSHALL: ${said}`);
  }
  /** Entries that it holds now. */
  async size(): Promise<number> {
    return Number((await this.#say('DBSIZE')).slice(1));
  }
  async end(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }

  /** One command in plain text. @returns the first line of the answer */
  async #say(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      socket.write(`${command}\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString('latin1').split('\r\n')[0];
    } finally {
      socket.destroy();
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
