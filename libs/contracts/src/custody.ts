import type { Each } from './each.js';
import {
  account,
  amount,
  asset,
  command,
  event,
  group,
  list,
  message,
  optional,
  positiveAmount,
  signedAmount,
  text,
  uint,
} from './table/index.js';

/**
 * The custody lane: what is really held, one vault per wall and asset, and every way in and out of
 * it.
 */

// ---- commands
/**
 * One block of a chain as the watcher saw it: payments to our addresses of this partition. `to` is
 * the text that the payer gave; it
 * may fit no account. `confirmed` are the chain ids of our own withdrawals that this block
 * contains.
 */
export const ObserveBlock = command(200, 'ObserveBlock', 1, {
  chain: text(32),
  height: uint(),
  payments: list(
    group({ transaction: text(80), to: text(64), asset: asset(), amount: positiveAmount() }),
  ),
  confirmed: list(text(80)),
});
/**
 * The chain dropped its blocks above `height`: what was announced there and not confirmed is
 * undone.
 */
export const ObserveReorganisation = command(201, 'ObserveReorganisation', 1, {
  chain: text(32),
  height: uint(),
});
/** `withdrawal` is the accounts lane's reservation. */
export const ApproveWithdrawal = command(202, 'ApproveWithdrawal', 1, { withdrawal: uint() });
export const RefuseWithdrawal = command(203, 'RefuseWithdrawal', 1, {
  withdrawal: uint(),
  reason: text(64),
});
/** The chain took the instruction (or could not): the effect reports back. */
export const ReportSent = command(204, 'ReportSent', 1, {
  withdrawal: uint(),
  transaction: text(80),
});
export const Reconcile = command(205, 'Reconcile', 1, {});
// ---- reactions and continuations
export const PlaceWithdrawal = command(206, 'PlaceWithdrawal', 1, {
  withdrawal: uint(),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
  destination: text(128),
  key: uint(),
});
export const NoteSweeps = command(207, 'NoteSweeps', 1, {
  lines: list(group({ account: account(), asset: asset(), amount: signedAmount() })),
  between: list(group({ partition: uint(), asset: asset(), amount: positiveAmount() })),
});
/** Moves what is funded between vaults; instructs what is approved and funded. */
export const SweepVaults = command(208, 'SweepVaults', 1, {});
/** From the settlement vault of another partition. */
export const VaultTransfer = message(209, 'VaultTransfer', 1, {
  asset: asset(),
  amount: positiveAmount(),
});

// ---- events
export const DepositAnnounced = event(220, 'DepositAnnounced', 1, {
  deposit: uint(),
  chain: text(32).like('chain'),
  height: uint().like('height'),
  transaction: text(80),
  to: text(64),
  asset: asset(),
  amount: positiveAmount(),
});
/**
 * Deep enough: the vault of `account` holds it (of the partition's unattributed account when null).
 */
export const DepositConfirmed = event(221, 'DepositConfirmed', 1, {
  deposit: uint(),
  account: optional(account()),
  vault: account(),
  asset: asset(),
  amount: positiveAmount(),
});
export const DepositReorganised = event(222, 'DepositReorganised', 1, {
  deposit: uint(),
  transaction: text(80),
});
export const ChainAdvanced = event(223, 'ChainAdvanced', 1, {
  chain: text(32).like('chain'),
  height: uint().like('height'),
});
export const WithdrawalPlaced = event(224, 'WithdrawalPlaced', 1, {
  withdrawal: uint().like('withdrawal'),
  account: account().like('account'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  destination: text(128).like('destination'),
  key: uint().like('key'),
});
export const WithdrawalApproved = event(225, 'WithdrawalApproved', 1, {
  withdrawal: uint().like('withdrawal'),
  key: uint(),
  approvals: uint(),
  needed: uint(),
});
export const WithdrawalRefused = event(226, 'WithdrawalRefused', 1, {
  withdrawal: uint().like('withdrawal'),
  reason: text(64).like('reason'),
});
/** The point of no return: the vault gave it out and it is in flight. */
export const WithdrawalInstructed = event(227, 'WithdrawalInstructed', 1, {
  withdrawal: uint(),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
  destination: text(128),
});
export const WithdrawalSent = event(228, 'WithdrawalSent', 1, {
  withdrawal: uint().like('withdrawal'),
  transaction: text(80).like('transaction'),
});
export const WithdrawalConfirmed = event(229, 'WithdrawalConfirmed', 1, {
  withdrawal: uint(),
  transaction: text(80),
});
/** What accounts settled and vaults owe each other now. */
export const SweepsNoted = event(230, 'SweepsNoted', 1, {
  lines: list(group({ account: account(), asset: asset(), amount: signedAmount() })).like('lines'),
  between: list(group({ partition: uint(), asset: asset(), amount: positiveAmount() })).like(
    'between',
  ),
});
/**
 * Each line moved between a wall's vault and the partition's settlement vault: > 0 into the wall's
 * vault. Sums are the other side.
 */
export const VaultsSwept = event(231, 'VaultsSwept', 1, {
  lines: list(group({ account: account(), asset: asset(), amount: signedAmount() })),
});
export const VaultTransferSent = event(232, 'VaultTransferSent', 1, {
  partition: uint(),
  asset: asset(),
  amount: positiveAmount(),
});
export const VaultTransferReceived = event(233, 'VaultTransferReceived', 1, {
  partition: uint(),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
});
/**
 * Vault, ledger and sweeps due do not add up: the wall is frozen in custody and someone is woken.
 */
export const BreakFound = event(234, 'BreakFound', 1, {
  account: account(),
  asset: asset(),
  vault: amount(),
  ledger: amount(),
  due: signedAmount(),
  difference: signedAmount(),
});
export const Reconciled = event(235, 'Reconciled', 1, { vaults: uint(), breaks: uint() });

export const CUSTODY_COMMANDS = [
  ObserveBlock,
  ObserveReorganisation,
  ApproveWithdrawal,
  RefuseWithdrawal,
  ReportSent,
  Reconcile,
  PlaceWithdrawal,
  NoteSweeps,
  SweepVaults,
  VaultTransfer,
] as const;
export const CUSTODY_EVENTS = [
  DepositAnnounced,
  DepositConfirmed,
  DepositReorganised,
  ChainAdvanced,
  WithdrawalPlaced,
  WithdrawalApproved,
  WithdrawalRefused,
  WithdrawalInstructed,
  WithdrawalSent,
  WithdrawalConfirmed,
  SweepsNoted,
  VaultsSwept,
  VaultTransferSent,
  VaultTransferReceived,
  BreakFound,
  Reconciled,
] as const;
export type CustodyCommand = Each<typeof CUSTODY_COMMANDS>;
export type CustodyEvent = Each<typeof CUSTODY_EVENTS>;
