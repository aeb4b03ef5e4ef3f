import { post, type AccountsEvent, type Event, type Ledger } from '@ringfence/contracts';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

/** Per bucket and asset, in smallest units. */
export const BALANCES = table('balances', {
  account: ['key', 'bigint'],
  bucket: ['key', 'integer'],
  asset: ['key', 'integer'],
  available: ['add', 'numeric'],
  reserved: ['add', 'numeric'],
});
/** Per margin bucket, in smallest units of its settlement asset. */
export const BUCKETS = table('buckets', {
  account: ['key', 'bigint'],
  bucket: ['key', 'integer'],
  due: ['set', 'numeric'],
  claim: ['set', 'numeric'],
  debt: ['set', 'numeric'],
});

/** The rows that the postings of one event change; set for the length of one call. */
let into: RowSet;

const LEDGER: Ledger = {
  cash(account, bucket, asset, available, reserved): void {
    const rows = into.of(BALANCES);
    const row = rows.row(account, bucket, asset);
    if (available !== 0n) rows.add(row, 'available', available);
    if (reserved !== 0n) rows.add(row, 'reserved', reserved);
  },
  leg: () => undefined,
  settled({ account, bucket, claim, debt }): void {
    const rows = into.of(BUCKETS);
    const row = rows.row(account, bucket);
    rows.set(row, 'due', 0n);
    rows.set(row, 'claim', claim);
    rows.set(row, 'debt', debt);
  },
  claimed(account, bucket, due): void {
    const rows = into.of(BUCKETS);
    const row = rows.row(account, bucket);
    rows.set(row, 'due', due);
    rows.set(row, 'claim', 0n);
  },
};

/** What every bucket holds: the same postings as the accounts lane, added up. */
export const balancesProjection: Projection = {
  tables: [BALANCES, BUCKETS],
  reads: ['accounts'],
  fold(event: Event, { partition }: EventPlace, set: RowSet): void {
    into = set;
    post(event as AccountsEvent, LEDGER, partition);
  },
};
