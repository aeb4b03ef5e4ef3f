import { decodeHead, type Format, type Head, hash, MalformedRecord, readHeadLine } from './head.js';

/** Where the chain of accepted records stands: everything a reader needs to go on. */
export interface ChainHead {
  /** of the last accepted record; 0 before the first */
  readonly seq: number;
  readonly epoch: number;
  /** of the last accepted record's bytes */
  readonly hash: string;
  /** of the last accepted record in the log; -1 before the first */
  readonly offset: number;
}

/** The chain before its first record. */
export const GENESIS: ChainHead = { seq: 0, epoch: 0, hash: '0'.repeat(64), offset: -1 };

/** A record that counts. */
export interface ChainRecord {
  readonly offset: number;
  readonly hash: string;
  readonly format: Format;
  readonly head: Head;
  readonly body: Uint8Array;
  /** the whole record, over which `hash` was taken */
  readonly bytes: Uint8Array;
}

/** Why a record does not count; it is counted and otherwise as if it were not there. */
export type IgnoredReason = 'head-unreadable' | 'seq' | 'prev' | 'epoch';

export type Followed =
  | { readonly kind: 'accepted'; readonly head: ChainHead; readonly record: ChainRecord }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/** How a reader tells what counts. There is one rule, `follow`; tests plant broken ones. */
export type Rule = (head: ChainHead, offset: number, bytes: Uint8Array) => Followed;

/**
 * The one rule of every reader: a record counts only if it names the last accepted record's hash,
 * the next sequence number, and the current epoch, or the next epoch when it opens it. Writers that
 * were taken over, repeated sends and lost answers are thereby harmless on any append-only log, and
 * a changed record breaks the chain for everyone.
 *
 * @param offset  where the log holds `bytes`
 * @returns the new head and the record; or why the record is as if it were not there
 * @throws MalformedRecord when the record takes its place in the chain but cannot be decoded here:
 *          truth is never skipped, so the partition stops until a build that can read it
 */
export const follow: Rule = (head, offset, bytes) => {
  const read = readHeadLine(bytes);
  if (!read) return { kind: 'ignored', reason: 'head-unreadable' };
  const { seq, prev, epoch, opened } = read.line;
  if (seq !== head.seq + 1) return { kind: 'ignored', reason: 'seq' };
  if (prev !== head.hash) return { kind: 'ignored', reason: 'prev' };
  const due = opened === true ? head.epoch + 1 : head.epoch;
  if (epoch !== due || epoch === GENESIS.epoch) return { kind: 'ignored', reason: 'epoch' };

  const record = decode(offset, bytes);
  return { kind: 'accepted', head: { seq, epoch: due, hash: record.hash, offset }, record };
};

function decode(offset: number, bytes: Uint8Array): ChainRecord {
  try {
    const { head, bodyStart, format } = decodeHead(bytes);
    return { offset, hash: hash(bytes), format, head, body: bytes.subarray(bodyStart), bytes };
  } catch (cause) {
    if (!(cause instanceof MalformedRecord)) throw cause;
    throw new MalformedRecord(`accepted record at offset ${offset}: ${cause.message}`, { cause });
  }
}
