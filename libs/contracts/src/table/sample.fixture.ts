import {
  accountId,
  BUCKET_KINDS,
  ROLES,
  SERVICES,
  type AssetId,
  type CommandId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import fc from 'fast-check';

import { compile, type Names } from './index.js';
import * as f from './field.js';
import type { Field, Fields, Spec } from './field.js';
import { command, event, message, type Decided, type Origin, type Outcome } from './message.js';

/** A small house with every kind of field. */
export const Transfer = command(12, 'Transfer', 1, {
  from: f.account(),
  fromBucket: f.bucket(),
  to: f.account(),
  asset: f.asset(),
  amount: f.positiveAmount('asset'),
  correction: f.signedAmount('asset'),
});
export const Reserved = event(40, 'Reserved', 1, {
  transfer: f.commandId().like('$id'),
  account: f.account().like('from'),
  bucket: f.bucket().like('fromBucket'),
  asset: f.asset().like('asset'),
  amount: f.positiveAmount('asset').like('amount'),
  fee: f.amount('asset').like('correction'),
  seen: f.uint(),
});
const LEG = f.group({ asset: f.asset(), amount: f.amount('asset'), tags: f.list(f.text(10)) });
export const Order = command(300, 'Order', 1, {
  instrument: f.instrument(),
  domain: f.domain(),
  member: f.member(),
  limit: f.optional(f.price('instrument')),
  size: f.lots('instrument'),
  hedge: f.signedLots('instrument'),
  way: f.oneOf('buy', 'sell'),
  note: f.text(40),
  firm: f.flag(),
  stamp: f.print(),
  parent: f.optional(f.commandId()),
  shift: f.int(),
  count: f.uint(),
  legs: f.list(LEG),
  first: f.optional(LEG),
});
export const Placed = event(41, 'Placed', 1, {
  note: f.text(20).like('note'),
  way: f.oneOf('sell', 'buy', 'hold').like('way'),
  parent: f.optional(f.commandId()).like('parent'),
  firm: f.flag().like('firm'),
  terms: f.group({ size: f.lots(), rest: f.optional(f.signedAmount()) }),
  legs: f.list(LEG).like('legs'),
  first: f.optional(LEG).like('first'),
});
export const Offered = message(80, 'Offered', 1, { from: f.account(), amount: f.amount() });

export const SAMPLE = [Transfer, Reserved, Order, Placed, Offered];
export const sample = compile(SAMPLE);

export const id = (byte: number): CommandId => String.fromCharCode(byte).repeat(16) as CommandId;
export const BY = { key: 7, member: 3 as MemberId, role: 'venue' } as const;
export const TRANSFER = {
  type: 'Transfer',
  from: accountId(3, 498279),
  fromBucket: 0,
  to: accountId(3, 5),
  asset: 2,
  amount: 1250n,
  correction: -1n,
} as const;
export const RESERVED = {
  type: 'Reserved',
  transfer: id(0xe9),
  account: TRANSFER.from,
  bucket: 0,
  asset: 2,
  amount: 1250n,
  fee: 0n,
  seen: 300,
} as const;
export const decided = (more: Partial<Decided> = {}): Decided => ({
  origin: { kind: 'client', id: id(0xe9), by: BY },
  command: TRANSFER,
  outcome: { kind: 'accepted' },
  events: [RESERVED],
  ...more,
});

/** USD with 2 places, ETH with 18; BTC-PERP in ticks of 0.5 and lots of 0.001. */
export const names: Names = {
  asset: (text) =>
    ({ USD: { id: 1 as AssetId, scale: 2 }, ETH: { id: 2 as AssetId, scale: 18 } })[text],
  instrument: (text) =>
    text === 'BTC-PERP'
      ? {
          id: 9 as InstrumentId,
          tick: { units: 5n, scale: 1 },
          lot: { units: 1n, scale: 3 },
        }
      : undefined,
};

// --- any value of any table ----------------------------------------------------------------------

const EDGES = [119n, 120n, 127n, 128n, 2n ** 51n, 2n ** 52n - 1n, 2n ** 52n, 2n ** 53n]
  .concat([2n ** 64n - 1n, 2n ** 64n, 2n ** 96n - 1n, 2n ** 96n, 10n ** 38n, 2n ** 127n - 1n])
  .concat([0n, 1n, 59n, 60n, 63n, 64n]);
const magnitude = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: 0n, max: 2n ** 127n - 1n }));
const safe = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 16383, 16384, 2 ** 31, 2 ** 53 - 1),
  fc.maxSafeNat(),
);
const dense = fc.oneof(fc.nat(200), fc.nat(2 ** 31 - 1));
const commandIds = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => String.fromCharCode(...bytes));
const fit = (max: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', maxLength: max })
    .filter((it) => it.isWellFormed() && new TextEncoder().encode(it).length <= max);

function valueOf(spec: Spec): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case 'amount':
      if (spec.sign === 'any')
        return fc.oneof(
          magnitude,
          magnitude.map((it) => -it),
        );
      return magnitude.filter((it) => it > 0n || spec.sign === 'nonNegative');
    case 'price':
      return safe.filter((it) => it > 0);
    case 'lots':
      if (spec.sign === 'positive') return safe.filter((it) => it > 0);
      return fc.oneof(
        safe,
        safe.map((it) => 0 - it),
      );
    case 'uint':
      return safe;
    case 'int':
      return fc.oneof(
        safe,
        safe.map((it) => 0 - it),
      );
    case 'account':
      return fc.oneof(fc.nat(200), fc.nat(2 ** 31 - 1), fc.constant(2 ** 40 - 1));
    case 'bucket':
      return fc
        .tuple(fc.nat(BUCKET_KINDS.length - 1), fc.integer({ min: 1, max: 999_999 }))
        .map(([kind, number]) => (kind === 0 ? 0 : number * 4 + kind));
    case 'asset':
    case 'instrument':
    case 'domain':
    case 'member':
      return dense;
    case 'commandId':
      return commandIds;
    case 'print':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case 'text':
      return fit(spec.max);
    case 'flag':
      return fc.boolean();
    case 'oneOf':
      return fc.constantFrom(...spec.values);
    case 'group':
      return fieldsOf(spec.fields);
    case 'list':
      return fc.array(valueOf(spec.item), { maxLength: 4 });
    default:
      return fc.option(valueOf(spec.item), { nil: null });
  }
}
const fieldsOf = (fields: Fields): fc.Arbitrary<object> =>
  fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, { spec }]) => [name, valueOf(spec)])),
    { noNullPrototype: true },
  );
const messageOf = (definition: { name: string; fields: Fields }) =>
  fieldsOf(definition.fields).map((values) => ({ type: definition.name, ...values }));

const origins: fc.Arbitrary<Origin> = fc.oneof(
  fc.record({
    kind: fc.constant('client' as const),
    id: commandIds as fc.Arbitrary<CommandId>,
    by: fc.record({
      key: fc.nat(2),
      member: fc.nat(1) as fc.Arbitrary<unknown> as fc.Arbitrary<MemberId>,
      role: fc.constantFrom(...ROLES),
    }),
  }),
  fc.record({
    kind: fc.constant('reaction' as const),
    service: fc.constantFrom(...SERVICES),
    partition: fc.nat(1),
    seq: fc.nat(1),
    ordinal: safe,
  }),
  fc.record({
    kind: fc.constant('channel' as const),
    from: fc.record({ service: fc.constantFrom(...SERVICES), partition: fc.nat(1) }),
    no: safe,
  }),
);
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: 'accepted' } as const),
  fc.record({
    kind: fc.constant('rejected' as const),
    rejection: fc.record({
      code: fit(30),
      detail: fc.dictionary(
        fit(12).filter((it) => it !== '__proto__'),
        fit(20),
        { noNullPrototype: true },
      ),
    }),
  }),
  fc.record({ kind: fc.constant('faulted' as const), reason: fit(90) }),
);
/** The events' tables are narrower here and there. */
function mayRepeat(name: string, there: unknown): boolean {
  if (there === undefined) return false;
  if (name === 'amount') return there !== 0n;
  if (name === 'fee') return typeof there === 'bigint' && there >= 0n;
  if (typeof there === 'string' && name === 'note') return Buffer.byteLength(there) <= 20;
  return true;
}
/** The event repeats some fields of the command, as deciders mostly make it. */
const repeating = (origin: Origin, from: object) =>
  fc.tuple(fc.constantFrom(Reserved, Placed), fc.infiniteStream(fc.boolean())).chain(([it, coin]) =>
    messageOf(it).map((event) => {
      const values: Record<string, unknown> = { ...event };
      for (const [name, field] of Object.entries<Field<unknown>>(it.fields)) {
        if (field.alike === null || coin.next().value !== true) continue;
        const there: unknown =
          field.alike === '$id' ? Reflect.get(origin, 'id') : Reflect.get(from, field.alike);
        if (mayRepeat(name, there)) values[name] = structuredClone(there);
      }
      return values as unknown as { type: string };
    }),
  );
/** Any decision that a lane may record. */
export const decisions: fc.Arbitrary<Decided> = fc
  .tuple(origins, fc.constantFrom(Transfer, Order, Offered).chain(messageOf), outcomes)
  .chain(([origin, order, outcome]) =>
    fc
      .array(repeating(origin, order), { maxLength: 5 })
      .map((events) => ({ origin, command: order, outcome, events })),
  );
