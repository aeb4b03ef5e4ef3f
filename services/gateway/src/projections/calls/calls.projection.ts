import type { Event } from '@ringfence/contracts';
import { Owners } from '../owners.js';
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
export class CallsProjection implements Projection {
  readonly tables = [CALLS];
  readonly reads = ['risk'] as const;
  readonly #owners = new Owners();

  fold(event: Event, { partition, time }: EventPlace, set: RowSet): void {
    switch (event.type) {
      case 'MarginCalled': {
        const rows = set.of(CALLS);
        const row = rows.row(partition, event.call);
        rows.set(row, 'account', this.#owners.open(partition, event.call, event.account));
        rows.set(row, 'bucket', event.bucket);
        rows.set(row, 'amount', event.amount);
        rows.set(row, 'deadline', event.deadline);
        rows.set(row, 'called_at', time);
        rows.set(row, 'status', 'open');
        break;
      }
      case 'CallExtended': {
        const rows = set.of(CALLS);
        const row = rows.row(partition, event.call);
        rows.set(row, 'account', this.#owners.of(partition, event.call));
        rows.set(row, 'deadline', event.deadline);
        break;
      }
      case 'CallMet':
      case 'CallLapsed': {
        const rows = set.of(CALLS);
        const row = rows.row(partition, event.call);
        rows.set(row, 'account', this.#owners.close(partition, event.call));
        rows.set(row, 'status', event.type === 'CallMet' ? 'met' : 'lapsed');
        break;
      }
      default:
    }
  }
}
