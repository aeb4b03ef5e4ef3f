import type { Event } from '@ringfence/contracts';
import { Owners } from '../owners.js';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';
import { writeCommandId } from '../../api/command-ids.js';

/** Legs of trades, slices and deleveraging, by the partition and reservation of their side. */
export const LEGS = table('legs', {
  partition: ['key', 'integer'],
  reservation: ['key', 'bigint'],
  trade: ['set', 'text'],
  purpose: ['set', 'text'],
  account: ['set', 'bigint'],
  bucket: ['set', 'integer'],
  instrument: ['set', 'integer'],
  lots: ['set', 'bigint'],
  price: ['set', 'bigint'],
  fee: ['set', 'numeric'],
  status: ['set', 'text'],
  reason: ['set', 'text'],
});

/** What became of each side of a trade. */
export class TradesProjection implements Projection {
  readonly tables = [LEGS];
  readonly reads = ['accounts'] as const;
  readonly #owners = new Owners();

  fold(event: Event, { partition }: EventPlace, set: RowSet): void {
    switch (event.type) {
      case 'LegReserved':
      case 'LegApplied': {
        const rows = set.of(LEGS);
        const row = rows.row(partition, event.reservation);
        if (event.type === 'LegApplied') this.#owners.close(partition, event.reservation);
        else this.#owners.open(partition, event.reservation, event.account);
        rows.set(row, 'trade', writeCommandId(event.trade));
        rows.set(row, 'purpose', event.purpose);
        rows.set(row, 'account', event.account);
        rows.set(row, 'bucket', event.bucket);
        rows.set(row, 'instrument', event.instrument);
        rows.set(row, 'lots', event.lots);
        rows.set(row, 'price', event.price);
        rows.set(row, 'fee', event.fee);
        rows.set(row, 'status', event.type === 'LegApplied' ? 'applied' : 'reserved');
        break;
      }
      case 'LegOffered': {
        const rows = set.of(LEGS);
        const row = rows.row(partition, event.reservation);
        rows.set(row, 'account', this.#owners.of(partition, event.reservation));
        rows.set(row, 'status', 'offered');
        break;
      }
      case 'LegReleased': {
        const rows = set.of(LEGS);
        const row = rows.row(partition, event.reservation);
        rows.set(row, 'account', this.#owners.close(partition, event.reservation));
        rows.set(row, 'status', 'released');
        rows.set(row, 'reason', event.reason);
        break;
      }
      default:
    }
  }
}
