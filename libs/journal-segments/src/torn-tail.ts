import type { Files } from './files.js';
import {
  aligned,
  FRAME_HEAD_BYTES,
  frameBytes,
  isBlank,
  RECORD_BYTES_MAX,
  SECTOR_BYTES,
  verifies,
} from './frame.js';

const SCAN_BYTES = 1024 * 1024;
const BLANKS = Buffer.alloc(SCAN_BYTES);

/** What does not verify at the end of a log: an interrupted write, or damage and why. */
export type Verdict =
  | {
      readonly kind: 'torn';
      /** of the last byte that is not zero, plus one */ readonly to: number;
    }
  | { readonly kind: 'damaged'; readonly why: string };

/**
 * Tells an interrupted write from damage. One write is in flight at a time, into zeros, and a disk
 * keeps or loses whole sectors; so an interrupted one is the last thing in its file, no whole frame
 * lies in or behind it, and something of it is missing. Whatever else does not verify was once
 * whole and acknowledged.
 *
 * @param position  where a frame should start and does not verify
 * @param length  what its length field says
 */
export function judgeTail(
  files: Files,
  file: number,
  { position, length }: { readonly position: number; readonly length: number },
): Verdict {
  if (length > RECORD_BYTES_MAX) return { kind: 'damaged', why: `${length} bytes long, it says` };
  const to = lastWritten(files, file, position);
  const reach = frameBytes(RECORD_BYTES_MAX);
  if (to - position > reach) {
    return { kind: 'damaged', why: 'more follows than one write can leave' };
  }
  const rest = readPart(files, file, position, Math.min(position + reach, files.sizeOf(file)));
  const inner = wholeFrameIn(rest, to - position);
  if (inner > 0) {
    const why = `it does not verify, but a later record, at byte ${position + inner}, does`;
    return { kind: 'damaged', why };
  }
  const headLost = isBlank(rest.subarray(0, toNextSector(position)));
  if (!headLost && to > position + frameBytes(length)) {
    return { kind: 'damaged', why: 'it does not verify and is not the last' };
  }
  const written = to - position - FRAME_HEAD_BYTES;
  if (written >= 0 && verifies(rest.subarray(0, to - position), written)) {
    return { kind: 'damaged', why: 'all of it is there, but its length changed' };
  }
  if (!headLost && !missesPart(rest, position, FRAME_HEAD_BYTES + length)) {
    return { kind: 'damaged', why: 'all of it is there, but changed' };
  }
  return { kind: 'torn', to };
}

const toNextSector = (position: number): number => SECTOR_BYTES - (position % SECTOR_BYTES);

/** Whether a sector, or the end, of a frame never reached the disk. */
function missesPart(rest: Buffer, position: number, extent: number): boolean {
  if (rest.length < extent || rest[extent - 1] === 0) return true;
  for (let at = 0; at < extent;) {
    const next = Math.min(at + toNextSector(position + at), extent);
    if (isBlank(rest.subarray(at, next))) return true;
    at = next;
  }
  return false;
}

/** @returns where a later frame starts, within the `used` bytes, that verifies; 0 when none does */
function wholeFrameIn(rest: Buffer, used: number): number {
  for (
    let at = aligned(1);
    at < used && at + FRAME_HEAD_BYTES <= rest.length;
    at = aligned(at + 1)
  ) {
    const length = rest.readUInt32LE(at);
    if (at + FRAME_HEAD_BYTES + length > rest.length) continue;
    const frame = rest.subarray(at, at + FRAME_HEAD_BYTES + length);
    if (!isBlank(frame.subarray(0, FRAME_HEAD_BYTES)) && verifies(frame, length)) return at;
  }
  return 0;
}

/** Byte after the last one from `from` on that is not zero; `from` when all are. */
export function lastWritten(files: Files, file: number, from: number): number {
  for (let end = files.sizeOf(file); end > from;) {
    const start = Math.max(from, end - SCAN_BYTES);
    const part = readPart(files, file, start, end);
    if (!part.equals(BLANKS.subarray(0, part.length))) {
      let last = part.length;
      while (part[last - 1] === 0) last--;
      return start + last;
    }
    end = start;
  }
  return from;
}

function readPart(files: Files, file: number, from: number, to: number): Buffer {
  const part = Buffer.alloc(to - from);
  return part.subarray(0, files.read(file, part, from));
}
