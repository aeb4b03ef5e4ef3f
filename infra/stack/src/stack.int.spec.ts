import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIfFound } from './describe-with.js';
import { isFree } from './free-port.js';
import { createTopic, hasTopic } from './kafka-topic.fixture.js';
import { brokersSeenAt } from './kafka-wire.js';
import { query } from './postgres-wire.js';
import { childrenOf, identityOf, isAlive, type ProcessIdentity } from './process-identity.js';
import { command } from './redis-wire.js';
import { startStack } from './stack.js';
import { until } from './until.js';

const SPEC_MS = 240_000;
const ANSWER_MS = 5_000;
const SETTLE_MS = 30_000;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-stack-spec-'));
  fs.chmodSync(folder, 0o755); // PostgreSQL may run as a user of its own
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const portOf = (address: string): number => Number(address.split(':').at(-1)?.split('/')[0]);

/** Processes as they are now, with all that they have started. */
const familiesOf = (pids: number[]): ProcessIdentity[] =>
  pids
    .flatMap((pid) => [pid, ...childrenOf(pid)])
    .map((pid) => ({ pid, identity: identityOf(pid) ?? 'gone' }));

describeIfFound(['kafka', 'postgres', 'redis'], 'a stack', () => {
  it(
    'gives back what was written after a kill -9 of each part, at the same address',
    async () => {
      const stack = await startStack({ folder, parts: ['kafka', 'postgres', 'redis'] });
      const { kafka, postgres, redis } = stack;
      const broker = portOf(kafka.brokers[0]);
      const pids = (): number[] => [kafka.pid(0), postgres.pid, redis.pid];
      const started = familiesOf(pids());
      try {
        await createTopic(broker, 'kept');
        await query(postgres.url, "CREATE TABLE kept AS SELECT 'row' AS word");
        await command(redis.url, ['SET', 'kept', 'value']);

        await Promise.all([kafka.kill(0), postgres.kill(), redis.kill()]);
        expect(started.filter(isAlive)).toEqual([]);
        await expect(brokersSeenAt(broker, ANSWER_MS)).rejects.toThrow('ECONNREFUSED');
        await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
        await expect(command(redis.url, ['PING'])).rejects.toThrow('ECONNREFUSED');
        expect(() => redis.pid).toThrow('redis does not run');

        await Promise.all([kafka.restart(0), postgres.restart(), redis.restart()]);
        expect(await hasTopic(broker, 'kept')).toBe(true);
        expect(await hasTopic(broker, 'never-made')).toBe(false);
        expect(await query(postgres.url, 'SELECT word FROM kept')).toEqual([['row']]);
        expect(await command(redis.url, ['GET', 'kept'])).toBe('value');
        started.push(...familiesOf(pids()));
      } finally {
        await stack.stop();
      }
      expect(started.filter(isAlive)).toEqual([]);
      expect(fs.readdirSync(join(folder, 'pids'))).toEqual([]);
    },
    SPEC_MS,
  );
});

describeIfFound(['kafka'], 'three brokers', () => {
  it(
    'see each other; one may die and come back',
    async () => {
      const stack = await startStack({ folder, brokers: 3, parts: ['kafka'] });
      const { kafka } = stack;
      try {
        const seenBy = (index: number): Promise<number[]> =>
          brokersSeenAt(portOf(kafka.brokers[index]), ANSWER_MS);
        const sees = (index: number, ids: number[]): Promise<boolean> =>
          until(async () => (await seenBy(index)).join() === ids.join(), SETTLE_MS);
        expect(await Promise.all([0, 1, 2].map(seenBy))).toEqual(Array(3).fill([1, 2, 3]));

        await kafka.kill(1);
        expect(await sees(0, [1, 3])).toBe(true);
        await kafka.restart(1);
        expect(await seenBy(1)).toContain(2);
        expect(await sees(0, [1, 2, 3])).toBe(true);
        await expect(kafka.kill(3)).rejects.toThrow('no broker 3; there are 3');
      } finally {
        await stack.stop();
      }
    },
    SPEC_MS,
  );
});

describeIfFound(['redis'], 'one server', () => {
  it('that was frozen is stopped and started all the same', async () => {
    const stack = await startStack({ folder, parts: ['redis'] });
    const { redis } = stack;
    try {
      const before = redis.pid;
      await redis.kill('SIGSTOP');
      await expect(command(redis.url, ['PING'], 300)).rejects.toThrow('no answer in 300 ms');
      await redis.restart();
      expect(redis.pid).not.toBe(before);
      expect(await command(redis.url, ['PING'])).toBe('PONG');
    } finally {
      await stack.stop();
    }
  });

  it('goes with its temporary folder', async () => {
    const stack = await startStack({ parts: ['redis'] });
    expect(fs.existsSync(stack.folder)).toBe(true);
    await stack.stop();
    expect(fs.existsSync(stack.folder)).toBe(false);
    expect(await isFree(portOf(stack.redis.url))).toBe(true);
  });

  it('keeps its address and its data for the next start in its folder', async () => {
    const first = await startStack({ folder, parts: ['redis'] });
    await command(first.redis.url, ['SET', 'kept', 'value']);
    await first.stop();
    const second = await startStack({ folder, parts: ['redis'] });
    try {
      expect(second.redis.url).toBe(first.redis.url);
      expect(await command(second.redis.url, ['GET', 'kept'])).toBe('value');
    } finally {
      await second.stop();
    }
  });

  it('is not started twice in one folder', async () => {
    const stack = await startStack({ folder, parts: ['redis'] });
    try {
      await expect(startStack({ folder, parts: ['redis'] })).rejects.toThrow(
        `${folder} is in use by the stack of process ${process.pid}`,
      );
      expect(await command(stack.redis.url, ['PING'])).toBe('PONG');
    } finally {
      await stack.stop();
    }
  });
});

describeIfFound(['postgres', 'redis'], 'a part that cannot start', () => {
  it('is named with what its log says last, and takes the others with it', async () => {
    const data = join(folder, 'postgres', 'data');
    fs.mkdirSync(data, { recursive: true });
    const starting = startStack({ folder, parts: ['postgres', 'redis'] });
    await expect(starting).rejects.toThrow(/^postgres ended before it was ready; its log .*server/);
    await expect(starting).rejects.toThrow('configuration file');
    const { ports } = JSON.parse(fs.readFileSync(join(folder, 'stack.json'), 'utf8')) as {
      ports: { redis: number };
    };
    expect(await isFree(ports.redis)).toBe(true);
    expect(fs.readdirSync(join(folder, 'pids'))).toEqual([]);
  });
});
