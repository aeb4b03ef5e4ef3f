import type { Decide, Event, Command, CommandOf } from '@ringfence/contracts';
import { reject, accountText, type AccountId, type By, type Decision } from '@ringfence/kernel';
import { accountAt, HOUSE, type Account, type AccountsState } from './state.js';

/** Whether a key may order for a member: a venue for its own, an operator for the house. */
export const isOrderedBy = (member: number, by: By): boolean =>
  by.role === 'venue'
    ? by.member === member && member !== HOUSE
    : by.role === 'operator' && member === HOUSE;

/** Whether an account obeys the key. */
export const obeys = (account: Account, by: By): boolean => isOrderedBy(account.member, by);

export const unknownAccount = (id: AccountId): Decision<never> =>
  reject('account-unknown', { account: accountText(id) });

/**
 * The account that an order is for, when it is open here and obeys the key.
 *
 * @returns else `account-unknown`, `account-closed` or `not-the-owner`
 */
export function obeyingAccount(
  state: AccountsState,
  id: AccountId,
  by: By,
): Account | Decision<never> {
  const account = accountAt(state, id);
  if (!account) return unknownAccount(id);
  if (account.status !== 'open') return reject('account-closed');
  return obeys(account, by) ? account : reject('not-the-owner');
}

/** All events of a longer decision. */
export const acceptAll = (events: readonly Event[]): Decision<Event> => ({
  accepted: true,
  events,
});

/**
 * Guards a decider that only lanes may call: with a reaction, a continuation or a channel message.
 */
export const byLanes =
  <Name extends Command['type']>(
    decide: Decide<CommandOf<Name>, AccountsState>,
  ): Decide<CommandOf<Name>, AccountsState> =>
  (command, state, order) =>
    order.by.role === 'system' ? decide(command, state, order) : reject('not-authorised');
