import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hash } from '@ringfence/journal';
import { startHouse } from '../start-house.js';
import { furnish, OPERATOR, venueKey, Walk, type Json } from './walk.fixture.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const partitionOf = (account: string): number => Number(account.slice(2, 4));

/** A house with one account of member 1 on each partition. */
async function settled(): Promise<{ walk: Walk; accounts: string[] }> {
  const walk = await Walk.begin();
  await furnish(walk);
  const accounts: string[] = [];
  for (let i = 0; accounts.length < 2; i++) {
    const account = await walk.openAccount(1, `owner ${i}`);
    if (!accounts.some((each) => partitionOf(each) === partitionOf(account)))
      accounts.push(account);
  }
  await walk.quiet();
  return { walk, accounts };
}
const register = (walk: Walk, account: string): Promise<{ status: number; body: Json }> =>
  walk.post('/v1/destinations', { id: walk.id(), account, destination: 'x' }, venueKey(1));

/** The newest file of a lane's log. */
async function logFile(walk: Walk, service: string, partition: number): Promise<string> {
  const { folder } = walk.config;
  const files = await readdir(join(folder, 'log'), { recursive: true, withFileTypes: true });
  const of = files.filter(
    (each) => each.isFile() && each.parentPath.endsWith(join(`log.${service}`, String(partition))),
  );
  const [newest] = of
    .map((each) => join(each.parentPath, each.name))
    .toSorted()
    .toReversed();
  return newest;
}

it('stops the lane whose log is damaged, names it, and lets the others go on', async () => {
  const { walk, accounts } = await settled();
  const [broken, whole] = accounts;
  await walk.house.close();
  const file = await logFile(walk, 'accounts', partitionOf(broken));
  const bytes = await readFile(file);
  bytes[bytes.indexOf('AccountOpened') + 400] ^= 1;
  bytes[200] ^= 1;
  await writeFile(file, bytes);
  await walk.start();

  const lane = `accounts/${partitionOf(broken)}`;
  const health = await walk.ask('GET', '/health', { as: '' });
  expect([health.status, health.body['status']]).toEqual([503, 'error']);
  const refused = await register(walk, broken);
  expect([refused.status, refused.body['code']]).toEqual([503, 'lane-stopped']);
  expect(refused.body['detail']).toContain(`${lane} is stopped: `);
  expect((await register(walk, whole)).status).toBe(202);

  bytes[200] ^= 1;
  bytes[bytes.indexOf('AccountOpened') + 400] ^= 1;
  await writeFile(file, bytes);
  const resumed = await walk.post(`/v1/lanes/${lane}/resume`, {});
  expect(resumed.body['status']).toBe('active');
  expect((await register(walk, broken)).status).toBe(202);
  await walk.end();
}, 60_000);

it('does not open a log that is shorter than a neighbour has seen it', async () => {
  const { walk, accounts } = await settled();
  await walk.house.close();
  await truncate(await logFile(walk, 'reference', 0), 0);
  await walk.start();
  const { body } = await walk.get('/v1/lanes', OPERATOR);
  const health = await walk.ask('GET', '/health', { as: '' });
  expect(health.status).toBe(503);
  expect(JSON.stringify(health.body)).toMatch(/LogTruncated|LogDamaged/);
  expect(body['code']).toBe('not-authenticated'); // keys are in the reference log
  expect(accounts).toHaveLength(2);
  await walk.end();
}, 60_000);

it('lets one process into a folder, and only with the partitions it was made for', async () => {
  const { walk } = await settled();
  await expect(startHouse(walk.config)).rejects.toMatchObject({ name: 'FolderInUse' });
  await walk.house.close();
  const three = startHouse({ ...walk.config, partitions: 3 });
  await expect(three).rejects.toMatchObject({
    name: 'HouseFolderUnfit',
    message: expect.stringContaining('the house has 2 partitions, this was started with 3'),
  });
  await walk.start();
  await walk.end();
}, 60_000);

it('says when to come again while a lane has enough to do', async () => {
  const walk = await Walk.begin({ queueMax: 2 });
  const names = ['a', 'b', 'c'].map((name) => ({ id: walk.id(), name }));
  const { status, headers, body } = await walk.post('/v1/members', names);
  expect([status, headers.get('retry-after'), body['code']]).toEqual([429, '1', 'lane-busy']);
  expect((await walk.post('/v1/members', names.slice(1))).status).toBe(202);
  await walk.end();
}, 60_000);

it('takes snapshots beside the lanes and starts from them', async () => {
  const { walk } = await settled();
  const state = await walk.state();
  const taken = await walk.post('/v1/snapshots', {});
  expect(taken.body).toEqual({ taken: 9 });
  await walk.restart();
  expect(await walk.state()).toBe(state);
  await walk.end();
}, 60_000);

/** Starts the house as a process of its own. */
async function started(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const print = hash(Buffer.from(OPERATOR, 'utf8'));
  const args = [MAIN, '--folder', folder, '--partitions', '2', '--first-key', print];
  const child = spawn(process.execPath, [...args, '--projections', 'off'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

it('has what it acknowledged after kill -9, and ends in order at a signal', async () => {
  const { walk } = await settled();
  await walk.house.close();
  const first = await started(walk.config.folder);
  const order = { id: walk.id(), name: 'before the kill' };
  walk.house = { ...walk.house, url: first.url };
  const { body } = await walk.post('/v1/members', order);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await started(walk.config.folder);
  walk.house = { ...walk.house, url: second.url };
  expect((await walk.post('/v1/members', order)).body).toEqual({ ...body, repeated: true });
  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
  await walk.start();
  await walk.end();
}, 60_000);
