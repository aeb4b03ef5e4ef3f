import type { AccountsState } from '@ringfence/domain-accounts';
import type { Lane, LogRecord } from '@ringfence/lane';
import { InTransit } from './in-transit.js';

type Pending = { kind: 'transfer' | 'leg'; reservation: number };

describe('how long reservations have been waiting', () => {
  const pending = new Map<number, Pending>();
  const state = { partition: 1, lastReservation: 0, pending };
  const lane = { state, time: 1000 } as unknown as Lane<AccountsState>;
  const inTransit = new InTransit();
  const at = (time: number, ...given: Pending[]): void => {
    for (const each of given) pending.set(each.reservation, each);
    state.lastReservation = Math.max(0, ...pending.keys());
    inTransit.durable(lane, { head: { ts: time } } as LogRecord);
  };
  const ages = (now: number): Record<string, number> =>
    Object.fromEntries(
      inTransit
        .gauges(state as unknown as AccountsState, now)
        .map(({ labels, value }) => [labels?.['kind'], value]),
    );

  it('is told by kind, from the log time at which the oldest was given out', () => {
    inTransit.opened(lane);
    at(2000, { kind: 'transfer', reservation: 1 });
    at(3000, { kind: 'leg', reservation: 2 }, { kind: 'transfer', reservation: 3 });
    expect(ages(10_000)).toEqual({ transfer: 8000, leg: 7000, move: 0, withdrawal: 0 });
    pending.delete(1);
    expect(ages(10_000)).toMatchObject({ transfer: 7000, leg: 7000 });
  });
});
