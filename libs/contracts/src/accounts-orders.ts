import {
  account,
  amount,
  asset,
  bucket,
  command,
  commandId,
  domain,
  flag,
  group,
  instrument,
  int,
  list,
  lots,
  member,
  message,
  oneOf,
  optional,
  positiveAmount,
  price,
  signedLots,
  text,
  uint,
} from './table/index.js';

/**
 * Who owns what is in an account. The last three are the house's own, one of each per partition.
 */
export const ACCOUNT_CLASSES = [
  'house',
  'client-individual',
  'insurance',
  'liquidity',
  'settlement',
  'fees',
  'unattributed',
] as const;
export type AccountClass = (typeof ACCOUNT_CLASSES)[number];
export const classField = () => oneOf(...ACCOUNT_CLASSES);
/**
 * Why a leg exists: a venue's trade, a slice of a close-out, or automatic deleveraging in a round.
 */
export const purposeField = () => oneOf('trade', 'slice', 'adl');

// ---- commands of clients
/**
 * `owner` is the member's opaque reference of the person behind the account: no personal data.
 * `domain` is given for `insurance` and
 * `liquidity`, which stand for one domain. The lane issues the id.
 */
export const OpenAccount = command(1, 'OpenAccount', 1, {
  member: member(),
  owner: text(64),
  class: classField(),
  domain: optional(domain()),
  reference: text(64),
});
export const CloseAccount = command(2, 'CloseAccount', 1, { account: account() });
export const GrantTradingAuthority = command(3, 'GrantTradingAuthority', 1, {
  account: account(),
  venue: member(),
});
export const RevokeTradingAuthority = command(4, 'RevokeTradingAuthority', 1, {
  account: account(),
  venue: member(),
});
export const RegisterDestination = command(5, 'RegisterDestination', 1, {
  account: account(),
  destination: text(128),
});
/** From the excess of one account to the excess of another of the same owner, or of the house. */
export const TransferCollateral = command(6, 'TransferCollateral', 1, {
  from: account(),
  to: account(),
  asset: asset(),
  amount: positiveAmount('asset'),
});
/** Between buckets of one account; out of a margin bucket only through the gate. */
export const MoveCollateral = command(7, 'MoveCollateral', 1, {
  account: account(),
  source: bucket(),
  target: bucket(),
  asset: asset(),
  amount: positiveAmount('asset'),
});
export const RequestWithdrawal = command(8, 'RequestWithdrawal', 1, {
  account: account(),
  asset: asset(),
  amount: positiveAmount('asset'),
  destination: text(128),
});
/**
 * A venue's trade between two accounts that both authorised it. Its id is the command's. Goes to
 * the buyer's lane.
 */
export const SubmitTrade = command(9, 'SubmitTrade', 1, {
  instrument: instrument(),
  lots: lots('instrument'),
  price: price('instrument'),
  buyer: account(),
  buyerBucket: bucket(),
  seller: account(),
  sellerBucket: bucket(),
});

// ---- commands that answer facts of other services
export const CreditDeposit = command(10, 'CreditDeposit', 1, {
  deposit: uint(),
  account: optional(account()),
  asset: asset(),
  amount: positiveAmount(),
});
export const ConcludeGate = command(11, 'ConcludeGate', 1, {
  reservation: uint(),
  passed: flag(),
  reason: text(64),
});
/** A call came: what is reserved in the bucket and not yet offered goes back. */
export const CancelReservations = command(12, 'CancelReservations', 1, {
  account: account(),
  bucket: bucket(),
});
export const PayWithdrawal = command(13, 'PayWithdrawal', 1, { reservation: uint() });
export const ReturnWithdrawal = command(14, 'ReturnWithdrawal', 1, {
  reservation: uint(),
  reason: text(64),
});
export const TradeSlice = command(15, 'TradeSlice', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  fee: amount(),
  against: account(),
  /** newest when it was sized: a newer one here makes the plan stale */
  frame: uint(),
});
export const SellCollateral = command(16, 'SellCollateral', 1, {
  sale: uint(),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  amount: positiveAmount(),
  proceeds: positiveAmount(),
  buyer: account(),
});
/**
 * Liquidation could not close the bucket: the next round must, against opposite holders (or need no
 * longer).
 */
export const MarkFailing = command(17, 'MarkFailing', 1, {
  account: account(),
  bucket: bucket(),
  failing: flag(),
});
export const JoinRound = command(18, 'JoinRound', 1, {
  domain: domain(),
  round: uint(),
  marks: list(group({ instrument: instrument(), price: uint(), fundingPerLot: int() })),
  collateral: list(group({ asset: asset(), value: amount(), scale: uint(), haircutPpm: uint() })),
});
// ---- bounded pieces of a round
export const SettleBuckets = command(19, 'SettleBuckets', 1, { domain: domain(), round: uint() });
export const ApplyDecision = command(20, 'ApplyDecision', 1, { domain: domain(), round: uint() });

// ---- channel messages
/** `reservation` is the sender's; with the sender's address it names the transfer everywhere. */
export const TransferOffer = message(21, 'TransferOffer', 1, {
  reservation: uint(),
  from: account(),
  to: account(),
  asset: asset(),
  amount: positiveAmount(),
  /** 0: a client's transfer; otherwise money of this settlement round */
  round: uint(),
  domain: optional(domain()),
  /** whose money it is: the receiver's lane judges the route by it */
  member: member(),
  owner: text(64),
  class: classField(),
});
export const TransferAnswer = message(22, 'TransferAnswer', 1, {
  reservation: uint(),
  accepted: flag(),
  reason: text(64),
});
export const LegOffer = message(23, 'LegOffer', 1, {
  reservation: uint(),
  trade: commandId(),
  purpose: purposeField(),
  slice: uint(),
  round: uint(),
  account: account(),
  bucket: bucket(),
  against: account(),
  againstBucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  /**
   * the member whose key submitted the trade: the receiver's owner must have authorised it; 0 for
   * slices and deleveraging
   */
  venue: member(),
});
/**
 * `lots` and `price` as applied by the receiver, `tag` its count of opened rounds; lots 0: refused.
 */
export const LegAnswer = message(24, 'LegAnswer', 1, {
  reservation: uint(),
  lots: uint(),
  price: uint(),
  tag: uint(),
  reason: text(64),
});
export const RoundMarker = message(25, 'RoundMarker', 1, { domain: domain(), round: uint() });
/** What the clearing decider decided for one lane. Amounts in the settlement asset. */
export const RoundDecision = message(26, 'RoundDecision', 1, {
  domain: domain(),
  round: uint(),
  insuranceUsed: amount(),
  claimsPaid: amount(),
  claimsCut: amount(),
  /** cuts of named deleveraging candidates, taken before the pro-rata cut */
  cuts: list(
    group({
      account: account(),
      bucket: bucket(),
      amount: positiveAmount(),
      origin: account(),
      originBucket: bucket(),
    }),
  ),
  /** positions of failing buckets on this lane to offer: `lots` unsigned */
  closes: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: uint(),
      against: account(),
      againstBucket: bucket(),
    }),
  ),
  sends: list(group({ partition: uint(), amount: positiveAmount() })),
  receives: amount(),
});
