import fc from 'fast-check';

import { DecodeError } from './bytes.js';
import * as f from './field.js';
import { compile, type Definition } from './index.js';
import { command, event, message } from './message.js';
import { decided, decisions, sample, SAMPLE } from './sample.fixture.js';

describe('the fingerprint', () => {
  const base = (): Definition[] => [
    command(1, 'Do', 1, { a: f.amount('s'), s: f.asset(), t: f.text(5), w: f.oneOf('x', 'y') }),
    event(2, 'Done', 1, { a: f.amount().like('a'), g: f.group({ n: f.uint(), m: f.uint() }) }),
  ];
  const print = (definitions: readonly Definition[]): string => compile(definitions).fingerprint;

  it('is the same for the same tables, in any order', () => {
    expect(print(base())).toMatch(/^[0-9a-f]{16}$/);
    expect(print(base().reverse())).toBe(print(base()));
  });
  it('changes with whatever changes in a table', () => {
    const [order, fact] = base();
    const to = (fields: f.Fields): Definition[] => [
      command(1, 'Do', 1, { ...order.fields, ...fields }),
      fact,
    ];
    const done = (fields: f.Fields): Definition[] => [order, event(2, 'Done', 1, fields)];
    const { a, g } = fact.fields;
    const { s, t, w } = order.fields;
    const all = [
      base(),
      [order],
      [order, event(3, 'Done', 1, fact.fields)],
      [order, message(2, 'Done', 1, { a: f.amount(), g })],
      [order, event(2, 'Did', 1, fact.fields)],
      [order, event(2, 'Done', 2, fact.fields)],
      to({ a: f.amount() }),
      to({ a: f.positiveAmount('s') }),
      to({ t: f.text(6) }),
      to({ w: f.oneOf('y', 'x') }),
      to({ t: f.optional(f.text(5)) }),
      to({ z: f.uint() }),
      [command(1, 'Do', 1, { s, t, w, a: f.amount('s') }), fact],
      done({ a: f.amount(), g }),
      done({ g, a }),
      done({ a, g: f.group({ m: f.uint(), n: f.uint() }) }),
      done({ a, g: f.group({ n: f.uint(), m: f.int() }) }),
      done({ a, g: f.list(f.group({ n: f.uint(), m: f.uint() })) }),
    ];
    expect(new Set(all.map(print)).size).toBe(all.length);
  });
});

describe('tables', () => {
  it('do not share tags or names', () => {
    const one = command(1, 'Do', 1, {});
    expect(() => compile([one, event(1, 'Done', 1, {})])).toThrow('tag 1 is taken');
    expect(() => compile([one, command(2, 'Do', 1, {})])).toThrow('Do');
    const next = command(1, 'Do', 1, {}, { up: () => ({ type: 'Do' }) });
    expect(() => compile([next, event(2, 'Do', 2, {})])).toThrow('two kinds');
  });
  it('refuse what could not be meant', () => {
    const like = f.uint().like('x');
    expect(() => command(1, 'Do', 1, { a: like })).toThrow('only events');
    expect(() => f.group({ a: like })).toThrow('top of an event');
    expect(() => command(1, 'Do', 1, { type: f.uint() })).toThrow('reserved');
    expect(() => command(1, 'Do', 1, { constructor: f.uint() })).toThrow('reserved');
    expect(() => command(0, 'Do', 1, {})).toThrow('tag');
    expect(() => compile([command(1, 'Do', 1, { a: f.amount('b') })])).toThrow('its asset');
    const wrong = { a: f.price('b'), b: f.asset() };
    expect(() => compile([command(1, 'Do', 1, wrong)])).toThrow('its instrument');
    const text = event(1, 'Done', 1, { a: f.text(16).like('$id') });
    expect(() => compile([text])).toThrow('$id');
  });
  it('can be asked', () => {
    expect(sample.tag('Order')).toBe(300);
    expect(sample.typesOf('command')).toEqual(['Order', 'Transfer']);
    expect(sample.typesOf('event')).toEqual(['Placed', 'Reserved']);
    expect(sample.typesOf('message')).toEqual(['Offered']);
    expect(() => sample.tag('Nothing')).toThrow('table of Nothing');
  });
  it('say what a request looks like', () => {
    expect(sample.schema('Transfer')).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Transfer',
      type: 'object',
      required: ['from', 'fromBucket', 'to', 'asset', 'amount', 'correction'],
      additionalProperties: false,
    });
    const schema = JSON.stringify(sample.schema('Order'));
    for (const part of ['"enum":["buy","sell"]', '"maxLength":40', '{"type":"null"}']) {
      expect(schema).toContain(part);
    }
    for (const definition of SAMPLE) {
      const { required } = sample.schema(definition.name);
      for (const [name, { spec }] of Object.entries<f.Field<unknown>>(definition.fields)) {
        expect((required as string[]).includes(name)).toBe(spec.kind !== 'optional');
      }
    }
  });
});

describe('plain JSON', () => {
  const json = (): Record<string, never> => JSON.parse(JSON.stringify(sample.toJson(decided())));

  it('looks like this', () => {
    expect(JSON.stringify(sample.toJson(decided()))).toBe(
      '{"origin":{"kind":"client","id":"e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9",' +
        '"by":{"key":7,"member":3,"role":"venue"}},' +
        '"command":{"type":"Transfer","from":"w-03-00F6K7-Y","fromBucket":"excess",' +
        '"to":"w-03-000005-G","asset":2,"amount":"1250","correction":"-1"},' +
        '"outcome":{"kind":"accepted"},' +
        '"events":[{"type":"Reserved","transfer":"e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9e9",' +
        '"account":"w-03-00F6K7-Y","bucket":"excess","asset":2,"amount":"1250","fee":"0",' +
        '"seen":300}]}',
    );
  });
  it('reads back whatever a lane may decide, and says the same again', () => {
    fc.assert(
      fc.property(decisions, (one) => {
        const text = JSON.stringify(sample.toJson(one));
        const read = sample.fromJson(JSON.parse(text));
        expect(read).toEqual(one);
        expect(JSON.stringify(sample.toJson(read))).toBe(text);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
  it('keeps decisions without a command', () => {
    const hash = { outcome: { kind: 'quarantined', hash: 'ab' } } as const;
    const lost = decided({ ...hash, command: null, events: [] });
    expect(sample.fromJson(sample.toJson(lost))).toEqual(lost);
    const on = decided({ origin: { kind: 'continuation' }, command: null, events: [] });
    expect(sample.fromJson(sample.toJson(on))).toEqual(on);
  });
  it('is refused when anything is not as it is written', () => {
    const bad: [object, string][] = [
      [{ extra: 1 }, 'unknown field extra'],
      [{ command: null }, 'fits neither'],
      [{ events: {} }, 'not a list'],
      [{ outcome: { kind: 'quarantined', hash: '' } }, 'fits neither'],
      [{ outcome: { kind: 'maybe' } }, 'outcome.kind'],
      [{ origin: { kind: 'continuation', id: 1 } }, 'unknown field id'],
      [{ origin: null }, 'origin.kind'],
      [{ command: { type: 'Nothing' } }, 'no such type'],
      [{ command: { type: 'Transfer', v: 2 } }, 'no version 2'],
      [{ command: { type: 'Offered', from: 'w-03-00F2K7-4' } }, 'lacks amount'],
      [{ command: { type: 'Reserved' } }, 'where it cannot stand'],
    ];
    for (const [more, rule] of bad) {
      expect(() => sample.fromJson({ ...json(), ...more })).toThrow(rule);
      expect(() => sample.fromJson({ ...json(), ...more })).toThrow(DecodeError);
    }
    const fields: [object, string][] = [
      [{ amount: 5 }, 'Transfer.amount'],
      [{ amount: '05' }, 'Transfer.amount'],
      [{ amount: '0' }, 'Transfer.amount'],
      [{ correction: '-0' }, 'Transfer.correction'],
      [{ asset: -0 }, 'Transfer.asset'],
      [{ asset: 2 ** 31 }, 'Transfer.asset'],
      [{ from: 'w-03-00F2K7-5' }, 'Transfer.from'],
      [{ fromBucket: 'isolated:0' }, 'Transfer.fromBucket'],
    ];
    for (const [more, path] of fields) {
      const { command: order } = json();
      expect(() =>
        sample.fromJson({ ...json(), command: { ...(order as object), ...more } }),
      ).toThrow(path);
    }
  });
});
