import { Gateway } from '@ringfence/gateway';
import { parseAccount } from '@ringfence/kernel';
import { furnish, OPERATOR, venueKey, Walk, type Json } from './walk.fixture.js';

let walk: Walk;
let parked: string;
let other: string;
let lines: string[];

beforeAll(async () => {
  lines = [];
  walk = await Walk.begin({ projections: 'on', log: (line) => lines.push(line) });
  await furnish(walk);
  parked = await walk.openAccount(1, 'anna');
  other = await walk.openAccount(2, 'bert');
  await walk.quiet();
  for (const account of [parked, other]) await walk.deposit(account, 'USDT', '1');
  const models = await walk.house.app.get(Gateway).readModels.opened();
  const limit = `account <> ${parseAccount(parked)} or available < 5000000`;
  await models?.store.source.query(`alter table balances add constraint unfit check (${limit})`);
  for (const account of [parked, other]) await walk.deposit(account, 'USDT', '10');
}, 60_000);
afterAll(() => walk.end());

const health = async (): Promise<Json> => {
  const { status, body } = await walk.ask('GET', '/health', { as: '' });
  expect([status, body['status']]).toEqual([200, 'ok']);
  return (body['details'] as Record<string, Json>)['read-models'];
};
const figure = async (name: string): Promise<string | undefined> => {
  const { body } = await walk.ask('GET', '/metrics', { as: '' });
  const lines = String(body['text']).split('\n');
  return lines.find((line) => line.startsWith(`ringfence_${name} `))?.split(' ')[1];
};

it('names an account whose rows the database refuses, where operators look', async () => {
  const reason = expect.stringContaining('violates check constraint "unfit"') as string;
  const accounts = [{ account: parked, reason }];
  expect(await health()).toEqual({ status: 'up', isOn: true, parked: 1, accounts });
  expect(await figure('parked_accounts')).toBe('1');
  expect(await figure('projections_on')).toBe('1');
  expect(lines).toContainEqual(expect.stringContaining(`rows of ${parked} are parked`));
});

it('shows nothing old of it as if it were new, and all others as they are', async () => {
  for (const key of [venueKey(1), OPERATOR]) {
    const { status, body } = await walk.get(`/v1/accounts/${parked}`, key);
    expect([status, body['code']]).toEqual([503, 'account-parked']);
  }
  expect((await walk.get(`/v1/accounts/${parked}`, venueKey(2))).status).toBe(404);
  const shown = await walk.get(`/v1/accounts/${other}`, venueKey(2));
  expect(shown.body['balances']).toMatchObject([{ available: '11.000000' }]);
  const { body } = await walk.get('/v1/balances');
  const items = (body['items'] as Json[]).map(({ account, available, stale }) => [
    account,
    available,
    stale,
  ]);
  expect(items).toContainEqual([parked, '1.000000', true]);
  expect(items).toContainEqual([other, '11.000000', undefined]);
});

it('still obeys its owner: what decides is the log', async () => {
  const order = { id: walk.id(), account: parked, source: 'excess', target: 'cross:linear' };
  const move = { ...order, asset: 'USDT', amount: '11' };
  expect((await walk.post('/v1/moves', move, venueKey(1))).body['status']).toBe('accepted');
});

it('shows it again when the read models are built anew', async () => {
  await walk.restart();
  await walk.quiet();
  expect(await health()).toEqual({ status: 'up', isOn: true, parked: 0, accounts: [] });
  const { body } = await walk.get(`/v1/accounts/${parked}`, venueKey(1));
  expect(body['balances']).toContainEqual(
    expect.objectContaining({ bucket: 'cross:1', available: '11.000000' }),
  );
}, 60_000);
