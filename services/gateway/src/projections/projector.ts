import type { Journal } from '@ringfence/journal';
import { GENESIS, LogTruncated } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { LogTail, logStream, type DecodeCache, type LogRecord } from '@ringfence/lane';
import type { Parked } from '../read-store/parked.entity.js';
import type { Position, ReadStore, Step } from '../read-store/read-store.js';
import type { Projection } from './projection.js';
import { Parking } from './parking.js';
import { RowSet } from './rows.js';

/** A transaction holds at most about so many rows; many events on one row are one. */
const ROWS_MAX = 20_000;
/** Events folded before others of the process have their turn. */
const EVENTS_PER_TURN = 2000;
const RETRY_MS = 100;
/**
 * Between two transactions while nobody waits: many small records become one, the lanes keep the
 * processor.
 */
const PAUSE_MS = 200;

export interface ProjectorOptions {
  readonly journal: Journal;
  readonly cache: DecodeCache;
  readonly partitions: number;
  readonly store: ReadStore;
  readonly projections: readonly Projection[];
  /** resolves when the reference log is folded that far: rows may need its units */
  readonly reference: (seq: number) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
  /** hears that the rows show more than before */
  readonly onReflected?: () => void;
  /** hears of each account whose rows the database refuses */
  readonly onParked: (line: string) => void;
}

/** Records of one log that no row reflects yet. */
export interface LogLag {
  readonly service: Service;
  readonly partition: number;
  readonly records: number;
}

interface Stream {
  readonly service: Service;
  readonly partition: number;
  readonly tail: LogTail;
  readonly folds: readonly Projection[];
  /** in the database, or on the way there */
  written: Position;
  /** what the rows in the database show */
  reflected: Position;
  /**
   * records up to here were written by an earlier process: they only bring the folds' memory up to
   * date
   */
  readonly known: Position;
}

/**
 * Reads the logs, folds them to rows and writes these, batch by batch, as fast as the database
 * takes them.
 */
export class Projector {
  readonly #streams: readonly Stream[];
  readonly #unwatch: (() => void)[] = [];
  #running: Promise<void> = Promise.resolve();
  /** the transaction under way: there is one at a time */
  #writing: Promise<void> = Promise.resolve();
  #wakeIdle: (() => void) | undefined;
  #wakePause: (() => void) | undefined;
  #noted = true;
  /** the log that a batch begins with: under load each has its turn */
  #first = 0;
  /** somebody waits for the rows */
  #hurried = false;
  #closed = false;
  #fault: unknown;

  private constructor(
    readonly options: ProjectorOptions,
    readonly parking: Parking,
    streams: readonly Stream[],
  ) {
    this.#streams = streams;
    for (const { tail } of streams) {
      this.#unwatch.push(options.journal.watch(tail.stream, () => this.#note()));
    }
    this.#running = this.#run();
  }

  static async start(options: ProjectorOptions): Promise<Projector> {
    const { store, projections, partitions, journal, cache } = options;
    const services = new Set(projections.flatMap(({ reads }) => reads));
    const written = new Map(
      (await store.checkpoints()).map((each) => [`${each.service}/${each.partition}`, each]),
    );
    const streams: Stream[] = [];
    for (const service of services) {
      for (let p = 0; p < (service === 'reference' ? 1 : partitions); p++) {
        const found = written.get(`${service}/${p}`);
        if (!found) await store.begin(service, p);
        const known = found ? { seq: Number(found.seq), hash: found.hash } : GENESIS;
        const tail = new LogTail(journal, service, logStream(service, p), {
          cache,
          who: 'a read model',
        });
        const folds = projections.filter(({ reads }) => reads.includes(service));
        streams.push({
          service,
          partition: p,
          tail,
          folds,
          known,
          written: known,
          reflected: known,
        });
      }
    }
    const parking = new Parking(store, await store.parked(), options.onParked);
    return new Projector(options, parking, streams);
  }

  /** why it stopped; undefined while it goes on */
  get fault(): unknown {
    return this.#fault;
  }
  /** accounts whose rows stand still */
  get parked(): Parked {
    return this.parking.parked;
  }
  /** what the read models hold of a log */
  positionOf(service: Service, partition: number): Position | undefined {
    return this.#find(service, partition)?.reflected;
  }
  /** Records that are in the logs and not yet in the read models. */
  lag(endOf: (service: Service, partition: number) => number): number {
    return this.lags(endOf).reduce((sum, { records }) => sum + records, 0);
  }
  /** Per log the records that are in it and not yet in the read models. */
  lags(endOf: (service: Service, partition: number) => number): readonly LogLag[] {
    return this.#streams.map(({ service, partition, reflected }) => {
      const records = Math.max(0, endOf(service, partition) - reflected.seq);
      return { service, partition, records };
    });
  }

  /** Somebody waits: no pauses until the rows reflect all there is. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#wakeAll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#unwatch) stop();
    this.#wakeAll();
    await this.#running;
    await this.#writing.catch(() => undefined);
  }

  #find(service: Service, partition: number): Stream | undefined {
    return this.#streams.find((each) => each.service === service && each.partition === partition);
  }
  #note(): void {
    this.#noted = true;
    this.#wakeIdle?.();
  }
  #wakeAll(): void {
    this.#wakeIdle?.();
    this.#wakePause?.();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed) {
        this.#noted = false;
        const moved = await this.#batch();
        if (!moved) this.#hurried = false;
        if (!moved && !this.#noted && !this.#closed) await this.#idle();
        if (!this.#hurried && !this.#closed) await this.#pause();
      }
    } catch (fault) {
      if (this.#closed) return;
      this.#fault = fault;
      this.options.onFault(fault);
    }
  }

  async #idle(): Promise<void> {
    await new Promise<void>((wake) => (this.#wakeIdle = wake));
    this.#wakeIdle = undefined;
  }
  async #pause(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((wake) => {
      this.#wakePause = wake;
      timer = setTimeout(wake, PAUSE_MS);
    });
    clearTimeout(timer);
    this.#wakePause = undefined;
  }

  /** One transaction over all logs that have something. @returns whether there was anything */
  async #batch(): Promise<boolean> {
    const rows = new RowSet();
    const { length } = this.#streams;
    this.#first = (this.#first + 1) % length;
    for (let i = 0; i < length; i++) {
      await this.#fold(this.#streams[(this.#first + i) % length], rows);
    }
    await this.#writing;
    const steps = this.#streams.flatMap(stepOf);
    if (steps.length === 0) return false;
    const hasMoved = this.#streams.some(({ tail, reflected }) => tail.head.seq > reflected.seq);
    const ends = this.#streams.map(positionOf);
    const reflect = (): void => {
      this.#streams.forEach((stream, i) => (stream.reflected = ends[i]));
      this.options.onReflected?.();
    };
    // what moved no row is noted with the next row: it costs nothing to read it again
    if (rows.count === 0) reflect();
    else {
      this.#streams.forEach((stream, i) => (stream.written = ends[i]));
      this.#writing = this.parking.write(rows, steps).then(reflect);
      this.#writing.catch(() => undefined); // whoever awaits it next hears of it
      // far behind: the next rows are folded meanwhile
      if (rows.count < ROWS_MAX) await this.#writing;
    }
    return hasMoved;
  }

  /** Folds one read of a log, or more while rows coalesce. */
  async #fold(stream: Stream, rows: RowSet): Promise<void> {
    let turn = 0;
    while (rows.count < ROWS_MAX && !this.#closed) {
      const records = await stream.tail.poll(() => this.#wait());
      if (records.length === 0) {
        checkEnd(stream);
        return;
      }
      for (const record of records) {
        await this.#reference(record);
        turn += foldRecord(stream, record, rows);
        if (turn < EVENTS_PER_TURN) continue;
        turn = 0;
        await new Promise((resume) => setImmediate(resume));
      }
    }
  }

  async #reference({ head }: LogRecord): Promise<void> {
    for (const { topic, to } of head.in) {
      if (topic === 'log.reference') await this.options.reference(to);
    }
  }
  #wait(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the read models are closing'));
    return new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}

/** @throws LogTruncated when the log ends before what the rows already reflect */
function checkEnd({ tail, known }: Stream): void {
  const { seq } = tail.head;
  if (seq >= known.seq) return;
  throw new LogTruncated(tail.stream, { ...known, who: 'a read model' }, { seq });
}

const positionOf = ({ tail, known }: Stream): Position =>
  tail.head.seq > known.seq ? { seq: tail.head.seq, hash: tail.head.hash } : known;

function stepOf(stream: Stream): Step[] {
  const { service, partition, written: from } = stream;
  const to = positionOf(stream);
  return to.seq === from.seq ? [] : [{ service, partition, from, to }];
}

/** @returns events folded */
function foldRecord(stream: Stream, { head, hash, decided }: LogRecord, rows: RowSet): number {
  const { service, partition, known, folds } = stream;
  const isKnown = head.seq <= known.seq;
  if (head.seq === known.seq && hash !== known.hash) {
    const witness = { ...known, who: 'a read model' };
    throw new LogTruncated(stream.tail.stream, witness, { seq: head.seq, hash });
  }
  const into = isKnown ? new RowSet() : rows;
  const place = { service, partition, time: head.ts };
  let events = 0;
  for (const each of decided) {
    for (const event of each.events) {
      for (const projection of folds) projection.fold(event, place, into);
      events++;
    }
  }
  return events;
}
