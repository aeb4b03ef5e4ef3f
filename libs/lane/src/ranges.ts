import { invariant, present, type Service } from '@ringfence/kernel';
import type { ChainHead, InputRange } from '@ringfence/journal';
import { logTopic, type HouseDecided, type LogRecord } from './log-tail.js';

export type SeeRecord = (
  record: LogRecord,
  range: { service: Service; from: number; to: number },
) => void;

/** Walks the input ranges of a record in their order, as far as each decision had seen them. */
export class Inputs {
  #at = 0;
  #records: readonly LogRecord[] | null = null;
  #record = 0;
  #ordinal = 0;

  constructor(
    readonly ranges: readonly InputRange[],
    readonly foreign: (range: InputRange) => Promise<readonly LogRecord[]>,
    readonly see: SeeRecord,
    readonly take: (range: InputRange & { head?: ChainHead }) => void,
  ) {}

  /** every range was folded to its end */
  get isDone(): boolean {
    return this.#at === this.ranges.length;
  }

  /** Brings the views to where they stood when a decision of that origin was made. */
  async until(origin: HouseDecided['origin']): Promise<void> {
    if (origin.kind === 'reaction') {
      await this.#skipTo((range) => range.topic === logTopic(origin.service));
      await this.#reach(origin.seq, origin.ordinal);
    } else if (origin.kind === 'channel') {
      await this.#skipTo(
        (range) =>
          range.topic === `chan.${origin.from.service}` && range.p === origin.from.partition,
      );
    } else {
      await this.rest();
    }
  }

  async rest(): Promise<void> {
    while (this.#at < this.ranges.length) await this.#finish();
  }

  async #skipTo(wanted: (range: InputRange) => boolean): Promise<void> {
    while (this.#at < this.ranges.length && !wanted(this.ranges[this.#at])) await this.#finish();
    invariant(this.#at < this.ranges.length, 'a decision names an input of its record');
  }

  /**
   * Sees the current log range up to and including that event; stays in a later range of the same
   * log if it must.
   */
  async #reach(seq: number, ordinal: number): Promise<void> {
    while (this.ranges[this.#at].to < seq) {
      const { topic } = this.ranges[this.#at];
      await this.#finish();
      await this.#skipTo((range) => range.topic === topic);
    }
    const records = await this.#open();
    for (;;) {
      const record = records[this.#record];
      const service = this.#service();
      if (record.head.seq < seq) {
        this.see(record, { service, from: this.#ordinal, to: Infinity });
        this.#record++;
        this.#ordinal = 0;
      } else {
        if (this.#ordinal <= ordinal)
          this.see(record, { service, from: this.#ordinal, to: ordinal + 1 });
        this.#ordinal = Math.max(this.#ordinal, ordinal + 1);
        return;
      }
    }
  }

  async #open(): Promise<readonly LogRecord[]> {
    this.#records ??= await this.foreign(this.ranges[this.#at]);
    return this.#records;
  }
  #service(): Service {
    return this.ranges[this.#at].topic.slice('log.'.length) as Service;
  }

  async #finish(): Promise<void> {
    const range = this.ranges[this.#at];
    if (!range.topic.startsWith('log.')) {
      this.take(range);
    } else {
      const records = await this.#open();
      for (; this.#record < records.length; this.#record++, this.#ordinal = 0) {
        this.see(records[this.#record], {
          service: this.#service(),
          from: this.#ordinal,
          to: Infinity,
        });
      }
      const last = present(records.at(-1), 'the last record of a range');
      const { seq, epoch } = last.head;
      this.take({ ...range, head: { seq, epoch, hash: last.hash, offset: last.offset } });
    }
    this.#records = null;
    this.#record = 0;
    this.#ordinal = 0;
    this.#at++;
  }
}
