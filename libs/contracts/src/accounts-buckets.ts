import {
  account,
  amount,
  asset,
  bucket,
  command,
  domain,
  event,
  group,
  instrument,
  list,
  member,
  positiveAmount,
  signedAmount,
  signedLots,
  text,
  uint,
} from './table/index.js';

/**
 * Switching a bucket between the practices of segregation, positions that end, and slices of
 * portfolios.
 */

/**
 * The owner's order to move everything of a margin bucket, positions and collateral, into a bucket
 * of another kind of the same account and domain.
 */
export const SwitchBucket = command(27, 'SwitchBucket', 1, {
  account: account(),
  source: bucket(),
  target: bucket(),
});
/** From liquidation: all legs of a slice of a portfolio, hedges included, against one wall. */
export const TradePortfolioSlice = command(28, 'TradePortfolioSlice', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  legs: list(group({ instrument: instrument(), lots: signedLots(), price: uint() })),
  fee: amount(),
  against: account(),
  /** newest when it was sized: a newer one here makes the plan stale */
  frame: uint(),
});

/**
 * From liquidation: a bid of `member` for its own account `against` takes over a slice of the
 * bucket; its gate judges it.
 */
export const TradeBid = command(29, 'TradeBid', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  against: account(),
  againstBucket: bucket(),
  member: member(),
  /** newest when the bid was taken: a newer one here makes it stale */
  frame: uint(),
});

/**
 * The switch waits for its gate: until it concludes no leg, move out or other switch touches either
 * bucket. `positions` and `cash` are what the source holds, and what the gate judges on the target.
 */
export const SwitchReserved = event(65, 'SwitchReserved', 1, {
  reservation: uint(),
  account: account().like('account'),
  source: bucket().like('source'),
  target: bucket().like('target'),
  domain: domain(),
  positions: list(group({ instrument: instrument(), lots: signedLots() })),
  cash: list(group({ asset: asset(), amount: positiveAmount() })),
});
/**
 * All of it moved. `lots` and `cost` (settlement units) of what the round after `tag` settles,
 * `nextLots` and `nextCost` of what the one after it does. `due`: what the target is owed now.
 */
export const BucketSwitched = event(66, 'BucketSwitched', 1, {
  reservation: uint().like('reservation'),
  account: account(),
  source: bucket(),
  target: bucket(),
  domain: domain(),
  tag: uint(),
  positions: list(
    group({
      instrument: instrument(),
      lots: signedLots(),
      cost: signedAmount(),
      nextLots: signedLots(),
      nextCost: signedAmount(),
    }),
  ),
  cash: list(group({ asset: asset(), amount: positiveAmount() })),
  due: amount(),
});
/** Nothing moved. */
export const SwitchReleased = event(67, 'SwitchReleased', 1, {
  reservation: uint().like('reservation'),
  account: account(),
  source: bucket(),
  target: bucket(),
  reason: text(64),
});
/**
 * The round settled a position of an expired instrument at its last mark, `price` in ticks, and
 * closed it: `lots` are gone, with their `cost` (lots × price × unit). Follows the bucket's
 * `VariationSettled`.
 */
export const PositionExpired = event(68, 'PositionExpired', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  cost: signedAmount(),
  asset: asset(),
});
