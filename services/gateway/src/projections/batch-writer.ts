import { InvariantViolation } from '@ringfence/kernel';
import type { Outages } from '../read-store/outages.js';
import { isEmbeddedEnd } from '../read-store/pglite-pool.js';
import { CheckpointMoved, type ReadStore, type Step } from '../read-store/read-store.js';
import { RowRefused } from '../read-store/row-refused.js';
import { placeText, positionsOf } from './log-stream.js';
import type { Parking } from './parking.js';
import type { RowSet } from './rows.js';

const FINAL = [RowRefused, CheckpointMoved, InvariantViolation, TypeError, RangeError] as const;

/**
 * Whether asking the database again cannot help. Everything else that it says, somebody can mend
 * while the read models wait: it is away, its disk is full, a right or a table is missing.
 */
export const isFinal = (fault: unknown): boolean =>
  isEmbeddedEnd(fault) || FINAL.some((kind) => fault instanceof kind);

/** Writes batches through outages of the database, each exactly once. */
export class BatchWriter {
  constructor(
    readonly store: Pick<ReadStore, 'standing'>,
    readonly parking: Pick<Parking, 'write' | 'learn'>,
    readonly outages: Outages,
  ) {}

  /** @throws CheckpointMoved, RowRefused, EmbeddedEnded; Closing */
  async write(rows: RowSet, steps: readonly Step[]): Promise<void> {
    let isAgain = false;
    await this.outages.outlast(async () => {
      // the answer to the last attempt was lost: it may have been yes
      if (isAgain && (await this.#place(steps)) === 'to') return;
      isAgain = true;
      try {
        await this.parking.write(rows, steps);
      } catch (fault) {
        if (!(fault instanceof CheckpointMoved)) throw fault;
        const place = await this.#place(steps);
        if (place === 'elsewhere') throw fault;
        // the tables were built anew, and stand where the old ones stood
        if (place === 'from') await this.parking.write(rows, steps);
      }
    }, isFinal);
  }

  /**
   * Where the checkpoints stand: where this batch begins; or where it moves them, with the same
   * hashes, so that its rows are there, whoever wrote them; or neither.
   */
  async #place(steps: readonly Step[]): Promise<'from' | 'to' | 'elsewhere'> {
    const { checkpoints, parked } = await this.store.standing();
    this.parking.learn(parked);
    const found = positionsOf(checkpoints);
    const areAt = (end: 'from' | 'to'): boolean =>
      steps.every(({ service, partition, [end]: at }) => {
        const { seq, hash } = found.get(placeText(service, partition)) ?? {};
        return seq === at.seq && hash === at.hash;
      });
    return areAt('to') ? 'to' : areAt('from') ? 'from' : 'elsewhere';
  }
}
