import { post, type AccountsEvent, type EventOf, type Ledger } from '@ringfence/contracts';
import {
  indexOf,
  invariant,
  present,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { addRow, changeCash, changeUnswept, rowAt, type CashRow } from './cash.js';
import { domainOf, knownInstrument } from './reference-view.js';
import { markOf, openRounds, settledAt } from './round-state.js';
import {
  appended,
  bucketAt,
  openBucket,
  ownAccount,
  positionAt,
  touch,
  type Account,
  type AccountsState,
  type Bucket,
  type Position,
} from './state.js';

/** The state that the postings of one event go into; set for the length of one call of `postTo`. */
let book: AccountsState;

function rowIn(bucket: Bucket, asset: AssetId): CashRow {
  const found = rowAt(book.cash, bucket.cash, asset);
  if (found !== 0) return found;
  const row = addRow(book.cash, bucket.cash, asset);
  if (bucket.cash === 0) bucket.cash = row;
  return row;
}

function noteWall(account: Account, asset: AssetId, amount: bigint): void {
  if (!account.isUnswept) {
    account.isUnswept = true;
    book.unswept.push(indexOf(account.id));
  }
  changeUnswept(book.cash, rowIn(account.excess, asset), amount);
}

/** Accounts with a position of the domain, ascending: a round visits only those. */
function noteHolder(holders: number[], index: number): void {
  let low = 0;
  let high = holders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((holders[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  if (holders[low] !== index) holders.splice(low, 0, index);
}

function positionIn(account: Account, bucket: Bucket, instrument: InstrumentId): Position {
  const found = positionAt(bucket, instrument);
  if (found) return found;
  const round = openRounds(book, knownInstrument(book, instrument).domain);
  noteHolder(round.holders, indexOf(account.id));
  const none = { settlingLots: 0, settlingCost: 0n, nextLots: 0, nextCost: 0n };
  const position: Position = { instrument, ...none };
  bucket.positions = appended(bucket.positions, position);
  return position;
}
function dropFlat(bucket: Bucket): void {
  const isHeld = (each: Position): boolean =>
    each.settlingLots !== 0 ||
    each.nextLots !== 0 ||
    each.settlingCost !== 0n ||
    each.nextCost !== 0n;
  if (!bucket.positions.every(isHeld)) bucket.positions = bucket.positions.filter(isHeld);
}

const LEDGER: Ledger = {
  cash(
    id: AccountId,
    bucket: BucketId,
    asset: AssetId,
    available: bigint,
    reserved: bigint,
    wall: bigint,
  ): void {
    const account = ownAccount(book, id);
    touch(book, account);
    const row = rowIn(openBucket(account, bucket), asset);
    const isCovered = changeCash(book.cash, row, available, reserved);
    invariant(isCovered, 'no balance below zero');
    if (wall !== 0n) noteWall(account, asset, wall);
  },

  leg(
    id: AccountId,
    bucketId: BucketId,
    instrument: InstrumentId,
    lots: number,
    cost: bigint,
    tag: number,
  ): void {
    const account = ownAccount(book, id);
    touch(book, account);
    const bucket = openBucket(account, bucketId);
    const position = positionIn(account, bucket, instrument);
    const round = openRounds(book, knownInstrument(book, instrument).domain);
    const settled = settledAt(round, indexOf(id), bucketId);
    invariant(tag === settled || tag === settled + 1, 'at most two tags are alive');
    if (tag === settled) {
      position.settlingLots += lots;
      position.settlingCost += cost;
    } else {
      position.nextLots += lots;
      position.nextCost += cost;
    }
    const held = position.settlingLots + position.nextLots;
    invariant(Number.isSafeInteger(held), 'a position in whole lots');
    dropFlat(bucket);
  },

  settled(event: EventOf<'VariationSettled'>): void {
    const account = ownAccount(book, event.account);
    touch(book, account);
    const bucket = present(bucketAt(account, event.bucket), 'bucket');
    invariant(bucket.due === event.dueBefore && bucket.debt === event.debtBefore, 'nets what was');
    const round = openRounds(book, event.domain);
    for (const position of bucket.positions) {
      const lots = position.settlingLots;
      const mark = lots === 0 ? 0 : present(markOf(round, position.instrument), 'mark').price;
      const { unit } = knownInstrument(book, position.instrument);
      position.settlingLots = lots + position.nextLots;
      position.settlingCost = BigInt(lots) * BigInt(mark) * unit + position.nextCost;
      position.nextLots = 0;
      position.nextCost = 0n;
    }
    dropFlat(bucket);
    bucket.due = 0n;
    bucket.claim = event.claim;
    bucket.debt = event.debt;
  },

  claimed(id: AccountId, bucketId: BucketId, due: bigint, domain: DomainId): void {
    const account = ownAccount(book, id);
    touch(book, account);
    const bucket = present(bucketAt(account, bucketId), 'bucket');
    invariant(domainOf(book, bucketId) === domain, 'a claim is on its own domain');
    bucket.claim = 0n;
    bucket.due = due;
  },
};

/**
 * Writes what an event moves into the state: the postings are the ledger, there is no other way to
 * change it.
 */
export function postTo(state: AccountsState, event: AccountsEvent): void {
  book = state;
  post(event, LEDGER, state.partition);
}
