import { Print, digestOf, present } from '@ringfence/kernel';
import type { AccountId, AssetId } from '@ringfence/kernel';
import type { CustodyState, Pool, Vault } from './state.js';

/** Remembers that an aggregate other than a vault or a pool changed. */
export function touch(
  state: CustodyState,
  aggregate: `chain:${string}` | `withdrawal:${number}` | 'house',
): void {
  state.digests.changed.add(aggregate);
}

/**
 * Sum of the digests of all own aggregates, modulo 2^64; views are not in it.
 *
 * What it computed stays in the state (`digests`, and `print` of each vault), so the cost is that
 * of the aggregates changed since the last call.
 */
export function custodyDigest(state: CustodyState): bigint {
  const { digests } = state;
  for (const name of digests.changed) {
    const before = digests.of.get(name) ?? 0n;
    const after = digestOf([name, aggregate(state, name)]);
    digests.of.set(name, after);
    digests.sum = BigInt.asUintN(64, digests.sum - before + after);
  }
  digests.changed.clear();
  return digests.sum;
}

function aggregate(state: CustodyState, name: string): unknown {
  const colon = name.indexOf(':');
  const key = name.slice(colon + 1);
  if (name.startsWith('pool:')) return poolParts(state, Number(key) as AssetId);
  if (name.startsWith('withdrawal:')) return state.withdrawals.get(Number(key));
  if (name.startsWith('chain:')) {
    const { height, announced, seen } = present(state.chains.get(key), 'a watched chain');
    return [height, [...announced.keys()], seen.size];
  }
  return [state.deposits, state.frozen, state.found];
}

/** A pool's own figures, and the sum over its vaults; only changed ones are printed anew. */
function poolParts(state: CustodyState, asset: AssetId): unknown {
  const pool = present(state.pools.get(asset), 'a pool');
  return [pool.owes, pool.incoming, pool.inFlight, vaultSum(state, pool, asset)];
}

function vaultSum(state: CustodyState, pool: Pool, asset: AssetId): bigint {
  const name = `vaults:${asset}`;
  let sum = state.digests.of.get(name) ?? 0n;
  for (const account of pool.changed) {
    const vault = present(pool.vaults.get(account), 'a vault');
    const print = printOf(vault, account);
    sum += print - vault.print;
    vault.print = print;
  }
  pool.changed.clear();
  sum = BigInt.asUintN(64, sum);
  state.digests.of.set(name, sum);
  return sum;
}

function printOf({ held, due, deposited, instructed }: Vault, account: AccountId): bigint {
  return new Print().int(account).big(held).big(due).big(deposited).big(instructed).value();
}
