import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { refuseUnless } from './permission.js';
import type { CustodyState, Withdrawal } from './state.js';

/**
 * Notes a withdrawal that accounts reserved. It waits for its approvals.
 *
 * @returns `WithdrawalPlaced`, or nothing when it is placed already
 */
export function placeWithdrawal(
  { withdrawal, account, asset, amount, destination, key }: CommandOf<'PlaceWithdrawal'>,
  state: CustodyState,
): Decision<Event> {
  if (state.withdrawals.has(withdrawal)) return accept();
  const placed = { withdrawal, account, asset, amount, destination, key };
  return accept<Event>({ type: 'WithdrawalPlaced', ...placed });
}

/**
 * One approver's consent. Enough distinct keys make it approved; the key that asked for the money
 * is never one of them, and the house itself has none.
 *
 * @returns `WithdrawalApproved` with the count so far and the number needed now; or
 *          `withdrawal-unknown`, `not-an-approver`, `key-revoked`, `requester-cannot-approve`,
 *          `already-approved` (by this key), `withdrawal-not-pending` (with its status),
 *          `parameters-missing`
 * @source DESIGN 6.7: approved by m distinct people of n, never by the requester
 */
export function approveWithdrawal(
  command: CommandOf<'ApproveWithdrawal'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const withdrawal = state.withdrawals.get(command.withdrawal);
  if (!withdrawal) return reject('withdrawal-unknown', { withdrawal: command.withdrawal });
  const { key, role } = order.by;
  const known = state.views.keys.get(key);
  if (role !== 'approver' || known?.role !== 'approver') return reject('not-an-approver', { key });
  if (known.revoked) return reject('key-revoked', { key });
  if (key === withdrawal.key) return reject('requester-cannot-approve', { key });
  if (withdrawal.approvers.includes(key)) return reject('already-approved', { key });
  const { status } = withdrawal.progress;
  if (status !== 'placed') return reject('withdrawal-not-pending', { status });
  const needed = state.views.approvals;
  if (needed === 0) return reject('parameters-missing', { of: 'house' });
  const approvals = withdrawal.approvers.length + 1;
  const given = { withdrawal: command.withdrawal, key, approvals, needed };
  return accept<Event>({ type: 'WithdrawalApproved', ...given });
}

/**
 * Refuses a withdrawal before it is instructed; accounts gives the reserved money back.
 *
 * @returns `WithdrawalRefused`, or nothing when it is refused already; or `role-not-allowed`,
 *          `withdrawal-unknown`, `withdrawal-not-pending` (with its status)
 */
export function refuseWithdrawal(
  command: CommandOf<'RefuseWithdrawal'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnless(order, 'operator', 'approver');
  if (refused) return refused;
  const { withdrawal, reason } = command;
  const placed = state.withdrawals.get(withdrawal);
  if (!placed) return reject('withdrawal-unknown', { withdrawal });
  const { status } = placed.progress;
  if (status === 'refused') return accept();
  if (status !== 'placed' && status !== 'approved') {
    return reject('withdrawal-not-pending', { status });
  }
  return accept<Event>({ type: 'WithdrawalRefused', withdrawal, reason });
}

/**
 * The chain took an instructed withdrawal under that transaction. Each has one of its own.
 *
 * @returns `WithdrawalSent`, or nothing for a repeat; or `role-not-allowed`, `withdrawal-unknown`,
 *          `withdrawal-not-instructed` (with its status), `already-sent` (with another
 *          transaction), `transaction-taken` (by another withdrawal)
 */
export function reportSent(
  command: CommandOf<'ReportSent'>,
  state: CustodyState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnless(order, 'operator', 'system');
  if (refused) return refused;
  const { withdrawal, transaction } = command;
  const placed = state.withdrawals.get(withdrawal);
  if (!placed) return reject('withdrawal-unknown', { withdrawal });
  const { progress } = placed;
  if ('transaction' in progress) {
    if (progress.transaction === transaction) return accept();
    return reject('already-sent', { transaction: progress.transaction });
  }
  if (progress.status !== 'instructed') {
    return reject('withdrawal-not-instructed', { status: progress.status });
  }
  const taken = state.sent.get(transaction);
  if (taken !== undefined) return reject('transaction-taken', { withdrawal: taken });
  return accept<Event>({ type: 'WithdrawalSent', withdrawal, transaction });
}

/** What a vault may give out: what it holds, less what it owes other vaults. */
function mayLeave({ account, asset, amount }: Withdrawal, state: CustodyState): boolean {
  if (state.frozen.has(account)) return false;
  const vault = state.pools.get(asset)?.vaults.get(account);
  if (!vault) return false;
  const owed = vault.due < 0n ? -vault.due : 0n;
  return vault.held - owed >= amount;
}

/** The first approved withdrawal that its vault can pay; undefined when there is none. */
export function fundedWithdrawal(state: CustodyState): [number, Withdrawal] | undefined {
  for (const number of state.approved) {
    const withdrawal = state.withdrawals.get(number);
    if (withdrawal && mayLeave(withdrawal, state)) return [number, withdrawal];
  }
  return undefined;
}
