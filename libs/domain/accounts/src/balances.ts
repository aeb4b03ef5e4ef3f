import type { AccountId, AssetId, BucketId, InstrumentId } from '@ringfence/kernel';
import { cashIn } from './cash.js';
import type { AccountsState } from './state.js';

/** One line of what the lane owes or holds, for tests, auditors and the demo. */
export type Balance =
  | {
      readonly kind: 'cash';
      readonly wall: AccountId;
      readonly bucket: BucketId;
      readonly asset: AssetId;
      readonly available: bigint;
      readonly reserved: bigint;
    }
  | {
      readonly kind: 'settlement';
      readonly wall: AccountId;
      readonly bucket: BucketId;
      readonly due: bigint;
      readonly claim: bigint;
      readonly debt: bigint;
    }
  | {
      readonly kind: 'position';
      readonly wall: AccountId;
      readonly bucket: BucketId;
      readonly instrument: InstrumentId;
      readonly lots: number;
      /** settlement-asset units, signed like lots */
      readonly cost: bigint;
    };

/** Every balance, due, debt and position behind every wall, in order of account and bucket. */
export function* balances(state: AccountsState): Generator<Balance> {
  for (const { id: wall, buckets } of state.accounts) {
    for (const { id: bucket, cash, positions, due, claim, debt } of buckets) {
      for (const { asset, available, reserved } of cashIn(state.cash, cash)) {
        yield { kind: 'cash', wall, bucket, asset, available, reserved };
      }
      if (due > 0n || claim > 0n || debt > 0n) {
        yield { kind: 'settlement', wall, bucket, due, claim, debt };
      }
      for (const each of positions) {
        const lots = each.settlingLots + each.nextLots;
        const cost = each.settlingCost + each.nextCost;
        yield { kind: 'position', wall, bucket, instrument: each.instrument, lots, cost };
      }
    }
  }
}
