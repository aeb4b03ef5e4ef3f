import { hash } from '@ringfence/journal';
import { accountId, accountText } from '@ringfence/kernel';
import { frameOf, furnish, START, venueKey, Walk, type Json, type Reply } from './walk.fixture.js';

let walk: Walk;
/** member 1's with collateral, member 1's second, member 2's */
let mine: string;
let second: string;
let theirs: string;

beforeAll(async () => {
  walk = await Walk.begin();
  await furnish(walk);
  mine = await walk.openAccount(1, 'anna');
  second = await walk.openAccount(1, 'anna');
  theirs = await walk.openAccount(2, 'bert');
  await walk.quiet();
  await walk.deposit(mine, 'USDT', '1000');
}, 60_000);
afterAll(() => walk.end());

/** Sends an order and makes sure that no lane's state changed by it. */
async function harmless(send: () => Promise<Reply>): Promise<Reply> {
  await walk.quiet();
  const before = await walk.state();
  const reply = await send();
  await walk.quiet();
  expect(await walk.state()).toBe(before);
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
  expect(reply.body['status']).toBe(reply.status);
  return reply;
}
const errorsOf = ({ body }: Reply): Json[] => body['errors'] as Json[];

const transfer = (more: Json = {}): Json => ({
  id: walk.id(),
  from: mine,
  to: second,
  asset: 'USDT',
  amount: '1.5',
  ...more,
});
const asVenue = (path: string, body: unknown): Promise<Reply> => walk.post(path, body, venueKey(1));

describe('a request that has no right form', () => {
  it.each([
    ['an unknown asset', 'asset', { asset: 'DOGE' }, 'unknown-asset'],
    ['a mistyped account', 'from', { from: 'w-00-000003-Z' }, 'malformed-account'],
    ['too many decimals', 'amount', { amount: '1.0000001' }, 'too-many-decimals'],
    ['exponent form', 'amount', { amount: '1e3' }, 'not-a-decimal'],
    ['zero', 'amount', { amount: '0' }, 'not-positive'],
    ['a negative amount', 'amount', { amount: '-1' }, 'not-positive'],
    ['10^40', 'amount', { amount: `1${'0'.repeat(40)}` }, 'too-large'],
    ['a number instead of a text', 'amount', { amount: 1.5 }, 'wrong-type'],
    ['a field that is not one', 'memo', { memo: 'hi' }, 'unknown-field'],
    [
      'a name of another object',
      '__proto__',
      JSON.parse('{"__proto__": {"a": 1}}') as Json,
      'unknown-field',
    ],
    ['a malformed id', 'id', { id: 'x1' }, 'malformed-command-id'],
  ])('names the field and the rule: %s', async (_, field, more, code) => {
    const body = JSON.stringify(transfer()).slice(0, -1);
    const fields = JSON.stringify(more).slice(1);
    const reply = await harmless(() => asVenue('/v1/transfers', `${body},${fields}`));
    expect([reply.status, reply.body['code']]).toEqual([400, 'invalid-request']);
    expect(errorsOf(reply)).toEqual([{ field, code, rule: expect.any(String) }]);
  });

  it.each([
    ['a bucket of no kind', 'pool:1'],
    ['a bucket of an instrument that is not listed', 'isolated:DOGE-PERP'],
    ['a bucket of a domain that is not open', 'cross:nowhere'],
  ])('refuses %s', async (_, target) => {
    const move = { id: walk.id(), account: mine, source: 'excess', asset: 'USDT', amount: '1' };
    const reply = await harmless(() => asVenue('/v1/moves', { ...move, target }));
    expect(errorsOf(reply)).toEqual([
      { field: 'target', code: 'malformed-bucket', rule: expect.any(String) },
    ]);
  });

  it.each([
    ['text that is no JSON', '{"id": ', 400, 'malformed-json'],
    ['NaN, which JSON does not have', '{"amount": NaN}', 400, 'malformed-json'],
    ['no body', '', 400, 'malformed-json'],
    ['a body beyond the limit', `"${'x'.repeat(3_000_000)}"`, 413, 'body-too-large'],
    ['a text', '"hi"', 400, 'invalid-request'],
  ])('answers %s', async (_, body, status, code) => {
    const reply = await harmless(() => asVenue('/v1/transfers', body));
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('takes no other media type, and no more items than a record holds', async () => {
    const form = { 'content-type': 'text/plain' };
    const text = await harmless(() => walk.post('/v1/transfers', 'a=b', venueKey(1), form));
    expect([text.status, text.body['code']]).toEqual([415, 'unsupported-media-type']);
    const many = Array.from({ length: 1001 }, () => ({}));
    const reply = await harmless(() => asVenue('/v1/transfers', many));
    expect([reply.status, reply.body['code']]).toEqual([400, 'too-many-items']);
  });

  it('wants an id, or a key that stands for it', async () => {
    const reply = await harmless(() => asVenue('/v1/transfers', transfer({ id: undefined })));
    expect([reply.status, reply.body['code']]).toEqual([400, 'missing-id']);
  });
});

describe('an order that the house refuses', () => {
  it.each([
    ['over the free amount', () => transfer({ amount: '1000.000001' }), 'insufficient-available'],
    [
      'from an account that does not exist',
      () => transfer({ from: accountText(accountId(0, 1000)) }),
      'account-unknown',
    ],
    [
      'from a partition that does not exist',
      () => transfer({ from: accountText(accountId(7, 3)) }),
      'account-unknown',
    ],
    ["from another member's account", () => transfer({ from: theirs }), 'not-the-owner'],
  ])('says why: %s', async (_, order, code) => {
    const reply = await harmless(() => asVenue('/v1/transfers', order()));
    expect([reply.status, reply.body['code']]).toEqual([422, code]);
  });

  it('lets no venue trade an account that did not authorise it', async () => {
    const reply = await harmless(() =>
      asVenue('/v1/trades', {
        id: walk.id(),
        instrument: 'BTC-PERP',
        lots: '0.001',
        price: '10000',
        buyer: mine,
        buyerBucket: 'isolated:BTC-PERP',
        seller: theirs,
        sellerBucket: 'cross:linear',
      }),
    );
    expect([reply.status, reply.body['code']]).toEqual([422, 'not-authorised']);
  });

  it('answers the same id as at first, and refuses other content under it', async () => {
    const order = transfer({ amount: '2' });
    const first = await asVenue('/v1/transfers', order);
    const again = await harmless409(() => asVenue('/v1/transfers', order));
    expect(again.body).toEqual({ ...first.body, repeated: true });
    const other = await harmless(() => asVenue('/v1/transfers', { ...order, amount: '3' }));
    expect([other.status, other.body['code']]).toEqual([409, 'id-conflict']);
  });
});

async function harmless409(send: () => Promise<Reply>): Promise<Reply> {
  const before = await walk.state();
  const reply = await send();
  expect(await walk.state()).toBe(before);
  return reply;
}

describe('a price frame that the house does not take', () => {
  it.each([
    ['NaN', START + 60_000, 'NaN'],
    ['zero', START + 60_000, '0'],
    ['a negative price', START + 60_000, '-5'],
    ['a time that is past', START - 60_000, '10000'],
    ['the time of the last frame', START, '10000'],
  ])('is refused by name: %s', async (_, time, price) => {
    const frame = { id: walk.id(), ...frameOf(time, price) };
    const reply = await harmless(() => walk.post('/v1/frames', frame));
    expect(reply.status).toBe(422);
    expect(reply.body['code']).toMatch(/^(price|frame)-/);
  });

  it('is held and reported when it is off the band', async () => {
    const frame = { id: walk.id(), ...frameOf(START + 120_000, '20000') };
    const { status, body } = await walk.post('/v1/frames', frame);
    expect(status).toBe(202);
    const { held } = body['facts'] as { held: Json[] };
    expect(held).toEqual([{ instrument: 1, price: 2_000_000, last: 1_000_000, bandPpm: 250_000 }]);
  });
});

describe('keys and roles', () => {
  it('lets nobody in without a key of the house', async () => {
    for (const as of ['', 'wrong']) {
      const reply = await harmless(() => walk.post('/v1/members', { name: 'x' }, as));
      expect([reply.status, reply.body['code']]).toEqual([401, 'not-authenticated']);
    }
  });
  it('lets every role do its own only', async () => {
    const reply = await harmless(() => asVenue('/v1/members', { id: walk.id(), name: 'x' }));
    expect([reply.status, reply.body['code']]).toEqual([403, 'role-not-allowed']);
    const open = {
      id: walk.id(),
      member: 1,
      owner: 'cleo',
      class: 'client-individual',
      domain: null,
      reference: '',
      partition: 1,
    };
    const elsewhere = await harmless(() => asVenue('/v1/accounts', open));
    expect([elsewhere.status, elsewhere.body['code']]).toEqual([403, 'role-not-allowed']);
  });
  it('ends with the key', async () => {
    const secret = 'soon over';
    const print = hash(Buffer.from(secret, 'utf8'));
    const { key } = await walk.must('/v1/keys', { member: 1, role: 'venue', label: '', print });
    expect((await walk.get('/v1/whoami', secret)).body).toEqual({ key, member: 1, role: 'venue' });
    await walk.must('/v1/key-revocations', { key });
    expect((await walk.get('/v1/whoami', secret)).status).toBe(401);
  });
});
