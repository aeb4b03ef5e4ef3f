import {
  isId,
  isText,
  refuse,
  SMALL_AMOUNTS,
  writeAmount,
  writeId,
  writeInt,
  writeNumber,
  writeSignedAmount,
  writeVarint,
  type Reader,
  type Writer,
} from './bytes.js';
import type { Field, Fields, ScalarSpec, Spec } from './field.js';
import { generated } from './generated.js';
import { bucketCheck, bytesOf, checkOf, equalOf, memoryOf, rangeOf, sameValues } from './limits.js';
import type { Definition, Plain } from './message.js';

/** Reads and writes one version of one message, for events as they follow one command. */
export interface Codec {
  /** Writes tag and fields. `id` is that of a client's command, empty for any other. */
  encode(writer: Writer, message: Plain, command: Plain | null, id: string): void;
  /** Reads the fields; the tag was read. */
  decode(reader: Reader, command: Plain | null, id: string): Plain;
}

/** What generated code calls `L`. */
const LIBRARY = {
  refuse,
  isId,
  isText,
  varint: writeVarint,
  number: writeNumber,
  int: writeInt,
  amount: writeAmount,
  signedAmount: writeSignedAmount,
  id: writeId,
};

/** A field of an event that this command may repeat: its bit in the mask. */
interface Repeat {
  readonly bit: number;
  /** JavaScript of the command's value; null when this command has nothing alike */
  readonly source: string | null;
  /** JavaScript that refuses a value which the command allows and the event does not */
  readonly check: string | null;
}

/**
 * Makes the codec of a message from its table.
 *
 * An event's codec is made for the command that it follows, in the version that the log holds:
 * which fields may repeat it is then known, and its properties are read where they are.
 *
 * @param cause  the command's table; null for a decision without, undefined where events stand
 *               without decisions: they carry all their fields and no mask
 */
export function generateCodec(definition: Definition, cause: Definition | null | undefined): Codec {
  const repeats = cause === undefined ? new Map() : repeatsOf(definition, cause);
  return { encode: encoderOf(definition, repeats), decode: decoderOf(definition, repeats) };
}

function repeatsOf(event: Definition, cause: Definition | null): Map<string, Repeat> {
  const repeats = new Map<string, Repeat>();
  for (const [name, field] of Object.entries(event.fields)) {
    if (field.alike === null) continue;
    repeats.set(name, { bit: 1 << repeats.size, ...sourceOf(field, cause) });
  }
  return repeats;
}

function sourceOf(field: Field<unknown>, cause: Definition | null): Omit<Repeat, 'bit'> {
  if (field.alike === '$id') return { source: 'id', check: `id !== ''` };
  const there = cause !== null && field.alike !== null ? cause.fields[field.alike] : undefined;
  if (there === undefined || memoryOf(there.spec) !== memoryOf(field.spec)) {
    return { source: null, check: null };
  }
  const same = sameValues(there.spec, field.spec);
  if (!same && memoryOf(field.spec) === 'object') return { source: null, check: null };
  return { source: `c.${field.alike}`, check: same ? null : checkValue(field.spec, 'v') };
}

const checkValue = (spec: Spec, v: string): string =>
  spec.kind === 'optional'
    ? `${v} === null || ${checkValue(spec.item, v)}`
    : checkOf(spec as ScalarSpec, v);

// --- writing -------------------------------------------------------------------------------------

function encoderOf(definition: Definition, repeats: Map<string, Repeat>): Codec['encode'] {
  const { name, fields, tag } = definition;
  const room = 16 + bytesOf({ kind: 'group', fields });
  const lines = [
    `'use strict'; return function encode${name}(w, m, c, id) {`,
    `let b = w.room(${room}), p = w.at, v;`,
    tag < 128 ? `b[p++] = ${tag};` : `b[p++] = ${(tag & 127) | 128}; b[p++] = ${tag >> 7};`,
  ];
  if (repeats.size > 0) lines.push(...writeMask(definition, repeats));
  const writing = new Writing(room);
  for (const [field, { spec }] of Object.entries(fields)) {
    const repeat = repeats.get(field);
    const code = writing.value(spec, `m.${field}`, `${name}.${field}`);
    lines.push(repeat?.source ? `if ((k & ${repeat.bit}) === 0) {${code}}` : code);
  }
  lines.push('w.at = p; }');
  return generated('L', lines.join('\n'), LIBRARY);
}

function writeMask({ name, fields }: Definition, repeats: Map<string, Repeat>): string[] {
  const lines = ['let k = 0;'];
  for (const [field, { bit, source, check }] of repeats) {
    if (source === null) continue;
    const guard = check ? `if (!(${check})) L.refuse(${JSON.stringify(`${name}.${field}`)});` : '';
    const equal = equalOf(fields[field].spec, 'v', source);
    lines.push(`v = m.${field}; if (${equal}) { ${guard} k |= ${bit}; }`);
  }
  return [...lines, 'if (k < 128) b[p++] = k; else p = L.varint(b, p, k);'];
}

/** JavaScript that writes values; every name that it makes is its own. */
class Writing {
  #names = 0;

  constructor(
    /** bytes for a whole message with one item in every list: kept free before each item */
    private readonly room: number,
  ) {}

  value(spec: Spec, source: string, label: string): string {
    const x = `x${this.#names++}`;
    const where = JSON.stringify(label);
    switch (spec.kind) {
      case 'group':
        return `const ${x} = ${source};
          if (typeof ${x} !== 'object' || ${x} === null) L.refuse(${where});
          ${this.#members(spec.fields, x, label)}`;
      case 'list':
        return this.#list(spec.item, source, label, x);
      case 'optional':
        return `const ${x} = ${source};
          if (${x} === null) b[p++] = 0;
          else { b[p++] = 1; ${this.value(spec.item, x, label)} }`;
      default:
        return `v = ${source}; ${this.#scalar(spec, where)}`;
    }
  }

  #members(fields: Fields, x: string, label: string): string {
    return Object.entries(fields)
      .map(([name, field]) => this.value(field.spec, `${x}.${name}`, `${label}.${name}`))
      .join('\n');
  }
  #list(item: Spec, source: string, label: string, x: string): string {
    const room = `w.at = p; b = w.room(${this.room});`;
    return `const ${x} = ${source};
      if (!Array.isArray(${x})) L.refuse(${JSON.stringify(label)});
      p = L.varint(b, p, ${x}.length);
      for (let i${x} = 0; i${x} < ${x}.length; i${x}++) {
        ${room} ${this.value(item, `${x}[i${x}]`, `${label}[]`)}
      }
      ${room}`;
  }

  /** Writes the variable `v`. */
  #scalar(spec: ScalarSpec, where: string): string {
    const range = rangeOf(spec);
    if (range) {
      const bucket = spec.kind === 'bucket' ? `if (!${bucketCheck('v')}) L.refuse(${where});` : '';
      const least = range.min > 0 ? `v >= ${range.min} && ` : '';
      return `${bucket} if (v < 128 && ${least}v >>> 0 === v) b[p++] = v;
        else if (v < 16384 && v > 127 && v >>> 0 === v) {
          b[p] = v & 127 | 128; b[p + 1] = v >>> 7; p += 2;
        } else p = L.number(b, p, v, ${range.max}, ${where});`;
    }
    switch (spec.kind) {
      case 'amount':
        return this.#amount(spec.sign, where);
      case 'commandId':
        return `p = L.id(b, p, v, ${where});`;
      case 'print':
        return `if (!(${checkOf(spec, 'v')})) L.refuse(${where});
          w.view.setBigUint64(p, v); p += 8;`;
      case 'text':
        return `w.at = p; w.text(v, ${spec.max}, ${where}); b = w.room(${this.room}); p = w.at;`;
      case 'flag':
        return `if (typeof v !== 'boolean') L.refuse(${where}); b[p++] = v ? 1 : 0;`;
      case 'oneOf':
        return `v = ${JSON.stringify(spec.values)}.indexOf(v);
          if (v < 0) L.refuse(${where}); b[p++] = v;`;
      default:
        return `p = L.int(b, p, v, ${where});`;
    }
  }
  #amount(sign: string, where: string): string {
    if (sign === 'any') return `p = L.signedAmount(w, p, v, ${where});`;
    const least = sign === 'positive' ? 1 : 0;
    return `if (typeof v !== 'bigint') L.refuse(${where});
      if (v < ${SMALL_AMOUNTS}n && v >= ${least}n) b[p++] = Number(v);
      else p = L.amount(w, p, v, ${where});`;
  }
}

// --- reading -------------------------------------------------------------------------------------

function decoderOf(definition: Definition, repeats: Map<string, Repeat>): Codec['decode'] {
  const { name, fields } = definition;
  const lines = [`return function decode${name}(r, c, id) {`, 'const b = r.bytes; let p = r.at;'];
  if (repeats.size > 0) {
    const known = 2 ** repeats.size - 1;
    lines.push(`r.at = p; const k = r.varint(); p = r.at;
      if (k > ${known}) r.fail('unknown bits in the mask');`);
  }
  const reading = new Reading();
  const members = [`type: ${JSON.stringify(name)}`];
  for (const [field, { spec }] of Object.entries(fields)) {
    const v = `f_${field}`;
    lines.push(`let ${v};`, readField(reading, spec, v, repeats.get(field)));
    members.push(`${field}: ${v}`);
  }
  lines.push(`r.at = p; return { ${members.join(', ')} }; }`);
  const source = `'use strict'; ${reading.constants.join('\n')}\n${lines.join('\n')}`;
  return generated('L', source, LIBRARY);
}

function readField(reading: Reading, spec: Spec, v: string, repeat: Repeat | undefined): string {
  const read = reading.value(spec, v);
  if (!repeat) return read;
  const { bit, source, check } = repeat;
  if (source === null) {
    return `if (k & ${bit}) ${fail('the command has no such field')}; ${read}`;
  }
  const guard = check
    ? `{ const v = ${v}; if (!(${check})) ${fail('not a value that the event may repeat')}; }`
    : '';
  return `if (k & ${bit}) { ${v} = ${source}; ${guard} }
    else { ${read} if (${equalOf(spec, v, source)}) ${fail('repeats its command in full')}; }`;
}

const fail = (rule: string): string => `(r.at = p, r.fail(${JSON.stringify(rule)}))`;

/** JavaScript that reads a value into a variable; every other name that it makes is its own. */
class Reading {
  #names = 0;
  readonly constants: string[] = [];

  value(spec: Spec, into: string): string {
    const x = `x${this.#names++}`;
    switch (spec.kind) {
      case 'group':
        return this.#group(spec.fields, into);
      case 'list':
        return `r.at = p; const n${x} = r.count(); p = r.at; const ${x} = [];
          for (let i${x} = 0; i${x} < n${x}; i${x}++) {
            let e${x}; ${this.value(spec.item, `e${x}`)} ${x}.push(e${x});
          }
          ${into} = ${x};`;
      case 'optional':
        return `const ${x} = b[p++];
          if (${x} === 0) ${into} = null;
          else if (${x} === 1) { ${this.value(spec.item, into)} }
          else ${fail('an optional field begins with 0 or 1')};`;
      default:
        return this.#scalar(spec, into, x);
    }
  }

  #group(fields: Fields, into: string): string {
    const members: string[] = [];
    const lines: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
      const v = `g${this.#names++}`;
      lines.push(`let ${v};`, this.value(field.spec, v));
      members.push(`${name}: ${v}`);
    }
    return `${lines.join('\n')} ${into} = { ${members.join(', ')} };`;
  }

  #scalar(spec: ScalarSpec, into: string, x: string): string {
    const range = rangeOf(spec);
    if (range) return this.#number(spec, range, into);
    const read = (method: string): string => `r.at = p; ${into} = r.${method}; p = r.at;`;
    switch (spec.kind) {
      case 'amount': {
        if (spec.sign === 'any') return read('signedAmount()');
        const zero = `if (${into} === 0n) ${fail('an amount of nothing')};`;
        return `${read('amount()')} ${spec.sign === 'positive' ? zero : ''}`;
      }
      case 'commandId':
        return read('id()');
      case 'print':
        return read('print()');
      case 'text':
        return read(`text(${spec.max})`);
      case 'flag':
        return read('flag()');
      case 'oneOf':
        this.constants.push(`const w${x} = ${JSON.stringify(spec.values)};`);
        return `${into} = w${x}[b[p++]]; if (${into} === undefined) ${fail('no such word')};`;
      default:
        return read('int()');
    }
  }
  #number(spec: ScalarSpec, { min, max }: { min: number; max: number }, into: string): string {
    const checks: string[] = [];
    if (min > 0) checks.push(`${into} < ${min}`);
    if (max < Number.MAX_SAFE_INTEGER) checks.push(`${into} > ${max}`);
    if (spec.kind === 'bucket') checks.push(`!${bucketCheck(into)}`);
    const check = checks.length > 0 ? `if (${checks.join(' || ')}) ${fail('out of range')};` : '';
    return `${into} = b[p++];
      if (!(${into} < 128)) { r.at = p - 1; ${into} = r.varint(); p = r.at; }
      ${check}`;
  }
}
