import { invariant } from './invariant.js';

declare const brand: unique symbol;
/** A value of type `T` that only its own constructor may make. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/**
 * A segregated account ("wall"): `index * PARTITIONS_MAX + partition`, a safe integer, so that
 * state is an array and
 * routing is arithmetic. Issued by the lane in `AccountOpened`; outside it is text with a check
 * digit.
 */
export type AccountId = Branded<number, 'AccountId'>;
/** A bucket inside an account: `number * 4 + kind`; 0 is `excess`. */
export type BucketId = Branded<number, 'BucketId'>;
/**
 * Dense number of an asset, issued by the reference lane; its CAIP-19 id stands in `AssetListed`.
 */
export type AssetId = Branded<number, 'AssetId'>;
/** Dense number of an instrument, issued by the reference lane. */
export type InstrumentId = Branded<number, 'InstrumentId'>;
/**
 * Dense number of a domain (instruments settled and mutualised together), issued by the reference
 * lane.
 */
export type DomainId = Branded<number, 'DomainId'>;
/** Dense number of a clearing member, issued by the reference lane; 0 is the house itself. */
export type MemberId = Branded<number, 'MemberId'>;
/** 128 bits chosen by the sender of a command, as 16 characters of code 0 to 255. */
export type CommandId = Branded<string, 'CommandId'>;
/** Smallest units of one asset; signed. */
export type Amount = bigint;

/**
 * Accounts per partition are dense; a partition number is below this, so ids stay short and P may
 * grow.
 */
export const PARTITIONS_MAX = 1024;
const INDEX_MAX = 2 ** 30 - 1;
/** 32^6 = 2^30 */
const INDEX_DIGITS = 6;

export function accountId(partition: number, index: number): AccountId {
  invariant(partition >= 0 && partition < PARTITIONS_MAX, 'partition below PARTITIONS_MAX');
  invariant(index >= 0 && index <= INDEX_MAX, 'account index below 2^30');
  return (index * PARTITIONS_MAX + partition) as AccountId;
}
export const partitionOf = (id: AccountId): number => id % PARTITIONS_MAX;
export const indexOf = (id: AccountId): number => Math.floor(id / PARTITIONS_MAX);

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford base 32: no I, L, O, U

/** Value of a character code in base 32; 255 for a character that is none. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 32; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at) & 127];

/**
 * Luhn sum over base 32 of partition and number: finds every single wrong character and neighbours
 * swapped.
 */
function checkValue(text: string, from: number, dash: number, to: number): number {
  let sum = 0;
  let factor = 2;
  for (let at = to - 1; at >= from; at--) {
    if (at === dash) continue;
    const product = valueAt(text, at) * factor;
    sum += (product >> 5) + (product & 31);
    factor = 3 - factor;
  }
  return (32 - (sum & 31)) & 31;
}

/** `w-03-00F2K7-6`: partition, dense number in base 32, check digit. */
export function accountText(id: AccountId): string {
  const partition = String(partitionOf(id)).padStart(2, '0');
  let index = '';
  for (let rest = indexOf(id); index.length < INDEX_DIGITS; rest = Math.floor(rest / 32)) {
    index = ALPHABET.charAt(rest % 32) + index;
  }
  const text = `w-${partition}-${index}`;
  return `${text}-${ALPHABET.charAt(checkValue(text, 2, 2 + partition.length, text.length))}`;
}

/** @returns the id, or undefined when the text is malformed or its check digit does not fit */
export function parseAccount(text: string): AccountId | undefined {
  const check = text.length - 1;
  const dash = check - 2 - INDEX_DIGITS;
  if (dash < 4 || dash > 6 || !text.startsWith('w-')) return undefined;
  if (text[dash] !== '-' || text[check - 1] !== '-') return undefined;
  let partition = 0;
  for (let at = 2; at < dash; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    partition = partition * 10 + digit;
  }
  let index = 0;
  for (let at = dash + 1; at < check - 1; at++) {
    if (text.charCodeAt(at) > 127 || valueAt(text, at) > 31) return undefined;
    index = index * 32 + valueAt(text, at);
  }
  const padded = dash === 4 || text[2] !== '0';
  if (!padded || partition >= PARTITIONS_MAX || index > INDEX_MAX) return undefined;
  if (text.charCodeAt(check) > 127) return undefined;
  if (checkValue(text, 2, dash, check - 1) !== valueAt(text, check)) return undefined;
  return accountId(partition, index);
}

export const BUCKET_KINDS = ['excess', 'isolated', 'cross', 'portfolio'] as const;
export type BucketKind = (typeof BUCKET_KINDS)[number];

/** What may leave the account lives here: it margins nothing. */
export const EXCESS = 0 as BucketId;
/** Margin of one position in one instrument. */
export const isolated = (instrument: InstrumentId): BucketId => (instrument * 4 + 1) as BucketId;
/** One pool for the linear positions of a domain. */
export const cross = (group: DomainId): BucketId => (group * 4 + 2) as BucketId;
/** One pool of a domain, margined as a whole: its netting set is the domain. */
export const portfolio = (nettingSet: number): BucketId => (nettingSet * 4 + 3) as BucketId;
export const bucketKind = (id: BucketId): BucketKind => BUCKET_KINDS[id % 4] ?? 'excess';
/** The instrument, domain or netting set the bucket is for; 0 for `excess`. */
export const bucketNumber = (id: BucketId): number => Math.floor(id / 4);
export const bucketText = (id: BucketId): string =>
  id === EXCESS ? 'excess' : `${bucketKind(id)}:${bucketNumber(id)}`;

/**
 * @returns the id, or undefined for anything but `excess`, `isolated:n`, `cross:n`, `portfolio:n`
 * with n from 1
 */
export function parseBucket(text: string): BucketId | undefined {
  if (text === 'excess') return EXCESS;
  const parts = /^(isolated|cross|portfolio):([1-9]\d{0,5})$/.exec(text);
  if (!parts) return undefined;
  return (Number(parts[2]) * 4 + BUCKET_KINDS.indexOf(parts[1] as BucketKind)) as BucketId;
}

/** 32 hexadecimal digits. */
export function commandIdText(id: CommandId): string {
  let hex = '';
  for (let i = 0; i < 16; i++) hex += id.charCodeAt(i).toString(16).padStart(2, '0');
  return hex;
}
/**
 * @returns the id, or undefined unless the text is 32 hexadecimal digits, dashes as in a UUID
 * allowed
 */
export function parseCommandId(text: string): CommandId | undefined {
  const hex = text.length === 36 ? text.replace(/-/g, '') : text;
  if (!/^[0-9a-fA-F]{32}$/.test(hex)) return undefined;
  let id = '';
  for (let i = 0; i < 32; i += 2) id += String.fromCharCode(parseInt(hex.slice(i, i + 2), 16));
  return id as CommandId;
}
