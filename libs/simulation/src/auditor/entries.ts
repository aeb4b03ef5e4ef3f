import type { Event } from '@ringfence/contracts';
import { accountId, EXCESS, type AccountId, type AssetId, type BucketId } from '@ringfence/kernel';

/**
 * One change of a pot. `wall`: how much of it came from (> 0) or went to (< 0) another account.
 */
export interface Entry {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly asset: AssetId;
  readonly available: bigint;
  readonly reserved: bigint;
  readonly wall: bigint;
}

/** Dense numbers of the accounts that every partition has from its beginning. */
export const SETTLEMENT_INDEX = 0;
export const FEES_INDEX = 1;
export const UNATTRIBUTED_INDEX = 2;
/** The first dense number that an opened account may have. */
export const FIRST_OPENED_INDEX = 3;
export const settlementOf = (partition: number): AccountId =>
  accountId(partition, SETTLEMENT_INDEX);
export const feesOf = (partition: number): AccountId => accountId(partition, FEES_INDEX);

type Pot = readonly [account: AccountId, bucket: BucketId, asset: AssetId];
const entry = (pot: Pot, available: bigint, reserved: bigint, wall = 0n): Entry => {
  const [account, bucket, asset] = pot;
  return { account, bucket, asset, available, reserved, wall };
};
/** Between `available` and `reserved` of one pot: > 0 becomes available. */
const freed = (pot: Pot, amount: bigint): Entry => entry(pot, amount, -amount);
/** From or to another account's wall. */
const crossed = (pot: Pot, amount: bigint): Entry => entry(pot, amount, 0n, amount);

const NOTHING: readonly Entry[] = [];

/** The auditor's own reading of what each fact of an accounts lane moves. */
export function entriesOf(event: Event, partition: number): readonly Entry[] {
  switch (event.type) {
    case 'CollateralCredited':
      return [entry([event.account, EXCESS, event.asset], event.amount, 0n)];
    case 'TransferReserved':
      return [freed([event.from, EXCESS, event.asset], -event.amount)];
    case 'TransferAccepted':
      return [crossed([event.to, EXCESS, event.asset], event.amount)];
    case 'TransferSettled':
      return [entry([event.from, EXCESS, event.asset], 0n, -event.amount, -event.amount)];
    case 'TransferReturned':
      return [freed([event.from, EXCESS, event.asset], event.amount)];
    case 'WithdrawalReserved':
      return [freed([event.account, EXCESS, event.asset], -event.amount)];
    case 'WithdrawalPaid':
      return [entry([event.account, EXCESS, event.asset], 0n, -event.amount)];
    case 'WithdrawalReturned':
      return [freed([event.account, EXCESS, event.asset], event.amount)];
    case 'MoveReserved':
      return [freed([event.account, event.source, event.asset], -event.amount)];
    case 'MoveReleased':
      return [freed([event.account, event.source, event.asset], event.amount)];
    case 'CollateralMoved':
      return moved(event);
    case 'LegReserved':
      return [freed([event.account, event.bucket, event.asset], -event.fee)];
    case 'LegReleased':
      return [freed([event.account, event.bucket, event.asset], event.fee)];
    case 'BucketSwitched': {
      const { account, source, target, cash } = event;
      return cash.flatMap(({ asset, amount }) => [
        entry([account, source, asset], -amount, 0n),
        entry([account, target, asset], amount, 0n),
      ]);
    }
    default:
      return entriesOfSettling(event, partition);
  }
}

function moved(event: Extract<Event, { type: 'CollateralMoved' }>): Entry[] {
  const { account, source, target, asset, amount, reservation } = event;
  const held = reservation > 0;
  return [
    entry([account, source, asset], held ? 0n : -amount, held ? -amount : 0n),
    entry([account, target, asset], amount, 0n),
  ];
}

function entriesOfSettling(event: Event, partition: number): readonly Entry[] {
  switch (event.type) {
    case 'LegApplied': {
      const { account, bucket, asset, fee, feeReturned } = event;
      return [
        entry([account, bucket, asset], feeReturned, -fee - feeReturned, -fee),
        crossed([feesOf(partition), EXCESS, asset], fee),
      ];
    }
    case 'CollateralSold': {
      const { account, bucket, asset, amount, settlement, proceeds, buyer } = event;
      return [
        crossed([account, bucket, asset], -amount),
        crossed([buyer, EXCESS, asset], amount),
        crossed([buyer, EXCESS, settlement], -proceeds),
        crossed([account, bucket, settlement], proceeds),
      ];
    }
    case 'VariationSettled': {
      const { account, bucket, asset, collected } = event;
      return [
        crossed([account, bucket, asset], -collected),
        crossed([settlementOf(partition), EXCESS, asset], collected),
      ];
    }
    case 'InsuranceReserved':
      return [freed([event.account, EXCESS, event.asset], -event.amount)];
    case 'InsuranceCharged': {
      const { account, asset, used, returned } = event;
      return [
        entry([account, EXCESS, asset], returned, -used - returned, -used),
        crossed([settlementOf(partition), EXCESS, asset], used),
      ];
    }
    case 'ClaimPaid': {
      const { account, bucket, asset, paid } = event;
      return [
        crossed([settlementOf(partition), EXCESS, asset], -paid),
        crossed([account, bucket, asset], paid),
      ];
    }
    default:
      return NOTHING;
  }
}
