import { jest } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '@ringfence/service-kit';
import { command, describeIfFound, startStack, type Stack } from '@ringfence/stack';
import { foldAll, Load, sendAgain, until, walkOn, type Folded } from '../backup/backup.fixture.js';
import { furnish, venueKey, type Json, type Walk } from '../journey/walk.fixture.js';
import { SmallDisk } from './small-disk.fixture.js';

jest.setTimeout(180_000);
const PARTS = ['kafka', 'postgres', 'redis'] as const;
const KAFKA_MEGABYTES = 256;
const POSTGRES_MEGABYTES = 256;
const CENTS = 10_000n;
/** many more rows than a page of a table holds */
const NEW_ACCOUNTS = 400;
const SCALE = 6;

/** `"999.98"` in the asset's smallest units. */
function unitsOf(decimal: string): string {
  const [whole = '', part = ''] = decimal.split('.');
  return String(BigInt(whole + part.padEnd(SCALE, '0')));
}

describeIfFound(PARTS, 'servers under a house of processes', () => {
  let folder: string;
  let disks: Record<'kafka' | 'postgres', SmallDisk>;
  const mounted: SmallDisk[] = [];
  let stack: Stack;
  let walk: Walk;
  let load: Load;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringfence-servers-'));
    chmodSync(folder, 0o755); // the database has a user of its own
    const at = join(folder, 'stack');
    const mount = (name: string, megabytes: number): SmallDisk => {
      const disk = SmallDisk.mount(join(at, name), megabytes);
      mounted.push(disk);
      return disk;
    };
    disks = {
      kafka: mount('kafka-1', KAFKA_MEGABYTES),
      postgres: mount('postgres', POSTGRES_MEGABYTES),
    };
    stack = await startStack({ folder: at, parts: PARTS });
    const { kafka, postgres, redis } = stack;
    ({ walk } = await walkOn({
      folder: join(folder, 'cluster'),
      partitions: 1,
      brokers: kafka.brokers,
      databaseUrl: postgres.url,
      redisUrl: redis.url,
    }));
    await furnish(walk);
    const accounts = [await walk.openAccount(1, 'anna'), await walk.openAccount(1, 'anna')];
    await walk.quiet();
    for (const account of accounts) await walk.deposit(account, 'USDT', '1000');
    load = new Load(walk, accounts, venueKey(1));
    await load.more(5);
  });
  afterAll(async () => {
    await (load as Load | undefined)?.end();
    await (walk as Walk | undefined)?.house.close();
    await (stack as Stack | undefined)?.stop();
    for (const disk of mounted) disk.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  const health = async (): Promise<{ status: number; errors: Json; text: string }> => {
    const { status, body } = await walk.ask('GET', '/health', { as: '' });
    return { status, errors: body['error'] as Json, text: JSON.stringify(body) };
  };
  const isWell = async (): Promise<boolean> => (await health()).status === 200;
  const folded = async (heads: Parameters<typeof foldAll>[2] = {}): Promise<Folded> => {
    const place = { kind: 'kafka', brokers: stack.kafka.brokers } as const;
    const journal = await openJournal(place, { writer: 'spec', partitions: 1, readOnly: true });
    try {
      return await foldAll(journal, 1, heads);
    } finally {
      await journal.close();
    }
  };
  /** Read models are behind for a moment, then show what the log folds to. */
  async function showsTheLog(): Promise<void> {
    const isShown = async (): Promise<boolean> =>
      (await walk.get('/v1/house/quiet?wait=20000&projections=true')).body['quiet'] === true;
    await until('quiet', isShown);
    const { body } = await walk.get('/v1/house/ledger');
    expect((body['items'] as string[]).toSorted()).toEqual((await folded()).balances.toSorted());
  }

  it('decides on while Redis is killed, and after it was flushed (FLT-001)', async () => {
    await stack.redis.kill();
    await load.more(20);
    await stack.redis.restart();
    await command(stack.redis.url, ['FLUSHALL']);
    await load.more(20);
    expect(load.others).toEqual([]);
  });

  it('decides on while PostgreSQL is killed; rows catch up to equality (FLT-002)', async () => {
    await stack.postgres.kill();
    await load.more(20);
    expect(load.others).toEqual([]);
    await stack.postgres.restart();
    await load.more(5);
    await load.end();
    await showsTheLog();
    load = load.next();
  });

  /** Accounts that nobody has yet: their rows need more room than the tables have. */
  async function openMany(): Promise<void> {
    const owned = { member: 1, class: 'client-individual', domain: null, reference: '' };
    const orders = Array.from({ length: NEW_ACCOUNTS }, (_, number) => {
      return { id: walk.id(), owner: `late ${number}`, ...owned };
    });
    const { status, body } = await walk.post('/v1/accounts', orders, venueKey(1));
    expect(status).toBe(202);
    const results = body['results'] as Json[];
    expect(results.map((each) => each['status'])).toEqual(orders.map(() => 'accepted'));
  }
  /** What a client is shown of an account is what its log says there, or nothing. */
  async function showsNothingFalse(account: string): Promise<'shown' | 'away'> {
    const { status, body } = await walk.get(`/v1/accounts/${account}`);
    if (status !== 200) {
      expect([status, body['code']]).toEqual([503, 'read-models-away']);
      return 'away';
    }
    const { seq } = body['asOf'] as { seq: number };
    const { balances } = await folded({ 'log.accounts/0': { seq } });
    const shown = (body['balances'] as Json[]).find(({ asset }) => asset === 'USDT');
    const line = balances.find((each) => each.startsWith(`${account} excess cash 1 `));
    expect(unitsOf(String(shown?.['available']))).toBe(line?.split(' ')[4]);
    return 'shown';
  }

  it('decides on while the disk of PostgreSQL is full; then it catches up (FLT-003)', async () => {
    expect(await showsNothingFalse(load.accounts[0])).toBe('shown');
    disks.postgres.fill();
    await openMany();
    await until('ill health', async () => !(await isWell()));
    const down = { status: 'down', waitsFor: expect.stringContaining('No space left on device') };
    expect((await health()).errors).toEqual({ 'read-models': expect.objectContaining(down) });

    await load.more(40);
    expect(load.others).toEqual([]);
    // the rows stand still, and nobody is shown them as if they did not
    for (const account of load.accounts) expect(await showsNothingFalse(account)).toBe('away');
    for (const path of ['/v1/balances', '/v1/accounts']) {
      const { status, body } = await walk.get(path);
      expect([path, status, body['code']]).toEqual([path, 503, 'read-models-away']);
    }
    expect((await health()).errors).toEqual({ 'read-models': expect.objectContaining(down) });

    disks.postgres.makeRoom();
    await until('good health', isWell);
    await load.more(5);
    await load.end();
    await showsTheLog();
    expect(await showsNothingFalse(load.accounts[0])).toBe('shown');
    load = load.next();
  });

  it('acknowledges nothing that is lost when the disk of Kafka is full (FLT-004)', async () => {
    disks.kafka.fill();
    // the broker gives up its only log folder, and ends
    await until('ill health', async () => !(await isWell()));
    expect((await health()).text).toMatch(/"status":"(stalled|silent)"/);
    disks.kafka.makeRoom();
    await stack.kafka.restart(0);
    await until('good health', isWell);
    await load.more(5);
    await load.end();
    // all is asked for again: what is known acts once, what never arrived acts now
    const results = await sendAgain(walk, load.orders, venueKey(1));
    const receipts = new Map(results.map(({ id, receipt }) => [id, receipt]));
    for (const { order, receipt } of load.acked) expect(receipts.get(order['id'])).toEqual(receipt);
    expect(results.filter(({ status }) => status !== 'accepted')).toEqual([]);
    expect(new Set(load.orders.map(({ id }) => id)).size).toBe(load.orders.length);
    await walk.quiet();
    const moved = load.orders.filter(({ from }) => from === load.accounts[0]).length;
    const left = 1000_000_000n + CENTS * BigInt(load.orders.length - 2 * moved);
    const { balances } = await folded();
    expect(balances).toContainEqual(`${load.accounts[0]} excess cash 1 ${left} 0`);
  });
});
