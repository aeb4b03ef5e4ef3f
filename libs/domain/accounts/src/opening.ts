import type { CommandOf, Decide, EventOf } from '@ringfence/contracts';
import { accept, accountId, invariant, partitionOf, indexOf, reject } from '@ringfence/kernel';
import { cashIn, type Cash } from './cash.js';
import { isOrderedBy, obeyingAccount } from './order.js';
import { isMember } from './reference-view.js';
import {
  appended,
  HOUSE,
  newAccount,
  ownAccount,
  touch,
  without,
  type Account,
  type AccountsState,
} from './state.js';

/** What only the house may open, and what exists without being opened. */
const OPERATOR_CLASSES: ReadonlySet<string> = new Set(['house', 'insurance', 'liquidity']);
const SYSTEM_CLASSES: ReadonlySet<string> = new Set(['settlement', 'fees', 'unattributed']);

/** Why an account of that title cannot be; null when it can. */
function titleProblem(command: CommandOf<'OpenAccount'>, state: AccountsState): string | null {
  if (SYSTEM_CLASSES.has(command.class)) return 'class-not-opened';
  if (!isMember(state, command.member)) return 'member-unknown';
  if (command.class === 'client-individual' && command.member === HOUSE) {
    return 'house-has-no-clients';
  }
  if (command.class === 'insurance' && command.member !== HOUSE) return 'insurance-is-of-the-house';
  const needsDomain = command.class === 'insurance' || command.class === 'liquidity';
  if (needsDomain === (command.domain === null)) {
    return needsDomain ? 'domain-missing' : 'domain-not-wanted';
  }
  const isKnown = command.domain === null || state.reference.domains[command.domain] !== undefined;
  return isKnown ? null : 'domain-unknown';
}

/**
 * Decides to open a segregated account; the lane issues its number.
 *
 * @returns `AccountOpened`; or `not-authorised`, `class-not-opened`, `member-unknown`,
 *           `house-has-no-clients`,
 *          `insurance-is-of-the-house`, `domain-missing`, `domain-not-wanted`, `domain-unknown`
 */
export const openAccount: Decide<CommandOf<'OpenAccount'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const mayOpen = OPERATOR_CLASSES.has(command.class)
    ? by.role === 'operator'
    : isOrderedBy(command.member, by);
  const problem = titleProblem(command, state);
  if (problem === 'class-not-opened' || problem === 'house-has-no-clients') return reject(problem);
  if (!mayOpen) return reject('not-authorised');
  if (problem !== null) return reject(problem);
  return accept({
    type: 'AccountOpened',
    account: accountId(state.partition, state.accounts.length),
    member: command.member,
    owner: command.owner,
    class: command.class,
    domain: command.domain,
    reference: command.reference,
  });
};

const isNothing = ({ available, reserved }: Cash): boolean => available === 0n && reserved === 0n;
function isEmpty(state: AccountsState, account: Account): boolean {
  return account.buckets.every(
    (bucket) =>
      cashIn(state.cash, bucket.cash).every(isNothing) &&
      bucket.positions.length === 0 &&
      bucket.pending.length === 0 &&
      bucket.due === 0n &&
      bucket.claim === 0n &&
      bucket.debt === 0n,
  );
}

/**
 * Decides to close an account for ever. Nothing may be in it and nothing may wait for it.
 *
 * @returns `AccountClosed`; or `account-unknown`, `account-closed`, `not-the-owner`,
 *           `account-not-empty`
 */
export const closeAccount: Decide<CommandOf<'CloseAccount'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (SYSTEM_CLASSES.has(account.class)) return reject('account-of-the-house');
  if (!isEmpty(state, account)) return reject('account-not-empty');
  return accept({ type: 'AccountClosed', account: account.id });
};

/**
 * Decides whether a member's venues may bind the account to trades.
 *
 * @returns `TradingAuthorityGranted`; or `account-unknown`, `account-closed`, `not-the-owner`,
 *           `member-unknown`,
 *          `authority-already-granted`
 */
export const grantTradingAuthority: Decide<CommandOf<'GrantTradingAuthority'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (!isMember(state, command.venue) || command.venue === HOUSE) return reject('member-unknown');
  if (account.venues.includes(command.venue)) return reject('authority-already-granted');
  return accept({ type: 'TradingAuthorityGranted', account: account.id, venue: command.venue });
};

/**
 * @returns `TradingAuthorityRevoked`; or `account-unknown`, `account-closed`, `not-the-owner`,
 * `authority-not-granted`
 */
export const revokeTradingAuthority: Decide<CommandOf<'RevokeTradingAuthority'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (!account.venues.includes(command.venue)) return reject('authority-not-granted');
  return accept({ type: 'TradingAuthorityRevoked', account: account.id, venue: command.venue });
};

/**
 * Decides where withdrawals of an account may go.
 *
 * @returns `DestinationRegistered`; or `account-unknown`, `account-closed`, `not-the-owner`,
 *          `destination-missing`, `destination-already-registered`
 */
export const registerDestination: Decide<CommandOf<'RegisterDestination'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  const account = obeyingAccount(state, command.account, by);
  if ('accepted' in account) return account;
  if (command.destination === '') return reject('destination-missing');
  if (account.destinations.includes(command.destination)) {
    return reject('destination-already-registered');
  }
  const { destination } = command;
  return accept({ type: 'DestinationRegistered', account: account.id, destination });
};

function changed(state: AccountsState, id: EventOf<'AccountClosed'>['account']): Account {
  const account = ownAccount(state, id);
  touch(state, account);
  return account;
}
export const openingEvolve = {
  AccountOpened: (state: AccountsState, event: EventOf<'AccountOpened'>) => {
    const isNext =
      partitionOf(event.account) === state.partition &&
      indexOf(event.account) === state.accounts.length;
    invariant(isNext, 'accounts are numbered in their order');
    const { account: id, member, owner, class: accountClass, domain, reference } = event;
    const account = newAccount({ id, member, owner, class: accountClass, domain, reference });
    state.accounts.push(account);
    if (account.class === 'insurance') state.insurance.push(account.id);
    touch(state, account);
  },
  AccountClosed: (state: AccountsState, event: EventOf<'AccountClosed'>) => {
    const account = changed(state, event.account);
    invariant(isEmpty(state, account), 'only an empty account closes');
    account.status = 'closed';
  },
  TradingAuthorityGranted: (state: AccountsState, event: EventOf<'TradingAuthorityGranted'>) => {
    const account = changed(state, event.account);
    account.venues = appended(account.venues, event.venue);
  },
  TradingAuthorityRevoked: (state: AccountsState, event: EventOf<'TradingAuthorityRevoked'>) => {
    const account = changed(state, event.account);
    account.venues = without(account.venues, event.venue);
  },
  DestinationRegistered: (state: AccountsState, event: EventOf<'DestinationRegistered'>) => {
    const account = changed(state, event.account);
    account.destinations = appended(account.destinations, event.destination);
  },
};
