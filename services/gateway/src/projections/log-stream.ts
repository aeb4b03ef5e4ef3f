import { LogTruncated, type Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { LogTail, logStream, type DecodeCache, type LogRecord } from '@ringfence/lane';
import type { Checkpoint } from '../read-store/checkpoint.entity.js';
import { Closing } from '../read-store/outages.js';
import type { Position, Step } from '../read-store/read-store.js';
import type { Projection } from './projection.js';
import { holdsRecord } from './proof.js';
import { RowSet } from './rows.js';

const RETRY_MS = 100;
/**
 * Before a log counts as truncated: a broker that has just become the leader may hold back for a
 * moment what the one before it gave out.
 */
const ATTEMPTS_MAX = 20;

export interface LogStreamOptions {
  readonly journal: Journal;
  readonly cache?: DecodeCache;
  readonly projections: readonly Projection[];
  readonly isClosed: () => boolean;
}

/** One log on its way into the rows. */
export class LogStream {
  readonly tail: LogTail;
  readonly folds: readonly Projection[];
  /** of the last record that the folds have seen */
  folded: Position;
  /** in the database, or on the way there */
  written: Position;
  /** what the rows in the database show */
  reflected: Position;
  /**
   * records up to here were written by an earlier process, or another: they only bring the folds'
   * memory up to date
   */
  known: Position;
  readonly #who: string;
  #isProven = false;
  /** read, and not yet folded */
  #waiting: readonly LogRecord[] = [];

  constructor(
    readonly service: Service,
    readonly partition: number,
    known: Position,
    readonly options: LogStreamOptions,
  ) {
    const { journal, cache, projections } = options;
    this.#who = `the read models' checkpoint of ${service}/${partition}`;
    this.tail = new LogTail(journal, service, logStream(service, partition), {
      cache,
      who: this.#who,
    });
    this.folds = projections.filter(({ reads }) => reads.includes(service));
    const { seq, hash } = this.tail.head;
    this.folded = { seq, hash };
    this.written = known;
    this.reflected = known;
    this.known = known;
  }

  /** Whether the log was seen to hold what the rows reflected when this process found them. */
  get isProven(): boolean {
    return this.#isProven;
  }
  /** Looks at the one record that the rows reflect last; if that says nothing, the fold will. */
  async prove(): Promise<void> {
    await this.#look();
    if (!this.#isProven) void this.#lookOn();
  }
  async #look(): Promise<void> {
    const { options, tail, known } = this;
    if (await holdsRecord(options.journal, tail.stream, known)) this.#isProven = true;
  }
  /** As long as a log may lag behind what others have read of it. */
  async #lookOn(): Promise<void> {
    for (let attempt = 1; attempt < ATTEMPTS_MAX && !this.#isProven; attempt++) {
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
      if (this.options.isClosed()) return;
      await this.#look();
    }
  }

  /** How far this log would be in the rows when all that was folded is written. */
  get reached(): Position {
    return this.folded.seq > this.known.seq ? this.folded : this.known;
  }
  step(): Step[] {
    const { service, partition, written: from, reached: to } = this;
    return to.seq === from.seq ? [] : [{ service, partition, from, to }];
  }
  /** Somebody else wrote that far. */
  learn(known: Position): void {
    this.known = known;
    this.written = known;
    this.reflected = known;
  }

  /** Whether the log holds records that are not folded. */
  async hasMore(): Promise<boolean> {
    if (this.#waiting.length === 0) this.#waiting = await this.#poll();
    return this.#waiting.length > 0;
  }
  /**
   * The next records, at most those up to `to`; none at the end of the log, or when `to` is folded.
   *
   * @throws LogTruncated when the log ends before what the rows already reflect
   */
  async next(to = Infinity): Promise<readonly LogRecord[]> {
    if (this.folded.seq >= to) return [];
    if (!(await this.hasMore()) && !(await this.#reachesKnown())) return [];
    const some = this.#waiting.filter(({ head }) => head.seq <= to);
    this.#waiting = this.#waiting.slice(some.length);
    return some;
  }
  /**
   * Folds one record; what the rows already show changes none of them.
   *
   * @returns events folded
   * @throws LogTruncated when another record stands where the checkpoint is
   */
  fold({ head, hash, decided }: LogRecord, rows: RowSet): number {
    const { service, partition, known } = this;
    const { seq } = head;
    if (seq === known.seq) {
      if (hash !== known.hash) this.#refuse({ seq, hash });
      this.#isProven = true;
    }
    const into = seq <= known.seq ? new RowSet() : rows;
    const place = { service, partition, time: head.ts };
    let events = 0;
    for (const each of decided) {
      for (const event of each.events) {
        for (const projection of this.folds) projection.fold(event, place, into);
        events++;
      }
    }
    this.folded = { seq, hash };
    return events;
  }

  /** Another record stands where somebody has seen one. @throws LogTruncated */
  differsFrom(seen: Position): never {
    this.#refuse(this.folded, seen);
  }
  /**
   * Waits for more while the log may lag behind what somebody has seen of it.
   *
   * @throws LogTruncated when it ends before that position
   */
  async untilMore(seq: number): Promise<void> {
    for (let attempt = 0; !(await this.hasMore()); attempt++) {
      if (attempt === ATTEMPTS_MAX) this.endsBefore(seq);
      await this.#wait();
    }
  }
  /** The log ends before a position that somebody has seen. @throws LogTruncated */
  endsBefore(seq: number): never {
    this.#refuse({ seq: this.folded.seq }, { seq });
  }

  /** @returns whether there is more; false when all is folded that the rows reflect */
  async #reachesKnown(): Promise<boolean> {
    for (let attempt = 0; this.folded.seq < this.known.seq; attempt++) {
      if (attempt === ATTEMPTS_MAX) this.#refuse({ seq: this.folded.seq });
      await this.#wait();
      if (await this.hasMore()) return true;
    }
    return false;
  }
  #refuse(
    found: Partial<Position>,
    seen: { readonly seq: number; readonly hash?: string } = this.known,
  ): never {
    throw new LogTruncated(this.tail.stream, { ...seen, who: this.#who }, found);
  }
  #poll(): Promise<readonly LogRecord[]> {
    return this.tail.poll(() => this.#wait());
  }
  async #wait(): Promise<void> {
    if (this.options.isClosed()) throw new Closing('the read models are closing');
    await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}

export const positionIn = ({ seq, hash }: Checkpoint): Position => ({ seq: Number(seq), hash });
export const placeText = (service: string, partition: number): string => `${service}/${partition}`;

/** Positions by the logs that they are of. */
export const positionsOf = (checkpoints: readonly Checkpoint[]): ReadonlyMap<string, Position> =>
  new Map(checkpoints.map((each) => [placeText(each.service, each.partition), positionIn(each)]));
