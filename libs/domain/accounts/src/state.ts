import type { AccountClass, EventOf } from '@ringfence/contracts';
import {
  accountId,
  EXCESS,
  indexOf,
  partitionOf,
  present,
  type AccountId,
  type AssetId,
  type BucketId,
  type CommandId,
  type DomainId,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import { availableAt, emptyCash, rowAt, type CashRow, type CashTable } from './cash.js';
import { initialReference, type ReferenceView } from './reference-view.js';
import type { Round } from './round-state.js';

/**
 * What a bucket holds of one instrument. `cost` is lots × price × unit, signed. `settling`: legs
 * that the next round to
 * settle settles; `next`: legs tagged with a round that this bucket has not settled yet.
 */
export interface Position {
  readonly instrument: InstrumentId;
  settlingLots: number;
  settlingCost: bigint;
  nextLots: number;
  nextCost: bigint;
}
/**
 * A pot of one account. Only margin buckets have positions; `due`, `claim` and `debt` are in their
 * settlement asset.
 */
export interface Bucket {
  readonly id: BucketId;
  /** the first of its rows in the lane's table */
  cash: CashRow;
  positions: readonly Position[];
  /** gains of earlier rounds that nobody paid yet: a claim on the domain, never on a wall */
  due: bigint;
  /** gains of the round that is being decided */
  claim: bigint;
  /** losses that its other collateral still covers */
  debt: bigint;
  /** liquidation could not close it: the next round deleverages */
  isFailing: boolean;
  /**
   * a report offers it for deleveraging: nothing is added until the decision and the answers are
   * here
   */
  isReported: boolean;
  /** reservations of legs, moves and switches that wait here */
  pending: readonly number[];
}
/**
 * One segregated account: the wall, and everything behind it. What every order meets comes first:
 * it then stands in one line of the processor's cache.
 */
export interface Account {
  readonly id: AccountId;
  status: 'open' | 'closed';
  /** the first of the buckets: every deposit, transfer and withdrawal meets it */
  readonly excess: Bucket;
  /** changed since its digest was taken */
  isTouched: boolean;
  /** stands in the list of what custody has not been told */
  isUnswept: boolean;
  readonly member: MemberId;
  readonly class: AccountClass;
  readonly owner: string;
  readonly domain: DomainId | null;
  readonly reference: string;
  /** in order of their ids */
  buckets: readonly Bucket[];
  venues: readonly MemberId[];
  destinations: readonly string[];
}

interface Reserved {
  readonly reservation: number;
  /** digest of the pending thing; 0 until the next call of `digest` */
  print: bigint;
}
export interface PendingTransfer extends Reserved {
  readonly kind: 'transfer';
  readonly from: AccountId;
  readonly to: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
}
export interface PendingWithdrawal extends Reserved {
  readonly kind: 'withdrawal';
  readonly account: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
}
export interface PendingMove extends Reserved {
  readonly kind: 'move';
  readonly account: AccountId;
  readonly source: BucketId;
  readonly target: BucketId;
  readonly asset: AssetId;
  readonly amount: bigint;
}
export interface PendingLeg extends Reserved {
  readonly kind: 'leg';
  readonly trade: CommandId;
  readonly purpose: EventOf<'LegReserved'>['purpose'];
  readonly slice: number;
  readonly round: number;
  /** this side asks the other one */
  readonly offers: boolean;
  /** asked: only the answer resolves it now */
  isOffered: boolean;
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly against: AccountId;
  readonly againstBucket: BucketId;
  readonly instrument: InstrumentId;
  /** signed, bought > 0 */
  readonly lots: number;
  readonly price: number;
  readonly asset: AssetId;
  readonly fee: bigint;
  readonly partition: number;
  readonly offer: number;
  readonly venue: MemberId;
}
/** Everything of `source` on its way to `target`, as it stood when `rounds` were opened. */
export interface PendingSwitch extends Reserved {
  readonly kind: 'switch';
  readonly account: AccountId;
  readonly source: BucketId;
  readonly target: BucketId;
  readonly domain: DomainId;
  readonly rounds: number;
  readonly positions: EventOf<'SwitchReserved'>['positions'];
  readonly cash: EventOf<'SwitchReserved'>['cash'];
}
/** What waits for an answer, by its reservation; gone when it concludes. */
export type Pending =
  | PendingTransfer
  | PendingWithdrawal
  | PendingMove
  | PendingLeg
  | PendingSwitch;

/** What this partition's senders settled towards another one since custody was told. */
export interface Between {
  readonly partition: number;
  readonly asset: AssetId;
  amount: bigint;
}
/** A margin bucket by name. */
export interface BucketKey {
  readonly account: AccountId;
  readonly bucket: BucketId;
}

/** Everything that one accounts lane knows: plain data, written by `evolve` and the views alone. */
export interface AccountsState {
  readonly partition: number;
  readonly partitions: number;
  /** by dense number */
  readonly accounts: Account[];
  readonly cash: CashTable;
  readonly pending: Map<number, Pending>;
  /** the last reservation given out; they count from 1 */
  lastReservation: number;
  readonly rounds: Round[];
  /** insurance accounts, in order */
  readonly insurance: AccountId[];
  /** buckets that liquidation gave up on */
  failing: readonly BucketKey[];
  /**
   * dense numbers of accounts with something unswept, and what was settled towards other partitions
   */
  readonly unswept: number[];
  between: readonly Between[];
  /** a round was applied and custody is not told of everything yet */
  isSweeping: boolean;
  readonly reference: ReferenceView;
  readonly digest: DigestCache;
}
/**
 * Digests of accounts as last taken, and which accounts changed since. No part of what the lane
 * knows.
 */
export interface DigestCache {
  sum: bigint;
  /** by dense number, in pages that never move */
  readonly prints: BigUint64Array[];
  readonly touched: number[];
}

const NONE: readonly never[] = Object.freeze([]);
/** The house: member 0. Its own accounts have it as their owner. */
export const HOUSE = 0 as MemberId;
export const HOUSE_OWNER = 'house';

const emptyBucket = (id: BucketId): Bucket => ({
  id,
  cash: 0,
  positions: NONE,
  due: 0n,
  claim: 0n,
  debt: 0n,
  isFailing: false,
  isReported: false,
  pending: NONE,
});

/** Who and what an account is, as `AccountOpened` says it. */
export type AccountTitle = Pick<
  Account,
  'id' | 'member' | 'owner' | 'class' | 'domain' | 'reference'
>;
export function newAccount(title: AccountTitle): Account {
  const excess = emptyBucket(EXCESS);
  return {
    id: title.id,
    status: 'open',
    excess,
    isTouched: false,
    isUnswept: false,
    member: title.member,
    class: title.class,
    owner: title.owner,
    domain: title.domain,
    reference: title.reference,
    buckets: [excess],
    venues: NONE,
    destinations: NONE,
  };
}

/** The lane before its first event: it has the house's own three accounts already. */
export function initialState(partition: number, partitions: number): AccountsState {
  const classes = ['settlement', 'fees', 'unattributed'] as const;
  const state: AccountsState = {
    partition,
    partitions,
    accounts: [],
    cash: emptyCash(),
    pending: new Map(),
    lastReservation: 0,
    rounds: [],
    insurance: [],
    failing: NONE,
    unswept: [],
    between: NONE,
    isSweeping: false,
    reference: initialReference(),
    digest: { sum: 0n, prints: [], touched: [] },
  };
  for (const each of classes) {
    const id = accountId(partition, state.accounts.length);
    const title = { id, member: HOUSE, owner: HOUSE_OWNER, class: each };
    const account = newAccount({ ...title, domain: null, reference: '' });
    state.accounts.push(account);
    touch(state, account);
  }
  return state;
}

/** The account, or undefined when this lane never opened it. */
export const accountAt = (state: AccountsState, id: AccountId): Account | undefined =>
  partitionOf(id) === state.partition ? state.accounts[indexOf(id)] : undefined;
/** @throws InvariantViolation when this lane does not have it */
export const ownAccount = (state: AccountsState, id: AccountId): Account =>
  present(accountAt(state, id), 'account');

export function bucketAt(account: Account, id: BucketId): Bucket | undefined {
  if (id === EXCESS) return account.excess;
  for (const bucket of account.buckets) if (bucket.id === id) return bucket;
  return undefined;
}
/** The bucket; opened empty when the account has none of that id yet. Only `evolve` may call it. */
export function openBucket(account: Account, id: BucketId): Bucket {
  const found = bucketAt(account, id);
  if (found) return found;
  const bucket = emptyBucket(id);
  const place = account.buckets.findIndex((other) => other.id > id);
  const at = place < 0 ? account.buckets.length : place;
  account.buckets = account.buckets.toSpliced(at, 0, bucket);
  return bucket;
}
/** What of an asset is free in a bucket. */
export const availableOf = ({ cash }: AccountsState, bucket: Bucket, asset: AssetId): bigint =>
  availableAt(cash, rowAt(cash, bucket.cash, asset));
/** What of an asset is free in a bucket; 0 when there is no such bucket. */
export function availableIn(
  state: AccountsState,
  account: Account,
  id: BucketId,
  asset: AssetId,
): bigint {
  const bucket = bucketAt(account, id);
  return bucket ? availableOf(state, bucket, asset) : 0n;
}
export function positionAt(bucket: Bucket, instrument: InstrumentId): Position | undefined {
  for (const each of bucket.positions) if (each.instrument === instrument) return each;
  return undefined;
}
/** Signed lots of both slots. */
export function lotsOf(bucket: Bucket, instrument: InstrumentId): number {
  const position = positionAt(bucket, instrument);
  return position ? position.settlingLots + position.nextLots : 0;
}

/** Notes that an account changed, for the next digest. */
export function touch(state: AccountsState, account: Account): void {
  if (account.isTouched) return;
  account.isTouched = true;
  state.digest.touched.push(indexOf(account.id));
}
/**
 * A list with one entry more. Its memory is just as long: a spread or a filter would leave room for
 * 16 more behind every wall.
 */
export const appended = <T>(list: readonly T[], entry: T): readonly T[] =>
  list.toSpliced(list.length, 0, entry);
export function without<T>(list: readonly T[], entry: T): readonly T[] {
  const place = list.indexOf(entry);
  if (place < 0) return list;
  return list.length === 1 ? NONE : list.toSpliced(place, 1);
}
