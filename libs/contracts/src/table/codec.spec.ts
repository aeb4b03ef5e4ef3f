import { accountId } from '@ringfence/kernel';
import fc from 'fast-check';

import { DecodeError } from './bytes.js';
import * as f from './field.js';
import { compile } from './index.js';
import { command, event, type Decided } from './message.js';
import { BY, decided, decisions, id, RESERVED, sample, TRANSFER } from './sample.fixture.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const changed = (more: object): Decided => decided({ events: [{ ...RESERVED, ...more }] });
const size = (more: object): number => sample.encode([changed(more)]).length;
const refused = (bytes: string, rule: string): void =>
  expect(() => sample.decode(unhex(bytes))).toThrow(rule);

describe('the body of a record', () => {
  // Golden bytes must never change: logs are kept for ever.
  const ID = 'e9'.repeat(16);
  const BEGIN = `01 50 ${ID} 07 03 00  0c 83b8a6f301 00 8328 02 ea09 01  `;
  const GOLDEN = `${BEGIN} 28 1f 00 ac02`;

  it('has these bytes', () => {
    expect(hex(sample.encode([decided()]))).toBe(GOLDEN.replaceAll(' ', ''));
    expect(sample.decode(unhex(GOLDEN))).toEqual([decided()]);
  });
  it('has these bytes for the other origins and outcomes', () => {
    const quarantined = { kind: 'quarantined', hash: 'ab' } as const;
    const faulted = { kind: 'faulted', reason: 'é' } as const;
    const rejection = { code: 'no', detail: { b: '2', a: '1' } };
    const from = { service: 'risk', partition: 200 } as const;
    const all: Decided[] = [
      decided({ outcome: quarantined, command: null, events: [] }),
      decided({ outcome: { kind: 'rejected', rejection }, events: [] }),
      decided({ origin: { kind: 'channel', from, no: 1 }, outcome: faulted, events: [] }),
      decided({ origin: { kind: 'reaction', ...from, seq: 9, ordinal: 2 }, events: [] }),
      decided({ origin: { kind: 'reaction', ...from, seq: 9, ordinal: 3 }, events: [] }),
      { origin: { kind: 'continuation' }, command: null, outcome: decided().outcome, events: [] },
    ];
    const order = '0c 83b8a6f301 00 8328 02 ea09 01';
    const golden = `06  0c ${ID} 07 03 00 02 6162  34 ${ID} 02 6e6f 02 0161 0131 0162 0132 ${order}
      1a 03 c801 01 02 c3a9 ${order}  11 03 c801 09 02 ${order}  31 03 ${order}  03`;
    expect(hex(sample.encode(all))).toBe(golden.replace(/\s/g, ''));
    expect(sample.decode(sample.encode(all))).toEqual(all);
  });
  it('has these bytes for amounts on each side of every limit', () => {
    const forms: [bigint, string][] = [
      [0n, '00'],
      [119n, '77'],
      [120n, '8001'],
      [2n ** 52n - 1n, '8780808080808008'],
      [2n ** 52n, '780000000000001000'],
      [2n ** 64n - 1n, '78ffffffffffffffff'],
      [2n ** 64n, '7a000000000000000001000000'],
      [10n ** 38n, '7c00000000' + '40228a09' + '7ac4865a' + 'a84c3b4b'],
      [2n ** 127n - 1n, '7cffffffffffffffffffffffffffffff7f'],
    ];
    for (const [amount, form] of forms) {
      const bytes = sample.encodeMessages([{ type: 'Offered', from: 0, amount } as never]);
      expect(hex(bytes)).toBe(`015000${form}`);
      expect(sample.decodeMessages(bytes)).toEqual([{ type: 'Offered', from: 0, amount }]);
    }
    const signed = compile([command(1, 'Signed', 1, { amount: f.signedAmount() })]);
    const signedForms: [bigint, string][] = [
      [-1n, '01'],
      [-60n, '77'],
      [60n, '8001'],
      [-61n, '8101'],
      [-(2n ** 52n) + 1n, '8580808080808010'],
      [-(2n ** 52n), '790000000000001000'],
      [-(10n ** 38n), '7d00000000' + '40228a09' + '7ac4865a' + 'a84c3b4b'],
    ];
    for (const [amount, form] of signedForms) {
      const bytes = signed.encodeMessages([{ type: 'Signed', amount } as never]);
      expect(hex(bytes)).toBe(`0101${form}`);
      expect(signed.decodeMessages(bytes)).toEqual([{ type: 'Signed', amount }]);
    }
  });

  it('reads back whatever a lane may decide', () => {
    fc.assert(
      fc.property(fc.array(decisions, { maxLength: 6 }), (all) => {
        const bytes = sample.encode(all);
        expect(sample.decode(bytes)).toEqual(all);
        expect(hex(sample.encode(sample.decode(bytes)))).toBe(hex(bytes));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
  it('keeps the order of fields of the table, type first', () => {
    const [{ command: order, events }] = sample.decode(unhex(GOLDEN));
    expect(Object.keys(order ?? {})).toEqual(Object.keys(TRANSFER));
    expect(Object.keys(events[0])).toEqual(Object.keys(RESERVED));
  });
  it('grows for a long record', () => {
    const many = Array.from({ length: 5000 }, () => decided());
    expect(sample.decode(sample.encode(many))).toEqual(many);
    expect(sample.encode(many).length).toBe(2 + 5000 * 35 + 3);
  });

  it('writes out what differs from the command, and nothing else', () => {
    const same = size({});
    expect(size({ account: accountId(0, 0) })).toBe(same + 1);
    expect(size({ transfer: id(1) })).toBe(same + 16);
    expect(size({ amount: 10n ** 38n })).toBe(same + 17);
    for (const more of [{ transfer: id(1) }, { amount: 1n }, { bucket: 5, asset: 0 }]) {
      expect(sample.decode(sample.encode([changed(more)]))).toEqual([changed(more)]);
    }
  });
  it('knows a list and a group again, however deep', () => {
    const more = [
      { tags: ['x'], far: { b: null } },
      { tags: [], far: { b: -1n } },
    ];
    const leg = { a: 1, more };
    const far = f.group({ b: f.optional(f.signedAmount()) });
    const legs = f.list(
      f.group({ a: f.uint(), more: f.list(f.group({ tags: f.list(f.text(3)), far })) }),
    );
    const tables = compile([
      command(1, 'Do', 1, { legs, by: f.group({ by: f.uint() }) }),
      event(2, 'Done', 1, { legs: legs.like('legs') }),
      event(3, 'Other', 1, { far: far.like('by') }),
    ]);
    const order = { type: 'Do', legs: [leg, leg], by: { by: 1 } } as never;
    const done = (other: unknown): Decided =>
      decided({ command: order, events: [{ type: 'Done', legs: other } as never] });
    const repeated = tables.encode([done(structuredClone([leg, leg]))]);
    expect(tables.decode(repeated)).toEqual([done([leg, leg])]);
    expect(repeated.length).toBe(tables.encode([done([])]).length - 1);
    const turned = { ...leg, more: [more[1], more[0]] };
    const signed = { ...leg, more: [more[0], { tags: [], far: { b: 1n } }] };
    for (const other of [[leg], [{ ...leg, a: 2 }, leg], [leg, turned], [leg, signed]]) {
      const bytes = tables.encode([done(other)]);
      expect(bytes.length).toBeGreaterThan(repeated.length);
      expect(tables.decode(bytes)).toEqual([done(other)]);
    }
    expect(() => tables.encode([done(null)])).toThrow('Done.legs breaks its table');
    const holes: unknown[] = [];
    holes.length = 2;
    expect(() => tables.encode([done(holes)])).toThrow('Done.legs[] breaks its table');
    const unlike = { type: 'Other', far: { b: 1n } } as never;
    const other = decided({ command: order, events: [unlike] });
    expect(tables.decode(tables.encode([other]))).toEqual([other]);
  });
  it('lets a reaction name any command id', () => {
    const reaction = {
      origin: { kind: 'reaction', service: 'custody', partition: 0, seq: 0, ordinal: 0 },
    } as const;
    expect(sample.decode(sample.encode([decided(reaction)]))).toEqual([decided(reaction)]);
  });
  it('takes a sender once', () => {
    const one = sample.encode([decided()]).length;
    expect(sample.encode([decided(), decided()]).length - one).toBe(one - 1 - 3);
    const other = { kind: 'client', id: id(2), by: { ...BY, role: 'operator' } } as const;
    const all = [decided(), decided({ origin: other }), decided()];
    expect(sample.decode(sample.encode(all))).toEqual(all);
  });

  it('is refused when anything has another form', () => {
    refused(`${GOLDEN} 00`, 'trailing bytes');
    refused(GOLDEN.slice(0, -2), 'cut short');
    refused(`8100 ${GOLDEN.slice(2)}`, 'overlong varint');
    refused(`${BEGIN} 28 1f 00 ac8200`, 'overlong varint');
    refused(`${BEGIN} 28 1f 00 ffffffffffffff1f`, 'varint out of range');
    refused(`${BEGIN} 28 1f 00 ffffffffffffffff01`, 'varint too long');
    refused(`${BEGIN} 27 1f 00 ac02`, 'tag 39, offset 35: no such event');
    refused(`${BEGIN} 0c 1f 00 ac02`, 'no such event');
    refused(`${BEGIN} 28 1b 02 00 ac02`, 'tag 40, offset 37: out of range');
    refused(`${BEGIN} 28 17 02 00 ac02`, 'repeats its command in full');
    refused(`${BEGIN} 28 1e ${ID} 00 ac02`, 'repeats its command in full');
    refused(`${BEGIN} 28 0f ea09 00 ac02`, 'repeats its command in full');
    refused(`${BEGIN} 28 3f ac02`, 'not a value that the event may repeat');
    refused(`${BEGIN} 28 5f 00 ac02`, 'unknown bits in the mask');
    refused(`${BEGIN} 28 0f 00 00 ac02`, 'an amount of nothing');
    refused(`${BEGIN} 28 0f 7e 00 ac02`, 'unknown mark of an amount');
    refused(`${BEGIN} 28 0f 79 0000000000001000 00 ac02`, 'amount below zero');
    refused(`${BEGIN} 28 0f 78 ffffffffffff0f00 00 ac02`, 'amount has a shorter form');
    refused(`${BEGIN} 28 0f 7a ffffffffffffffff00000000 00 ac02`, 'amount has a shorter form');
    refused(`${BEGIN} 28 0f 7c ${'ff'.repeat(16)} 00 ac02`, 'amount out of range');
    refused(`${BEGIN} 28 0f 8880808080808008 00 ac02`, 'amount has a form with limbs');
    refused(`${BEGIN} 28 1b 04 00 ac02`, 'out of range');
    refused(`01 50 ${ID} 07 03 00 28`, 'tag 40, offset 22: no such command');
    refused(`01 50 ${ID} 07 03 00 0d`, 'no such command');
    refused(`01 50 ${ID} 07 03 05`, 'unknown role');
    refused(`01 40 ${ID} 07 03 00`, 'client without a command');
    refused(`01 70 ${ID} 07 03 00`, 'repeats a sender that never was');
    refused(`01 23`, 'a continuation has no sender');
    refused(`02 0c ${ID} 07 03 00 00 0c ${ID} 07 03 00 00`, 'names the same sender again');
    refused(`01 1c ${ID} 07 03 00 00`, 'quarantined, and yet with a command');
    refused(`01 0c ${ID} 07 03 00 01 ff`, 'not UTF-8');
    refused(`01 0c ${ID} 07 03 00 03 eda080`, 'not UTF-8');
    refused(`01 14 ${ID} 07 03 00 00 02 0162 00 0161 00`, 'details out of order');
    refused(`01 03 01`, 'trailing bytes');
    refused('', 'cut short');
  });
  it('refuses a repeat of what the command lacks', () => {
    const orphan = (mask: string): string => `01 43 28 ${mask}`;
    refused(orphan('01'), 'not a value that the event may repeat');
    refused(orphan(`02 ${ID}`), 'the command has no such field');
    const [{ events }] = sample.decode(unhex(orphan(`00 ${ID} 00 00 00 01 00 00`)));
    expect(events).toEqual([
      { ...RESERVED, account: 0, bucket: 0, asset: 0, amount: 1n, fee: 0n, seen: 0 },
    ]);
  });

  it('with any byte wrong is refused, or is another body in its one form', () => {
    fc.assert(
      fc.property(fc.array(decisions, { maxLength: 3 }), fc.nat(), fc.nat(254), (all, at, bit) => {
        const bytes = sample.encode(all);
        bytes[at % bytes.length] ^= bit + 1;
        let read: Decided[];
        try {
          read = sample.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(hex(sample.encode(read))).toBe(hex(bytes));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('an encoder', () => {
  it('refuses what the table does not allow, and names it', () => {
    const bad: [object, string][] = [
      [{ seen: -1 }, 'Reserved.seen'],
      [{ seen: 1.5 }, 'Reserved.seen'],
      [{ seen: 2 ** 53 }, 'Reserved.seen'],
      [{ seen: Number.NaN }, 'Reserved.seen'],
      [{ seen: undefined }, 'Reserved.seen'],
      [{ seen: '5' }, 'Reserved.seen'],
      [{ amount: 0n }, 'Reserved.amount'],
      [{ amount: -5n }, 'Reserved.amount'],
      [{ amount: 5 }, 'Reserved.amount'],
      [{ amount: 2n ** 127n }, 'Reserved.amount'],
      [{ fee: -1n }, 'Reserved.fee'],
      [{ bucket: 4 }, 'Reserved.bucket'],
      [{ bucket: 4_000_001 }, 'Reserved.bucket'],
      [{ account: 2 ** 40 }, 'Reserved.account'],
      [{ transfer: 'short' }, 'Reserved.transfer'],
      [{ transfer: 'Ā'.repeat(16) }, 'Reserved.transfer'],
    ];
    for (const [more, label] of bad) {
      expect(() => sample.encode([changed(more)])).toThrow(`${label} breaks its table`);
    }
    expect(() => sample.encode([changed({ type: 'Transfer' })])).toThrow('table of an event');
    expect(() => sample.encode([changed({ type: 'Nothing' })])).toThrow('table of Nothing');
    expect(() => sample.encode([decided({ command: RESERVED })])).toThrow('no table of a command');
    expect(() => sample.encode([decided({ command: null })])).toThrow('without a command');
    expect(sample.decode(sample.encode([decided()]))).toEqual([decided()]);
  });
  it('keeps its buffer to itself', () => {
    const first = sample.encode([decided()]);
    const before = hex(first);
    sample.encode([decided({ events: [] })]);
    expect(hex(first)).toBe(before);
  });
  it('writes -0 as 0', () => {
    const [{ events }] = sample.decode(sample.encode([changed({ seen: -0 })]));
    expect(Reflect.get(events[0], 'seen')).toBe(0);
  });
});

describe('an older version', () => {
  const fields = { who: f.account(), amount: f.amount() };
  const oldDone = { who: f.account().like('who'), amount: f.amount().like('amount') };
  const before = compile([command(1, 'Do', 1, fields), event(2, 'Done', 1, oldDone)]);
  const after = compile([
    command(1, 'Do', 1, fields, {
      up: (old) => ({ type: 'Do', who: old.who, amount: old.amount * 100n, why: 'none' }),
    }),
    command(3, 'Do', 2, { ...fields, why: f.text(9) }),
    event(2, 'Done', 1, oldDone, { up: (old) => ({ type: 'Done', sum: old.amount, step: 1 }) }),
    event(
      4,
      'Done',
      2,
      { sum: f.amount(), step: f.uint() },
      {
        up: (old) => ({ type: 'Done', sum: old.sum, step: old.step + 1, end: true }),
      },
    ),
    event(5, 'Done', 3, { sum: f.amount().like('amount'), step: f.uint(), end: f.flag() }),
  ]);
  const old = decided({
    command: { type: 'Do', who: 7, amount: 5n } as never,
    events: [{ type: 'Done', who: 7, amount: 5n } as never],
  });
  const now = decided({
    command: { type: 'Do', who: 7, amount: 500n, why: 'none' } as never,
    events: [{ type: 'Done', sum: 5n, step: 2, end: true } as never],
  });

  it('is read as the newest; what repeats the command repeats it as it was written', () => {
    expect(after.decode(before.encode([old]))).toEqual([now]);
    expect(after.decode(after.encode([now]))).toEqual([now]);
    expect(after.decodeMessages(before.encodeMessages(old.events))).toEqual(now.events);
  });
  it('is read from JSON too', () => {
    expect(after.fromJson(JSON.parse(JSON.stringify(before.toJson(old))))).toEqual(now);
    expect(after.toJson(now)).toMatchObject({ command: { type: 'Do', v: 2, amount: '500' } });
    expect(after.fromJson(after.toJson(now))).toEqual(now);
  });
  it('has no gaps, and a way up', () => {
    expect(() => compile([command(1, 'Do', 2, fields), command(2, 'Do', 1, fields)])).toThrow('up');
    const up = { up: () => ({ type: 'Do' }) };
    expect(() => compile([command(1, 'Do', 1, fields, up)])).toThrow('up');
    const gap = [command(1, 'Do', 1, fields, up), command(2, 'Do', 3, fields)];
    expect(() => compile(gap)).toThrow('in a row');
  });
});
