import type { Event } from '@ringfence/contracts';
import { accountId } from '@ringfence/kernel';
import { CallsProjection } from './calls/calls.projection.js';
import type { Projection } from './projection.js';
import { RowSet } from './rows.js';
import { TradesProjection } from './trades/trades.projection.js';
import { WithdrawalsProjection } from './withdrawals/withdrawals.projection.js';

const ACCOUNT = accountId(1, 7);
const leg = { reservation: 9, account: ACCOUNT, trade: '0'.repeat(32), lots: 1, price: 1, fee: 0n };

/** Whose rows each fact changes, each in a batch of its own. */
function ownersOf(projection: Projection, events: readonly object[]): number[][] {
  return events.map((event) => {
    const rows = new RowSet();
    const place = { service: projection.reads[0], partition: 1, time: 0 };
    projection.fold(event as Event, place, rows);
    expect(rows.count).toBe(1);
    return [...rows.accounts()];
  });
}

type Case = readonly [string, Projection, object, object, object];

it.each<Case>([
  [
    'a margin call',
    new CallsProjection(),
    { type: 'MarginCalled', call: 9, account: ACCOUNT },
    { type: 'CallExtended', call: 9, deadline: 5 },
    { type: 'CallMet', call: 9 },
  ],
  [
    'a leg',
    new TradesProjection(),
    { type: 'LegReserved', ...leg },
    { type: 'LegOffered', reservation: 9 },
    { type: 'LegReleased', reservation: 9, reason: 'refused' },
  ],
  [
    'a withdrawal',
    new WithdrawalsProjection(),
    { type: 'WithdrawalPlaced', withdrawal: 9, account: ACCOUNT },
    { type: 'WithdrawalApproved', withdrawal: 9, approvals: 1, needed: 2 },
    { type: 'WithdrawalConfirmed', withdrawal: 9 },
  ],
])('every row of %s says whose it is, also when the fact does not', (_, projection, ...events) => {
  expect(ownersOf(projection, events)).toEqual(events.map(() => [ACCOUNT]));
  // it is over: nothing is remembered of it
  expect(ownersOf(projection, [events[2]])).toEqual([[]]);
});
