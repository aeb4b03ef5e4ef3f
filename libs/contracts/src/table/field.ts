import type {
  AccountId,
  AssetId,
  BucketId,
  CommandId,
  DomainId,
  InstrumentId,
  MemberId,
} from '@ringfence/kernel';
import { invariant } from '@ringfence/kernel';

/** Which values of an amount or of a number of lots are allowed. */
export type Sign = 'any' | 'nonNegative' | 'positive';

/** A single value: what it is, and what bounds it. */
export type ScalarSpec =
  | {
      readonly kind:
        | 'uint'
        | 'int'
        | 'account'
        | 'bucket'
        | 'asset'
        | 'instrument'
        | 'domain'
        | 'member'
        | 'commandId'
        | 'print'
        | 'flag';
    }
  | { readonly kind: 'amount'; readonly sign: Sign; readonly by: string | null }
  | { readonly kind: 'price'; readonly by: string | null }
  | { readonly kind: 'lots'; readonly sign: 'any' | 'positive'; readonly by: string | null }
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'oneOf'; readonly values: readonly string[] };

/** What a field holds, as data: codec, parser, JSON and schema are all made from it. */
export type Spec =
  | ScalarSpec
  | { readonly kind: 'group'; readonly fields: Fields }
  | { readonly kind: 'list'; readonly item: Spec }
  | { readonly kind: 'optional'; readonly item: Spec };

/** One line of a field table; `T` is the type of its value in memory. */
export class Field<T> {
  /** only for the compiler: nothing is stored here */
  declare readonly value: T;

  constructor(
    readonly spec: Spec,
    /** the command's field that this one usually repeats; null when none */
    readonly alike: string | null = null,
  ) {}

  /**
   * Says that the field of an event usually equals the field `name` of the command that caused it;
   * then it costs one bit in the log. `$id` is the id of a client's command. In memory the event
   * still carries the value; a list or group that was read is the very one of its command.
   */
  like(name: string): Field<T> {
    return new Field<T>(this.spec, name);
  }
}

/** The lines of a field table, in their order in the log. */
export type Fields = Readonly<Record<string, Field<unknown>>>;
/** The values of a field table in memory. */
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K]['value'] };

/** A count or a time: 0 to 2^53 - 1. */
export const uint = (): Field<number> => new Field({ kind: 'uint' });
/** A signed safe integer. */
export const int = (): Field<number> => new Field({ kind: 'int' });

/**
 * Smallest units of an asset, 0 or more, below 2^127.
 *
 * @param asset  name of the sibling field that holds the asset: at the API edge the amount
 *               is then a decimal string of that asset's scale; without it, of smallest units
 */
export const amount = (asset: string | null = null): Field<bigint> =>
  new Field({ kind: 'amount', sign: 'nonNegative', by: asset });
/** Smallest units of an asset, of any sign; see {@link amount}. */
export const signedAmount = (asset: string | null = null): Field<bigint> =>
  new Field({ kind: 'amount', sign: 'any', by: asset });
/** Smallest units of an asset, more than 0; see {@link amount}. */
export const positiveAmount = (asset: string | null = null): Field<bigint> =>
  new Field({ kind: 'amount', sign: 'positive', by: asset });

/**
 * A price in ticks, more than 0. At the API edge a decimal string, a whole number of the ticks of
 * the instrument that the sibling field `instrument` names.
 */
export const price = (instrument: string | null = null): Field<number> =>
  new Field({ kind: 'price', by: instrument });
/**
 * A size in lots, more than 0. At the API edge a decimal string, a whole number of the lots of the
 * instrument that the sibling field `instrument` names.
 */
export const lots = (instrument: string | null = null): Field<number> =>
  new Field({ kind: 'lots', sign: 'positive', by: instrument });
/** Lots of any sign, long > 0; see {@link lots}. */
export const signedLots = (instrument: string | null = null): Field<number> =>
  new Field({ kind: 'lots', sign: 'any', by: instrument });

// Accounts, buckets, assets and the rest are dense small integers already (1 to 6 bytes), so a
// record interns nothing: a table of the names that it used would cost more than it saves.

/** A segregated account; outside, its text with a check digit. */
export const account = (): Field<AccountId> => new Field({ kind: 'account' });
/** A bucket inside an account; outside `excess`, `isolated:7`, `cross:1`. */
export const bucket = (): Field<BucketId> => new Field({ kind: 'bucket' });
/** An asset; outside its CAIP-19 id or its symbol. */
export const asset = (): Field<AssetId> => new Field({ kind: 'asset' });
/** An instrument; outside its symbol. */
export const instrument = (): Field<InstrumentId> => new Field({ kind: 'instrument' });
/** A domain of instruments that are settled and mutualised together; outside its number. */
export const domain = (): Field<DomainId> => new Field({ kind: 'domain' });
/** A clearing member; outside its number. */
export const member = (): Field<MemberId> => new Field({ kind: 'member' });

/** The id of a command: 16 bytes; outside 32 hexadecimal digits. */
export const commandId = (): Field<CommandId> => new Field({ kind: 'commandId' });
/** A 64-bit print, unsigned; outside 16 hexadecimal digits. */
export const print = (): Field<bigint> => new Field({ kind: 'print' });
/** Well-formed text of at most `maxBytes` bytes of UTF-8. */
export const text = (maxBytes: number): Field<string> => {
  invariant(
    Number.isInteger(maxBytes) && maxBytes > 0 && maxBytes <= TEXT_MAX,
    'a text has a bound',
  );
  return new Field({ kind: 'text', max: maxBytes });
};
/** Longest text that a table may allow: a record stays below 2 MB. */
export const TEXT_MAX = 65_536;

export const flag = (): Field<boolean> => new Field({ kind: 'flag' });
/** One of a closed list of words, in the log by its place: append to the list, never reorder it. */
export const oneOf = <const V extends readonly string[]>(...values: V): Field<V[number]> => {
  invariant(values.length > 0 && values.length <= 128, 'words whose place is one byte');
  invariant(new Set(values).size === values.length, 'distinct words');
  return new Field({ kind: 'oneOf', values });
};
/** An object inside the message. */
export const group = <F extends Fields>(fields: F): Field<Values<F>> => {
  invariant(Object.keys(fields).length > 0, 'a group holds something');
  for (const [name, field] of Object.entries(fields)) {
    checkName(name);
    invariant(field.alike === null, `like() is for the top of an event: ${name}`);
  }
  return new Field({ kind: 'group', fields });
};
/** Any number of values of one kind. */
export const list = <T>(item: Field<T>): Field<readonly T[]> =>
  new Field({ kind: 'list', item: item.spec });
/** The value, or null. */
export const optional = <T>(item: Field<T>): Field<T | null> => {
  invariant(item.spec.kind !== 'optional', 'optional once');
  invariant(item.alike === null, 'like() comes last: optional(...).like(...)');
  return new Field({ kind: 'optional', item: item.spec });
};

/** @throws InvariantViolation for a name that another rendering of the message already uses */
export function checkName(name: string): void {
  invariant(/^[a-z][A-Za-z0-9]*$/.test(name), `a field's name is in camel case: ${name}`);
  invariant(name !== 'type' && name !== 'v', `reserved: ${name}`);
  invariant(!(name in Object.prototype), `reserved: ${name}`);
}
