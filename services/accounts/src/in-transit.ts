import type { AccountsState } from '@ringfence/domain-accounts';
import type { Lane, LogRecord } from '@ringfence/lane';
import type { Gauge, LaneEffect } from '@ringfence/service-kit';

/** Log times remembered, at most; older ones are taken as the oldest known. */
const MARKS_MAX = 4096;

/** Which reservations were given out up to which log time. */
interface Mark {
  readonly reservation: number;
  readonly time: number;
}

/**
 * How long reservations have been waiting for their answer, by kind. Reservations count up, so it
 * is enough to note where they stood whenever log time moved.
 */
export class InTransit implements LaneEffect<AccountsState> {
  readonly #marks = new Map<number, Mark[]>();

  opened({ state, time }: Lane<AccountsState>): void {
    this.#marks.set(state.partition, [{ reservation: state.lastReservation, time }]);
  }
  durable({ state }: Lane<AccountsState>, { head }: LogRecord): void {
    const marks = this.#marks.get(state.partition);
    if (!marks || marks.at(-1)?.time === head.ts) return;
    marks.push({ reservation: state.lastReservation, time: head.ts });
    if (marks.length > MARKS_MAX) marks.splice(0, MARKS_MAX / 2);
  }

  gauges({ partition, pending }: AccountsState, time: number): readonly Gauge[] {
    const marks = this.#marks.get(partition) ?? [];
    const oldest = new Map<string, number>();
    for (const { kind, reservation } of pending.values()) {
      if (!oldest.has(kind)) oldest.set(kind, reservation);
    }
    return ['transfer', 'move', 'leg', 'withdrawal'].map((kind) => {
      const reservation = oldest.get(kind);
      const since = marks.find(
        (mark) => reservation !== undefined && mark.reservation >= reservation,
      );
      const value = reservation === undefined ? 0 : time - (since?.time ?? time);
      return { name: 'oldest_in_transit_ms', value, labels: { kind } };
    });
  }
}
