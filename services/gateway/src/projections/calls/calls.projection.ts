import type { Event } from '@ringfence/contracts';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

/** Margin calls: amounts in smallest units of the settlement asset, times in ms UTC. */
export const CALLS = table('calls', {
  partition: ['key', 'integer'],
  call: ['key', 'bigint'],
  account: ['set', 'bigint'],
  bucket: ['set', 'integer'],
  amount: ['set', 'numeric'],
  deadline: ['set', 'bigint'],
  called_at: ['set', 'bigint'],
  status: ['set', 'text'],
});

/** Which buckets were called, until when, and how it ended. */
export const callsProjection: Projection = {
  tables: [CALLS],
  reads: ['risk'],
  fold(event: Event, { partition, time }: EventPlace, set: RowSet): void {
    switch (event.type) {
      case 'MarginCalled': {
        const rows = set.of(CALLS);
        const row = rows.row(partition, event.call);
        rows.set(row, 'account', event.account);
        rows.set(row, 'bucket', event.bucket);
        rows.set(row, 'amount', event.amount);
        rows.set(row, 'deadline', event.deadline);
        rows.set(row, 'called_at', time);
        rows.set(row, 'status', 'open');
        break;
      }
      case 'CallExtended': {
        const rows = set.of(CALLS);
        rows.set(rows.row(partition, event.call), 'deadline', event.deadline);
        break;
      }
      case 'CallMet':
      case 'CallLapsed': {
        const rows = set.of(CALLS);
        const status = event.type === 'CallMet' ? 'met' : 'lapsed';
        rows.set(rows.row(partition, event.call), 'status', status);
        break;
      }
      default:
    }
  },
};
