import type { CommandOf, Decide, Event, EventOf } from '@ringfence/contracts';
import { accept, EXCESS, reject } from '@ringfence/kernel';
import { postTo } from './ledger.js';
import { obeyingAccount } from './order.js';
import { forget, nextReservation, pendingOf, remember } from './pending.js';
import { isAsset } from './reference-view.js';
import { availableIn, type AccountsState } from './state.js';

/**
 * Decides a request to take collateral out of the clearing house. Only `excess` may leave: it
 * margins nothing, so no one has
 * to be asked but its owner; custody asks its approvers.
 *
 * @returns `WithdrawalReserved`; or `amount-not-positive`, `account-unknown`, `account-closed`,
 *           `not-the-owner`,
 *          `settlement-moves-in-rounds-only`, `asset-unknown`, `destination-unknown`,
 *          `insufficient-available`
 *          (carries what is available)
 * @source DESIGN 6.1
 */
export const requestWithdrawal: Decide<CommandOf<'RequestWithdrawal'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  if (command.amount <= 0n) return reject('amount-not-positive');
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (account.class === 'settlement') return reject('settlement-moves-in-rounds-only');
  if (!isAsset(state, command.asset)) return reject('asset-unknown', { asset: command.asset });
  if (!account.destinations.includes(command.destination)) return reject('destination-unknown');
  const available = availableIn(state, account, EXCESS, command.asset);
  if (available < command.amount) return reject('insufficient-available', { available });
  const { asset, amount, destination } = command;
  return accept<Event>({
    type: 'WithdrawalReserved',
    reservation: nextReservation(state),
    account: account.id,
    asset,
    amount,
    destination,
    key: by.key,
  });
};

/** Custody gave it out: `WithdrawalPaid`; nothing when it concluded before. */
export const payWithdrawal: Decide<CommandOf<'PayWithdrawal'>, AccountsState> = (
  command,
  state,
) => {
  const pending = pendingOf(state, 'withdrawal', command.reservation);
  if (!pending) return accept();
  const { reservation, account, asset, amount } = pending;
  return accept<Event>({ type: 'WithdrawalPaid', reservation, account, asset, amount });
};

/** Custody refused it: `WithdrawalReturned`; nothing when it concluded before. */
export const returnWithdrawal: Decide<CommandOf<'ReturnWithdrawal'>, AccountsState> = (
  command,
  state,
) => {
  const pending = pendingOf(state, 'withdrawal', command.reservation);
  if (!pending) return accept();
  const { reservation, account, asset, amount } = pending;
  const { reason } = command;
  return accept<Event>({ type: 'WithdrawalReturned', reservation, account, asset, amount, reason });
};

export const withdrawalEvolve = {
  WithdrawalReserved: (state: AccountsState, event: EventOf<'WithdrawalReserved'>) => {
    postTo(state, event);
    const { reservation, account, asset, amount } = event;
    remember(state, { kind: 'withdrawal', reservation, print: 0n, account, asset, amount });
  },
  WithdrawalPaid: (state: AccountsState, event: EventOf<'WithdrawalPaid'>) => {
    postTo(state, event);
    forget(state, event.reservation);
  },
  WithdrawalReturned: (state: AccountsState, event: EventOf<'WithdrawalReturned'>) => {
    postTo(state, event);
    forget(state, event.reservation);
  },
};
