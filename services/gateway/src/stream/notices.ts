import type { Event, EventOf } from '@ringfence/contracts';
import type { AccountId, AssetId, BucketId, DomainId } from '@ringfence/kernel';
import type { Feed } from '../feed/feed.js';
import { accountChanges, type Change } from '../feed/account-changes.js';
import type { ReferenceNames } from '../api/names.js';
import type { Shown } from '../api/read-route.js';
import {
  settlementOf,
  shownAccount,
  shownAmount,
  shownAsset,
  shownBucket,
  shownInstrument,
  shownLots,
  shownPrice,
} from '../api/shown.js';
import { accountTopic } from './topics.js';

const amountText = (names: ReferenceNames, asset: AssetId, units: bigint): string =>
  shownAmount(names, asset, String(units));

/** One fact as a stream tells it. */
export interface Notice {
  readonly topic: string;
  /** the kind of topic: what `event:` says */
  readonly name: string;
  readonly data: Shown;
}

type At = Pick<Feed, 'service' | 'partition'>;

/**
 * What an event means to those who listen; of an account only what happens behind its own wall.
 *
 * @param hasAccount  whether anybody listens to that account: only then it is rendered
 */
export function noticesOf(
  event: Event,
  { service, partition }: At,
  names: ReferenceNames,
  hasAccount: (account: AccountId) => boolean,
): readonly Notice[] {
  switch (service) {
    case 'reference':
      return marketNotices(event, names);
    case 'liquidation':
      return [...roundNotices(event, names), ...auctionNotices(event, partition, names)];
    case 'risk':
      return callNotices(event, partition, names);
    case 'accounts':
      return accountNotices(event, partition, names, hasAccount);
    default:
      return [];
  }
}

function marketNotices(event: Event, names: ReferenceNames): readonly Notice[] {
  if (event.type === 'FrameAccepted' || event.type === 'OptionsPriced') {
    const { frame, time, validUntil } = event;
    const prices = event.prices.map(({ instrument, price }) => ({
      instrument: shownInstrument(names, instrument),
      price: shownPrice(names, instrument, price),
    }));
    return [{ topic: 'prices', name: 'prices', data: { frame, time, validUntil, prices } }];
  }
  if (event.type !== 'RoundOpened') return [];
  const { domain, round, cause, frame } = event;
  return [roundNotice({ domain, round, status: 'open', cause, frame })];
}

const roundNotice = (data: Shown): Notice => ({ topic: 'rounds', name: 'rounds', data });
const TOTALS = ['collected', 'claims', 'debts', 'deficits', 'cut', 'paid', 'due'] as const;

function roundNotices(event: Event, names: ReferenceNames): readonly Notice[] {
  if (event.type === 'RoundClosed') {
    const { domain, round } = event;
    return [roundNotice({ domain, round, status: 'closed' })];
  }
  if (event.type !== 'RoundDecided') return [];
  const { domain, round } = event;
  const asset = names.domains.get(domain as DomainId)?.settlement ?? (0 as AssetId);
  const totals = TOTALS.map((total) => [total, amountText(names, asset, event[total])]);
  const shown = Object.fromEntries(totals) as Shown;
  return [
    roundNotice({ domain, round, status: 'decided', asset: shownAsset(names, asset), ...shown }),
  ];
}

/** What is offered and until which tick, with its terms; and that it is over. */
function auctionNotices(event: Event, partition: number, names: ReferenceNames): readonly Notice[] {
  if (event.type !== 'AuctionOpened' && event.type !== 'AuctionEnded') return [];
  const auction = `${partition}-${event.auction}`;
  const place = { auction, ...placeShown(event.account, event.bucket) };
  const notice = (data: Shown): Notice => ({ topic: 'auctions', name: 'auctions', data });
  if (event.type === 'AuctionEnded') {
    return [notice({ ...place, status: 'ended', reason: event.reason })];
  }
  const { from, until } = event;
  const { minLots, ...falls } = event.terms;
  const instrument = shownInstrument(names, event.instrument);
  const least = shownLots(names, event.instrument, minLots);
  const terms = { ...falls, minLots: least };
  return [notice({ ...place, status: 'open', instrument, from, until, terms })];
}

type CallEvent = EventOf<'MarginCalled' | 'CallMet' | 'CallLapsed' | 'CallExtended'>;
const CALL_STATUS = {
  MarginCalled: 'open',
  CallMet: 'met',
  CallLapsed: 'lapsed',
  CallExtended: 'extended',
} as const satisfies Record<CallEvent['type'], string>;

/** A call, for those who see all; and for those of its account, as far as the fact names it. */
function callNotices(event: Event, partition: number, names: ReferenceNames): readonly Notice[] {
  if (!(event.type in CALL_STATUS)) return [];
  const call = event as CallEvent;
  const { deadline } = call as { readonly deadline?: number };
  const shown: Shown = {
    call: `${partition}-${call.call}`,
    status: CALL_STATUS[call.type],
    ...(deadline === undefined ? undefined : { deadline }),
    ...('account' in call ? placeShown(call.account, call.bucket) : undefined),
    ...(call.type === 'MarginCalled' ? amountShown(names, call.bucket, call.amount) : undefined),
  };
  const notice: Notice = { topic: 'calls', name: 'calls', data: shown };
  if (!('account' in call)) return [notice];
  return [notice, { topic: accountTopic(call.account), name: 'account', data: shown }];
}

const placeShown = (account: AccountId, bucket: BucketId): Shown => ({
  account: shownAccount(account),
  bucket: shownBucket(bucket),
});
function amountShown(names: ReferenceNames, bucket: BucketId, amount: bigint): Shown {
  const asset = settlementOf(names, bucket) ?? (0 as AssetId);
  return { asset: shownAsset(names, asset), amount: amountText(names, asset, amount) };
}

/** One notice per account that the fact changes, with every change behind its wall. */
function accountNotices(
  event: Event,
  partition: number,
  names: ReferenceNames,
  hasAccount: (account: AccountId) => boolean,
): readonly Notice[] {
  const changes = new Map<AccountId, Shown[]>();
  accountChanges(event, partition, (account, change) => {
    if (!hasAccount(account)) return;
    const shown = changes.get(account) ?? [];
    shown.push(changeShown(names, change));
    changes.set(account, shown);
  });
  return Array.from(changes, ([account, shown]) => ({
    topic: accountTopic(account),
    name: 'account',
    data: { account: shownAccount(account), fact: event.type, changes: shown },
  }));
}

function changeShown(names: ReferenceNames, change: Change): Shown {
  if (change.kind === 'status') return { status: change.status };
  const bucket = shownBucket(change.bucket);
  if (change.kind === 'cash') {
    const { asset, available, reserved } = change;
    return {
      bucket,
      asset: shownAsset(names, asset),
      available: amountText(names, asset, available),
      reserved: amountText(names, asset, reserved),
    };
  }
  const asset = settlementOf(names, change.bucket) ?? (0 as AssetId);
  const amount = (units: bigint): string => amountText(names, asset, units);
  if (change.kind === 'leg') {
    const { instrument, lots, cost } = change;
    const shown = { lots: shownLots(names, instrument, lots), cost: amount(cost) };
    return { bucket, instrument: shownInstrument(names, instrument), ...shown };
  }
  const { due, claim, debt } = change;
  return { bucket, due: amount(due), claim: amount(claim), debt: amount(debt) };
}
