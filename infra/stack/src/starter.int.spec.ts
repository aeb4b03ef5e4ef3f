import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describeIfFound } from './describe-with.js';
import { end } from './ending.js';
import { readPidFile } from './pid-file.js';
import { childrenOf, identityOf, isAlive, type ProcessIdentity } from './process-identity.js';
import { command } from './redis-wire.js';
import { startStack } from './stack.js';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const PARTS = ['postgres', 'redis'];
const SETTLE_MS = 30_000;
const SPEC_MS = 90_000;

interface Started {
  process: ChildProcess;
  redis: { url: string };
  postgres: { url: string };
  servers: ProcessIdentity[];
}

let folder: string;
let starter: Started;

const recorded = (name: string): ProcessIdentity => {
  const found = readPidFile(join(folder, 'pids', `${name}.json`));
  if (!found) throw new Error(`no pid file of ${name}`);
  return found;
};

/** Runs what `npm run stack` runs, until it has said its addresses in its line of JSON. */
const start = async (): Promise<Started> => {
  const child = spawn(process.execPath, [MAIN, '--folder', folder, '--parts', PARTS.join()], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const { redis, postgres } = JSON.parse(line) as Started;
    return { process: child, redis, postgres, servers: PARTS.map(recorded) };
  }
  throw new Error('it ended without a line of JSON');
};

describeIfFound(['postgres', 'redis'], 'npm run stack', () => {
  beforeEach(async () => {
    folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-stack-spec-'));
    fs.chmodSync(folder, 0o755); // PostgreSQL may run as a user of its own
    starter = await start();
  }, SPEC_MS);
  afterEach(async () => {
    starter.process.kill('SIGKILL');
    await end(starter.servers, 'SIGKILL', SETTLE_MS);
    fs.rmSync(folder, { recursive: true, force: true });
  }, SPEC_MS);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops everything at %s and ends well',
    async (signal) => {
      expect(await command(starter.redis.url, ['PING'])).toBe('PONG');
      const exit = once(starter.process, 'exit');
      starter.process.kill(signal);
      expect(await exit).toEqual([0, null]);
      expect(starter.servers.filter(isAlive)).toEqual([]);
    },
    SPEC_MS,
  );

  it(
    'leaves nothing running when it is killed itself',
    async () => {
      starter.process.kill('SIGKILL');
      expect(await until(() => !starter.servers.some(isAlive), SETTLE_MS)).toBe(true);
    },
    SPEC_MS,
  );

  it(
    'stops what a killed starter and its killed guard left, and goes on with the data',
    async () => {
      await command(starter.redis.url, ['SET', 'kept', 'value']);
      const servers = starter.servers.map(({ pid }) => pid);
      const pid = starter.process.pid ?? 0;
      const guard = childrenOf(pid).filter((child) => !servers.includes(child));
      expect(guard).toHaveLength(1);
      const both = [...guard, pid].map((one) => ({ pid: one, identity: identityOf(one) ?? '' }));
      await end(both, 'SIGKILL', SETTLE_MS);
      expect(starter.servers.every(isAlive)).toBe(true);

      const said: string[] = [];
      const stack = await startStack({ folder, parts: ['redis'], log: (line) => said.push(line) });
      try {
        expect(starter.servers.filter(isAlive)).toEqual([]);
        const [postgres, redis] = servers;
        expect(said).toContain(
          `stopping postgres, process ${postgres}, which a killed starter left`,
        );
        expect(said).toContain(`stopping redis, process ${redis}, which a killed starter left`);
        expect(stack.redis.url).toBe(starter.redis.url);
        expect(await command(stack.redis.url, ['GET', 'kept'])).toBe('value');
      } finally {
        await stack.stop();
      }
    },
    SPEC_MS,
  );
});
