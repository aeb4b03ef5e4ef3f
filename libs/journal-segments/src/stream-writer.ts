import type { AppendResult } from '@ringfence/journal';
import { InvariantViolation, invariant, present } from '@ringfence/kernel';
import { LogDamaged } from './faults.js';
import { codeOf, type Files } from './files.js';
import { frameOf, recordIn, SEGMENT_HEAD_BYTES, segmentHead, verifies } from './frame.js';
import type { Pace } from './pace.js';
import { DRAFT, prepareSegment, writeAll, writeAllLater } from './preparation.js';
import { segmentPath } from './segments.js';
import type { StreamLog } from './stream-log.js';
import { lastWritten } from './torn-tail.js';

/** How large segment files are: the first, then twice as large each, up to the largest. */
export interface SegmentSizes {
  readonly firstBytes: number;
  readonly maxBytes: number;
}
export interface WriterOptions {
  /** shared by all streams on one disk */
  readonly pace: Pace;
  readonly sizes: SegmentSizes;
}

/** The next segment is made when this part of the last one is in use. */
const PREPARE_AT = 1 / 4;

/** An interrupted write that was cleared away when its log was opened. */
export interface Cut {
  readonly file: string;
  readonly position: number;
  readonly bytes: number;
}

/** Adds records to one stream, one durable write each, one at a time. */
export class StreamWriter {
  /** what an interrupted write had left; nothing of it was ever acknowledged */
  readonly cut: Cut | undefined;
  #file: number | undefined;
  #capacity = 0;
  /** the segment that waits behind the last one */
  #prepared: number | undefined;
  #preparing: Promise<void> | undefined;
  /** the head of the next segment may be on the disk: nothing goes into the last one any more */
  #leaving = false;
  /** a failed write that may be whole on the disk, where readers may have seen it */
  #unfinished: Buffer | undefined;
  /** a failed write left part of a frame up to here */
  #dirtyTo = 0;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws LogDamaged when the end of the log is neither whole nor an interrupted write */
  constructor(
    private readonly files: Files,
    private readonly log: StreamLog,
    private readonly options: WriterOptions,
    private readonly landed: () => void,
  ) {
    this.#prepared = log.prepared;
    for (const name of files.list(log.folder)) {
      if (name.endsWith(DRAFT)) files.remove(`${log.folder}/${name}`);
    }
    const tail = log.extend(true);
    const { end: offset, position } = log;
    if (log.lastSegment) this.#openSegment(log.lastSegment.path);
    if (tail.kind === 'damaged') {
      this.#closeFile();
      const file = log.lastSegment?.path ?? log.folder;
      throw new LogDamaged(log.stream, offset, { file, position }, tail.why);
    }
    if (tail.kind === 'torn') this.cut = this.#cutOff(tail.to);
    if (this.#prepared !== undefined) this.#checkPrepared(this.#prepared);
  }

  /** Durable when answered `appended`; one after the other in the order of the calls. */
  append(bytes: Uint8Array): Promise<AppendResult> {
    const frame = frameOf(bytes);
    if (this.options.pace.isBlocking && this.#waiting === 0 && this.#isReadyFor(frame)) {
      return Promise.resolve(this.#appendNow(frame));
    }
    this.#waiting++;
    const turn = this.#last.then(() => this.#appendInTurn(frame));
    this.#last = turn.catch(() => undefined); // its own caller hears of it
    return turn;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#preparing;
    this.#closeFile();
  }

  #isReadyFor(frame: Buffer): boolean {
    const mended = !this.#unfinished && this.#dirtyTo === 0;
    return mended && this.#file !== undefined && this.#hasRoomFor(frame);
  }

  /** A frame larger than a whole segment lengthens the file: slower, but as safe. */
  #hasRoomFor(frame: Buffer): boolean {
    if (this.#leaving) return false;
    const { position } = this.log;
    return position === SEGMENT_HEAD_BYTES || position + frame.length <= this.#capacity;
  }

  #appendNow(frame: Buffer): AppendResult {
    const start = performance.now();
    try {
      writeAll(this.files, present(this.#file, 'an open segment'), frame, this.log.position);
    } catch (fault) {
      this.#inspect(frame);
      return unknown(fault);
    } finally {
      this.options.pace.blocked(performance.now() - start);
    }
    return { kind: 'appended', offset: this.#land(frame) };
  }

  async #appendInTurn(frame: Buffer): Promise<AppendResult> {
    try {
      const finished = await this.#mend();
      if (finished?.frame.equals(frame)) return { kind: 'appended', offset: finished.offset };
      if (this.#file === undefined || !this.#hasRoomFor(frame)) await this.#nextSegment();
      if (this.options.pace.isBlocking) return this.#appendNow(frame);
      return await this.#appendLater(frame);
    } catch (fault) {
      if (fault instanceof InvariantViolation) throw fault;
      return unknown(fault);
    } finally {
      this.#waiting--;
    }
  }

  async #appendLater(frame: Buffer): Promise<AppendResult> {
    const file = present(this.#file, 'an open segment');
    try {
      await writeAllLater(this.files, file, frame, this.log.position);
    } catch (fault) {
      this.#inspect(frame);
      return unknown(fault);
    } finally {
      this.options.pace.passed();
    }
    return { kind: 'appended', offset: this.#land(frame) };
  }

  #land(frame: Buffer): number {
    const offset = this.log.grew(recordIn(frame), frame.length);
    if (this.log.position > this.#capacity * PREPARE_AT) this.#prepareAhead();
    this.landed();
    return offset;
  }

  /** After a failed write: may somebody have seen a whole record, or is part of one in the way? */
  #inspect(frame: Buffer): void {
    try {
      const found = Buffer.alloc(frame.length);
      this.files.read(present(this.#file, 'an open segment'), found, this.log.position);
      const length = frame.readUInt32LE(0);
      const whole = found.readUInt32LE(0) === length && verifies(found, length);
      if (whole) this.#unfinished = frame;
      else this.#dirtyTo = this.log.position + frame.length;
    } catch {
      this.#unfinished = frame; // it cannot be read: for all we know it is there
    }
  }

  /**
   * Before anything else is written: a record that may have been seen is written to its end, part
   * of one is zeroed.
   *
   * @returns the record that stands in the log thereby
   */
  async #mend(): Promise<{ readonly frame: Buffer; readonly offset: number } | undefined> {
    const file = this.#file;
    if (file === undefined) return undefined;
    if (this.#unfinished) {
      const frame = this.#unfinished;
      await writeAllLater(this.files, file, frame, this.log.position);
      this.#unfinished = undefined;
      return { frame, offset: this.#land(frame) };
    }
    if (this.#dirtyTo > 0) {
      await this.#zero(file, Math.min(this.#dirtyTo, this.files.sizeOf(file)));
      this.#dirtyTo = 0;
    }
    return undefined;
  }

  async #zero(file: number, to: number): Promise<void> {
    const { position } = this.log;
    if (to > position) await writeAllLater(this.files, file, Buffer.alloc(to - position), position);
  }

  async #nextSegment(): Promise<void> {
    const number = (this.log.lastSegment?.number ?? -1) + 1;
    await this.#preparing;
    if (this.#prepared === undefined) await this.#prepare(number);
    invariant(this.#prepared === number, 'the prepared segment is the next one');
    const file = this.files.open(segmentPath(this.log.folder, number), 'update');
    try {
      this.#leaving = true;
      const head = segmentHead(this.log.stream, this.log.end);
      await writeAllLater(this.files, file, head, 0);
    } catch (fault) {
      this.files.close(file);
      throw fault;
    }
    this.#closeFile();
    this.log.entered(number);
    this.#file = file;
    this.#capacity = this.files.sizeOf(file);
    this.#prepared = undefined;
    this.#leaving = false;
  }

  #prepareAhead(): void {
    if (this.#prepared !== undefined || this.#preparing) return;
    const number = present(this.log.lastSegment, 'a segment').number + 1;
    this.#preparing = this.#prepare(number)
      .catch(() => undefined) // the append that needs it tries again and answers for it
      .finally(() => (this.#preparing = undefined));
  }

  async #prepare(number: number): Promise<void> {
    const { firstBytes, maxBytes } = this.options.sizes;
    const bytes = Math.min(firstBytes * 2 ** Math.min(number, 30), maxBytes);
    await prepareSegment(this.files, this.log.folder, { number, bytes });
    this.#prepared = number;
  }

  #openSegment(path: string): void {
    this.#file = this.files.open(path, 'update');
    this.#capacity = this.files.sizeOf(this.#file);
  }

  #closeFile(): void {
    if (this.#file !== undefined) this.files.close(this.#file);
    this.#file = undefined;
  }

  #cutOff(to: number): Cut {
    const { position } = this.log;
    const bytes = to - position;
    const file = present(this.#file, 'an open segment');
    writeAll(this.files, file, Buffer.alloc(bytes), position);
    return { file: present(this.log.lastSegment, 'a segment').path, position, bytes };
  }

  /** A head that was not written whole is written again; anything behind it was once a record. */
  #checkPrepared(number: number): void {
    const path = segmentPath(this.log.folder, number);
    const file = this.files.open(path, 'read');
    const written = lastWritten(this.files, file, SEGMENT_HEAD_BYTES);
    this.files.close(file);
    if (written === SEGMENT_HEAD_BYTES) return;
    this.#closeFile();
    const place = { file: path, position: 0 };
    throw new LogDamaged(this.log.stream, this.log.end, place, 'its segment has lost its head');
  }
}

/** How systems say that there is no room, on the disk or for this user. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
const unknown = (fault: unknown): AppendResult => {
  const said = String(fault);
  const reason = NO_ROOM.has(codeOf(fault)) ? `the disk is full (${said})` : said;
  return { kind: 'unknown', reason };
};
