import type { CommandOf, Decide, Event, EventOf, Mail } from '@ringfence/contracts';
import {
  accept,
  invariant,
  partitionOf,
  present,
  reject,
  type AssetId,
  type Decision,
} from '@ringfence/kernel';
import { postTo } from './ledger.js';
import { obeyingAccount, unknownAccount } from './order.js';
import { forget, nextReservation, ownPending, remember } from './pending.js';
import { isAsset } from './reference-view.js';
import { openRounds } from './round-state.js';
import { routeOf, type Route } from './route.js';
import { accountAt, availableIn, ownAccount, type Account, type AccountsState } from './state.js';
import { EXCESS } from '@ringfence/kernel';

/**
 * Decides a transfer from the excess of one account to the excess of another of the same owner, or
 * of the house.
 *
 * A target on another partition is judged there: the money then comes back with the reason.
 *
 * @returns `TransferReserved`; or `amount-not-positive`, `same-account`, `account-unknown`,
 *           `account-closed`,
 *          `not-the-owner`, `settlement-moves-in-rounds-only`, `asset-unknown`, `not-own-money`,
 *          `not-a-destination`,
 *          `insufficient-available` (carries what is available)
 */
export const transferCollateral: Decide<CommandOf<'TransferCollateral'>, AccountsState> = (
  command,
  state,
  { by },
) => {
  if (command.amount <= 0n) return reject('amount-not-positive');
  if (command.from === command.to) return reject('same-account');
  const from = obeyingAccount(state, command.from, by);
  if ('accepted' in from) return from;
  if (from.class === 'settlement') return reject('settlement-moves-in-rounds-only');
  if (!isAsset(state, command.asset)) return reject('asset-unknown', { asset: command.asset });
  if (partitionOf(command.to) >= state.partitions) return unknownAccount(command.to);
  if (partitionOf(command.to) === state.partition) {
    const to = accountAt(state, command.to);
    if (!to) return unknownAccount(command.to);
    if (to.status !== 'open') return reject('account-closed');
    const route = routeOf(from, to);
    if (typeof route === 'string') return reject(route);
  }
  const available = availableIn(state, from, EXCESS, command.asset);
  if (available < command.amount) return reject('insufficient-available', { available });
  return accept<Event>({
    type: 'TransferReserved',
    reservation: nextReservation(state),
    from: command.from,
    to: command.to,
    asset: command.asset,
    amount: command.amount,
    round: 0,
    domain: null,
  });
};

/**
 * Credits an offer; whoever calls it holds a route, and no route leads from a client to anyone
 * else.
 */
function accepted(
  _route: Route,
  offer: CommandOf<'TransferOffer'>,
  partition: number,
): Decision<Event> {
  return accept<Event>({
    type: 'TransferAccepted',
    partition,
    reservation: offer.reservation,
    from: offer.from,
    to: offer.to,
    asset: offer.asset,
    amount: offer.amount,
    round: offer.round,
    domain: offer.domain,
  });
}

function routeOfOffer(offer: CommandOf<'TransferOffer'>, to: Account): Route | string {
  const { member, owner, class: sender } = offer;
  if (offer.round === 0) return routeOf({ member, owner, class: sender }, to);
  invariant(
    sender === 'settlement' && to.class === 'settlement',
    'round money is between settlements',
  );
  return {
    kind: 'round',
    from: { member, owner, class: sender },
    to: { member: to.member, owner: to.owner, class: to.class },
  };
}

/**
 * Decides an offered transfer at its receiver.
 *
 * @returns `TransferAccepted`; or the event `TransferRefused` with `account-unknown`,
 *           `account-closed`, or why there
 *          is no route. It never rejects: only an answer frees the sender's money.
 */
export const takeTransferOffer: Decide<CommandOf<'TransferOffer'>, AccountsState> = (
  offer,
  state,
  order,
) => {
  const { partition } = present(order.from, 'sender of an offer');
  invariant(offer.amount > 0n, 'an offer brings something');
  const to = accountAt(state, offer.to);
  let reason = 'account-unknown';
  if (to) {
    const route = to.status === 'open' ? routeOfOffer(offer, to) : 'account-closed';
    if (typeof route !== 'string') return accepted(route, offer, partition);
    reason = route;
  }
  const { reservation } = offer;
  return accept<Event>({ type: 'TransferRefused', partition, reservation, reason });
};

/** Concludes at the sender: `TransferSettled`, or `TransferReturned` with the receiver's reason. */
export const takeTransferAnswer: Decide<CommandOf<'TransferAnswer'>, AccountsState> = (
  answer,
  state,
) => {
  const { reservation, from, to, asset, amount } = ownPending(
    state,
    'transfer',
    answer.reservation,
  );
  return answer.accepted
    ? accept<Event>({ type: 'TransferSettled', reservation, from, to, asset, amount })
    : accept<Event>({
        type: 'TransferReturned',
        reservation,
        from,
        asset,
        amount,
        reason: answer.reason,
      });
};

function noteBetween(
  state: AccountsState,
  partition: number,
  asset: AssetId,
  amount: bigint,
): void {
  for (const each of state.between) {
    if (each.partition !== partition || each.asset !== asset) continue;
    each.amount += amount;
    return;
  }
  state.between = [...state.between, { partition, asset, amount }];
}

export const transferEvolve = {
  TransferReserved: (state: AccountsState, event: EventOf<'TransferReserved'>, mail: Mail) => {
    postTo(state, event);
    const { reservation, from, to, asset, amount, round, domain } = event;
    remember(state, { kind: 'transfer', reservation, print: 0n, from, to, asset, amount });
    const sender = ownAccount(state, from);
    mail.send(
      { service: 'accounts', partition: partitionOf(to) },
      {
        type: 'TransferOffer',
        reservation,
        from,
        to,
        asset,
        amount,
        round,
        domain,
        member: sender.member,
        owner: sender.owner,
        class: sender.class,
      },
    );
  },
  TransferAccepted: (state: AccountsState, event: EventOf<'TransferAccepted'>, mail: Mail) => {
    invariant(ownAccount(state, event.to).status === 'open', 'only open accounts are credited');
    postTo(state, event);
    if (event.domain !== null) openRounds(state, event.domain).received += event.amount;
    mail.send(
      { service: 'accounts', partition: event.partition },
      { type: 'TransferAnswer', reservation: event.reservation, accepted: true, reason: '' },
    );
  },
  TransferRefused: (_state: AccountsState, event: EventOf<'TransferRefused'>, mail: Mail) => {
    const { partition, reservation, reason } = event;
    mail.send(
      { service: 'accounts', partition },
      { type: 'TransferAnswer', reservation, accepted: false, reason },
    );
  },
  TransferSettled: (state: AccountsState, event: EventOf<'TransferSettled'>) => {
    postTo(state, event);
    forget(state, event.reservation);
    const partition = partitionOf(event.to);
    if (partition !== state.partition) noteBetween(state, partition, event.asset, event.amount);
  },
  TransferReturned: (state: AccountsState, event: EventOf<'TransferReturned'>) => {
    postTo(state, event);
    forget(state, event.reservation);
  },
};
