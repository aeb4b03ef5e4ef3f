import { post, type AccountsEvent, type Event, type Ledger } from '@ringfence/contracts';
import type { AccountId, AssetId, BucketId, InstrumentId } from '@ringfence/kernel';

/** What one fact did to one account; amounts in smallest units. */
export type Change =
  | {
      readonly kind: 'cash';
      readonly bucket: BucketId;
      readonly asset: AssetId;
      readonly available: bigint;
      readonly reserved: bigint;
    }
  | {
      readonly kind: 'leg';
      readonly bucket: BucketId;
      readonly instrument: InstrumentId;
      readonly lots: number;
      readonly cost: bigint;
    }
  | {
      readonly kind: 'settlement';
      readonly bucket: BucketId;
      readonly due: bigint;
      readonly claim: bigint;
      readonly debt: bigint;
    }
  | { readonly kind: 'status'; readonly status: 'open' | 'closed' };

type Changed = (account: AccountId, change: Change) => void;

/** Who hears of the changes; set for the length of one call. */
let tell: Changed;

const LEDGER: Ledger = {
  cash: (account, bucket, asset, available, reserved) =>
    tell(account, { kind: 'cash', bucket, asset, available, reserved }),
  leg: (account, bucket, instrument, lots, cost) =>
    tell(account, { kind: 'leg', bucket, instrument, lots, cost }),
  settled: ({ account, bucket, claim, debt }) =>
    tell(account, { kind: 'settlement', bucket, due: 0n, claim, debt }),
  claimed: (account, bucket, due) =>
    tell(account, { kind: 'settlement', bucket, due, claim: 0n, debt: 0n }),
};

/**
 * Calls `changed` for everything that a fact of the accounts log does to an account: by the same
 * postings as the ledger and the read models, so that nothing these show changes unheard.
 */
export function accountChanges(event: Event, partition: number, changed: Changed): void {
  if (event.type === 'AccountOpened' || event.type === 'AccountClosed') {
    const status = event.type === 'AccountOpened' ? 'open' : 'closed';
    changed(event.account, { kind: 'status', status });
    return;
  }
  tell = changed;
  post(event as AccountsEvent, LEDGER, partition);
}
