import { accountId, accountText } from '@ringfence/kernel';

import * as f from './field.js';
import { compile } from './index.js';
import { command } from './message.js';
import { id, names, sample } from './sample.fixture.js';

const FROM = accountText(accountId(3, 498279));
const TO = accountText(accountId(3, 5));
const transfer = (more: object = {}): object => ({
  from: FROM,
  fromBucket: 'excess',
  to: TO,
  asset: 'USD',
  amount: '12.50',
  correction: '-0.01',
  ...more,
});
const order = (more: object = {}): object => ({
  instrument: 'BTC-PERP',
  domain: 1,
  member: 2,
  limit: '100.5',
  size: '0.002',
  hedge: '-1',
  way: 'sell',
  note: 'é',
  firm: true,
  stamp: '00000000000000ff',
  parent: null,
  shift: -7,
  count: 5,
  legs: [{ asset: 'USD', amount: '1', tags: [] }],
  first: null,
  ...more,
});
/** The codes by field that a request meets. */
function found(name: string, json: unknown): Record<string, string> {
  const parsed = sample.parse(name, json, names);
  if (parsed.ok) return {};
  for (const { rule } of parsed.problems) expect(rule).not.toBe('');
  return Object.fromEntries(parsed.problems.map(({ field, code }) => [field, code]));
}
const amount = (text: unknown, asset = 'USD'): string | undefined =>
  found('Transfer', transfer({ amount: text, asset })).amount;

describe('a request', () => {
  it('becomes the command', () => {
    const built = {
      type: 'Transfer',
      from: accountId(3, 498279),
      fromBucket: 0,
      to: accountId(3, 5),
      asset: 1,
      amount: 1250n,
      correction: -1n,
    };
    const parsed = sample.parse('Transfer', transfer(), names);
    expect(parsed).toEqual({ ok: true, value: built });
    expect(parsed.ok && Object.keys(parsed.value)).toEqual(Object.keys(built));
    expect(sample.parse('Transfer', transfer({ type: 'Transfer' }), names)).toEqual(parsed);
  });
  it('becomes the command, with lists, groups and options', () => {
    const built = {
      type: 'Order',
      instrument: 9,
      domain: 1,
      member: 2,
      limit: 201,
      size: 2,
      hedge: -1000,
      way: 'sell',
      note: 'é',
      firm: true,
      stamp: 255n,
      parent: null,
      shift: -7,
      count: 5,
      legs: [{ asset: 1, amount: 100n, tags: [] }],
      first: null,
    };
    expect(sample.parse('Order', order(), names)).toEqual({ ok: true, value: built });
    const { limit, parent, ...rest } = order() as Record<string, unknown>;
    expect([limit, parent]).toEqual(['100.5', null]);
    const market = sample.parse('Order', rest, names);
    expect(market).toEqual({ ok: true, value: { ...built, limit: null } });
    const child = order({ parent: 'e9'.repeat(16) });
    expect(sample.parse('Order', child, names)).toMatchObject({ value: { parent: id(0xe9) } });
  });

  it('may leave nothing out and bring nothing else', () => {
    expect(found('Transfer', {})).toEqual({
      from: 'missing',
      fromBucket: 'missing',
      to: 'missing',
      asset: 'missing',
      amount: 'missing',
      correction: 'missing',
    });
    expect(found('Transfer', transfer({ memo: 1 }))).toEqual({ memo: 'unknown-field' });
    expect(found('Transfer', transfer({ type: 'Order' }))).toEqual({ type: 'not-one-of' });
    const polluted: unknown = JSON.parse(
      JSON.stringify(transfer()).replace('{', '{"__proto__":{"a":1},'),
    );
    expect(found('Transfer', polluted)).toEqual({ ['__proto__']: 'unknown-field' });
    for (const json of [null, undefined, 5, 'x', [], [transfer()]]) {
      expect(found('Transfer', json)).toEqual({ '': 'wrong-type' });
    }
    expect(() => sample.parse('Nothing', {}, names)).toThrow('table of Nothing');
  });

  it('has amounts as decimal strings of the scale of their asset', () => {
    const good = ['0.01', '1', '10', '999999999999999.99', '12.5', '12.500'];
    for (const text of good) expect([text, amount(text)]).toEqual([text, undefined]);
    const bad = ['', ' 1', '1 ', '+1', '1e3', 'NaN', 'Infinity', '.5', '5.', '01', '1.2.3', '1,0']
      .concat(['0x10', '-', '--1', '١', '1_000'])
      .concat(['x'.repeat(100)]);
    for (const text of bad) expect([text, amount(text)]).toEqual([text, 'not-a-decimal']);
    for (const json of [1, null, true, [], {}, 1n]) expect(amount(json)).toBe('wrong-type');
    expect(amount('0.001')).toBe('too-many-decimals');
    expect(amount('0')).toBe('not-positive');
    expect(amount('0.00')).toBe('not-positive');
    expect(amount('-1')).toBe('not-positive');
    expect(amount('9'.repeat(36) + '.99')).toBeUndefined();
    expect(amount('1' + '0'.repeat(36))).toBe('too-large');
    expect(amount('9'.repeat(200))).toBe('too-large');
    expect(amount('9'.repeat(20), 'ETH')).toBeUndefined();
    expect(amount('1' + '0'.repeat(20), 'ETH')).toBe('too-large');
    const legs = (text: string): object =>
      order({ legs: [{ asset: 'USD', amount: text, tags: [] }] });
    expect(found('Order', legs('0'))).toEqual({});
    expect(found('Order', legs('-0.01'))).toEqual({ 'legs[0].amount': 'negative' });
  });
  it('reads amounts alike on the quick way and the long way', () => {
    for (const text of ['0.000001', '123456789.123456', '1', '999999999999999', '0.1']) {
      const long = `${text}${text.includes('.') ? '' : '.'}${'0'.repeat(18)}`.slice(0, 60);
      const [quick, slow] = [text, long].map((it) =>
        sample.parse('Transfer', transfer({ asset: 'ETH', amount: it }), names),
      );
      expect(quick.ok).toBe(true);
      expect(slow).toEqual(quick);
    }
  });
  it('has prices in whole ticks and sizes in whole lots', () => {
    const price = (limit: unknown): string | undefined => found('Order', order({ limit })).limit;
    expect([price('0.5'), price('1'), price(null)]).toEqual([undefined, undefined, undefined]);
    expect([price('0.3'), price('0.25'), price('0'), price('-0.5'), price(1)]).toEqual([
      'not-a-multiple',
      'too-many-decimals',
      'not-positive',
      'not-positive',
      'wrong-type',
    ]);
    const size = (text: string): string | undefined => found('Order', order({ size: text })).size;
    expect([size('0.001'), size('0.0001'), size('0')]).toEqual([
      undefined,
      'too-many-decimals',
      'not-positive',
    ]);
    expect(size('9007199254740.991')).toBeUndefined();
    expect(size('9007199254740.992')).toBe('too-large');
    expect(found('Order', order({ hedge: '0' }))).toEqual({});
  });
  it('names what is listed', () => {
    expect(found('Transfer', transfer({ asset: 'XXX' }))).toEqual({ asset: 'unknown-asset' });
    const wrong = found('Transfer', transfer({ asset: 'XXX', amount: '1e3' }));
    expect(wrong).toEqual({ asset: 'unknown-asset', amount: 'not-a-decimal' });
    const unlisted = found('Order', order({ instrument: 'ETH-PERP' }));
    expect(unlisted).toEqual({ instrument: 'unknown-instrument' });
    expect(found('Order', order({ instrument: 9 }))).toEqual({ instrument: 'wrong-type' });
  });
  it('names accounts, buckets and ids in their texts', () => {
    const last = FROM.endsWith('0') ? '1' : '0';
    const typo = FROM.slice(0, -1) + last;
    expect(found('Transfer', transfer({ from: typo, to: 5 }))).toEqual({
      from: 'malformed-account',
      to: 'wrong-type',
    });
    for (const fromBucket of ['', 'isolated:0', 'cross', 'excess:1', 'other:1']) {
      expect(found('Transfer', transfer({ fromBucket }))).toEqual({
        fromBucket: 'malformed-bucket',
      });
    }
    expect(found('Transfer', transfer({ fromBucket: 'isolated:999999' }))).toEqual({});
    expect(found('Order', order({ parent: 'e9', stamp: '00FF' }))).toEqual({
      parent: 'malformed-command-id',
      stamp: 'malformed-print',
    });
  });
  it('has plain whole numbers, flags, words and texts', () => {
    const field = (name: string, value: unknown): string | undefined =>
      found('Order', order({ [name]: value }))[name];
    expect([0, 2 ** 53 - 1].map((n) => field('count', n))).toEqual([undefined, undefined]);
    expect([-1, -0].map((n) => field('count', n))).toEqual(['negative', 'negative']);
    expect(field('count', 2 ** 53)).toBe('too-large');
    for (const n of ['5', 1.5, null, Number.NaN]) expect(field('count', n)).toBe('wrong-type');
    expect([field('shift', 1 - 2 ** 53), field('shift', -(2 ** 53))]).toEqual([
      undefined,
      'too-large',
    ]);
    expect([field('member', 2 ** 31 - 1), field('member', 2 ** 31)]).toEqual([
      undefined,
      'too-large',
    ]);
    expect([field('firm', false), field('firm', 0)]).toEqual([undefined, 'wrong-type']);
    expect([field('way', 'hold'), field('way', 1)]).toEqual(['not-one-of', 'wrong-type']);
    expect([field('note', 'é'.repeat(20)), field('note', 'é'.repeat(21))]).toEqual([
      undefined,
      'too-long',
    ]);
    expect([field('note', 'a'.repeat(41)), field('note', '\ud800')]).toEqual([
      'too-long',
      'not-well-formed',
    ]);
  });
  it('names the path of every problem, all in one answer', () => {
    const legs = [
      { asset: 'USD', amount: '1', tags: ['ok', 'far too long', 5] },
      { asset: 'USD', amount: '0.001', tags: 'x', more: 1 },
      null,
    ];
    expect(found('Order', order({ legs, way: 'up' }))).toEqual({
      way: 'not-one-of',
      'legs[0].tags[1]': 'too-long',
      'legs[0].tags[2]': 'wrong-type',
      'legs[1].amount': 'too-many-decimals',
      'legs[1].tags': 'wrong-type',
      'legs[1].more': 'unknown-field',
      'legs[2]': 'wrong-type',
    });
    expect(found('Order', order({ legs: {} }))).toEqual({ legs: 'wrong-type' });
  });
  it('needs the asset of an amount when both may be left out', () => {
    const tables = compile([
      command(1, 'Pay', 1, {
        fee: f.optional(f.amount('asset')),
        asset: f.optional(f.asset()),
        to: f.group({ more: f.list(f.amount('asset')), units: f.amount() }),
      }),
    ]);
    const to = { more: [], units: '5' };
    const pay = (json: object): unknown => tables.parse('Pay', { to, ...json }, names);
    const none = {
      ok: true,
      value: { type: 'Pay', fee: null, asset: null, to: { more: [], units: 5n } },
    };
    expect(pay({})).toEqual(none);
    expect(pay({ fee: null, asset: null })).toEqual(none);
    expect(pay({ fee: '1' })).toMatchObject({ problems: [{ field: 'asset', code: 'missing' }] });
    expect(pay({ fee: '1', asset: 'USD' })).toMatchObject({ value: { fee: 100n, asset: 1 } });
    const inside = { asset: 'USD', to: { more: ['0.5', '0.001'], units: '0.5' } };
    expect(pay(inside)).toMatchObject({
      problems: [{ field: 'to.more[1]' }, { field: 'to.units', code: 'too-many-decimals' }],
    });
  });
});
