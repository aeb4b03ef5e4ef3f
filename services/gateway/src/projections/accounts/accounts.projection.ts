import type { Event } from '@ringfence/contracts';
import type { Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

export const ACCOUNTS = table('accounts', {
  account: ['key', 'bigint'],
  member: ['set', 'integer'],
  owner: ['set', 'text'],
  class: ['set', 'text'],
  domain: ['set', 'integer'],
  reference: ['set', 'text'],
  status: ['set', 'text'],
});

/** Who owns which account. */
export const accountsProjection: Projection = {
  tables: [ACCOUNTS],
  reads: ['accounts'],
  fold(event: Event, _place, set: RowSet): void {
    if (event.type === 'AccountOpened') {
      const rows = set.of(ACCOUNTS);
      const row = rows.row(event.account);
      rows.set(row, 'member', event.member);
      rows.set(row, 'owner', event.owner);
      rows.set(row, 'class', event.class);
      rows.set(row, 'domain', event.domain);
      rows.set(row, 'reference', event.reference);
      rows.set(row, 'status', 'open');
    } else if (event.type === 'AccountClosed') {
      const rows = set.of(ACCOUNTS);
      rows.set(rows.row(event.account), 'status', 'closed');
    }
  },
};
