import {
  accountId,
  partitionOf,
  EXCESS,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import type { AccountsEvent } from './accounts.js';
import type { EventOf } from './named.js';

/** The house's own accounts that every partition has from its beginning, without an event. */
export const settlementAccount = (partition: number): AccountId => accountId(partition, 0);
export const feesAccount = (partition: number): AccountId => accountId(partition, 1);
export const unattributedAccount = (partition: number): AccountId => accountId(partition, 2);
/** The first dense number that `AccountOpened` may give. */
export const FIRST_ACCOUNT_INDEX = 3;

/**
 * What an event moves. One generic fold of these calls is the ledger, for the accounts lane itself,
 * for views and for read models: none
 * of them knows a rule.
 */
export interface Ledger {
  /**
   * `available` and `reserved` change by these amounts of smallest units. `wall`: how much of it
   * came from (> 0) or went to (< 0) another
   * account, and is therefore due between vaults; 0 for moves inside the account, deposits and
   * withdrawals.
   */
  cash(
    account: AccountId,
    bucket: BucketId,
    asset: AssetId,
    available: bigint,
    reserved: bigint,
    wall: bigint,
  ): void;
  /**
   * A leg: `lots` and `cost` (lots × price × unit) signed, under the receiver's count of opened
   * rounds.
   */
  leg(
    account: AccountId,
    bucket: BucketId,
    instrument: InstrumentId,
    lots: number,
    cost: bigint,
    tag: number,
  ): void;
  /**
   * A bucket settled in a round: its positions tagged below it stand at the round's marks, its old
   * due and debt are gone, and it holds a
   * claim or owes a debt.
   */
  settled(event: EventOf<'VariationSettled'>): void;
  /** A claim of a round came to its end: `due` is what stays unpaid. */
  claimed(account: AccountId, bucket: BucketId, due: bigint, domain: DomainId): void;
}

type Posting = (event: never, ledger: Ledger, partition: number) => void;

/** Per event type that moves value: its postings. Types not named here move nothing. */
const POSTINGS: {
  [Name in AccountsEvent['type']]?: (
    event: EventOf<Name>,
    ledger: Ledger,
    partition: number,
  ) => void;
} = {
  CollateralCredited: (e, l) => l.cash(e.account, EXCESS, e.asset, e.amount, 0n, 0n),
  TransferReserved: (e, l) => l.cash(e.from, EXCESS, e.asset, -e.amount, e.amount, 0n),
  TransferAccepted: (e, l) => l.cash(e.to, EXCESS, e.asset, e.amount, 0n, e.amount),
  TransferSettled: (e, l) => l.cash(e.from, EXCESS, e.asset, 0n, -e.amount, -e.amount),
  TransferReturned: (e, l) => l.cash(e.from, EXCESS, e.asset, e.amount, -e.amount, 0n),
  CollateralMoved: (e, l) => {
    if (e.reservation > 0) l.cash(e.account, e.source, e.asset, 0n, -e.amount, 0n);
    else l.cash(e.account, e.source, e.asset, -e.amount, 0n, 0n);
    l.cash(e.account, e.target, e.asset, e.amount, 0n, 0n);
  },
  MoveReserved: (e, l) => l.cash(e.account, e.source, e.asset, -e.amount, e.amount, 0n),
  MoveReleased: (e, l) => l.cash(e.account, e.source, e.asset, e.amount, -e.amount, 0n),
  WithdrawalReserved: (e, l) => l.cash(e.account, EXCESS, e.asset, -e.amount, e.amount, 0n),
  WithdrawalPaid: (e, l) => l.cash(e.account, EXCESS, e.asset, 0n, -e.amount, 0n),
  WithdrawalReturned: (e, l) => l.cash(e.account, EXCESS, e.asset, e.amount, -e.amount, 0n),
  LegReserved: (e, l) => {
    if (e.fee > 0n) l.cash(e.account, e.bucket, e.asset, -e.fee, e.fee, 0n);
  },
  LegApplied: (e, l, partition) => {
    const held = e.fee + e.feeReturned;
    if (held > 0n) l.cash(e.account, e.bucket, e.asset, e.feeReturned, -held, -e.fee);
    if (e.fee > 0n) l.cash(feesAccount(partition), EXCESS, e.asset, e.fee, 0n, e.fee);
    l.leg(e.account, e.bucket, e.instrument, e.lots, e.cost, e.tag);
  },
  LegReleased: (e, l) => {
    if (e.fee > 0n) l.cash(e.account, e.bucket, e.asset, e.fee, -e.fee, 0n);
  },
  CollateralSold: (e, l) => {
    l.cash(e.account, e.bucket, e.asset, -e.amount, 0n, -e.amount);
    l.cash(e.account, e.bucket, e.settlement, e.proceeds, 0n, e.proceeds);
    l.cash(e.buyer, EXCESS, e.asset, e.amount, 0n, e.amount);
    l.cash(e.buyer, EXCESS, e.settlement, -e.proceeds, 0n, -e.proceeds);
  },
  VariationSettled: (e, l, partition) => {
    if (e.collected > 0n) {
      l.cash(e.account, e.bucket, e.asset, -e.collected, 0n, -e.collected);
      l.cash(settlementAccount(partition), EXCESS, e.asset, e.collected, 0n, e.collected);
    }
    l.settled(e);
  },
  InsuranceReserved: (e, l) => l.cash(e.account, EXCESS, e.asset, -e.amount, e.amount, 0n),
  InsuranceCharged: (e, l, partition) => {
    l.cash(e.account, EXCESS, e.asset, e.returned, -(e.used + e.returned), -e.used);
    if (e.used > 0n) l.cash(settlementAccount(partition), EXCESS, e.asset, e.used, 0n, e.used);
  },
  BucketSwitched: (e, l) => {
    for (const { asset, amount } of e.cash) {
      l.cash(e.account, e.source, asset, -amount, 0n, 0n);
      l.cash(e.account, e.target, asset, amount, 0n, 0n);
    }
    for (const { instrument, lots, cost, nextLots, nextCost } of e.positions) {
      if (lots !== 0 || cost !== 0n) {
        l.leg(e.account, e.source, instrument, -lots, -cost, e.tag);
        l.leg(e.account, e.target, instrument, lots, cost, e.tag);
      }
      if (nextLots !== 0 || nextCost !== 0n) {
        l.leg(e.account, e.source, instrument, -nextLots, -nextCost, e.tag + 1);
        l.leg(e.account, e.target, instrument, nextLots, nextCost, e.tag + 1);
      }
    }
    l.claimed(e.account, e.source, 0n, e.domain);
    l.claimed(e.account, e.target, e.due, e.domain);
  },
  PositionExpired: (e, l) => l.leg(e.account, e.bucket, e.instrument, -e.lots, -e.cost, e.round),
  ClaimPaid: (e, l, partition) => {
    if (e.paid > 0n) {
      l.cash(settlementAccount(partition), EXCESS, e.asset, -e.paid, 0n, -e.paid);
      l.cash(e.account, e.bucket, e.asset, e.paid, 0n, e.paid);
    }
    l.claimed(e.account, e.bucket, e.due, e.domain);
  },
};
const TABLE: Readonly<Record<string, Posting | undefined>> = POSTINGS as Record<
  string,
  Posting | undefined
>;

/**
 * Calls the ledger with everything that the event moves, in the event's own order. `partition` is
 * that of the log it stands in.
 */
export function post(event: AccountsEvent, ledger: Ledger, partition: number): void {
  TABLE[event.type]?.(event as never, ledger, partition);
}

/** An account of the house that exists without an event. */
export const isSystemAccount = (account: AccountId): boolean =>
  account < accountId(partitionOf(account), FIRST_ACCOUNT_INDEX);
