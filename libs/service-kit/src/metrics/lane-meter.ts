import type { LogRecord } from '@ringfence/lane';
import { BATCH_BOUNDS, Histogram, SECONDS_BOUNDS } from './histogram.js';

const MS = 1000;

/** How the records of one lane fare: a few additions per record, none per order. */
export class LaneMeter {
  /** from the record's first attempt until it was durable, seconds */
  readonly append = new Histogram(SECONDS_BOUNDS);
  /** decisions per record */
  readonly batch = new Histogram(BATCH_BOUNDS);
  /** of the newest append: its record, and when it began and ended by the steady clock, ms */
  seq = 0;
  begun = 0;
  ended = 0;

  /** There is one append in flight. */
  noteAppend(seq: number): void {
    this.seq = seq;
    this.begun = performance.now();
  }
  noteDurable({ decided }: LogRecord): void {
    this.ended = performance.now();
    this.append.note((this.ended - this.begun) / MS);
    this.batch.note(decided.length);
  }
}
