import type { CommandOf, Decide, Event, EventOf } from '@ringfence/contracts';
import {
  accept,
  bucketKind,
  cross,
  EXCESS,
  invariant,
  partitionOf,
  portfolio,
  present,
  type AssetId,
  type BucketId,
  type Decision,
  type DomainId,
} from '@ringfence/kernel';
import { legReserved } from './adl.js';
import { postTo } from './ledger.js';
import { closableLots, isLocked, legReleased, ownTradeId } from './leg.js';
import { nextReservation } from './pending.js';
import { domainOf, knownInstrument, settlementOf } from './reference-view.js';
import {
  accountAt,
  availableIn,
  bucketAt,
  HOUSE,
  openBucket,
  ownAccount,
  touch,
  type AccountsState,
  type BucketKey,
  type PendingLeg,
} from './state.js';

/** Where a wall takes a position over: beside its other hedges when it comes from a portfolio. */
const takeoverBucket = (bucket: BucketId, domain: DomainId): BucketId =>
  bucketKind(bucket) === 'portfolio' ? portfolio(domain) : cross(domain);

/** The leg of a slice, at most as large as ordered; `ahead` as of `nextReservation`. */
export function sliceLeg(
  command: CommandOf<'TradeSlice'>,
  state: AccountsState,
  ahead = 0,
): PendingLeg {
  const instrument = knownInstrument(state, command.instrument);
  const reservation = nextReservation(state, ahead);
  return {
    kind: 'leg',
    reservation,
    print: 0n,
    trade: ownTradeId('slice', state.partition, reservation),
    purpose: 'slice',
    slice: command.slice,
    round: 0,
    offers: true,
    isOffered: false,
    account: command.account,
    bucket: command.bucket,
    against: command.against,
    againstBucket: takeoverBucket(command.bucket, instrument.domain),
    instrument: command.instrument,
    lots: command.lots,
    price: command.price,
    asset: instrument.settlement,
    fee: 0n,
    partition: state.partition,
    offer: reservation,
    venue: HOUSE,
  };
}

/**
 * Trades a slice of a close-out against a liquidity account: reserved and offered at once, without
 * a gate, clamped to the
 * position. Its fee is at most what the bucket has, and a smaller slice pays less.
 *
 * @returns `LegReserved` and `LegOffered`; or `LegReserved` and `LegReleased` with
 *          `bucket-failing`, `nothing-to-close`, `stale-slice`, `account-unknown`,
 *          `self-trade`, `instrument-expired`, which
 *          liquidation reads as a refusal
 * @source DESIGN 6.5
 */
export const tradeSlice: Decide<CommandOf<'TradeSlice'>, AccountsState> = (command, state) =>
  tradeAway(command, sliceLeg(command, state), state);

/**
 * Trades a slice of a close-out against whoever bid for it, for no fee: as `tradeSlice`, but into
 * the bucket that the bidder named; its lane sees that the account is the bidding member's own.
 *
 * @returns as `tradeSlice`
 * @source DESIGN 6.5
 */
export const tradeBid: Decide<CommandOf<'TradeBid'>, AccountsState> = (command, state) => {
  invariant(command.member !== HOUSE, 'walls take over without a bid');
  const order = { ...command, type: 'TradeSlice' as const, fee: 0n };
  const { againstBucket, member: venue } = command;
  return tradeAway(order, { ...sliceLeg(order, state), againstBucket, venue }, state);
};

function tradeAway(
  command: CommandOf<'TradeSlice'>,
  leg: PendingLeg,
  state: AccountsState,
): Decision<Event> {
  invariant(command.lots !== 0 && command.price > 0, 'a slice closes something at a price');
  const refuse = (reason: string): Decision<Event> =>
    accept(legReserved(leg), legReleased(leg, reason));
  const account = ownAccount(state, command.account);
  const bucket = bucketAt(account, command.bucket);
  if (!bucket) return refuse('nothing-to-close');
  if (command.frame < state.reference.frame) return refuse('stale-slice');
  if (command.against === command.account) return refuse('self-trade');
  if (partitionOf(command.against) >= state.partitions) return refuse('account-unknown');
  if (isLocked(state, bucket)) return refuse('bucket-failing');
  const { settled } = knownInstrument(state, command.instrument);
  if (settled !== null) return refuse('instrument-expired');
  const direction = Math.sign(command.lots);
  const closable = closableLots(state, bucket, { instrument: command.instrument, direction });
  const asked = Math.abs(command.lots);
  const lots = Math.min(asked, closable);
  if (lots === 0) return refuse('nothing-to-close');
  const share = (command.fee * BigInt(lots)) / BigInt(asked);
  const available = availableIn(state, account, command.bucket, leg.asset);
  const fee = share < available ? share : available;
  return accept<Event>(legReserved({ ...leg, lots: direction * lots, fee }), {
    type: 'LegOffered',
    reservation: leg.reservation,
  });
}

/** Why a sale cannot be; null when it can. */
function saleProblem(
  command: CommandOf<'SellCollateral'>,
  state: AccountsState,
  settlement: AssetId,
): string | null {
  const account = ownAccount(state, command.account);
  const bucket = bucketAt(account, command.bucket);
  if (!bucket || bucket.debt === 0n) return 'no-debt';
  if (command.asset === settlement) return 'not-other-collateral';
  if (availableIn(state, account, command.bucket, command.asset) < command.amount) {
    return 'insufficient-available';
  }
  const buyer = accountAt(state, command.buyer);
  if (!buyer || buyer.id === account.id) return 'buyer-unknown';
  if (buyer.status !== 'open') return 'buyer-closed';
  if (buyer.class !== 'liquidity' && buyer.class !== 'insurance') return 'buyer-unknown';
  const funds = availableIn(state, buyer, EXCESS, settlement);
  return funds < command.proceeds ? 'buyer-short' : null;
}

/**
 * Sells other collateral of an indebted bucket to a liquidity or insurance account, paid from its
 * excess.
 *
 * @returns `CollateralSold`; or the event `CollateralUnsold` with `no-debt`,
 *           `not-other-collateral`,
 *          `insufficient-available`, `buyer-unknown`, `buyer-closed`, `buyer-short`
 */
export const sellCollateral: Decide<CommandOf<'SellCollateral'>, AccountsState> = (
  command,
  state,
) => {
  const domain = present(domainOf(state, command.bucket), 'domain of a margin bucket');
  const settlement = settlementOf(state, domain);
  const { sale, account, bucket, asset, amount, proceeds, buyer } = command;
  const reason = saleProblem(command, state, settlement);
  if (reason !== null)
    return accept<Event>({ type: 'CollateralUnsold', sale, account, bucket, reason });
  return accept<Event>({
    type: 'CollateralSold',
    sale,
    account,
    bucket,
    asset,
    amount,
    settlement,
    proceeds,
    buyer,
  });
};

/**
 * Liquidation gave the bucket up, or took that back: `FailingMarked`; nothing when it is so
 * already.
 */
export const markFailing: Decide<CommandOf<'MarkFailing'>, AccountsState> = (command, state) => {
  const account = accountAt(state, command.account);
  const bucket = account ? bucketAt(account, command.bucket) : undefined;
  if (!bucket || bucket.isFailing === command.failing) return accept();
  const { account: id, bucket: bucketId, failing } = command;
  return accept<Event>({ type: 'FailingMarked', account: id, bucket: bucketId, failing });
};

/** Bucket-id order: account id, then bucket id. */
export const byBucket = (a: BucketKey, b: BucketKey): number =>
  a.account - b.account || a.bucket - b.bucket;

function withBucket(
  list: readonly BucketKey[],
  place: { readonly account: BucketKey['account']; readonly bucket: BucketId },
): readonly BucketKey[] {
  return [...list, { account: place.account, bucket: place.bucket }].sort(byBucket);
}
export const closeOutEvolve = {
  CollateralSold: (state: AccountsState, event: EventOf<'CollateralSold'>) => {
    postTo(state, event);
  },
  CollateralUnsold: () => undefined,
  FailingMarked: (state: AccountsState, event: EventOf<'FailingMarked'>) => {
    const account = ownAccount(state, event.account);
    touch(state, account);
    openBucket(account, event.bucket).isFailing = event.failing;
    const others = state.failing.filter((each) => byBucket(each, event) !== 0);
    state.failing = event.failing ? withBucket(others, event) : others;
  },
};
