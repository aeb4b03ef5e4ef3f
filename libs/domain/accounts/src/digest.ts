import { digestOf, Print, present } from '@ringfence/kernel';
import { printRows } from './cash.js';
import type { Account, AccountsState, Bucket } from './state.js';

function printBucket(print: Print, bucket: Bucket, { cash }: AccountsState): void {
  const { due, claim, debt } = bucket;
  const owes = due !== 0n || claim !== 0n || debt !== 0n;
  print.word(bucket.id);
  print.word((bucket.isFailing ? 1 : 0) + (bucket.isReported ? 2 : 0) + (owes ? 4 : 0));
  if (owes) print.big(due).big(claim).big(debt);
  printRows(cash, bucket.cash, print);
  for (const held of bucket.positions) {
    print.int(held.instrument).int(held.settlingLots).big(held.settlingCost);
    print.int(held.nextLots).big(held.nextCost);
  }
  for (const reservation of bucket.pending) print.int(reservation);
}
/** What an account is for ever. */
function printTitle(account: Account): bigint {
  const print = new Print().int(account.id).int(account.member).text(account.owner);
  print
    .text(account.class)
    .int(account.domain ?? -1)
    .text(account.reference);
  return print.value();
}
/** What changes in an account. */
function printAccount(account: Account, state: AccountsState): bigint {
  const print = new Print().int(account.id).int(account.status === 'open' ? 1 : 0);
  for (const bucket of account.buckets) printBucket(print, bucket, state);
  for (const venue of account.venues) print.int(venue);
  for (const destination of account.destinations) print.text(destination);
  return print.value();
}

/** Prints of so many accounts stand together. */
const PAGE = 1024;
function pageOf(pages: BigUint64Array[], index: number): BigUint64Array {
  const number = Math.floor(index / PAGE);
  while (pages.length <= number) pages.push(new BigUint64Array(PAGE));
  return pages[number];
}

/**
 * Sum of the digests of everything that this lane owns, 64 bits. Accounts and pending things keep
 * theirs until they change;
 * rounds and what is small are taken anew.
 */
export function digest(state: AccountsState): bigint {
  const { digest: cache } = state;
  for (const index of cache.touched) {
    const account = present(state.accounts[index], 'touched account');
    const print = printAccount(account, state);
    const page = pageOf(cache.prints, index);
    const before = page[index % PAGE];
    cache.sum += print - before;
    if (before === 0n) cache.sum += printTitle(account);
    page[index % PAGE] = print;
    account.isTouched = false;
  }
  cache.touched.length = 0;
  for (const pending of state.pending.values()) {
    if (pending.print !== 0n) continue;
    // a digest that happens to be 0 is taken again next time, which changes nothing
    pending.print = digestOf(pending);
    cache.sum += pending.print;
  }
  cache.sum = BigInt.asUintN(64, cache.sum);
  return BigInt.asUintN(64, cache.sum + printRest(state));
}

/** What belongs to no account. Lists that only grow with accounts stand by their lengths. */
function printRest(state: AccountsState): bigint {
  const print = new Print().int(state.lastReservation).int(state.unswept.length);
  print.int(state.isSweeping ? 1 : 0);
  for (const { account, bucket } of state.failing) print.int(account).int(bucket);
  for (const { partition, asset, amount } of state.between) {
    print.int(partition).int(asset).big(amount);
  }
  for (const round of state.rounds) {
    print.int(round.domain).text(round.phase).int(round.opened).int(round.markersRound);
    for (const partition of round.markers) print.int(partition);
    print.int(round.holders.length).int(round.cursorAccount).int(round.cursorBucket);
    print.big(round.collected).big(round.debts).big(round.deficits);
    print.int(round.claims.length).int(round.concluded).big(round.received).big(round.receives);
  }
  return print.value();
}
