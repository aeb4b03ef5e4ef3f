import { command, describeIfFound, describeWith, startStack, type Stack } from '@ringfence/stack';
import { uniqueName } from '@ringfence/stack';
import { describeEphemeral } from './ephemeral-suite.fixture.js';
import { GuardedEphemeral } from './guarded-ephemeral.js';
import { RedisEphemeral } from './redis-ephemeral.js';

/** Long enough for any machine: these tests are about what it does, not how soon. */
const PATIENT_MS = 15_000;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${PATIENT_MS} ms`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}
async function open(url: string, house = uniqueName('house')): Promise<RedisEphemeral> {
  const redis = new RedisEphemeral({ url, house: () => house });
  await until(() => redis.isReady);
  return redis;
}

it('answers alone, and ends, where there never was a Redis', async () => {
  const redis = new RedisEphemeral({ url: 'redis://127.0.0.1:1', house: () => 'nobody' });
  const memory = new GuardedEphemeral(redis);
  expect(await memory.admit('k', { perSecond: 1, burst: 1 })).toBe(0);
  expect([await memory.once('n', 1000), await memory.once('n', 1000)]).toEqual([true, false]);
  expect([await memory.get('a', 0), redis.isReady]).toEqual([undefined, false]);
  await memory.close();
  await memory.close();
});

describeWith(['redis'], 'what the gateways of a house share', (addresses) => {
  const { url } = addresses.redis;
  describeEphemeral('Redis', () => open(url));
  describeEphemeral('Redis, guarded', async () => {
    return new GuardedEphemeral(await open(url), PATIENT_MS);
  });

  it('is known to all gateways of one house, and to no other', async () => {
    const house = uniqueName('shared');
    const gateways = [await open(url, house), await open(url, house), await open(url)];
    const [one, two, stranger] = gateways;
    await one.put('a', { stamp: 5, value: 'five' });
    await two.put('a', { stamp: 4, value: 'four' });
    expect(await two.get('a', 5)).toEqual({ stamp: 5, value: 'five' });
    expect(await stranger.get('a', 0)).toBeUndefined();
    const rate = { perSecond: 1 / 60, burst: 2 };
    const waits: number[] = [];
    for (const of of [one, two, one]) waits.push(await of.admit('k', rate));
    expect(waits.map((wait) => wait > 0)).toEqual([false, false, true]);
    expect(await stranger.admit('k', rate)).toBe(0);
    expect([await one.once('n', 60_000), await two.once('n', 60_000)]).toEqual([true, false]);
    for (const each of gateways) await each.close();
  });
});

describeIfFound(['redis'], 'a Redis that is lost', () => {
  let stack: Stack<'redis'>;
  beforeAll(async () => {
    stack = await startStack({ parts: ['redis'] });
  }, 60_000);
  afterAll(() => stack.stop());

  it('has forgotten everything once flushed, but for the nonces a process saw itself', async () => {
    const redis = await open(stack.redis.url);
    const memory = new GuardedEphemeral(redis, PATIENT_MS);
    await memory.put('a', { stamp: 5, value: 'five' });
    expect(await memory.once('n', 60_000)).toBe(true);
    await command(stack.redis.url, ['FLUSHALL']);
    expect(await memory.get('a', 0)).toBeUndefined();
    expect(await redis.once('n', 60_000)).toBe(true);
    expect(await memory.once('n', 60_000)).toBe(false);
    await memory.close();
  });

  it('keeps nobody waiting while frozen or killed, and serves again when it is back', async () => {
    const { redis: server } = stack;
    const redis = await open(server.url);
    const memory = new GuardedEphemeral(redis);
    await server.kill('SIGSTOP');
    for (let i = 0; i < 3; i++) expect(await memory.get('a', 0)).toBeUndefined();
    expect(memory.isReachable).toBe(false);
    const before = performance.now();
    for (let i = 0; i < 1000; i++) expect(await memory.once(`frozen ${i}`, 60_000)).toBe(true);
    // one attempt per back-off and its deadline; one per call would be ten seconds
    expect(performance.now() - before).toBeLessThan(5_000);
    await server.kill('SIGCONT');
    await until(async () => (await memory.get('a', 0), memory.isReachable));

    await server.kill('SIGKILL');
    await until(async () => (await memory.get('a', 0), !memory.isReachable));
    expect(await memory.once('killed', 60_000)).toBe(true);
    await server.restart();
    await until(async () => {
      await memory.put('back', { stamp: 1, value: 'x' });
      return redis.isReady && (await redis.get('back', 1)) !== undefined;
    });
    await memory.close();
  }, 60_000);
});
