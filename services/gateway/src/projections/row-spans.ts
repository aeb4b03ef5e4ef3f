import type { Service } from '@ringfence/kernel';
import type { Span, Tracer } from '@ringfence/service-kit';

/** Traces that wait for their rows, at most; the oldest is let go. */
const WAITING_MAX = 1_000;

interface Waiting {
  readonly service: Service;
  readonly partition: number;
  readonly seq: number;
  readonly span: Span;
}

/**
 * Follows orders from their record to the rows that show them. A trace is found again by the
 * position of the record, since nothing of it is in the log.
 */
export class RowSpans {
  #waiting: Waiting[] = [];

  constructor(
    readonly tracer: Tracer,
    /** what the rows show of a log, by sequence number; undefined while they are not open */
    readonly shown: (service: Service, partition: number) => number | undefined,
  ) {}

  /** An order of that trace stands in that record. */
  follow(service: Service, partition: number, seq: number, traceparent: string): void {
    const span = this.tracer.follow('read model', traceparent);
    span.set({ lane: `${service}/${partition}`, seq });
    this.#waiting.push({ service, partition, seq, span });
    if (this.#waiting.length > WAITING_MAX) {
      const oldest = this.#waiting.shift();
      oldest?.span.set({ lost: true });
      oldest?.span.end();
    }
    this.reflected();
  }

  /** The rows show more than before. */
  reflected(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ service, partition, seq, span }) => {
      const reached = this.shown(service, partition) ?? 0;
      if (reached < seq) return true;
      span.set({ reached });
      span.end();
      return false;
    });
  }

  /** The rows will not come any more. */
  close(): void {
    for (const { span } of this.#waiting) {
      span.set({ lost: true });
      span.end();
    }
    this.#waiting = [];
  }
}
