import type { Entry, Stream } from '@ringfence/journal';
import { present } from '@ringfence/kernel';
import { LogDamaged } from './faults.js';
import type { Files } from './files.js';
import { FrameWalk, SEGMENT_HEAD_BYTES } from './frame.js';
import { Recent } from './recent.js';
import {
  folderOf,
  headOf,
  lastAtOrBelow,
  listSegments,
  mark,
  nearestMark,
  type Segment,
  segmentAt,
  segmentPath,
} from './segments.js';
import { judgeTail, lastWritten } from './torn-tail.js';

const CHUNK_BYTES_MIN = 32 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;

/** Where a log's last whole record ends, and what is there instead of the next one. */
export type Tail =
  | { readonly kind: 'clean' }
  | { readonly kind: 'torn'; readonly to: number }
  | { readonly kind: 'damaged'; readonly why: string };

/** One stream as it lies in its files: where its records are, and where the next one goes. */
export class StreamLog {
  readonly folder: string;
  /** number of the segment that was made ahead of its use, as far as was seen at the start */
  readonly prepared: number | undefined;
  readonly #segments: Segment[];
  readonly #bases: number[];
  readonly #recent = new Recent();
  #end = 0;
  #position = SEGMENT_HEAD_BYTES;
  #open: { readonly segment: Segment; readonly file: number } | undefined;
  /** records were seen that a power cut could still take back */
  #volatile = false;

  /** @throws LogDamaged when a segment is missing or has lost its head */
  constructor(
    private readonly files: Files,
    root: string,
    readonly stream: Stream,
  ) {
    this.folder = folderOf(root, stream);
    const { segments, prepared } = listSegments(files, this.folder, stream);
    this.#segments = segments;
    this.#bases = segments.map(({ base }) => base);
    this.prepared = prepared;
    this.#end = segments.at(-1)?.base ?? 0;
  }

  /** offset of the next record */
  get end(): number {
    return this.#end;
  }
  /** where its frame goes in the last segment */
  get position(): number {
    return this.#position;
  }
  get lastSegment(): Segment | undefined {
    return this.#segments.at(-1);
  }

  /**
   * @returns whole entries from `from`, of one segment; empty at the known end
   * @throws LogDamaged when a stored record does not verify
   */
  read(from: number, limitBytes: number): readonly Entry[] {
    if (from >= this.#end) return [];
    const recent = this.#recent.from(from, limitBytes);
    if (recent) return recent;
    const index = lastAtOrBelow(this.#bases, from);
    const segment = present(this.#segments[index], 'a segment of the record');
    const until = this.#bases[index + 1] ?? this.#end;
    return this.#readIn(segment, { from, until, limitBytes });
  }

  #readIn(
    segment: Segment,
    { from, until, limitBytes }: { from: number; until: number; limitBytes: number },
  ): readonly Entry[] {
    let { offset, position } = nearestMark(segment, from);
    const rest = segment === this.lastSegment ? this.#position - position : CHUNK_BYTES_MAX;
    const chunkBytes = Math.min(rest, CHUNK_BYTES_MAX, limitBytes + CHUNK_BYTES_MIN);
    const walk = new FrameWalk(this.files, this.#fileOf(segment), position, chunkBytes);
    const entries: Entry[] = [];
    for (let left = limitBytes; offset < until; offset++) {
      ({ position } = walk);
      mark(segment, offset, position);
      const found = walk.next();
      if (found.kind !== 'frame') {
        if (entries.length > 0) break; // the next read meets it
        const place = { file: segment.path, position };
        throw new LogDamaged(this.stream, offset, place, 'it does not verify');
      }
      if (offset < from) continue;
      left -= found.bytes.length;
      if (left < 0 && entries.length > 0) break;
      entries.push({ offset, bytes: found.bytes });
    }
    return entries;
  }

  /**
   * Steps over what was written behind the known end, into later segments too, and makes sure that
   * a power cut cannot take it back before anyone sees it.
   *
   * @param thorough  also looks for what an interrupted write left behind a missing start
   */
  extend(thorough = false): Tail {
    if (!this.lastSegment && !this.#enterNext()) return { kind: 'clean' };
    const before = this.#end;
    let tail: Tail | 'more' = 'more';
    while (tail === 'more') tail = this.#extendLast(thorough);
    if (this.#end > before) this.#volatile = true;
    if (this.#volatile && this.#open) this.files.sync(this.#open.file);
    this.#volatile = false;
    return tail;
  }

  #extendLast(thorough: boolean): Tail | 'more' {
    const segment = present(this.lastSegment, 'a segment');
    const file = this.#fileOf(segment);
    const walk = new FrameWalk(this.files, file, this.#position, CHUNK_BYTES_MIN);
    for (let doubted = false; ;) {
      const found = walk.next();
      if (found.kind === 'frame') {
        this.grew(found.bytes, found.size);
        continue;
      }
      if (found.kind === 'blank' && this.#enterNext()) {
        this.files.sync(file);
        return 'more';
      }
      const tail = this.#judge(file, found.kind === 'blank' ? 0 : found.length, thorough);
      if (tail.kind !== 'damaged' || doubted) return tail;
      doubted = true; // a write may just have been going on: only what stays wrong is damage
      walk.again();
    }
  }

  #judge(file: number, length: number, thorough: boolean): Tail {
    const position = this.#position;
    if (length === 0 && !thorough) return { kind: 'clean' };
    if (length === 0 && lastWritten(this.files, file, position) === position) {
      return { kind: 'clean' };
    }
    return judgeTail(this.files, file, { position, length });
  }

  /** Goes on to the next segment when it was begun where this one ends. */
  #enterNext(): boolean {
    const number = (this.lastSegment?.number ?? -1) + 1;
    const path = segmentPath(this.folder, number);
    const base = headOf(this.files, this.stream, path);
    if (typeof base !== 'number') return false;
    if (base === this.#end) {
      this.entered(number);
      return true;
    }
    // a record was added here after this reader looked; looking again finds it
    if (base > this.#end && this.lastSegment) return this.#looksAgain(base);
    const why = `the segment starts at record ${base}`;
    throw new LogDamaged(this.stream, this.#end, { file: path, position: 0 }, why);
  }

  #looksAgain(base: number): boolean {
    const segment = present(this.lastSegment, 'a segment');
    const [file, position] = [this.#fileOf(segment), this.#position];
    const walk = new FrameWalk(this.files, file, position, CHUNK_BYTES_MIN);
    while (this.#end < base) {
      const found = walk.next();
      if (found.kind !== 'frame') {
        const place = { file: segment.path, position: this.#position };
        throw new LogDamaged(this.stream, this.#end, place, 'it does not verify');
      }
      this.grew(found.bytes, found.size);
    }
    return this.#enterNext();
  }

  /** A record now stands at the end; `size` is that of its frame. */
  grew(bytes: Uint8Array, size: number): number {
    const offset = this.#end++;
    mark(present(this.lastSegment, 'a segment'), offset, this.#position);
    this.#position += size;
    this.#recent.push({ offset, bytes });
    return offset;
  }

  /** Records go into this segment from now on. */
  entered(number: number): void {
    const segment = segmentAt(this.folder, number, this.#end);
    this.#segments.push(segment);
    this.#bases.push(segment.base);
    this.#position = SEGMENT_HEAD_BYTES;
  }

  close(): void {
    if (this.#open) this.files.close(this.#open.file);
    this.#open = undefined;
  }

  /** The file last read stays open: readers go forward. */
  #fileOf(segment: Segment): number {
    if (this.#open?.segment === segment) return this.#open.file;
    this.close();
    const file = this.files.open(segment.path, 'read');
    this.#open = { segment, file };
    return file;
  }
}
