import { classField, purposeField } from './accounts-orders.js';
import {
  account,
  amount,
  asset,
  bucket,
  commandId,
  domain,
  event,
  flag,
  instrument,
  member,
  optional,
  positiveAmount,
  signedAmount,
  signedLots,
  text,
  uint,
} from './table/index.js';

// ---- events: the account and its owner's orders
export const AccountOpened = event(30, 'AccountOpened', 1, {
  account: account(),
  member: member().like('member'),
  owner: text(64).like('owner'),
  class: classField().like('class'),
  domain: optional(domain()).like('domain'),
  reference: text(64).like('reference'),
});
export const AccountClosed = event(31, 'AccountClosed', 1, { account: account().like('account') });
export const TradingAuthorityGranted = event(32, 'TradingAuthorityGranted', 1, {
  account: account().like('account'),
  venue: member().like('venue'),
});
export const TradingAuthorityRevoked = event(33, 'TradingAuthorityRevoked', 1, {
  account: account().like('account'),
  venue: member().like('venue'),
});
export const DestinationRegistered = event(34, 'DestinationRegistered', 1, {
  account: account().like('account'),
  destination: text(128).like('destination'),
});
/** Into `excess`; `account` is the partition's unattributed account when no open account fits. */
export const CollateralCredited = event(35, 'CollateralCredited', 1, {
  account: account().like('account'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  deposit: uint().like('deposit'),
});
/** Left `available`, offered to the receiver. */
export const TransferReserved = event(36, 'TransferReserved', 1, {
  reservation: uint(),
  from: account().like('from'),
  to: account().like('to'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  round: uint().like('round'),
  domain: optional(domain()).like('domain'),
});
/** At the receiver; `partition` and `reservation` are the sender's. */
export const TransferAccepted = event(37, 'TransferAccepted', 1, {
  partition: uint(),
  reservation: uint().like('reservation'),
  from: account().like('from'),
  to: account().like('to'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  round: uint().like('round'),
  domain: optional(domain()).like('domain'),
});
export const TransferRefused = event(38, 'TransferRefused', 1, {
  partition: uint(),
  reservation: uint(),
  reason: text(64),
});
export const TransferSettled = event(39, 'TransferSettled', 1, {
  reservation: uint().like('reservation'),
  from: account().like('from'),
  to: account().like('to'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
});
export const TransferReturned = event(40, 'TransferReturned', 1, {
  reservation: uint().like('reservation'),
  from: account(),
  asset: asset(),
  amount: positiveAmount(),
  reason: text(64).like('reason'),
});
/**
 * Into a margin bucket, or between buckets after the gate. `reservation` 0: nothing was reserved
 * before.
 */
export const CollateralMoved = event(41, 'CollateralMoved', 1, {
  reservation: uint().like('reservation'),
  account: account().like('account'),
  source: bucket().like('source'),
  target: bucket().like('target'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
});
export const MoveReserved = event(42, 'MoveReserved', 1, {
  reservation: uint(),
  account: account().like('account'),
  source: bucket().like('source'),
  target: bucket().like('target'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
});
export const MoveReleased = event(43, 'MoveReleased', 1, {
  reservation: uint().like('reservation'),
  account: account().like('account'),
  source: bucket(),
  asset: asset(),
  amount: positiveAmount(),
  reason: text(64).like('reason'),
});
export const WithdrawalReserved = event(44, 'WithdrawalReserved', 1, {
  reservation: uint(),
  account: account().like('account'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  destination: text(128).like('destination'),
  key: uint(),
});
export const WithdrawalPaid = event(45, 'WithdrawalPaid', 1, {
  reservation: uint().like('reservation'),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
});
export const WithdrawalReturned = event(46, 'WithdrawalReturned', 1, {
  reservation: uint().like('reservation'),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
  reason: text(64).like('reason'),
});

// ---- events: legs
/**
 * A leg waits for its gate. Its fee left `available`. `lots` signed: bought > 0. `offers`: this
 * side asks the other.
 */
export const LegReserved = event(47, 'LegReserved', 1, {
  reservation: uint(),
  trade: commandId().like('$id'),
  purpose: purposeField().like('purpose'),
  slice: uint().like('slice'),
  round: uint().like('round'),
  offers: flag(),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  against: account().like('against'),
  againstBucket: bucket().like('againstBucket'),
  instrument: instrument().like('instrument'),
  lots: signedLots().like('lots'),
  price: uint().like('price'),
  asset: asset(),
  fee: amount().like('fee'),
  /** the offering lane's partition and reservation; on the offering side its own */
  partition: uint(),
  offer: uint().like('reservation'),
  /** the member whose key submitted the trade; 0 for slices and deleveraging */
  venue: member().like('venue'),
});
/** From here only the receiver's answer resolves the leg. */
export const LegOffered = event(48, 'LegOffered', 1, { reservation: uint().like('reservation') });
/** `tag`: the receiver's count of opened rounds; it settles in the round after. */
export const LegApplied = event(49, 'LegApplied', 1, {
  reservation: uint().like('reservation'),
  trade: commandId(),
  purpose: purposeField(),
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  /** settlement-asset units: lots times price times unit, signed like lots */
  cost: signedAmount(),
  asset: asset(),
  fee: amount(),
  feeReturned: amount(),
  tag: uint().like('tag'),
});
export const LegReleased = event(50, 'LegReleased', 1, {
  reservation: uint().like('reservation'),
  trade: commandId(),
  purpose: purposeField(),
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  asset: asset(),
  fee: amount(),
  reason: text(64).like('reason'),
});
/** An offer that this lane answered without reserving anything. */
export const LegRefused = event(51, 'LegRefused', 1, {
  partition: uint(),
  offer: uint().like('reservation'),
  account: account().like('account'),
  reason: text(64),
});

// ---- events: close-out
/**
 * Collateral of a bucket bought by a liquidity wall or by insurance, paid from the buyer's excess.
 */
export const CollateralSold = event(52, 'CollateralSold', 1, {
  sale: uint().like('sale'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  asset: asset().like('asset'),
  amount: positiveAmount().like('amount'),
  settlement: asset(),
  proceeds: positiveAmount().like('proceeds'),
  buyer: account().like('buyer'),
});
export const CollateralUnsold = event(53, 'CollateralUnsold', 1, {
  sale: uint().like('sale'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  reason: text(64),
});
export const FailingMarked = event(54, 'FailingMarked', 1, {
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  failing: flag().like('failing'),
});
