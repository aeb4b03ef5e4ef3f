import type { Event } from '@ringfence/contracts';
import { invariant, present, type Service } from '@ringfence/kernel';
import type { ChainHead, InputRange } from '@ringfence/journal';
import { logTopic, type HouseDecided, type LogRecord } from './log-tail.js';

/** Folds one event of a foreign record into the views. */
export type SeeEvent = (service: Service, record: LogRecord, event: Event, ordinal: number) => void;

/** Walks the input ranges of a record in their order, as far as each decision had seen them. */
export class Inputs {
  #at = 0;
  #records: readonly LogRecord[] | null = null;
  /** the next event to be seen: its record, its decision there, its place in that, its ordinal */
  #record = 0;
  #decision = 0;
  #event = 0;
  #ordinal = 0;

  constructor(
    readonly ranges: readonly InputRange[],
    readonly foreign: (range: InputRange) => Promise<readonly LogRecord[]>,
    readonly see: SeeEvent,
    readonly take: (range: InputRange & { head?: ChainHead }) => void,
  ) {}

  /**
   * Brings the views to where they stood when a decision of that origin was made.
   *
   * @returns a promise only when a log must be read first
   */
  until(origin: HouseDecided['origin']): Promise<void> | undefined {
    const range = this.ranges.at(this.#at);
    switch (origin.kind) {
      case 'reaction':
        if (range && this.#records && range.to >= origin.seq) {
          if (range.topic === logTopic(origin.service)) {
            this.#seeTo(this.#records, origin.seq, origin.ordinal);
            return undefined;
          }
        }
        return this.#reach(logTopic(origin.service), origin.seq, origin.ordinal);
      case 'channel': {
        const { service, partition } = origin.from;
        const isOf = ({ topic, p }: InputRange): boolean =>
          p === partition && topic === `chan.${service}`;
        return range && isOf(range) ? undefined : this.#skipTo(isOf);
      }
      default:
        return range ? this.rest() : undefined;
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
   * Sees a log up to and including that event; stays in a later range of the same log if it must.
   */
  async #reach(topic: string, seq: number, ordinal: number): Promise<void> {
    await this.#skipTo((range) => range.topic === topic);
    while (this.ranges[this.#at].to < seq) {
      await this.#finish();
      await this.#skipTo((range) => range.topic === topic);
    }
    this.#seeTo(await this.#open(), seq, ordinal);
  }

  /** Sees what comes next, up to and including that event. */
  #seeTo(records: readonly LogRecord[], seq: number, ordinal: number): void {
    for (;;) {
      const record = present(records.at(this.#record), 'the record of an input');
      if (record.head.seq > seq || (record.head.seq === seq && this.#ordinal > ordinal)) return;
      this.#seeNext(record);
    }
  }

  /** Sees one event of the record, or steps to the next decision or record. */
  #seeNext(record: LogRecord): void {
    const decided = record.decided.at(this.#decision);
    if (!decided) {
      this.#record++;
      this.#decision = 0;
      this.#event = 0;
      this.#ordinal = 0;
    } else if (this.#event === decided.events.length) {
      this.#decision++;
      this.#event = 0;
    } else {
      const event = decided.events[this.#event++];
      this.see(this.#service(), record, event, this.#ordinal++);
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
      while (this.#record < records.length) this.#seeNext(records[this.#record]);
      const last = present(records.at(-1), 'the last record of a range');
      const { seq, epoch } = last.head;
      this.take({ ...range, head: { seq, epoch, hash: last.hash, offset: last.offset } });
    }
    this.#records = null;
    this.#record = 0;
    this.#decision = 0;
    this.#event = 0;
    this.#ordinal = 0;
    this.#at++;
  }
}
