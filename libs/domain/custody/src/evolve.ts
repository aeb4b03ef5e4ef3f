import { settlementAccount } from '@ringfence/contracts';
import type { At, CustodyEvent, EventOf, Mail } from '@ringfence/contracts';
import { InvariantViolation, type AssetId } from '@ringfence/kernel';
import { touch } from './digest.js';
import { change, chainOf, poolOf, withdrawalOf, type CustodyState, type Pool } from './state.js';

type Evolve = {
  readonly [Name in CustodyEvent['type']]: (
    state: CustodyState,
    event: EventOf<Name>,
    mail: Mail,
    at: At,
  ) => void;
};

const DEPOSITS = {
  DepositAnnounced(state, { deposit, chain: name, height, transaction, to, asset, amount }) {
    let chain = state.chains.get(name);
    if (!chain) {
      chain = { height: 0, announced: new Map(), seen: new Set() };
      state.chains.set(name, chain);
    }
    chain.announced.set(deposit, { height, transaction, to, asset, amount });
    chain.seen.add(transaction);
    state.deposits = deposit;
    touch(state, `chain:${name}`);
    touch(state, 'house');
  },
  DepositConfirmed(state, { deposit, vault, asset, amount }) {
    forget(state, deposit);
    change(poolOf(state, asset), vault, amount, 0n).deposited += amount;
    state.vaultOfDeposit.set(deposit, vault);
  },
  DepositReorganised(state, { deposit, transaction }) {
    chainOf(state, forget(state, deposit)).seen.delete(transaction);
  },
  ChainAdvanced(state, { chain: name, height }) {
    const chain = state.chains.get(name);
    if (chain) chain.height = height;
    else state.chains.set(name, { height, announced: new Map(), seen: new Set() });
    touch(state, `chain:${name}`);
  },
} satisfies Partial<Evolve>;

/** Takes a deposit off the list of those that wait. @returns the chain it was announced on */
function forget(state: CustodyState, deposit: number): string {
  for (const [name, { announced }] of state.chains) {
    if (!announced.delete(deposit)) continue;
    touch(state, `chain:${name}`);
    return name;
  }
  throw new InvariantViolation('a deposit waits on one chain');
}

const WITHDRAWALS = {
  WithdrawalPlaced(state, { withdrawal, account, asset, amount, destination, key }) {
    const placed = { account, asset, amount, destination, key, approvers: [] };
    state.withdrawals.set(withdrawal, { ...placed, progress: { status: 'placed' } });
    touch(state, `withdrawal:${withdrawal}`);
  },
  WithdrawalApproved(state, { withdrawal, key, approvals, needed }) {
    const placed = withdrawalOf(state, withdrawal);
    placed.approvers.push(key);
    if (approvals >= needed) {
      placed.progress = { status: 'approved' };
      state.approved.add(withdrawal);
    }
    touch(state, `withdrawal:${withdrawal}`);
  },
  WithdrawalRefused(state, { withdrawal }) {
    withdrawalOf(state, withdrawal).progress = { status: 'refused' };
    state.approved.delete(withdrawal);
    touch(state, `withdrawal:${withdrawal}`);
  },
  WithdrawalInstructed(state, { withdrawal, account, asset, amount }) {
    const pool = poolOf(state, asset);
    change(pool, account, -amount, 0n).instructed += amount;
    pool.inFlight += amount;
    withdrawalOf(state, withdrawal).progress = { status: 'instructed' };
    state.approved.delete(withdrawal);
    touch(state, `withdrawal:${withdrawal}`);
  },
  WithdrawalSent(state, { withdrawal, transaction }) {
    withdrawalOf(state, withdrawal).progress = { status: 'sent', transaction };
    state.sent.set(transaction, withdrawal);
    touch(state, `withdrawal:${withdrawal}`);
  },
  WithdrawalConfirmed(state, { withdrawal, transaction }) {
    const { asset, amount } = withdrawalOf(state, withdrawal);
    poolOf(state, asset).inFlight -= amount;
    withdrawalOf(state, withdrawal).progress = { status: 'confirmed', transaction };
    touch(state, `withdrawal:${withdrawal}`);
  },
} satisfies Partial<Evolve>;

const SWEEPS = {
  SweepsNoted(state, { lines, between }) {
    const settlement = settlementAccount(state.partition);
    const touched = new Set<AssetId>();
    for (const { account, asset, amount } of lines) {
      const pool = poolOf(state, asset);
      // lines of one partition sum to what came in from others less what went out to them
      pool.incoming += amount;
      if (account === settlement) continue;
      change(pool, account, 0n, amount);
      touched.add(asset);
    }
    for (const { partition, asset, amount } of between) {
      const pool = poolOf(state, asset);
      pool.incoming += amount;
      owe(pool, partition, amount);
    }
    for (const asset of touched) sortOwed(poolOf(state, asset));
  },
  VaultsSwept(state, { lines }) {
    const settlement = settlementAccount(state.partition);
    for (const { account, asset, amount } of lines) {
      const pool = poolOf(state, asset);
      change(pool, settlement, -amount, 0n);
      change(pool, account, amount, -amount);
    }
  },
  VaultTransferSent(state, { partition, asset, amount }, mail) {
    const pool = poolOf(state, asset);
    change(pool, settlementAccount(state.partition), -amount, 0n);
    owe(pool, partition, -amount);
    mail.send({ service: 'custody', partition }, { type: 'VaultTransfer', asset, amount });
  },
  VaultTransferReceived(state, { asset, amount }) {
    const pool = poolOf(state, asset);
    change(pool, settlementAccount(state.partition), amount, 0n);
    pool.incoming -= amount;
  },
} satisfies Partial<Evolve>;

function owe(pool: Pool, partition: number, amount: bigint): void {
  const owed = (pool.owes.get(partition) ?? 0n) + amount;
  if (owed === 0n) pool.owes.delete(partition);
  else pool.owes.set(partition, owed);
}
/** Dues rise only when they are noted, so only then the order must be made. */
function sortOwed(pool: Pool): void {
  pool.owed = new Set([...pool.owed].sort((a, b) => a - b));
}

const RECONCILIATION = {
  BreakFound(state, { account }) {
    state.frozen.add(account);
    state.found.add(account);
    touch(state, 'house');
  },
  Reconciled(state) {
    state.frozen = new Set(state.found);
    state.found.clear();
    touch(state, 'house');
  },
} satisfies Partial<Evolve>;

/** What each fact changes. It trusts the past: it refuses nothing. */
export const evolve = {
  ...DEPOSITS,
  ...WITHDRAWALS,
  ...SWEEPS,
  ...RECONCILIATION,
} satisfies Evolve;
