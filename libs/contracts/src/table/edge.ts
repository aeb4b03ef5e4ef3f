import {
  parseAccount,
  parseBucket,
  parseCommandId,
  type AccountId,
  type AssetId,
  type BucketId,
  type CommandId,
  type InstrumentId,
} from '@ringfence/kernel';
import { parseUnits } from '@ringfence/money';

import { textBytes } from './bytes.js';
import type { Sign, Spec } from './field.js';

/** A decimal number: `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}
/** An asset by its CAIP-19 id or symbol: its number, and its decimal places. */
export interface NamedAsset {
  readonly id: AssetId;
  readonly scale: number;
}
/** An instrument by its symbol: its number, and the smallest steps of its price and its size. */
export interface NamedInstrument {
  readonly id: InstrumentId;
  readonly tick: Decimal;
  readonly lot: Decimal;
}
/** What the API edge knows about names: the listed assets and instruments. */
export interface Names {
  asset(text: string): NamedAsset | undefined;
  instrument(text: string): NamedInstrument | undefined;
}

/** Why a field is refused; stable, they are part of the API. */
export type ProblemCode =
  | 'missing'
  | 'unknown-field'
  | 'wrong-type'
  | 'not-a-decimal'
  | 'too-many-decimals'
  | 'not-positive'
  | 'negative'
  | 'too-large'
  | 'unknown-asset'
  | 'unknown-instrument'
  | 'malformed-account'
  | 'malformed-bucket'
  | 'malformed-command-id'
  | 'malformed-print'
  | 'not-a-multiple'
  | 'not-well-formed'
  | 'too-long'
  | 'not-one-of';

/** One thing that is wrong with a request. */
export interface Problem {
  /** path of the field, like `legs[2].amount`; empty for the whole */
  readonly field: string;
  /** what the field must be, for a person */
  readonly rule: string;
  readonly code: ProblemCode;
}

/** 10^38 smallest units and more are refused: no asset has as many. */
const UNITS_END = 10n ** 38n;
/** So many digits are exact in a number, and no text is that short by accident. */
const EXACT_DIGITS = 15;
const TENS: readonly number[] = Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => 10 ** n);

/**
 * One pass over one request: generated parsers ask it for values and leave their problems here.
 *
 * Each reading answers undefined when the field is refused, and then {@link code} says why.
 */
export class Edge {
  problems: Problem[] = [];
  code: ProblemCode = 'wrong-type';

  #no(code: ProblemCode): undefined {
    this.code = code;
    return undefined;
  }
  /** Keeps the problem of the reading that just answered undefined. */
  refuse(field: string, spec: Spec): undefined {
    return this.add(field, this.code, ruleOf(this.code, spec));
  }
  add(field: string, code: ProblemCode, rule: string): undefined {
    this.problems.push({ field, rule, code });
    return undefined;
  }

  /** @returns whether the value is an object; its fields are read next */
  object(json: unknown, field: string): boolean {
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return true;
    this.add(field, 'wrong-type', 'must be an object');
    return false;
  }
  /** Refuses fields beyond the `known`, of which `found` are there. */
  strangers(json: object, known: ReadonlySet<string>, found: number, field: string): void {
    let all = 0;
    for (const _ in json) all++;
    if (all === found) return;
    for (const name of Object.keys(json)) {
      const path = field === '' ? name : `${field}.${name}`;
      if (!known.has(name)) this.add(path, 'unknown-field', 'is not a field of this request');
    }
  }

  uint(json: unknown): number | undefined {
    if (!Number.isInteger(json)) return this.#no('wrong-type');
    const value = json as number;
    if (value < 0 || Object.is(value, -0)) return this.#no('negative');
    return value <= Number.MAX_SAFE_INTEGER ? value : this.#no('too-large');
  }
  /** A dense number that a table issued: never above 2^31 - 1. */
  dense(json: unknown): number | undefined {
    const value = this.uint(json);
    return value === undefined || value < 2 ** 31 ? value : this.#no('too-large');
  }
  int(json: unknown): number | undefined {
    if (!Number.isInteger(json) || Object.is(json, -0)) return this.#no('wrong-type');
    return Number.isSafeInteger(json) ? (json as number) : this.#no('too-large');
  }
  flag(json: unknown): boolean | undefined {
    return typeof json === 'boolean' ? json : this.#no('wrong-type');
  }
  text(json: unknown, max: number): string | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    if (json.length > max) return this.#no('too-long');
    if (!json.isWellFormed()) return this.#no('not-well-formed');
    return textBytes(json) <= max ? json : this.#no('too-long');
  }
  oneOf(json: unknown, values: readonly string[]): string | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return values.includes(json) ? json : this.#no('not-one-of');
  }
  account(json: unknown): AccountId | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return parseAccount(json) ?? this.#no('malformed-account');
  }
  bucket(json: unknown): BucketId | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return parseBucket(json) ?? this.#no('malformed-bucket');
  }
  commandId(json: unknown): CommandId | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return parseCommandId(json) ?? this.#no('malformed-command-id');
  }
  print(json: unknown): bigint | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return /^[0-9a-f]{16}$/.test(json) ? BigInt(`0x${json}`) : this.#no('malformed-print');
  }
  asset(json: unknown, names: Names): NamedAsset | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return names.asset(json) ?? this.#no('unknown-asset');
  }
  instrument(json: unknown, names: Names): NamedInstrument | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    return names.instrument(json) ?? this.#no('unknown-instrument');
  }

  /** @param scale  decimal places of the asset; -1 when it is unknown: then only the form counts */
  amount(json: unknown, scale: number, sign: Sign): bigint | undefined {
    if (typeof json !== 'string') return this.#no('wrong-type');
    const units =
      scale < 0 ? this.#form(json) : (quickUnits(json, scale) ?? this.#units(json, scale));
    if (units === undefined) return undefined;
    if (sign === 'any') return units;
    if (units < 0n) return this.#no(sign === 'positive' ? 'not-positive' : 'negative');
    return units === 0n && sign === 'positive' && scale >= 0 ? this.#no('not-positive') : units;
  }
  /** @param step  a tick or a lot; undefined when the instrument is not known */
  steps(json: unknown, step: Decimal | undefined, sign: Sign): number | undefined {
    const units = this.amount(json, step === undefined ? -1 : step.scale, sign);
    if (units === undefined || step === undefined) return units === undefined ? undefined : 0;
    if (units % step.units !== 0n) return this.#no('not-a-multiple');
    const steps = Number(units / step.units);
    return Number.isSafeInteger(steps) ? steps : this.#no('too-large');
  }

  #units(text: string, scale: number): bigint | undefined {
    const units = parseUnits(text, scale);
    if (typeof units !== 'string') {
      return units < UNITS_END && units > -UNITS_END ? units : this.#no('too-large');
    }
    if (units === 'amount-too-precise') return this.#no('too-many-decimals');
    // money looks at no text beyond its longest: here a long text that is no number says so
    const decimal = units === 'amount-too-large' && DECIMAL.test(text);
    return this.#no(decimal ? 'too-large' : 'not-a-decimal');
  }
  #form(text: string): bigint | undefined {
    if (!DECIMAL.test(text)) return this.#no('not-a-decimal');
    return text.startsWith('-') ? -1n : 1n;
  }
}
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** Most texts: few digits, no sign. @returns undefined for any other, and for all that is wrong */
function quickUnits(text: string, scale: number): bigint | undefined {
  const { length } = text;
  if (length === 0 || length > EXACT_DIGITS || text.charCodeAt(length - 1) === POINT) {
    return undefined;
  }
  let units = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= ZERO + 9) units = units * 10 + code - ZERO;
    else if (code === POINT && point < 0 && i > 0) point = i;
    else return undefined;
  }
  if (text.charCodeAt(0) === ZERO && length > 1 && point !== 1) return undefined;
  const missing = point < 0 ? scale : scale - (length - 1 - point);
  if (missing < 0 || length + missing > EXACT_DIGITS) return undefined;
  return BigInt(units * TENS[missing]);
}
const ZERO = 48;
const POINT = 46;

const RULES: Record<ProblemCode, string> = {
  missing: 'must be given',
  'unknown-field': 'is not a field of this request',
  'wrong-type': '',
  'not-a-decimal':
    'must be a decimal number in a string, like "12.50": no exponent, plus or spaces',
  'too-many-decimals': 'has more decimal places than its asset or instrument',
  'not-positive': 'must be more than 0',
  negative: 'must not be negative',
  'too-large': 'is too large',
  'unknown-asset': 'must be the CAIP-19 id or the symbol of a listed asset',
  'unknown-instrument': 'must be the symbol of a listed instrument',
  'malformed-account': 'must be an account with its check digit, like "w-03-00F2K7-6"',
  'malformed-bucket': 'must be a bucket: "excess", "isolated:7", "cross:1" or "portfolio:1"',
  'malformed-command-id': 'must be 32 hexadecimal digits, or a UUID',
  'malformed-print': 'must be 16 hexadecimal digits in lower case',
  'not-a-multiple': 'must be a whole number of the ticks or lots of its instrument',
  'not-well-formed': 'must be well-formed Unicode',
  'too-long': 'is too long',
  'not-one-of': '',
};

/** What a field must be, for a person. */
export function ruleOf(code: ProblemCode, spec: Spec): string {
  if (code === 'wrong-type') return `must be ${typeOf(spec)}`;
  if (code === 'too-long' && spec.kind === 'text') return `must be at most ${spec.max} bytes long`;
  if (code === 'not-one-of' && spec.kind === 'oneOf') {
    return `must be one of ${spec.values.join(', ')}`;
  }
  return RULES[code];
}

function typeOf(spec: Spec): string {
  switch (spec.kind) {
    case 'uint':
    case 'domain':
    case 'member':
    case 'int':
      return 'a whole number';
    case 'flag':
      return 'true or false';
    case 'group':
      return 'an object';
    case 'list':
      return 'a list';
    case 'optional':
      return `${typeOf(spec.item)}, or null`;
    case 'amount':
    case 'price':
    case 'lots':
      return 'a decimal number in a string';
    default:
      return 'a string';
  }
}
