import type { Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { GENESIS } from '@ringfence/journal';
import type { DecodeCache, LogRecord } from '@ringfence/lane';
import type { Outages } from '../read-store/outages.js';
import type { Parked } from '../read-store/parked.entity.js';
import { CheckpointMoved, type Position, type ReadStore } from '../read-store/read-store.js';
import { BatchWriter, isFinal } from './batch-writer.js';
import { LogStream, placeText, positionsOf } from './log-stream.js';
import type { Projection } from './projection.js';
import { Parking } from './parking.js';
import { Pauses } from './pauses.js';
import { RowSet } from './rows.js';

/** A transaction holds at most about so many rows; many events on one row are one. */
const ROWS_MAX = 20_000;
/** Events folded before others of the process have their turn. */
const EVENTS_PER_TURN = 2000;
/**
 * Between two transactions while nobody waits: many small records become one, the lanes keep the
 * processor.
 */
const PAUSE_MS = 200;
/** Between two looks at a database that has nothing to do. */
const LOOK_MS = 2000;
/** Between two looks at what another process writes while somebody waits for it. */
const HURRIED_PAUSE_MS = 20;
/** Another process that has records to write and moves no checkpoint for so long is gone. */
const SILENT_MS = 5000;

export interface ProjectorOptions {
  readonly journal: Journal;
  readonly cache?: DecodeCache;
  readonly partitions: number;
  readonly store: ReadStore;
  readonly outages: Outages;
  /** with empty memories */
  readonly projections: readonly Projection[];
  /** resolves when the reference log is folded that far: rows may need its units */
  readonly reference: (seq: number) => Promise<void>;
  /** hears that the rows show more than before */
  readonly onReflected?: () => void;
  /** hears of each account whose rows the database refuses */
  readonly onParked: (line: string) => void;
  /** another process was ahead: write only when it falls silent */
  readonly mustFollow?: boolean;
  /** for how long, ms */
  readonly silentMs?: number;
}

/** Records of one log that no row reflects yet. */
export interface LogLag {
  readonly service: Service;
  readonly partition: number;
  readonly records: number;
}

/**
 * Reads the logs, folds them to rows and writes these, batch by batch, as fast as the database
 * takes them. Several processes may do so over one database: one writes, the others keep their
 * memory where its checkpoints are, and one of them goes on when it falls silent.
 */
export class Projector {
  /** resolves when it ends: with the fault that ended it, or with undefined when it was closed */
  readonly ended: Promise<unknown>;
  readonly #pauses = new Pauses();
  readonly #unwatch: (() => void)[] = [];
  readonly #writer: BatchWriter;
  /** the transaction under way: there is one at a time */
  #writing: Promise<void> = Promise.resolve();
  /** the log that a batch begins with: under load each has its turn */
  #first = 0;

  private constructor(
    readonly options: ProjectorOptions,
    readonly parking: Parking,
    readonly streams: readonly LogStream[],
    readonly life: { isClosed: boolean },
  ) {
    this.#writer = new BatchWriter(options.store, parking, options.outages);
    for (const { tail } of streams) {
      this.#unwatch.push(options.journal.watch(tail.stream, () => this.#pauses.note()));
    }
    this.ended = this.#run();
  }

  /** Begins where the rows are. @throws what is final; Closing */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const { store, outages } = options;
    const life = { isClosed: false };
    const places = placesOf(options);
    const standing = await outages.outlast(async () => {
      for (const { service, partition } of places) await store.begin(service, partition);
      return store.standing();
    }, isFinal);
    const found = positionsOf(standing.checkpoints);
    const { journal, cache, projections } = options;
    const streams = places.map(({ service, partition }) => {
      const known = found.get(placeText(service, partition)) ?? GENESIS;
      const more = { journal, cache, projections, isClosed: () => life.isClosed };
      return new LogStream(service, partition, { seq: known.seq, hash: known.hash }, more);
    });
    const parking = new Parking(store, standing.parked, options.onParked);
    await Promise.all(streams.map((stream) => stream.prove()));
    return new Projector(options, parking, streams, life);
  }

  /** accounts whose rows stand still */
  get parked(): Parked {
    return this.parking.parked;
  }
  /** Whether the logs hold what the rows showed when this process found them. */
  get isCompared(): boolean {
    return this.streams.every(({ isProven }) => isProven);
  }
  /** what the read models hold of a log */
  positionOf(service: Service, partition: number): Position | undefined {
    return this.streams.find((each) => each.service === service && each.partition === partition)
      ?.reflected;
  }
  /** Records that are in the logs and not yet in the read models. */
  lag(endOf: (service: Service, partition: number) => number): number {
    return this.lags(endOf).reduce((sum, { records }) => sum + records, 0);
  }
  /** Per log the records that are in it and not yet in the read models. */
  lags(endOf: (service: Service, partition: number) => number): readonly LogLag[] {
    return this.streams.map(({ service, partition, reflected }) => {
      const records = Math.max(0, endOf(service, partition) - reflected.seq);
      return { service, partition, records };
    });
  }

  /** Somebody waits: no pauses until the rows reflect all there is. */
  hurry(): void {
    this.#pauses.hurry();
  }

  async close(): Promise<void> {
    this.life.isClosed = true;
    for (const stop of this.#unwatch) stop();
    this.#pauses.close();
    await this.ended;
  }

  async #run(): Promise<unknown> {
    try {
      await this.#follow();
      while (!this.life.isClosed) {
        this.#pauses.begin();
        const moved = await this.#batch();
        if (!moved) await this.#rest();
        await this.#pauses.pause(PAUSE_MS);
      }
    } catch (fault) {
      if (!this.life.isClosed) return fault;
    } finally {
      for (const stop of this.#unwatch) stop();
      await this.#writing.catch(() => undefined); // whoever awaited it has heard of it
    }
    return undefined;
  }

  /** Nothing is to do; but whoever looks at `/health` hears of a database that goes away. */
  async #rest(): Promise<void> {
    const { store, outages } = this.options;
    if (store.isShared) await outages.outlast(() => store.answers(), isFinal);
    await this.#pauses.idle(store.isShared ? LOOK_MS : undefined);
  }

  /** Brings the folds' memory to where the rows are, and returns when nobody else writes them. */
  async #follow(): Promise<void> {
    const { store, mustFollow = false, silentMs = SILENT_MS } = this.options;
    await this.#foldKnown();
    if (!store.isShared) return;
    let isFollowing = mustFollow || (await this.#look());
    let heardAt = performance.now();
    while (isFollowing && !this.life.isClosed) {
      await this.#foldKnown();
      const isBehind = await this.#hasMore();
      if (!isBehind) this.#pauses.calm();
      await this.#pauses.pause(PAUSE_MS, HURRIED_PAUSE_MS);
      if ((await this.#look()) || !isBehind) heardAt = performance.now();
      isFollowing = performance.now() - heardAt < silentMs;
    }
  }
  /** @returns whether another process has moved the rows on */
  async #look(): Promise<boolean> {
    const { store, outages } = this.options;
    const standing = await outages.outlast(() => store.standing(), isFinal);
    const found = positionsOf(standing.checkpoints);
    this.parking.learn(standing.parked);
    let moved = false;
    for (const stream of this.streams) {
      const at = found.get(placeText(stream.service, stream.partition));
      if (!at || (at.seq === stream.known.seq && at.hash === stream.known.hash)) continue;
      // it went back: a copy of the database was restored, the folds are ahead of its rows
      if (at.seq < stream.folded.seq) throw new CheckpointMoved('the checkpoints went back');
      stream.learn(at);
      moved = true;
    }
    return moved;
  }
  async #foldKnown(): Promise<void> {
    const nowhere = new RowSet();
    for (const stream of this.streams) await this.#fold(stream, nowhere, stream.known.seq);
  }
  async #hasMore(): Promise<boolean> {
    for (const stream of this.streams) if (await stream.hasMore()) return true;
    return false;
  }

  /** One transaction over all logs that have something. @returns whether there was anything */
  async #batch(): Promise<boolean> {
    const rows = new RowSet();
    const { streams } = this;
    const { length } = streams;
    this.#first = (this.#first + 1) % length;
    for (let i = 0; i < length; i++) await this.#fold(streams[(this.#first + i) % length], rows);
    await this.#writing;
    const steps = streams.flatMap((stream) => stream.step());
    if (steps.length === 0) return false;
    const hasMoved = streams.some(({ folded, reflected }) => folded.seq > reflected.seq);
    const ends = streams.map(({ reached }) => reached);
    const reflect = (): void => {
      streams.forEach((stream, i) => (stream.reflected = ends[i]));
      this.options.onReflected?.();
    };
    // what moved no row is noted with the next row: it costs nothing to read it again; but others
    // who follow must hear that somebody is here
    if (rows.count === 0 && !this.options.store.isShared) reflect();
    else {
      streams.forEach((stream, i) => (stream.written = ends[i]));
      this.#writing = this.#writer.write(rows, steps).then(reflect);
      this.#writing.catch(() => undefined); // whoever awaits it next hears of it
      // far behind: the next rows are folded meanwhile
      if (rows.count < ROWS_MAX) await this.#writing;
    }
    return hasMoved;
  }

  /** Folds one log to its end or to `to`, or until there are rows enough. */
  async #fold(stream: LogStream, rows: RowSet, to = Infinity): Promise<void> {
    let turn = 0;
    while (rows.count < ROWS_MAX && !this.life.isClosed) {
      const records = await stream.next(to);
      if (records.length === 0) return;
      for (const record of records) {
        await this.#reference(record);
        turn += stream.fold(record, rows);
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
}

/** The logs that the projections read. */
function placesOf({ projections, partitions }: ProjectorOptions) {
  const services = new Set(projections.flatMap(({ reads }) => reads));
  return [...services].flatMap((service) =>
    Array.from({ length: service === 'reference' ? 1 : partitions }, (_, partition) => ({
      service,
      partition,
    })),
  );
}
