// What a bucket requires, as the API shows it: recorded by the lane of risk, asked of it before.
import { furnish, OPERATOR, publish, START, venueKey, Walk, type Json } from './walk.fixture.js';

let walk: Walk;
let buyer: string;
let seller: string;
const BUCKET = 'cross:linear';

beforeAll(async () => {
  walk = await Walk.begin({ projections: 'on' });
  await furnish(walk);
  buyer = await walk.openAccount(1, 'anna');
  seller = await walk.openAccount(2, 'bert');
  for (const [member, account] of [buyer, seller].entries()) {
    await walk.deposit(account, 'USDT', '1000');
    const move = { account, source: 'excess', target: BUCKET, asset: 'USDT', amount: '300' };
    await walk.must('/v1/moves', move, venueKey(member + 1));
    const authority = { account, venue: 1 };
    await walk.must('/v1/trading-authorities', authority, venueKey(member + 1));
  }
  await walk.untilRowsOpen();
}, 240_000);
afterAll(() => walk.end());

const imagine = (trades: unknown, bucket = BUCKET, as = OPERATOR) =>
  walk.post(`/v1/accounts/${buyer}/buckets/${bucket}/what-if`, { trades }, as);
const ONE = { instrument: 'BTC-PERP', side: 'buy', lots: '1' };

it('answers what trades would require, and records nothing (RISK-096)', async () => {
  await walk.quiet();
  const state = await walk.state();
  const { status, body } = await imagine([{ ...ONE, price: '10010' }]);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    before: { bucket: 'cross:1', asset: 'USDT', initial: '0.000000', equity: '300.000000' },
    after: {
      initial: '200.000000',
      maintenance: '100.000000',
      equity: '290.000000',
      requirements: [{ line: 'linear', instrument: 'BTC-PERP', initial: '200.000000' }],
      positions: [{ instrument: 'BTC-PERP', lots: '1.000', mark: '10000.00', pnl: '-10.000000' }],
    },
    passes: true,
    verdicts: [{ passed: true, reason: '' }],
    asOf: { service: 'risk' },
  });
  const more = await imagine([ONE, ONE, { ...ONE, side: 'sell' }]);
  expect(more.body).toMatchObject({
    passes: false,
    verdicts: [
      { passed: true },
      { passed: false, reason: 'insufficient-margin' },
      { passed: true },
    ],
  });
  expect(await walk.state()).toBe(state);
});

it('says the same of a bucket once the trade has come (RISK-097)', async () => {
  const trade = { instrument: 'BTC-PERP', lots: '1', price: '10000' };
  const sides = { buyer, buyerBucket: BUCKET, seller, sellerBucket: BUCKET };
  await walk.must('/v1/trades', { ...trade, ...sides }, venueKey(1));
  await walk.quiet();
  await publish(walk, START + 60_000, '10001');
  const { body } = await walk.get(`/v1/accounts/${buyer}/margin`, venueKey(1));
  const [margin, ...others] = body['items'] as Json[];
  expect(others).toEqual([]);
  expect(margin).toMatchObject({
    bucket: 'cross:1',
    level: 'healthy',
    // as it was evaluated last: a price that can change nothing evaluates nobody
    equity: '298.000000',
    initial: '200.000000',
    positions: [{ instrument: 'BTC-PERP', lots: '1.000', mark: '10000.00', pnl: '0.000000' }],
    greeks: { delta: '10000.000000', gamma: '0.000000' },
    worstScenario: null,
    riskScore: null,
    isKept: false,
  });
  // 298 + price − 10,000 is 1 % of the price at 9,800
  const { liquidation } = margin as unknown as { liquidation: { price: string; distance: string } };
  expect(Math.abs(Number(liquidation.price) - 9_800)).toBeLessThanOrEqual(0.01);
  expect(Number(liquidation.distance)).toBeCloseTo(Number(liquidation.price) / 10_001 - 1, 5);
  const nothing = await imagine([{ ...ONE, side: 'sell' }]);
  expect(nothing.body).toMatchObject({ after: { initial: '0.000000', liquidation: null } });
  const all = await walk.get('/v1/margins?limit=1');
  expect(all.body).toMatchObject({ items: [{ bucket: 'cross:1' }], next: 1 });
});

it('shows a venue the margin of its own member only (RISK-098)', async () => {
  expect((await walk.get(`/v1/accounts/${buyer}/margin`, venueKey(2))).status).toBe(404);
  expect((await imagine([ONE], BUCKET, venueKey(2))).status).toBe(404);
  expect((await imagine([ONE], BUCKET, venueKey(1))).status).toBe(200);
  expect((await walk.get('/v1/margins', venueKey(1))).status).toBe(403);
});

it.each([
  [[], 'trades', 'wrong-type'],
  [undefined, 'trades', 'wrong-type'],
  [[{ ...ONE, instrument: 'XYZ' }], 'trades[0].instrument', 'unknown-instrument'],
  [[ONE, { ...ONE, side: 'short' }], 'trades[1].side', 'not-one-of'],
  [[{ ...ONE, lots: '0' }], 'trades[0].lots', 'not-positive'],
  [[{ ...ONE, lots: '-1' }], 'trades[0].lots', 'not-positive'],
  [[{ ...ONE, lots: '1.0005' }], 'trades[0].lots', 'not-a-multiple'],
  [[{ ...ONE, lots: 1 }], 'trades[0].lots', 'wrong-type'],
  [[{ ...ONE, lots: '1e3' }], 'trades[0].lots', 'not-a-decimal'],
  [[{ ...ONE, price: '1.001' }], 'trades[0].price', 'not-a-multiple'],
  [[{ ...ONE, price: '99999999999999999' }], 'trades[0].price', 'too-large'],
  [[{ ...ONE, fee: '1' }], 'trades[0].fee', 'unknown-field'],
])('refuses %j by field and rule (RISK-099)', async (trades, field, code) => {
  const { status, body } = await imagine(trades);
  expect(status).toBe(400);
  expect(body['errors']).toMatchObject([{ field, code }]);
});
it('refuses a bucket that is none, and an account that is none (RISK-099)', async () => {
  for (const bucket of ['excess', 'cross:nowhere', 'cross', 'isolated:0']) {
    expect((await imagine([ONE], bucket)).body['errors']).toMatchObject([{ field: 'bucket' }]);
  }
  const strange = await walk.post('/v1/accounts/x/buckets/cross:1/what-if', { trades: [ONE] });
  expect(strange.body['errors']).toMatchObject([{ field: 'account' }]);
});
