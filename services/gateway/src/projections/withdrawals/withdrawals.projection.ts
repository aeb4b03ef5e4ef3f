import type { Event } from '@ringfence/contracts';
import { Owners } from '../owners.js';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

/** Withdrawals in custody, by partition and number; amounts in smallest units. */
export const WITHDRAWALS = table('withdrawals', {
  partition: ['key', 'integer'],
  withdrawal: ['key', 'bigint'],
  account: ['set', 'bigint'],
  asset: ['set', 'integer'],
  amount: ['set', 'numeric'],
  destination: ['set', 'text'],
  approvals: ['set', 'integer'],
  needed: ['set', 'integer'],
  status: ['set', 'text'],
  reason: ['set', 'text'],
  transaction: ['set', 'text'],
});

const STATUS: { readonly [Name in Event['type']]?: string } = {
  WithdrawalPlaced: 'placed',
  WithdrawalRefused: 'refused',
  WithdrawalInstructed: 'instructed',
  WithdrawalSent: 'sent',
  WithdrawalConfirmed: 'confirmed',
};

/** What waits for approval, and what left the house. */
export class WithdrawalsProjection implements Projection {
  readonly tables = [WITHDRAWALS];
  readonly reads = ['custody'] as const;
  readonly #owners = new Owners();

  fold(event: Event, { partition }: EventPlace, set: RowSet): void {
    const status = STATUS[event.type];
    if (status === undefined && event.type !== 'WithdrawalApproved') return;
    const { withdrawal } = event as { readonly withdrawal: number };
    const rows = set.of(WITHDRAWALS);
    const row = rows.row(partition, withdrawal);
    if (event.type === 'WithdrawalPlaced') this.#owners.open(partition, withdrawal, event.account);
    const isOver = event.type === 'WithdrawalRefused' || event.type === 'WithdrawalConfirmed';
    const owner = isOver
      ? this.#owners.close(partition, withdrawal)
      : this.#owners.of(partition, withdrawal);
    rows.set(row, 'account', owner);
    if (status !== undefined) rows.set(row, 'status', status);
    switch (event.type) {
      case 'WithdrawalPlaced':
        rows.set(row, 'asset', event.asset);
        rows.set(row, 'amount', event.amount);
        rows.set(row, 'destination', event.destination);
        break;
      case 'WithdrawalApproved':
        rows.set(row, 'approvals', event.approvals);
        rows.set(row, 'needed', event.needed);
        break;
      case 'WithdrawalRefused':
        rows.set(row, 'reason', event.reason);
        break;
      case 'WithdrawalSent':
        rows.set(row, 'transaction', event.transaction);
        break;
      default:
    }
  }
}
