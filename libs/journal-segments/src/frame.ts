import { hash as digest } from 'node:crypto';
import { invariant } from '@ringfence/kernel';
import { type Stream, streamText } from '@ringfence/journal';
import type { Files } from './files.js';

/** Length (4 bytes, little-endian) and SHA-256 before the bytes of a record. */
export const FRAME_HEAD_BYTES = 36;
/** Frames start at multiples of this; measured: 512 and 4,096 cost as much and waste more. */
const ALIGN_BYTES = 8;
/** Far above the 2 MB that a record may have: a longer length is damage, not a record. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024;
/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;

/** Start of a segment: magic, offset of its first record, SHA-256 that also names the stream. */
export const SEGMENT_HEAD_BYTES = 64;
const MAGIC = Buffer.from('RFSEG001', 'latin1');
const LENGTH_BYTES = 4;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
export const frameBytes = (recordBytes: number): number => aligned(FRAME_HEAD_BYTES + recordBytes);

/** A frame in its own memory, zero-padded: the caller's bytes may change afterwards. */
export function frameOf(bytes: Uint8Array): Buffer {
  invariant(bytes.length <= RECORD_BYTES_MAX, 'a record below RECORD_BYTES_MAX');
  const frame = Buffer.allocUnsafe(frameBytes(bytes.length));
  frame.writeUInt32LE(bytes.length, 0);
  frame.set(digest('sha256', bytes, 'buffer'), LENGTH_BYTES);
  frame.set(bytes, FRAME_HEAD_BYTES);
  frame.fill(0, FRAME_HEAD_BYTES + bytes.length);
  return frame;
}

/** The record in a frame; a plain view, without the surprises of `Buffer.slice`. */
export const recordIn = (frame: Buffer): Uint8Array =>
  new Uint8Array(frame.buffer, frame.byteOffset + FRAME_HEAD_BYTES, frame.readUInt32LE(0));

/** What stands at one place of a segment. */
export type Found =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array; readonly size: number }
  /** nothing was written here yet */
  | { readonly kind: 'blank' }
  | { readonly kind: 'unverified'; readonly length: number };

/** Steps over the frames of one segment file from a place where one starts. */
export class FrameWalk {
  #chunk: Buffer = Buffer.alloc(0);
  #chunkAt = 0;

  constructor(
    private readonly files: Files,
    private readonly file: number,
    public position: number,
    private readonly chunkBytes: number,
  ) {}

  /** What stands at `position`; steps over it when it is a frame. */
  next(): Found {
    const head = this.#view(FRAME_HEAD_BYTES);
    if (isBlank(head)) return { kind: 'blank' };
    const length = head.length < LENGTH_BYTES ? 0 : head.readUInt32LE(0);
    if (length > RECORD_BYTES_MAX) return { kind: 'unverified', length };
    const frame = this.#view(FRAME_HEAD_BYTES + length);
    if (!verifies(frame, length)) return { kind: 'unverified', length };
    const size = frameBytes(length);
    this.position += size;
    return { kind: 'frame', bytes: recordIn(frame), size };
  }

  /** Forgets what was read: it may have been a write in progress. */
  again(): void {
    this.#chunk = Buffer.alloc(0);
  }

  /** @returns fewer bytes only where the file ends */
  #view(bytes: number): Buffer {
    let from = this.position - this.#chunkAt;
    if (from + bytes > this.#chunk.length) {
      const chunk = Buffer.allocUnsafe(Math.max(bytes, this.chunkBytes));
      this.#chunk = chunk.subarray(0, this.files.read(this.file, chunk, this.position));
      this.#chunkAt = this.position;
      from = 0;
    }
    return this.#chunk.subarray(from, from + bytes);
  }
}

/** @param frame  head and record, at least when it is whole */
export function verifies(frame: Buffer, length: number): boolean {
  if (frame.length < FRAME_HEAD_BYTES + length) return false;
  const record = frame.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + length);
  return digest('sha256', record, 'buffer').equals(frame.subarray(LENGTH_BYTES, FRAME_HEAD_BYTES));
}

export function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/** @param base  offset of the first record that the segment will hold */
export function segmentHead(stream: Stream, base: number): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
  head.set(MAGIC, 0);
  head.writeBigUInt64LE(BigInt(base), 8);
  digest('sha256', `${streamText(stream)} ${base}`, 'buffer').copy(head, 16);
  return head;
}

/** @returns the offset of its first record; why not, when the head is blank or does not verify */
export function readSegmentHead(stream: Stream, head: Buffer): number | 'blank' | 'unverified' {
  if (isBlank(head)) return 'blank';
  if (head.length < SEGMENT_HEAD_BYTES) return 'unverified';
  const base = head.readBigUInt64LE(8);
  if (base > BigInt(Number.MAX_SAFE_INTEGER)) return 'unverified';
  return segmentHead(stream, Number(base)).equals(head) ? Number(base) : 'unverified';
}
