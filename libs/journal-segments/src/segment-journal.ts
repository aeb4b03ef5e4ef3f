import { join } from 'node:path';
import {
  type AppendResult,
  type Entry,
  type Journal,
  JournalClosed,
  READ_LIMIT_BYTES,
  type Stream,
  streamText,
} from '@ringfence/journal';
import { LogDamaged, ReadOnlyJournal } from './faults.js';
import { type Files, nodeFiles } from './files.js';
import { FolderLock } from './lock.js';
import { Pace, type Writes } from './pace.js';
import { StreamLog } from './stream-log.js';
import { type Cut, type SegmentSizes, StreamWriter } from './stream-writer.js';

const MEGABYTE = 1024 * 1024;
/** An idle stream costs a megabyte; a busy one makes a new file every few seconds at most. */
const SIZES: SegmentSizes = { firstBytes: MEGABYTE, maxBytes: 64 * MEGABYTE };

export interface SegmentOptions {
  /** another process writes here; this one only reads, and never changes anything */
  readonly readOnly?: boolean;
  /** whether writes block the process; `paced` unless told: while the disk is quick */
  readonly writes?: Writes;
  /** how large files grow */
  readonly sizes?: SegmentSizes;
  /** tests put failing ones here */
  readonly files?: Files;
}

interface OpenStream {
  readonly log: StreamLog;
  readonly writer: StreamWriter | undefined;
  readonly wakes: Set<() => void>;
}

/**
 * The log as plain files in one folder, for the house in one process: preallocated segments, every
 * record durable before it is acknowledged, one process that writes and any number that read.
 */
export class SegmentJournal implements Journal {
  readonly #streams = new Map<string, OpenStream>();
  readonly #stops = new Set<() => void>();
  /** interrupted writes that were cleared away, for the log of the process */
  readonly cuts: Cut[] = [];
  readonly #pace: Pace;
  #isClosed = false;

  private constructor(
    readonly folder: string,
    private readonly options: SegmentOptions,
    private readonly files: Files,
    private readonly lock: FolderLock | undefined,
  ) {
    this.#pace = new Pace(options.writes ?? 'paced');
  }

  /** @throws FolderInUse when another process writes here and this one would too */
  static async open(folder: string, options: SegmentOptions = {}): Promise<SegmentJournal> {
    const files = options.files ?? nodeFiles;
    if (options.readOnly) return new SegmentJournal(folder, options, files, undefined);
    files.makeFolder(folder);
    return new SegmentJournal(folder, options, files, FolderLock.take(files, folder));
  }

  /** @throws ReadOnlyJournal, LogDamaged, JournalClosed */
  async append(stream: Stream, bytes: Uint8Array): Promise<AppendResult> {
    const { writer } = this.#open(stream);
    if (!writer) throw new ReadOnlyJournal(`${this.folder} was opened for reading only`);
    return writer.append(bytes);
  }

  /** @throws LogDamaged, JournalClosed */
  async read(
    stream: Stream,
    from: number,
    limitBytes = READ_LIMIT_BYTES,
  ): Promise<readonly Entry[]> {
    const open = this.#open(stream);
    if (from >= open.log.end) this.#look(open);
    return open.log.read(from, limitBytes);
  }

  /** @throws LogDamaged, JournalClosed */
  async end(stream: Stream): Promise<number> {
    const open = this.#open(stream);
    this.#look(open);
    return open.log.end;
  }

  watch(stream: Stream, wake: () => void): () => void {
    return this.options.readOnly
      ? this.#watchFolder(stream, wake)
      : this.#watchWriter(this.#open(stream), wake);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const { writer, log } of this.#streams.values()) {
      await writer?.close();
      log.close();
    }
    this.lock?.release();
  }

  /** Only another process can have added what this one does not know of. */
  #look({ writer, log }: OpenStream): void {
    if (writer) return;
    const { stream } = log;
    const tail = log.extend();
    if (tail.kind !== 'damaged') return;
    const place = { file: log.lastSegment?.path ?? log.folder, position: log.position };
    throw new LogDamaged(stream, log.end, place, tail.why);
  }

  #open(stream: Stream): OpenStream {
    if (this.#isClosed) throw new JournalClosed(`${this.folder} is closed`);
    const name = streamText(stream);
    const known = this.#streams.get(name);
    if (known) return known;
    const log = new StreamLog(this.files, this.folder, stream);
    const wakes = new Set<() => void>();
    try {
      const open = { log, wakes, writer: this.#writerOf(log, wakes) };
      this.#streams.set(name, open);
      return open;
    } catch (fault) {
      log.close();
      throw fault;
    }
  }

  #writerOf(log: StreamLog, wakes: ReadonlySet<() => void>): StreamWriter | undefined {
    if (this.options.readOnly) return undefined;
    const { sizes = SIZES } = this.options;
    const writer = new StreamWriter(this.files, log, { pace: this.#pace, sizes }, () => {
      for (const wake of wakes) queueMicrotask(() => wakes.has(wake) && wake());
    });
    if (writer.cut) this.cuts.push(writer.cut);
    return writer;
  }

  #watchWriter({ wakes }: OpenStream, wake: () => void): () => void {
    const own = (): void => wake(); // the same function may be watching twice
    wakes.add(own);
    const stop = (): void => void (wakes.delete(own), this.#stops.delete(stop));
    this.#stops.add(stop);
    return stop;
  }

  /** Watches the stream's folder, or the nearest one above it until it is there. */
  #watchFolder(stream: Stream, wake: () => void): () => void {
    if (this.#isClosed) throw new JournalClosed(`${this.folder} is closed`);
    const path = [stream.topic, String(stream.partition)];
    const below = (depth: number): string => join(this.folder, ...path.slice(0, depth));
    const isThere = (depth: number): boolean =>
      depth === 0 || this.files.list(below(depth - 1)).includes(path[depth - 1] ?? '');
    let [depth, unwatch] = [-1, (): void => undefined];
    const follow = (): void => {
      let deepest = 0;
      while (deepest < path.length && isThere(deepest + 1)) deepest++;
      if (deepest === depth) return;
      unwatch();
      depth = deepest;
      unwatch = this.files.watch(below(depth), () => {
        follow();
        wake();
      });
      follow(); // it may have come into being just before the watch did
    };
    follow();
    const stop = (): void => void (unwatch(), this.#stops.delete(stop));
    this.#stops.add(stop);
    return stop;
  }
}
