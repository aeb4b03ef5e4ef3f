import { approverKey, furnish, publish, START, venueKey, Walk, type Json } from './walk.fixture.js';

let walk: Walk;
let buyer: string;
let seller: string;

beforeAll(async () => {
  walk = await Walk.begin({ projections: 'on' });
  await furnish(walk);
  buyer = await walk.openAccount(1, 'anna');
  seller = await walk.openAccount(2, 'bert');
  await walk.quiet();
  for (const account of [buyer, seller]) await walk.deposit(account, 'USDT', '1000');
}, 60_000);
afterAll(() => walk.end());

const accountOf = async (account: string): Promise<Json> =>
  (await walk.get(`/v1/accounts/${account}`)).body;
const member = (account: string): string => venueKey(account === buyer ? 1 : 2);

type Line = Readonly<Record<string, string | number>>;

/** What a lane says it holds, in the words of the read models. */
async function liveLines(): Promise<string[]> {
  const lines: string[] = [];
  for (const partition of [0, 1]) {
    const { body } = await walk.get(`/v1/lanes/accounts/${partition}/state`);
    for (const line of body['lines'] as Line[]) {
      const { kind, available, reserved, asset, due, claim, debt, instrument, lots } = line;
      if (kind === 'cash') lines.push(`cash ${asset} ${available} ${reserved}`);
      else if (kind === 'settlement') lines.push(`settlement ${due} ${claim} ${debt}`);
      else if (lots !== 0) lines.push(`position ${instrument} ${lots}`);
    }
  }
  return lines.toSorted();
}
async function shownLines(): Promise<string[]> {
  const { body } = await walk.get('/v1/house/ledger');
  const lines = body['items'] as string[];
  return lines.map((line) => line.split(' ').slice(2).join(' ')).toSorted();
}

it('carries a trade from its order to its end, and shows what it left', async () => {
  for (const account of [buyer, seller]) {
    const move = {
      account,
      source: 'excess',
      target: 'isolated:BTC-PERP',
      asset: 'USDT',
      amount: '500',
    };
    await walk.must('/v1/moves', move, member(account));
    await walk.must('/v1/trading-authorities', { account, venue: 1 }, member(account));
  }
  await walk.quiet();
  const id = walk.id();
  const trade = {
    id,
    instrument: 'BTC-PERP',
    lots: '0.05',
    price: '10000',
    buyer,
    buyerBucket: 'isolated:BTC-PERP',
    seller,
    sellerBucket: 'isolated:1',
  };
  const { status, body } = await walk.post('/v1/trades', trade, venueKey(1), { prefer: 'wait=10' });
  expect([status, body['status']]).toEqual([202, 'accepted']);
  expect(body['receipt']).toEqual({
    service: 'accounts',
    partition: expect.any(Number),
    seq: expect.any(Number),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await walk.quiet();
  const shown = await walk.get(`/v1/trades/${id}`);
  expect(shown.body).toMatchObject({ status: 'accepted', lots: '0.050', price: '10000.00' });
  expect(
    (shown.body['legs'] as Line[]).map(({ lots, status }) => `${lots} ${status}`).toSorted(),
  ).toEqual(['-0.050 applied', '0.050 applied']);
  const { positions } = await accountOf(buyer);
  expect(positions).toMatchObject([{ instrument: 'BTC-PERP', lots: '0.050', cost: '500.000000' }]);
});

it('settles a round and shows the same balances as the lanes hold', async () => {
  await walk.must('/v1/ticks', { time: START + 60_000, source: 'walk' });
  await publish(walk, START + 60_000, '10100');
  await walk.must('/v1/rounds', {
    domain: 'linear',
    funding: [{ instrument: 'BTC-PERP', ratePpb: 100_000 }],
  });
  await walk.quiet();
  const { body } = await walk.get('/v1/rounds');
  expect(body['items']).toMatchObject([
    { domain: 1, round: 1, status: 'closed', deficits: '0.000000' },
  ]);
  expect(await shownLines()).toEqual(await liveLines());
  const { balances } = await accountOf(seller);
  expect(balances).toContainEqual({
    account: seller,
    bucket: 'isolated:1',
    asset: 'USDT',
    // 500 less the fee of 0.1 and 0.05 × 100 of variation, plus funding of 0.0505
    available: '494.950500',
    reserved: '0.000000',
  });
});

it('takes a thousand orders at once and answers each, in order and once', async () => {
  const transfers = Array.from({ length: 300 }, (_, i) => ({
    id: walk.id(),
    account: buyer,
    source: 'excess',
    target: 'cross:linear',
    asset: 'USDT',
    amount: i === 7 ? '0' : i === 8 ? '99999' : '0.01',
  }));
  const { status, body } = await walk.post('/v1/moves', transfers, venueKey(1));
  expect(status).toBe(202);
  const results = body['results'] as Json[];
  expect(results.map((each) => each['status'])).toEqual(
    transfers.map((_, i) => (i === 7 ? 'refused' : i === 8 ? 'rejected' : 'accepted')),
  );
  expect(results[7]['problem']).toMatchObject({
    code: 'invalid-request',
    errors: [{ field: 'amount' }],
  });
  expect(results[8]['problem']).toMatchObject({ code: 'insufficient-available', status: 422 });
  const again = await walk.post('/v1/moves', transfers, venueKey(1));
  const repeated = (again.body['results'] as Json[]).filter((each) => each['repeated'] === true);
  expect(repeated).toHaveLength(299);
  await walk.quiet();
  const { balances } = await accountOf(buyer);
  expect(balances).toContainEqual(
    expect.objectContaining({ bucket: 'cross:1', available: '2.980000' }),
  );
});

it('lets an Idempotency-Key stand for the ids of a request', async () => {
  const move = {
    account: buyer,
    source: 'excess',
    target: 'cross:linear',
    asset: 'USDT',
    amount: '1',
  };
  const key = { 'idempotency-key': 'monday' };
  const first = await walk.post('/v1/moves', [move, move], venueKey(1), key);
  const again = await walk.post('/v1/moves', [move, move], venueKey(1), key);
  const ids = (first.body['results'] as Json[]).map((each) => each['id']);
  expect(new Set(ids).size).toBe(2);
  expect((again.body['results'] as Json[]).map((each) => [each['id'], each['repeated']])).toEqual(
    ids.map((id) => [id, true]),
  );
});

it('lets collateral leave when two others have approved', async () => {
  await walk.must('/v1/destinations', { account: buyer, destination: 'bc1q' }, venueKey(1));
  const id = walk.id();
  const order = { id, account: buyer, asset: 'USDT', amount: '10', destination: 'bc1q' };
  const asked = await walk.post('/v1/withdrawals', order, venueKey(1));
  expect(asked.body).toMatchObject({
    status: 'pending',
    facts: { withdrawal: expect.any(Number) },
  });
  await walk.quiet();
  const { withdrawal } = asked.body['facts'] as { withdrawal: number };
  const { partition } = asked.body['receipt'] as { partition: number };
  for (const number of [1, 2]) {
    const approval = { partition, withdrawal };
    const facts = await walk.must('/v1/withdrawal-approvals', approval, approverKey(number));
    expect(facts).toEqual({ approvals: number, needed: 2 });
  }
  await walk.quiet();
  expect((await walk.get(`/v1/commands/${id}`, venueKey(1))).body).toMatchObject({
    status: 'accepted',
  });
  expect((await walk.get(`/v1/commands/${id}`, venueKey(2))).status).toBe(404);
  const { body } = await walk.get('/v1/withdrawals');
  expect(body['items']).toMatchObject([{ amount: '10.000000', status: 'sent', approvals: 2 }]);
  await walk.post('/v1/simulated-chain/blocks', { id: walk.id(), payments: [] });
  await walk.quiet();
  const after = await walk.get('/v1/withdrawals?status=confirmed');
  expect(after.body['items']).toHaveLength(1);
});

it('keeps everything over a restart, and shows the same again', async () => {
  await walk.quiet();
  const [state, live, shown] = [await walk.state(), await liveLines(), await shownLines()];
  await walk.restart();
  await walk.quiet();
  expect(await walk.state()).toBe(state);
  expect(await liveLines()).toEqual(live);
  expect(await shownLines()).toEqual(shown);
}, 60_000);

it('mines a block once, however often it is asked', async () => {
  const block = { id: walk.id(), payments: [{ to: buyer, asset: 'USDT', amount: '5' }] };
  const first = await walk.post('/v1/simulated-chain/blocks', block);
  await walk.quiet();
  const state = await walk.state();
  const again = await walk.post('/v1/simulated-chain/blocks', block);
  await walk.quiet();
  expect(again.body).toEqual(first.body);
  expect(await walk.state()).toBe(state);
});

it('describes itself, and measures what operators watch', async () => {
  const api = await walk.ask('GET', '/openapi.json', { as: '' });
  const { openapi, paths } = api.body as { openapi: string; paths: Json };
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/v1/transfers', '/v1/trades/{id}']));
  const metrics = await walk.ask('GET', '/metrics', { as: '' });
  for (const name of [
    'lane_queue',
    'lane_ignored_records',
    'oldest_in_transit_ms',
    'open_round',
    'projection_lag_records',
  ]) {
    expect(metrics.body['text']).toContain(`ringfence_${name}`);
  }
  const health = await walk.ask('GET', '/health', { as: '' });
  expect([health.status, health.body['status']]).toEqual([200, 'ok']);
});
