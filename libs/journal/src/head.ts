import { hash as digest } from 'node:crypto';

/** Format byte of a record whose body is packed by the field tables of `libs/contracts`. */
export const PACKED = 0x01;
/** Format byte of a record whose body is plain JSON. */
export const JSON_BODY = 0x02;
export type Format = typeof PACKED | typeof JSON_BODY;

/** What a record read of one input, in the order in which it was processed. */
export interface InputRange {
  readonly topic: string;
  readonly p: number;
  /** first and last: sequence numbers of a log, message numbers of a channel */
  readonly from: number;
  readonly to: number;
  /** of the last record read from a log; makes this record a witness of that log */
  readonly hash?: string;
}

/** What every reader of a log can read of a record, whatever its body is. */
export interface Head {
  readonly v: 1;
  /** partition */
  readonly p: number;
  /** dense from 1 among accepted records */
  readonly seq: number;
  /** from 1; only `EpochOpened` raises it */
  readonly epoch: number;
  /** the process that wrote it */
  readonly writer: string;
  /** SHA-256 of the previous accepted record's bytes, 64 lower-case hexadecimal digits */
  readonly prev: string;
  /** log time, milliseconds since 1970 UTC */
  readonly ts: number;
  readonly in: readonly InputRange[];
  /** decisions in the body */
  readonly n: number;
  /** fingerprint of the field tables that packed the body */
  readonly contracts: string;
  /** digest of the lane's state after this record */
  readonly chk?: string;
  /** present on `EpochOpened` only: this record takes the log over */
  readonly opened?: true;
  /** what the lane notes when it goes on after a stop */
  readonly restart?: Readonly<Record<string, unknown>>;
}

/** A record taken apart; `bodyStart` counts from the format byte. */
export interface DecodedHead {
  readonly head: Head;
  readonly bodyStart: number;
  readonly format: Format;
}

/** The bytes are not a record, or not one that this build can read. */
export class MalformedRecord extends Error {
  override readonly name = 'MalformedRecord';
}

const NEWLINE = 0x0a;
const HASH = /^[0-9a-f]{64}$/;

/** SHA-256 of a record's exact bytes, 64 lower-case hexadecimal digits. */
export const hash = (bytes: Uint8Array): string => digest('sha256', bytes, 'hex');

/** Format byte, head as one JSON line, body. One head has one encoding, in a fixed order. */
export function encodeRecord(head: Head, body: Uint8Array, format: Format = PACKED): Uint8Array {
  const line = Buffer.from(`${JSON.stringify(inOrder(head))}\n`, 'utf8');
  const bytes = new Uint8Array(1 + line.length + body.length);
  bytes[0] = format;
  bytes.set(line, 1);
  bytes.set(body, 1 + line.length);
  return bytes;
}

const inOrder = (head: Head): Head => ({
  v: head.v,
  p: head.p,
  seq: head.seq,
  epoch: head.epoch,
  writer: head.writer,
  prev: head.prev,
  ts: head.ts,
  in: head.in.map(rangeInOrder),
  n: head.n,
  contracts: head.contracts,
  ...(head.chk === undefined ? undefined : { chk: head.chk }),
  ...(head.opened === undefined ? undefined : { opened: head.opened }),
  ...(head.restart === undefined ? undefined : { restart: head.restart }),
});

const rangeInOrder = ({ topic, p, from, to, hash: last }: InputRange): InputRange =>
  last === undefined ? { topic, p, from, to } : { topic, p, from, to, hash: last };

/** The head line as JSON, unchecked, and where the body starts; undefined when there is none. */
export function readHeadLine(
  bytes: Uint8Array,
): { readonly line: Readonly<Record<string, unknown>>; readonly bodyStart: number } | undefined {
  const newline = bytes.indexOf(NEWLINE, 1);
  if (newline < 0) return undefined;
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + 1, newline - 1).toString('utf8');
    const line: unknown = JSON.parse(text);
    return isRecord(line) ? { line, bodyStart: newline + 1 } : undefined;
  } catch {
    return undefined; // not JSON: the caller says what that means
  }
}

/** @throws MalformedRecord when the bytes are no record, or of a format or version unknown here */
export function decodeHead(bytes: Uint8Array): DecodedHead {
  const read = readHeadLine(bytes);
  if (!read) throw new MalformedRecord('no head line of JSON');
  const format = bytes[0];
  if (format !== PACKED && format !== JSON_BODY) {
    throw new MalformedRecord(`unknown format byte ${format}`);
  }
  const wrong = faultOf(read.line);
  if (wrong) throw new MalformedRecord(`head field ${wrong}`);
  return { head: read.line as unknown as Head, bodyStart: read.bodyStart, format };
}

/** Fields unknown here are left alone: a newer build may say more without changing the meaning. */
function faultOf(line: Readonly<Record<string, unknown>>): string | undefined {
  if (line['v'] !== 1) return 'v';
  for (const field of ['p', 'seq', 'epoch', 'ts', 'n']) if (!isCount(line[field])) return field;
  if (typeof line['writer'] !== 'string') return 'writer';
  if (!isHash(line['prev'])) return 'prev';
  if (!Array.isArray(line['in']) || !line['in'].every(isRange)) return 'in';
  if (typeof line['contracts'] !== 'string') return 'contracts';
  if (line['chk'] !== undefined && typeof line['chk'] !== 'string') return 'chk';
  if (line['opened'] !== undefined && line['opened'] !== true) return 'opened';
  if (line['restart'] !== undefined && !isRecord(line['restart'])) return 'restart';
  return undefined;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isHash = (value: unknown): boolean => typeof value === 'string' && HASH.test(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRange = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['topic'] === 'string' &&
  isCount(value['p']) &&
  isCount(value['from']) &&
  isCount(value['to']) &&
  (value['hash'] === undefined || isHash(value['hash']));
