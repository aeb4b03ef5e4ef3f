import type { ScalarSpec, Spec } from './field.js';

/** A message's share of 127 bits: 10^38 fits, and four 32-bit limbs hold it. */
export const AMOUNT_LIMIT = 2n ** 127n;
/** From here an amount is written as limbs; below, its number is exact and so is its zigzag. */
export const LIMBS_FROM = 2 ** 52;
/** Dense numbers that a table issues: positive small integers of the machine. */
const DENSE_MAX = 2 ** 31 - 1;
/** 2^30 accounts in each of 1,024 partitions; see `accountId`. */
const ACCOUNT_MAX = 2 ** 40 - 1;
/** What `parseBucket` reads: number 999,999 of kind 3. */
const BUCKET_MAX = 999_999 * 4 + 3;

/** Scalars that are unsigned numbers in memory and varints in the log, with their range. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** @returns the range of a field that is an unsigned number; undefined for any other */
export function rangeOf(spec: Spec): NumberRange | undefined {
  switch (spec.kind) {
    case 'uint':
      return { min: 0, max: Number.MAX_SAFE_INTEGER };
    case 'price':
      return { min: 1, max: Number.MAX_SAFE_INTEGER };
    case 'lots':
      return spec.sign === 'positive' ? { min: 1, max: Number.MAX_SAFE_INTEGER } : undefined;
    case 'account':
      return { min: 0, max: ACCOUNT_MAX };
    case 'bucket':
      return { min: 0, max: BUCKET_MAX };
    case 'asset':
    case 'instrument':
    case 'domain':
    case 'member':
      return { min: 0, max: DENSE_MAX };
    default:
      return undefined;
  }
}

/** `excess`, or a kind and a number from 1: what `bucketText` and `parseBucket` agree on. */
export const bucketCheck = (v: string): string => `(${v} === 0 || ((${v} & 3) !== 0 && ${v} > 4))`;

/** @returns JavaScript that is true when the variable `v` holds a value of the field */
export function checkOf(spec: ScalarSpec, v: string): string {
  const range = rangeOf(spec);
  if (range) {
    const inside = `Number.isInteger(${v}) && ${v} >= ${range.min} && ${v} <= ${range.max}`;
    return spec.kind === 'bucket' ? `${inside} && ${bucketCheck(v)}` : inside;
  }
  switch (spec.kind) {
    case 'amount': {
      const from = { any: `-${AMOUNT_LIMIT}n <`, nonNegative: '0n <=', positive: '0n <' }[
        spec.sign
      ];
      return `typeof ${v} === 'bigint' && ${from} ${v} && ${v} < ${AMOUNT_LIMIT}n`;
    }
    case 'commandId':
      return `L.isId(${v})`;
    case 'print':
      return `typeof ${v} === 'bigint' && 0n <= ${v} && ${v} < ${2n ** 64n}n`;
    case 'text':
      return `L.isText(${v}, ${spec.max})`;
    case 'flag':
      return `typeof ${v} === 'boolean'`;
    case 'oneOf':
      return `${JSON.stringify(spec.values)}.includes(${v})`;
    default:
      return `Number.isSafeInteger(${v})`;
  }
}

/** The JavaScript type that a scalar has in memory: only alike types can repeat each other. */
export function memoryOf(spec: Spec): 'number' | 'bigint' | 'string' | 'boolean' | 'object' {
  switch (spec.kind) {
    case 'amount':
    case 'print':
      return 'bigint';
    case 'commandId':
    case 'text':
    case 'oneOf':
      return 'string';
    case 'flag':
      return 'boolean';
    case 'optional':
      return memoryOf(spec.item);
    case 'group':
    case 'list':
      return 'object';
    default:
      return 'number';
  }
}

/** Most bytes that a value takes, counting one item of a list and no letter of a text. */
export function bytesOf(spec: Spec): number {
  switch (spec.kind) {
    case 'group': {
      let sum = 0;
      for (const field of Object.values(spec.fields)) sum += bytesOf(field.spec);
      return sum;
    }
    case 'list':
      return 8 + bytesOf(spec.item);
    case 'optional':
      return 1 + bytesOf(spec.item);
    case 'amount':
      return 17;
    case 'commandId':
      return 16;
    default:
      return 8;
  }
}
