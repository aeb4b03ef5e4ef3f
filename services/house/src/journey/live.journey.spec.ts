import { hash } from '@ringfence/journal';
import { EventReader } from './event-reader.fixture.js';
import { furnish, OPERATOR, publish, START, venueKey, Walk, type Json } from './walk.fixture.js';

const partitionOf = (account: string): number => Number(account.slice(2, 4));

let walk: Walk;
let anna: string;
let spare: string;

beforeAll(async () => {
  walk = await Walk.begin({ projections: 'on' });
  await walk.untilRowsOpen();
  await furnish(walk);
  anna = await walk.openAccount(1, 'anna');
  spare = await walk.openAccount(1, 'anna', { reference: 'spare' });
  await walk.quiet();
  await walk.deposit(anna, 'USDT', '1000');
}, 180_000);
afterAll(() => walk.end());

const transfer = async (amount: string): Promise<Json> => {
  const order = { id: walk.id(), from: anna, to: spare, asset: 'USDT', amount };
  const { status, body } = await walk.post('/v1/transfers', order, venueKey(1));
  if (status !== 202) throw new Error(JSON.stringify(body));
  return body['receipt'] as Json;
};
const gauge = async (name: string): Promise<number> => {
  const { body } = await walk.get('/metrics', '');
  return Number(new RegExp(`^ringfence_${name} (.*)$`, 'm').exec(String(body['text']))?.[1]);
};

describe('the newest prices', () => {
  it('are shown with frame, time and position, to anyone', async () => {
    const { body } = await walk.get('/v1/prices', venueKey(1));
    const { seq } = body['asOf'] as { seq: number };
    const price = { instrument: 'BTC-PERP', price: '10000.00', frame: 1, time: START };
    expect(body['items']).toEqual([{ ...price, position: expect.stringMatching(/^0:\d+:0$/) }]);
    const { status } = await walk.get(`/v1/prices?minSeq=${seq}`, venueKey(1));
    expect(status).toBe(200);
  });
  it('are never older than the caller has seen', async () => {
    const ahead = await walk.get('/v1/prices?minSeq=100000');
    expect([ahead.status, ahead.body['code']]).toEqual([503, 'not-caught-up']);
    const wrong = await walk.get('/v1/prices?minSeq=x');
    expect(wrong.body['errors']).toMatchObject([{ field: 'minSeq' }]);
  }, 20_000);
});

describe('an account that is asked for often', () => {
  it('is shown from memory while nothing changed, and never older than it is', async () => {
    await walk.quiet();
    const read = (query = '') => walk.get(`/v1/accounts/${anna}${query}`, venueKey(1));
    await read();
    const first = (await read()).body;
    const found = await gauge('hot_accounts_found');
    const again = (await read()).body;
    expect({ ...again, asOf: null }).toEqual({ ...first, asOf: null });
    expect(await gauge('hot_accounts_found')).toBe(found + 1);

    const receipt = await transfer('1');
    const after = (await read(`?minSeq=${Number(receipt['seq'])}`)).body;
    const [balance] = after['balances'] as Json[];
    expect(balance['available']).toBe('999.000000');
    expect((after['asOf'] as Json)['seq']).toBeGreaterThanOrEqual(Number(receipt['seq']));
  });
  it('is shown from memory to nobody who may not see it', async () => {
    await walk.get(`/v1/accounts/${anna}`);
    const { status } = await walk.get(`/v1/accounts/${anna}`, venueKey(2));
    expect(status).toBe(404);
  });
});

describe('a stream', () => {
  it('tells prices and what happens behind a wall, each with its place', async () => {
    const stream = await EventReader.open(walk, `prices,account:${anna}`, venueKey(1));
    await stream.until(() => stream.heard.length > 0);
    expect(stream.heard[0]).toMatchObject({ event: 'open' });
    await publish(walk, START + 1000, '10001');
    await transfer('2');
    await stream.until(() => stream.of('prices').length > 0 && stream.of('account').length > 0);
    expect(stream.of('prices')[0].data).toMatchObject({
      time: START + 1000,
      prices: [{ instrument: 'BTC-PERP', price: '10001.00' }],
    });
    const [reserved] = stream.of('account');
    const change = {
      bucket: 'excess',
      asset: 'USDT',
      available: '-2.000000',
      reserved: '2.000000',
    };
    expect(reserved.data).toEqual({ account: anna, fact: 'TransferReserved', changes: [change] });
    const p = partitionOf(anna);
    expect(reserved.id).toMatch(
      new RegExp(`^reference/0:\\d+,accounts/${p}:\\d+:\\d+,risk/${p}:\\d+$`),
    );
    stream.close();
  });

  it('goes on where a client left it: nothing is missing, nothing is told twice', async () => {
    await walk.quiet();
    const whole = await EventReader.open(walk, `account:${anna}`, OPERATOR);
    const cut = await EventReader.open(walk, `account:${anna}`, OPERATOR);
    await cut.until(() => cut.heard.length > 0);
    await transfer('3');
    await cut.until(() => cut.of('account').length > 0);
    cut.close();
    const { lastId } = cut;
    await transfer('4');
    await transfer('5');
    await walk.quiet();
    const resumed = await EventReader.open(walk, `account:${anna}`, OPERATOR, lastId);
    await transfer('6');
    const last = (of: EventReader): boolean =>
      of.of('account').some(({ data }) => JSON.stringify(data).includes('-6.000000'));
    await Promise.all([whole.until(() => last(whole)), resumed.until(() => last(resumed))]);
    const told = [...cut.of('account'), ...resumed.of('account')].map(({ data }) => data);
    const all = whole.of('account').map(({ data }) => data);
    const most = Math.min(told.length, all.length);
    expect(most).toBeGreaterThan(3);
    expect(told.slice(0, most)).toEqual(all.slice(0, most));
    expect(resumed.of('reset')).toEqual([]);
    whole.close();
    resumed.close();
  });

  it.each(['nonsense', `accounts/0:999999`, `accounts/1:999999`])(
    'says that it cannot go on behind %s',
    async (lastId) => {
      const topics = `account:${anna}`;
      const id = lastId.replace(/accounts\/\d/, `accounts/${partitionOf(anna)}`);
      const stream = await EventReader.open(walk, topics, OPERATOR, id);
      await stream.until(() => stream.of('reset').length > 0);
      expect(stream.of('reset')[0].data['reason']).toEqual(expect.any(String));
      stream.close();
    },
  );

  it('is open to a venue for what is its own', async () => {
    const statusOf = async (topics: string, as: string): Promise<number> => {
      const stream = await EventReader.open(walk, topics, as);
      stream.close();
      return stream.status;
    };
    expect(await statusOf(`account:${anna}`, venueKey(2))).toBe(404);
    expect(await statusOf('calls', venueKey(1))).toBe(403);
    expect(await statusOf('prices,rounds', venueKey(1))).toBe(200);
    expect(await statusOf('calls', OPERATOR)).toBe(200);
    expect(await statusOf('prices', 'nobody')).toBe(401);
    expect(await statusOf('', OPERATOR)).toBe(400);
    expect(await statusOf('gossip', OPERATOR)).toBe(400);
  });

  it('is one of so many of a key, and its slot is free when it ends', async () => {
    const streams: EventReader[] = [];
    for (let i = 0; i < 16; i++) streams.push(await EventReader.open(walk, 'prices', venueKey(2)));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    const { status, body, headers } = await walk.get('/v1/stream?topics=prices', venueKey(2));
    expect([status, body['code']]).toEqual([429, 'too-many-streams']);
    expect(headers.get('retry-after')).toBe('5');
    for (const stream of streams) stream.close();
    const end = performance.now() + 10_000;
    while ((await gauge('streams_open')) > 0 && performance.now() < end);
    expect(await gauge('streams_open')).toBe(0);
  }, 30_000);

  it('ends with its key', async () => {
    const secret = 'a key that is revoked';
    const print = hash(Buffer.from(secret, 'utf8'));
    const { key } = await walk.must('/v1/keys', { member: 0, role: 'regulator', print, label: '' });
    const stream = await EventReader.open(walk, 'prices', secret);
    await stream.until(() => stream.of('open').length > 0);
    await walk.must('/v1/key-revocations', { key });
    await stream.until(() => stream.ended);
    expect(stream.of('closed').map(({ data }) => data)).toEqual([{ reason: 'key-revoked' }]);
  });
});

it('limits a key, tells when to come again, and leaves time and prices alone', async () => {
  const limited = await Walk.begin({ rate: { perSecond: 0.01, burst: 3 } });
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) statuses.push((await limited.get('/v1/whoami')).status);
  expect(statuses).toEqual([200, 200, 200]);
  const { status, body, headers } = await limited.get('/v1/whoami');
  expect([status, body['code']]).toEqual([429, 'rate-limited']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(90);
  const tick = { id: limited.id(), time: START, source: 'walk' };
  const ticked = await limited.post('/v1/ticks', tick);
  expect(ticked.body['code']).not.toBe('rate-limited');
  await limited.end();
}, 60_000);

it('takes a nonce once, whatever it stood on', async () => {
  const use = (nonce: string) =>
    walk.ask('GET', '/v1/whoami', { headers: { 'request-nonce': nonce } });
  expect((await use('n-1')).status).toBe(200);
  const { status, body } = await use('n-1');
  expect([status, body['code']]).toEqual([409, 'nonce-used']);
  const order = { id: walk.id(), name: 'member 9' };
  const posted = await walk.post('/v1/members', order, OPERATOR, { 'request-nonce': 'n-1' });
  expect(posted.body['code']).toBe('nonce-used');
});
