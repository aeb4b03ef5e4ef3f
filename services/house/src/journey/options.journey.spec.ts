// An option's whole life through the API: listed, priced by volatility, margined in a portfolio,
// switched to another practice, exercised.
import {
  furnish,
  publish,
  OPERATOR,
  PARAMETERS,
  START,
  venueKey,
  Walk,
  type Json,
} from './walk.fixture.js';
import { STARTING_RULES } from '@ringfence/domain-risk';

const HOUR = 3_600_000;
const EXPIRY = START + 2 * HOUR;
const CALL = 'BTC-E-10000-C';
const PORTFOLIO = 'portfolio:linear';
let walk: Walk;
let buyer: string;
let seller: string;

const TERMS = { domain: 'linear', tick: '0.01', lot: '0.001', multiplier: 1 };
const DATED = { underlying: 'BTC-PERP', expiry: EXPIRY };
beforeAll(async () => {
  walk = await Walk.begin({ projections: 'on' });
  await furnish(walk);
  await walk.must('/v1/futures', { symbol: 'BTC-E', ...DATED, ...TERMS });
  const option = { ...DATED, underlying: 'BTC-E', strike: '10000', right: 'call' };
  await walk.must('/v1/options', { symbol: CALL, ...option, ...TERMS });
  for (const instrument of ['BTC-E', CALL]) {
    await walk.must('/v1/instrument-parameters', { instrument, parameters: PARAMETERS });
  }
  const set = { domain: 'linear', effective: START, parameters: STARTING_RULES };
  await walk.must('/v1/portfolio-parameters', set);
  buyer = await walk.openAccount(1, 'anna');
  seller = await walk.openAccount(2, 'bert');
  for (const [i, account] of [buyer, seller].entries()) {
    await walk.deposit(account, 'USDT', '20000');
    const move = { account, source: 'excess', target: PORTFOLIO, asset: 'USDT', amount: '10000' };
    await walk.must('/v1/moves', move, venueKey(i + 1));
    await walk.must('/v1/trading-authorities', { account, venue: 1 }, venueKey(i + 1));
  }
  await walk.untilRowsOpen();
}, 240_000);
afterAll(() => walk.end());

async function frame(time: number, price: string, volatilityPpm: number): Promise<void> {
  await walk.must('/v1/volatility-frames', {
    time,
    validUntil: time + HOUR,
    source: 'walk',
    prices: ['BTC-PERP', 'BTC-E'].map((instrument) => ({ instrument, price })),
    volatilities: [{ instrument: CALL, volatilityPpm }],
  });
  await walk.quiet();
}
async function marginOf(account: string): Promise<Json> {
  await walk.quiet();
  const { body } = await walk.get(`/v1/accounts/${account}/margin`);
  return (body['items'] as Json[]).find(({ bucket }) => bucket === 'portfolio:1') ?? {};
}

it('lists a call, and prices it by its volatility (OPT-001)', async () => {
  await frame(START + 60_000, '10000', 800_000);
  const { body } = await walk.get('/v1/instruments');
  const listed = (body['items'] as Json[]).find(({ symbol }) => symbol === CALL);
  expect(listed).toMatchObject({
    kind: 'option',
    underlying: 'BTC-E',
    expiry: EXPIRY,
    right: 'call',
    strike: '10000.00',
    volatility: '0.800000',
  });
  // at the money: F·σ·√(T / 2π), T = 119 minutes of a year of 365 days
  const years = (119 * 60_000) / (365 * 24 * HOUR);
  const value = 10_000 * 0.8 * Math.sqrt(years / (2 * Math.PI));
  expect(Math.abs(Number(listed?.['price']) - value)).toBeLessThan(0.02);
  const zero = { instrument: CALL, volatilityPpm: 0 };
  const wrong = { time: START + 61_000, validUntil: START + HOUR, source: 'walk', prices: [] };
  const refused = await walk.post('/v1/volatility-frames', {
    id: walk.id(),
    ...wrong,
    volatilities: [zero],
  });
  expect(refused.status).toBe(422);
});

it('margins a covered call in a portfolio by line, with its Greeks (OPT-002)', async () => {
  const trades = [
    { instrument: 'BTC-PERP', side: 'buy', lots: '1' },
    { instrument: CALL, side: 'sell', lots: '1' },
  ];
  const path = `/v1/accounts/${seller}/buckets/${PORTFOLIO}/what-if`;
  const imagined = (await walk.post(path, { trades })).body;
  expect(imagined).toMatchObject({ passes: true, before: { initial: '0.000000' } });
  const { body } = await walk.get('/v1/prices');
  const prices = new Map((body['items'] as Json[]).map((each) => [each['instrument'], each]));
  for (const { instrument, side } of trades) {
    const [b, s] = side === 'buy' ? [seller, buyer] : [buyer, seller];
    const sides = { buyer: b, buyerBucket: PORTFOLIO, seller: s, sellerBucket: PORTFOLIO };
    const price = prices.get(instrument)?.['price'];
    await walk.must('/v1/trades', { instrument, lots: '1', price, ...sides }, venueKey(1));
    await walk.quiet();
  }
  await frame(START + 120_000, '10001', 810_000);
  const margin = await marginOf(seller);
  const lines = (margin['requirements'] as Json[]).map(({ line }) => line);
  expect(lines).toContain('scenario');
  const greeks = margin['greeks'] as Record<string, string>;
  // long one perpetual, short one call of delta one half: about 5,000 for a rise by 100 percent
  expect(Number(greeks['delta'])).toBeGreaterThan(4_500);
  expect(Number(greeks['delta'])).toBeLessThan(5_500);
  expect(Number(greeks['gamma'])).toBeLessThan(0);
  expect(Number(greeks['vega'])).toBeLessThan(0);
  expect(Number(greeks['theta'])).toBeGreaterThan(0);
  expect(Number(margin['netOptionValue'])).toBeLessThan(0);
  expect(margin['worstScenario']).not.toBeNull();
  const after = imagined['after'] as Json;
  expect(Math.abs(Number(margin['initial']) / Number(after['initial']) - 1)).toBeLessThan(0.01);
});

it('holds the same in cross when its owner says so and the gate passes (OPT-003)', async () => {
  // whatever waits to be settled is settled first
  const cross = 'cross:linear';
  const order = { account: seller, source: PORTFOLIO, target: cross };
  const { status, body } = await walk.post(
    '/v1/bucket-switches',
    { id: walk.id(), ...order },
    venueKey(2),
    { prefer: 'wait=10' },
  );
  expect({ status, body }).toMatchObject({ status: 202, body: { status: 'accepted' } });
  await walk.quiet();
  const shown = (await walk.get(`/v1/accounts/${seller}`)).body;
  const buckets = (shown['positions'] as Json[]).map(({ bucket }) => bucket);
  expect(buckets).toEqual(['cross:1', 'cross:1']);
  const stranger = await walk.post(
    '/v1/bucket-switches',
    { id: walk.id(), ...order, source: cross, target: PORTFOLIO },
    venueKey(1),
  );
  expect(stranger.body).toMatchObject({ code: 'not-the-owner' });
});

it('ends at the settlement price: exercised, closed, and paid (OPT-004)', async () => {
  await walk.must('/v1/ticks', { time: EXPIRY - 60_000, source: 'walk' });
  await publish(walk, EXPIRY - 60_000, '10100');
  const early = { underlying: 'BTC-PERP', expiry: EXPIRY, price: '10100' };
  const refused = await walk.post('/v1/settlement-prices', { id: walk.id(), ...early });
  expect(refused.body).toMatchObject({ code: 'not-expired-yet' });
  await walk.must('/v1/ticks', { time: EXPIRY, source: 'walk' });
  await walk.must('/v1/settlement-prices', early);
  for (let i = 1; i <= 12; i++) {
    await walk.must('/v1/ticks', { time: EXPIRY + i * 60_000, source: 'walk' });
    await walk.quiet();
  }
  const { body } = await walk.get('/v1/instruments');
  const ended = (body['items'] as Json[]).find(({ symbol }) => symbol === CALL);
  expect(ended).toMatchObject({ settlementPrice: '100.00' });
  for (const account of [buyer, seller]) {
    const shown = (await walk.get(`/v1/accounts/${account}`, OPERATOR)).body;
    const held = (shown['positions'] as Json[]).map(({ instrument }) => instrument);
    expect(held).toEqual(['BTC-PERP']);
  }
});
