import { join } from 'node:path';
import type { Stream } from '@ringfence/journal';
import { invariant } from '@ringfence/kernel';
import { LogDamaged } from './faults.js';
import { codeOf, type Files } from './files.js';
import { readSegmentHead, SEGMENT_HEAD_BYTES } from './frame.js';

/** One file of a stream; it holds the records from `base` up to the next one's. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** offset of its first record */
  readonly base: number;
  /** where its frames are known to start, one about every `MARK_BYTES` */
  readonly marks: { readonly offsets: number[]; readonly positions: number[] };
}

/** A frame is found by reading at most this far from a mark. */
const MARK_BYTES = 16 * 1024;
const NAME = /^(\d{8})\.seg$/;
const TOPIC = /^[a-z0-9][a-z0-9.-]*$/;

/** The folder of a stream, such as `log.accounts/3`. */
export function folderOf(folder: string, stream: Stream): string {
  invariant(TOPIC.test(stream.topic), 'a topic of lower-case letters, digits, dots and dashes');
  invariant(stream.partition >= 0 && Number.isInteger(stream.partition), 'a partition from 0');
  return join(folder, stream.topic, String(stream.partition));
}

export const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(8, '0')}.seg`);

/** Numbers of the segment files in a folder, ascending. */
export const segmentNumbers = (files: Files, folder: string): number[] =>
  files
    .list(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);

export const segmentAt = (folder: string, number: number, base: number): Segment => ({
  number,
  path: segmentPath(folder, number),
  base,
  marks: { offsets: [base], positions: [SEGMENT_HEAD_BYTES] },
});

/** Notes where a frame starts, if the last mark is far enough behind it. */
export function mark({ marks }: Segment, offset: number, position: number): void {
  const last = marks.positions.length - 1;
  if (offset <= (marks.offsets[last] ?? 0)) return;
  if (position - (marks.positions[last] ?? 0) < MARK_BYTES) return;
  marks.offsets.push(offset);
  marks.positions.push(position);
}

/** The nearest place at or before `offset` from which to step. */
export function nearestMark({ marks }: Segment, offset: number) {
  const at = lastAtOrBelow(marks.offsets, offset);
  return { offset: marks.offsets[at] ?? 0, position: marks.positions[at] ?? SEGMENT_HEAD_BYTES };
}

/** Index of the last of ascending numbers that is not above `limit`; 0 when all are. */
export function lastAtOrBelow(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The base of a segment file, or why it holds nothing; undefined when there is no such file. */
export function headOf(
  files: Files,
  stream: Stream,
  path: string,
): number | 'blank' | 'unverified' | undefined {
  let file: number;
  try {
    file = files.open(path, 'read');
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  }
  try {
    const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
    return readSegmentHead(stream, head.subarray(0, files.read(file, head, 0)));
  } finally {
    files.close(file);
  }
}

/**
 * The segments of a stream that hold records, and the number of the one prepared behind them.
 *
 * @throws LogDamaged when one is missing between others or its head does not verify
 */
export function listSegments(files: Files, folder: string, stream: Stream) {
  const segments: Segment[] = [];
  let prepared: number | undefined;
  for (const [index, number] of segmentNumbers(files, folder).entries()) {
    const path = segmentPath(folder, number);
    const offset = segments.at(-1)?.base ?? 0;
    const damaged = (why: string) =>
      new LogDamaged(stream, offset, { file: path, position: 0 }, why);
    if (number !== index) throw damaged(`the segment before it is missing`);
    const base = headOf(files, stream, path);
    if (typeof base === 'number') {
      if (prepared !== undefined) throw damaged('the head of the segment before it is gone');
      if (base < offset || (index === 0 && base !== 0)) throw damaged(`it starts at ${base}`);
      segments.push(segmentAt(folder, number, base));
    } else {
      if (prepared !== undefined) throw damaged(`two segments without a head`);
      prepared = number;
    }
  }
  return { segments, prepared };
}
