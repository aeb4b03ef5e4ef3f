import { GENESIS, type Journal } from '@ringfence/journal';
import type { Service } from '@ringfence/kernel';
import { LogStream, placeText, positionsOf } from '../projections/log-stream.js';
import { Parking } from '../projections/parking.js';
import type { Projection } from '../projections/projection.js';
import { RowSet } from '../projections/rows.js';
import type { Checkpoint } from '../read-store/checkpoint.entity.js';
import type { ReadStore } from '../read-store/read-store.js';

/** A transaction holds at most about so many rows. */
const ROWS_MAX = 20_000;

export interface RefillOptions {
  readonly journal: Journal;
  /** empty; nobody else writes it */
  readonly store: ReadStore;
  /** with empty memories */
  readonly projections: readonly Projection[];
  /** resolves when the reference log is folded that far */
  readonly reference: (seq: number) => Promise<void>;
  readonly onParked: (line: string) => void;
}

/** Fills new tables from the logs, to exactly the positions where the old ones stand. */
export class Refill {
  private constructor(
    readonly options: RefillOptions,
    readonly parking: Parking,
    readonly streams: readonly LogStream[],
  ) {}

  /** @param live  the checkpoints of the tables that serve */
  static async begin(options: RefillOptions, live: readonly Checkpoint[]): Promise<Refill> {
    const { store, journal, projections } = options;
    const services = new Set<string>(projections.flatMap(({ reads }) => reads));
    const streams: LogStream[] = [];
    for (const { service, partition } of live) {
      if (!services.has(service)) continue;
      await store.begin(service, partition);
      const start = { seq: GENESIS.seq, hash: GENESIS.hash };
      const more = { journal, projections, isClosed: () => false };
      streams.push(new LogStream(service as Service, partition, start, more));
    }
    return new Refill(options, new Parking(store, new Map(), options.onParked), streams);
  }

  /** Records between here and those checkpoints. */
  behind(live: readonly Checkpoint[]): number {
    const to = positionsOf(live);
    return this.streams.reduce((sum, { service, partition, folded }) => {
      const { seq } = to.get(placeText(service, partition)) ?? folded;
      return sum + Math.max(0, seq - folded.seq);
    }, 0);
  }

  /**
   * Folds and writes up to those checkpoints, not further.
   *
   * @throws LogTruncated when a log does not reach its checkpoint, or has another record there
   */
  async to(live: readonly Checkpoint[]): Promise<void> {
    const ends = positionsOf(live);
    for (const stream of this.streams) {
      const end = ends.get(placeText(stream.service, stream.partition));
      if (end) await this.#fill(stream, end.seq);
      if (end && stream.folded.hash !== end.hash) stream.differsFrom(end);
    }
  }

  async #fill(stream: LogStream, to: number): Promise<void> {
    while (stream.folded.seq < to) {
      const rows = new RowSet();
      while (rows.count < ROWS_MAX && stream.folded.seq < to) {
        const records = await stream.next(to);
        if (records.length === 0) await stream.untilMore(to);
        for (const record of records) {
          for (const { topic, to: seq } of record.head.in) {
            if (topic === 'log.reference') await this.options.reference(seq);
          }
          stream.fold(record, rows);
        }
      }
      const steps = stream.step();
      await this.parking.write(rows, steps);
      stream.written = stream.reached;
    }
  }
}
