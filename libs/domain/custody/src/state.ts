import { settlementAccount } from '@ringfence/contracts';
import { invariant, present, type AccountId, type AssetId } from '@ringfence/kernel';
import type { Role } from '@ringfence/kernel';

/** What is really held for one wall in one asset, and what vaults still owe each other for it. */
export interface Vault {
  /** smallest units, ≥ 0 */
  held: bigint;
  /** what accounts settled and no sweep moved yet: > 0 this vault is owed, < 0 it owes */
  due: bigint;
  /** everything that deposits brought, and that withdrawals were instructed to take, ever */
  deposited: bigint;
  instructed: bigint;
  /** digest as of the last call */
  print: bigint;
}

/** All vaults of one asset in this partition; money moves through the settlement vault. */
export interface Pool {
  readonly vaults: Map<AccountId, Vault>;
  /** vaults that owe and hold something */
  readonly owing: Set<AccountId>;
  /** vaults that are owed, in account order */
  owed: Set<AccountId>;
  /** what the settlement vault owes other partitions */
  readonly owes: Map<number, bigint>;
  /** what other partitions owe this settlement vault; below 0 when they paid before it was noted */
  incoming: bigint;
  /** instructed and not yet in a block */
  inFlight: bigint;
  /** vaults that changed since the last digest */
  readonly changed: Set<AccountId>;
}

/** A payment that the watcher saw and that is not yet deep enough. */
export interface Announced {
  readonly height: number;
  readonly transaction: string;
  readonly to: string;
  readonly asset: AssetId;
  readonly amount: bigint;
}
/** What this partition knows of one chain. */
export interface Chain {
  height: number;
  /** by deposit number, which is also the order of their heights */
  readonly announced: Map<number, Announced>;
  /** every payment that was announced and not undone: each is one deposit */
  readonly seen: Set<string>;
}

/** How far a withdrawal got. From `instructed` on nothing takes it back. */
export type Progress =
  | { readonly status: 'placed' | 'approved' | 'refused' | 'instructed' }
  | { readonly status: 'sent' | 'confirmed'; readonly transaction: string };
/** A withdrawal, by the number of its reservation in accounts. */
export interface Withdrawal {
  readonly account: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly destination: string;
  /** the key that asked for it, which never approves it */
  readonly key: number;
  readonly approvers: number[];
  progress: Progress;
}

/** What accounts says of one wall in one asset: a view, not our own truth. */
export interface Wall {
  /** available and reserved, all buckets */
  ledger: bigint;
  /** what came from other walls (less what went to them) and no `SweepsDue` has reported yet */
  unreported: bigint;
  /** deposits of this vault that accounts credited, and withdrawals that it concluded, ever */
  credited: bigint;
  paid: bigint;
}
export type AccountStatus = 'open' | 'closed';

/** Folds of foreign logs that deciders may read. */
export interface Views {
  /** blocks until a deposit of the asset counts */
  readonly confirmations: Map<AssetId, number>;
  /** approvers that a withdrawal needs; 0 until the house has parameters */
  approvals: number;
  readonly keys: Map<number, { readonly role: Role; revoked: boolean }>;
  readonly accounts: Map<AccountId, AccountStatus>;
  readonly walls: Map<AssetId, Map<AccountId, Wall>>;
}

/** Everything that a custody lane knows: plain data, written by `evolve` and the views alone. */
export interface CustodyState {
  readonly partition: number;
  readonly pools: Map<AssetId, Pool>;
  readonly chains: Map<string, Chain>;
  /** deposits announced so far, also those undone */
  deposits: number;
  /** the vault of every confirmed deposit, to compare with the wall that accounts credited */
  readonly vaultOfDeposit: Map<number, AccountId>;
  readonly withdrawals: Map<number, Withdrawal>;
  /** approved and not yet instructed, in the order of their last approval */
  readonly approved: Set<number>;
  /** the withdrawal of every transaction that was sent */
  readonly sent: Map<string, number>;
  /** walls with a break: nothing is instructed from them */
  frozen: Set<AccountId>;
  /** breaks of the reconciliation that is being written */
  readonly found: Set<AccountId>;
  readonly views: Views;
  readonly digests: {
    sum: bigint;
    readonly of: Map<string, bigint>;
    readonly changed: Set<string>;
  };
}

/** A partition before its first fact. */
export function initialCustody(partition: number): CustodyState {
  return {
    partition,
    pools: new Map(),
    chains: new Map(),
    deposits: 0,
    vaultOfDeposit: new Map(),
    withdrawals: new Map(),
    approved: new Set(),
    sent: new Map(),
    frozen: new Set(),
    found: new Set(),
    views: {
      confirmations: new Map(),
      approvals: 0,
      keys: new Map(),
      accounts: new Map(),
      walls: new Map(),
    },
    digests: { sum: 0n, of: new Map(), changed: new Set() },
  };
}

/** What an own fact names. */
export const withdrawalOf = (state: CustodyState, number: number): Withdrawal =>
  present(state.withdrawals.get(number), 'a placed withdrawal');
export const chainOf = (state: CustodyState, name: string): Chain =>
  present(state.chains.get(name), 'a watched chain');

/** What the settlement vault of an asset holds. */
export const settlementHeld = (state: CustodyState, pool: Pool): bigint =>
  pool.vaults.get(settlementAccount(state.partition))?.held ?? 0n;

/** The vaults of an asset; the first fact about it makes them. Only `evolve` calls this. */
export function poolOf(state: CustodyState, asset: AssetId): Pool {
  let pool = state.pools.get(asset);
  if (!pool) {
    pool = {
      vaults: new Map(),
      owing: new Set(),
      owed: new Set(),
      owes: new Map(),
      incoming: 0n,
      inFlight: 0n,
      changed: new Set(),
    };
    state.pools.set(asset, pool);
  }
  state.digests.changed.add(`pool:${asset}`);
  return pool;
}

/**
 * Adds to what a vault holds and is owed, and keeps the queues of the sweep with it.
 *
 * @throws InvariantViolation when the vault would hold less than nothing
 */
export function change(pool: Pool, account: AccountId, held: bigint, due: bigint): Vault {
  let vault = pool.vaults.get(account);
  if (!vault) {
    vault = { held: 0n, due: 0n, deposited: 0n, instructed: 0n, print: 0n };
    pool.vaults.set(account, vault);
  }
  vault.held += held;
  vault.due += due;
  invariant(vault.held >= 0n, 'a vault gives only what it holds');
  pool.changed.add(account);
  if (vault.due < 0n && vault.held > 0n) pool.owing.add(account);
  else pool.owing.delete(account);
  if (vault.due > 0n) pool.owed.add(account);
  else pool.owed.delete(account);
  return vault;
}
