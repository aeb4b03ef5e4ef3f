import { describeEphemeral } from './ephemeral-suite.fixture.js';
import { GuardedEphemeral } from './guarded-ephemeral.js';
import { RedisEphemeral } from './redis-ephemeral.js';
import { RedisServer } from './redis-server.fixture.js';

/** Long enough for any machine: these tests are about what it does, not how soon. */
const PATIENT_MS = 15_000;
let server: RedisServer;
let houses = 0;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${PATIENT_MS} ms`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}
async function open(house = `house ${++houses}`): Promise<RedisEphemeral> {
  const redis = new RedisEphemeral({ url: server.url, house: () => house });
  await until(() => redis.isReady);
  return redis;
}

beforeAll(async () => {
  server = await RedisServer.start();
}, 30_000);
afterAll(() => server.end());

describeEphemeral('Redis', () => open());
describeEphemeral('Redis, guarded', async () => new GuardedEphemeral(await open(), PATIENT_MS));

it('shares what it knows with the gateways of one house, and with no other', async () => {
  const gateways = [await open('shared'), await open('shared'), await open('stranger')];
  const [one, two, stranger] = gateways;
  await one.put('a', { stamp: 5, value: 'five' });
  await two.put('a', { stamp: 4, value: 'four' });
  expect(await two.get('a', 5)).toEqual({ stamp: 5, value: 'five' });
  expect(await stranger.get('a', 0)).toBeUndefined();
  const rate = { perSecond: 1 / 60, burst: 2 };
  const waits = [await one.admit('k', rate), await two.admit('k', rate), await one.admit('k', rate)];
  expect(waits.map((wait) => wait > 0)).toEqual([false, false, true]);
  expect(await stranger.admit('k', rate)).toBe(0);
  expect([await one.once('n', 60_000), await two.once('n', 60_000)]).toEqual([true, false]);
  for (const each of gateways) await each.close();
});

it('forgets everything when it is flushed, but not the nonces that a process saw itself', async () => {
  const redis = await open();
  const memory = new GuardedEphemeral(redis, PATIENT_MS);
  await memory.put('a', { stamp: 5, value: 'five' });
  expect(await memory.once('n', 60_000)).toBe(true);
  await server.flush();
  expect(await memory.get('a', 0)).toBeUndefined();
  expect(await redis.once('n', 60_000)).toBe(true);
  expect(await memory.once('n', 60_000)).toBe(false);
  await memory.close();
});

it('goes on alone while Redis is frozen or killed, and with it when it is back', async () => {
  const redis = await open();
  const memory = new GuardedEphemeral(redis);
  server.signal('SIGSTOP');
  for (let i = 0; i < 3; i++) expect(await memory.get('a', 0)).toBeUndefined();
  expect(memory.isReachable).toBe(false);
  const before = performance.now();
  for (let i = 0; i < 1000; i++) expect(await memory.once(`frozen ${i}`, 60_000)).toBe(true);
  // one attempt per back-off and its deadline, never one per call
  expect(performance.now() - before).toBeLessThan(5_000);
  server.signal('SIGCONT');
  await until(async () => (await memory.get('a', 0), memory.isReachable));

  await server.kill();
  await until(async () => (await memory.get('a', 0), !memory.isReachable));
  expect(await memory.once('killed', 60_000)).toBe(true);
  await server.begin();
  await until(async () => (await memory.get('a', 0), memory.isReachable && redis.isReady));
  await until(async () => {
    await memory.put('back', { stamp: 1, value: 'x' });
    return (await redis.get('back', 1)) !== undefined;
  });
  await memory.close();
}, 60_000);
