import { invariant, InvariantViolation, type CommandId } from '@ringfence/kernel';

import { AMOUNT_LIMIT, LIMBS_FROM } from './limits.js';

/** Bytes or JSON that no encoder of ours writes. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * One-byte amounts. An amount's first byte below 120 is the amount (or its zigzag) itself; 120 to
 * 127 announce limbs; from 128 on a varint of the amount + 8 follows, so nothing has two forms.
 */
export const SMALL_AMOUNTS = 120;
const LIMB_MARKS = 8;
const SMALL: readonly bigint[] = Array.from({ length: SMALL_AMOUNTS }, (_, n) => BigInt(n));
const SMALL_SIGNED: readonly bigint[] = SMALL.map((n) => (n & 1n ? -(n >> 1n) - 1n : n >> 1n));
const WORD = (1n << 64n) - 1n;
/** A TextDecoder call costs more than a loop over fewer letters than this. */
const SHORT_TEXT = 64;

const utf8 = new TextEncoder();

/** Says which field broke its table; an encoder never writes a doubtful byte. */
export function refuse(label: string): never {
  throw new InvariantViolation(`${label} breaks its table`);
}

/** A growing buffer that one encoder fills again and again. */
export class Writer {
  bytes = new Uint8Array(1 << 16);
  view = new DataView(this.bytes.buffer);
  at = 0;

  /** Makes sure that `size` more bytes fit. */
  room(size: number): Uint8Array<ArrayBuffer> {
    if (this.bytes.length - this.at >= size) return this.bytes;
    const grown = new Uint8Array(2 * this.bytes.length + size);
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    return grown;
  }
  /** A copy of what was written. */
  done(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }
  varint(value: number): void {
    this.room(8);
    this.at = writeVarint(this.bytes, this.at, value);
  }
  /** Length in bytes, then UTF-8. */
  text(value: string, max: number, label: string): void {
    if (typeof value !== 'string' || value.length > max) refuse(label);
    const size = value.length;
    const bytes = this.room(3 * size + 8);
    const start = writeVarint(bytes, this.at, size);
    if (writeAscii(bytes, start, value)) {
      this.at = start + size;
      return;
    }
    if (!value.isWellFormed()) refuse(label);
    const encoded = utf8.encode(value);
    if (encoded.length > max) refuse(label);
    const from = writeVarint(bytes, this.at, encoded.length);
    bytes.set(encoded, from);
    this.at = from + encoded.length;
  }
}

/** @returns false at the first letter that is not ASCII */
function writeAscii(bytes: Uint8Array, start: number, value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 127) return false;
    bytes[start + i] = code;
  }
  return true;
}

/** Minimal LEB128. @returns the place after it */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 0x7fffffff) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Zigzag in LEB128, of magnitude * 2 + sign, exact also where that is above 2^53. */
function writeZigzag(bytes: Uint8Array, start: number, magnitude: number, sign: number): number {
  const low = (magnitude % 64) * 2 + sign;
  if (magnitude < 64) {
    bytes[start] = low;
    return start + 1;
  }
  bytes[start] = low | 128;
  return writeVarint(bytes, start + 1, Math.floor(magnitude / 64));
}

/** A number that its table allows and that needs more than one byte. */
export function writeNumber(
  bytes: Uint8Array,
  at: number,
  value: number,
  max: number,
  label: string,
): number {
  if (!(Number.isInteger(value) && value > 127 && value <= max)) refuse(label);
  return writeVarint(bytes, at, value);
}

export function writeInt(bytes: Uint8Array, at: number, value: number, label: string): number {
  if (!Number.isSafeInteger(value)) refuse(label);
  if (value < 0) return writeZigzag(bytes, at, -value - 1, 1);
  return writeZigzag(bytes, at, value, 0);
}

/** An amount of 120 or more that is not negative. */
export function writeAmount(writer: Writer, at: number, value: bigint, label: string): number {
  const number = Number(value);
  if (!(number >= SMALL_AMOUNTS)) refuse(label);
  if (number >= LIMBS_FROM) return writeLimbs(writer, at, value, 0, label);
  return writeVarint(writer.bytes, at, number + LIMB_MARKS);
}

export function writeSignedAmount(
  writer: Writer,
  at: number,
  value: bigint,
  label: string,
): number {
  if (typeof value !== 'bigint') refuse(label);
  const number = Number(value);
  const sign = number < 0 ? 1 : 0;
  if (sign === 1 ? number <= -LIMBS_FROM : number >= LIMBS_FROM) {
    return writeLimbs(writer, at, sign === 1 ? -value : value, sign, label);
  }
  const magnitude = sign === 1 ? -number - 1 : number;
  const shift = magnitude < SMALL_AMOUNTS / 2 ? 0 : LIMB_MARKS / 2;
  return writeZigzag(writer.bytes, at, magnitude + shift, sign);
}

/** A mark of sign and number of limbs, then 2 to 4 limbs of 32 bits, least first. */
function writeLimbs(
  writer: Writer,
  at: number,
  magnitude: bigint,
  sign: number,
  label: string,
): number {
  const { bytes, view } = writer;
  view.setBigUint64(at + 1, magnitude & WORD, true);
  const high = magnitude >> 64n;
  if (high === 0n) {
    bytes[at] = SMALL_AMOUNTS + sign;
    return at + 9;
  }
  if (magnitude >= AMOUNT_LIMIT) refuse(label);
  view.setBigUint64(at + 9, high, true);
  const limbs = high >> 32n === 0n ? 3 : 4;
  bytes[at] = SMALL_AMOUNTS + (limbs - 2) * 2 + sign;
  return at + 1 + 4 * limbs;
}

/** 16 raw bytes; any other text is refused. */
export function writeId(bytes: Uint8Array, at: number, id: string, label: string): number {
  if (typeof id !== 'string' || id.length !== 16) refuse(label);
  let all = 0;
  for (let i = 0; i < 16; i++) {
    const code = id.charCodeAt(i);
    all |= code;
    bytes[at + i] = code;
  }
  if (all > 255) refuse(label);
  return at + 16;
}

/** Reads what a Writer wrote, and refuses whatever has another form. */
export class Reader {
  readonly view: DataView;
  at = 0;
  /** the message that is being read, for the error */
  tag = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  fail(rule: string): never {
    throw new DecodeError(`tag ${this.tag}, offset ${this.at}: ${rule}`);
  }
  /** Refuses to read beyond the end. */
  need(size: number): void {
    if (size > this.bytes.length - this.at) this.fail('cut short');
  }
  end(): void {
    if (this.at !== this.bytes.length) this.fail('trailing bytes');
  }

  varint(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first & 127;
    let unit = 128;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      unit *= 128;
      if (byte > 127) {
        if (unit > 2 ** 49) this.fail('varint too long');
        continue;
      }
      if (byte === 0) this.fail('overlong varint');
      if (value > Number.MAX_SAFE_INTEGER) this.fail('varint out of range');
      return value;
    }
  }
  /** A count of things that take at least one byte each. */
  count(): number {
    const count = this.varint();
    this.need(count);
    return count;
  }
  int(): number {
    const first = this.byte();
    const magnitude = this.#magnitude(first);
    return first & 1 ? -magnitude - 1 : magnitude;
  }
  amount(): bigint {
    const first = this.byte();
    const small = SMALL[first];
    if (small !== undefined) return small;
    if (first < 128) {
      if (first & 1) this.fail('amount below zero');
      return this.#limbs(first);
    }
    this.at--;
    const value = this.varint() - LIMB_MARKS;
    if (value >= LIMBS_FROM) this.fail('amount has a form with limbs');
    return BigInt(value);
  }
  signedAmount(): bigint {
    const first = this.byte();
    const small = SMALL_SIGNED[first];
    if (small !== undefined) return small;
    if (first < 128) return this.#limbs(first);
    const magnitude = this.#magnitude(first) - LIMB_MARKS / 2;
    const value = first & 1 ? -magnitude - 1 : magnitude;
    if (Math.abs(value) >= LIMBS_FROM) this.fail('amount has a form with limbs');
    return BigInt(value);
  }
  id(): CommandId {
    const { bytes: b, at: p } = this;
    this.need(16);
    this.at = p + 16;
    // prettier-ignore
    return String.fromCharCode(
      b[p], b[p + 1], b[p + 2], b[p + 3], b[p + 4], b[p + 5], b[p + 6], b[p + 7],
      b[p + 8], b[p + 9], b[p + 10], b[p + 11], b[p + 12], b[p + 13], b[p + 14], b[p + 15],
    ) as CommandId;
  }
  print(): bigint {
    this.need(8);
    const value = this.view.getBigUint64(this.at);
    this.at += 8;
    return value;
  }
  flag(): boolean {
    const byte = this.byte();
    if (byte > 1) this.fail('a flag is 0 or 1');
    return byte === 1;
  }
  text(max: number): string {
    const size = this.varint();
    if (size > max) this.fail('text too long');
    this.need(size);
    const from = this.at;
    this.at += size;
    let text = '';
    if (size <= SHORT_TEXT) {
      for (let i = from; i < this.at; i++) {
        const code = this.bytes[i];
        if (code > 127) return this.#decodeText(from);
        text += String.fromCharCode(code);
      }
      return text;
    }
    return this.#decodeText(from);
  }

  byte(): number {
    if (this.at >= this.bytes.length) this.fail('cut short');
    return this.bytes[this.at++];
  }
  /** The rest of a zigzag number whose first byte was read. */
  #magnitude(first: number): number {
    if (first < 128) return first >> 1;
    const high = this.varint();
    if (high === 0) this.fail('overlong varint');
    const magnitude = high * 64 + ((first & 127) >> 1);
    // of the two numbers that share the largest magnitude, the negative one is not safe
    if (magnitude + (first & 1) > Number.MAX_SAFE_INTEGER) this.fail('varint out of range');
    return magnitude;
  }
  #limbs(mark: number): bigint {
    const limbs = 2 + ((mark - SMALL_AMOUNTS) >> 1);
    if (limbs > 4) this.fail('unknown mark of an amount');
    this.need(4 * limbs);
    let value = this.view.getBigUint64(this.at, true);
    if (limbs === 3) value |= BigInt(this.view.getUint32(this.at + 8, true)) << 64n;
    if (limbs === 4) value |= this.view.getBigUint64(this.at + 8, true) << 64n;
    this.at += 4 * limbs;
    const least = limbs === 2 ? BigInt(LIMBS_FROM) : 1n << BigInt(32 * (limbs - 1));
    if (value < least) this.fail('amount has a shorter form');
    if (value >= AMOUNT_LIMIT) this.fail('amount out of range');
    return mark & 1 ? -value : value;
  }
  #decodeText(from: number): string {
    try {
      return strict.decode(this.bytes.subarray(from, this.at));
    } catch {
      return this.fail('not UTF-8');
    }
  }
}
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const isId = (value: unknown): boolean =>
  typeof value === 'string' && /^[\0-\xff]{16}$/.test(value);
/** Bytes of UTF-8 of a well-formed text. */
export const textBytes = (value: string): number =>
  value.length <= SHORT_TEXT && /^[\0-\x7f]*$/.test(value)
    ? value.length
    : utf8.encode(value).length;
export const isText = (value: unknown, max: number): boolean =>
  typeof value === 'string' && value.isWellFormed() && textBytes(value) <= max;

invariant(LIMBS_FROM + LIMB_MARKS <= Number.MAX_SAFE_INTEGER, 'a shifted amount stays exact');
