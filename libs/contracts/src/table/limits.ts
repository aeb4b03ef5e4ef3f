import type { Fields, ScalarSpec, Spec } from './field.js';

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

/** A table as data: the order of its lines counts. */
export const columnsOf = (fields: Fields): unknown[] =>
  Object.entries(fields).map(([name, { spec, alike }]) => [name, alike, dataOf(spec)]);
function dataOf(spec: Spec): unknown {
  if (spec.kind === 'group') return ['group', columnsOf(spec.fields)];
  if (spec.kind === 'list' || spec.kind === 'optional') return [spec.kind, dataOf(spec.item)];
  return spec;
}

/** Whether two fields allow the same values; what only the API edge looks at does not count. */
export function sameValues(a: Spec, b: Spec): boolean {
  if (a.kind === 'group' && b.kind === 'group') {
    const [left, right] = [Object.entries(a.fields), Object.entries(b.fields)];
    return (
      left.length === right.length &&
      left.every(
        ([name, { spec }], i) => name === right[i][0] && sameValues(spec, right[i][1].spec),
      )
    );
  }
  if (
    (a.kind === 'list' && b.kind === 'list') ||
    (a.kind === 'optional' && b.kind === 'optional')
  ) {
    return sameValues(a.item, b.item);
  }
  return JSON.stringify({ ...a, by: null }) === JSON.stringify({ ...b, by: null });
}

/** @returns JavaScript that is true when two expressions hold the same value of the field */
export function equalOf(spec: Spec, a: string, b: string, depth = 0): string {
  const same = `${a} === ${b}`;
  switch (spec.kind) {
    case 'group': {
      const members = Object.entries(spec.fields).map(([name, field]) =>
        equalOf(field.spec, `${a}.${name}`, `${b}.${name}`, depth),
      );
      return `(${same} || (${a} && ${b} && ${members.join(' && ')}))`;
    }
    case 'list': {
      const [x, y] = [`${a}[i${depth}]`, `y${depth}`];
      const each = `(${y}, i${depth}) => ${equalOf(spec.item, x, y, depth + 1)}`;
      const lists = `Array.isArray(${a}) && Array.isArray(${b}) && ${a}.length === ${b}.length`;
      return `(${same} || (${lists} && ${b}.every(${each})))`;
    }
    case 'optional': {
      const some = equalOf(spec.item, a, b, depth);
      return some.startsWith('(') ? `(${same} || (${a} && ${b} && ${some}))` : some;
    }
    default:
      return same;
  }
}
