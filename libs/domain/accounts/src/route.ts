import type { AccountClass } from '@ringfence/contracts';
import type { Branded, MemberId } from '@ringfence/kernel';
import { HOUSE } from './state.js';

/** Accounts that hold a client's own collateral. */
export type ClientClass = Extract<AccountClass, `client-${string}`>;
/** Accounts that hold the house's or a member's own money. */
export type HouseClass = Exclude<AccountClass, ClientClass>;

/** One end of a transfer: whose money it is. */
export interface ClientEnd {
  readonly class: ClientClass;
  readonly member: MemberId;
  readonly owner: string;
}
export interface HouseEnd {
  readonly class: HouseClass;
  readonly member: MemberId;
  readonly owner: string;
}
export type End = ClientEnd | HouseEnd;

/**
 * A client's money on its way to the same client. It names one owner: there is no place for a
 * second. Only `routeOf` makes
 * one, after it compared both ends.
 */
export type OwnTransfer = Branded<
  { readonly kind: 'own'; readonly owner: ClientEnd },
  'compared by routeOf'
>;
/** Money of the house: it may cover a client. Its source cannot be a client, by type. */
export interface HouseTransfer {
  readonly kind: 'house';
  readonly from: HouseEnd;
  readonly to: End;
}
/** Money of a settlement round between two settlement accounts. */
export interface RoundTransfer {
  readonly kind: 'round';
  readonly from: HouseEnd & { readonly class: 'settlement' };
  readonly to: HouseEnd & { readonly class: 'settlement' };
}
/**
 * Every way that collateral may take between accounts. None has a client as source and anyone but
 * that client as target, so
 * commingling does not compile.
 */
export type Route = OwnTransfer | HouseTransfer | RoundTransfer;

/** Why there is no route; each is the code of a rejection. */
export type NoRoute = 'not-own-money' | 'settlement-moves-in-rounds-only' | 'not-a-destination';

export const isClient = (end: End): end is ClientEnd => end.class === 'client-individual';

/**
 * The route of an ordered transfer.
 *
 * @returns the route; or `not-own-money` when a client's collateral would reach someone else or a
 *           member's own money
 *          another member's, `settlement-moves-in-rounds-only`, `not-a-destination` (fees,
 *          unattributed)
 * @source DESIGN 6.1: house money may cover a client; a client's never covers the house or another
 *           client
 */
export function routeOf(from: End, to: End): Route | NoRoute {
  if (from.class === 'settlement' || to.class === 'settlement') {
    return 'settlement-moves-in-rounds-only';
  }
  if (to.class === 'fees' || to.class === 'unattributed') return 'not-a-destination';
  const isSameOwner = from.member === to.member && from.owner === to.owner;
  if (isClient(from)) {
    return isClient(to) && isSameOwner
      ? ({ kind: 'own', owner: from } as OwnTransfer)
      : 'not-own-money';
  }
  const isOfTheHouse = from.member === HOUSE && to.member === HOUSE;
  if (!isClient(to) && !isSameOwner && !isOfTheHouse) return 'not-own-money';
  return { kind: 'house', from, to };
}
