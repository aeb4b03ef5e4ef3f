import type { Event, Origin } from '@ringfence/contracts';
import type { Service } from '@ringfence/kernel';
import type { AuditedRange, AuditedRecord, Place } from './record.js';

/** One event of another lane, as a lane reads it. */
export interface Seen {
  readonly event: Event;
  readonly at: Place;
}
/** Gives the events of a record of a log that was read; undefined when it does not stand there. */
export type ReadLog = (
  service: Service,
  partition: number,
  seq: number,
) => readonly Seen[] | undefined;

const PREFIX_MAX = 'chan.'.length;
export const topicOf = (range: AuditedRange): readonly [kind: string, service: Service] => {
  const dot = range.topic.indexOf('.');
  return [range.topic.slice(0, Math.min(dot, PREFIX_MAX)), range.topic.slice(dot + 1) as Service];
};

/**
 * Walks through what a record read, event by event, only as far as each of its decisions had seen.
 * So a check sees the figures that the lane saw, not newer ones.
 */
export class InputWalk {
  readonly #ranges: readonly AuditedRange[];
  #range = 0;
  /** events of the range at hand */
  #events: readonly Seen[] = [];
  #next = 0;
  #entered = false;
  /** last event seen per service */
  readonly #reached = new Map<Service, readonly [seq: number, ordinal: number]>();

  constructor(
    record: AuditedRecord,
    readonly read: ReadLog,
    readonly see: (seen: Seen) => void,
  ) {
    this.#ranges = record.head.in;
  }

  /** @returns false when the record's inputs do not hold what the decision answers */
  until(origin: Origin): boolean {
    if (origin.kind === 'reaction') return this.#untilEvent(origin);
    if (origin.kind !== 'channel') {
      this.rest();
      return true;
    }
    const { from, no } = origin;
    const holds = ({ topic, p, from: first, to }: AuditedRange): boolean =>
      topic === `chan.${from.service}` && p === from.partition && no >= first && no <= to;
    const wanted = this.#ranges.findIndex(holds);
    while (this.#range < wanted) this.#step();
    return wanted >= 0;
  }
  rest(): void {
    while (this.#range < this.#ranges.length) this.#step();
  }

  #untilEvent(origin: {
    readonly service: Service;
    readonly seq: number;
    readonly ordinal: number;
  }): boolean {
    const { service, seq, ordinal } = origin;
    for (;;) {
      const [atSeq, atOrdinal] = this.#reached.get(service) ?? [0, -1];
      if (atSeq > seq || (atSeq === seq && atOrdinal >= ordinal)) {
        return atSeq === seq && atOrdinal === ordinal;
      }
      if (this.#range >= this.#ranges.length) return false;
      this.#step();
    }
  }

  /** One event further, or to the next range. */
  #step(): void {
    if (!this.#entered) this.#enter();
    const seen = this.#events[this.#next];
    if (seen) {
      this.#next++;
      this.#reached.set(seen.at.service, [seen.at.seq, seen.at.ordinal]);
      this.see(seen);
    } else {
      this.#range++;
      this.#entered = false;
    }
  }
  #enter(): void {
    this.#entered = true;
    this.#next = 0;
    const range = this.#ranges[this.#range];
    const [kind, service] = topicOf(range);
    const events: Seen[] = [];
    for (let seq = range.from; kind === 'log' && seq <= range.to; seq++) {
      for (const seen of this.read(service, range.p, seq) ?? []) events.push(seen);
    }
    this.#events = events;
  }
}
