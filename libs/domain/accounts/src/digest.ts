import { digestOf, Print, present } from '@ringfence/kernel';
import type { Account, AccountsState, Bucket } from './state.js';

function printBucket(print: Print, bucket: Bucket): void {
  print.int(bucket.id).big(bucket.due).big(bucket.claim).big(bucket.debt);
  print.int((bucket.isFailing ? 1 : 0) + (bucket.isReported ? 2 : 0));
  for (const cash of bucket.cash) print.int(cash.asset).big(cash.available).big(cash.reserved);
  for (const held of bucket.positions) {
    print.int(held.instrument).int(held.settlingLots).big(held.settlingCost);
    print.int(held.nextLots).big(held.nextCost);
  }
  for (const reservation of bucket.pending) print.int(reservation);
}
function printAccount(account: Account): bigint {
  const print = new Print().int(account.id).int(account.member).text(account.owner);
  print.text(account.class).text(account.status).int(account.domain ?? -1).text(account.reference);
  for (const bucket of account.buckets) printBucket(print, bucket);
  for (const venue of account.venues) print.int(venue);
  for (const destination of account.destinations) print.text(destination);
  for (const each of account.unswept) print.int(each.asset).big(each.amount);
  return print.value();
}

/**
 * Sum of the digests of everything that this lane owns, 64 bits. Accounts and pending things keep theirs until they change;
 * rounds and what is small are taken anew.
 */
export function digest(state: AccountsState): bigint {
  const { digest: cache } = state;
  for (const index of cache.touched) {
    const account = present(state.accounts[index], 'touched account');
    const print = printAccount(account);
    cache.sum += print - (cache.prints[index] ?? 0n);
    cache.prints[index] = print;
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
  const { lastReservation, rounds, failing, unswept, between, isSweeping } = state;
  const rest = digestOf([lastReservation, rounds, failing, unswept, between, isSweeping]);
  return BigInt.asUintN(64, cache.sum + rest);
}
