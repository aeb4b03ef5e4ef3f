import type { Each } from './each.js';
import {
  account,
  amount,
  asset,
  bucket,
  command,
  commandId,
  domain,
  event,
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
  signedAmount,
  signedLots,
  text,
  uint,
} from './table/index.js';

/**
 * The accounts lane: who is owed what, behind which wall. Every balance is a fold of the events
 * below; `postings.ts` says what each
 * of them moves.
 */

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
const CLASS = () => oneOf(...ACCOUNT_CLASSES);
/**
 * Why a leg exists: a venue's trade, a slice of a close-out, or automatic deleveraging in a round.
 */
const PURPOSE = () => oneOf('trade', 'slice', 'adl');

// ---- commands of clients
/**
 * `owner` is the member's opaque reference of the person behind the account: no personal data.
 * `domain` is given for `insurance` and
 * `liquidity`, which stand for one domain. The lane issues the id.
 */
export const OpenAccount = command(1, 'OpenAccount', 1, {
  member: member(),
  owner: text(64),
  class: CLASS(),
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
  class: CLASS(),
});
export const TransferAnswer = message(22, 'TransferAnswer', 1, {
  reservation: uint(),
  accepted: flag(),
  reason: text(64),
});
export const LegOffer = message(23, 'LegOffer', 1, {
  reservation: uint(),
  trade: commandId(),
  purpose: PURPOSE(),
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

// ---- events: the account and its owner's orders
export const AccountOpened = event(30, 'AccountOpened', 1, {
  account: account(),
  member: member().like('member'),
  owner: text(64).like('owner'),
  class: CLASS().like('class'),
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
  purpose: PURPOSE().like('purpose'),
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
  purpose: PURPOSE(),
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
  purpose: PURPOSE(),
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

// ---- events: settlement rounds
export const RoundJoined = event(55, 'RoundJoined', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  marks: list(group({ instrument: instrument(), price: uint(), fundingPerLot: int() })).like(
    'marks',
  ),
  collateral: list(
    group({ asset: asset(), value: amount(), scale: uint(), haircutPpm: uint() }),
  ).like('collateral'),
});
export const RoundMarkerCounted = event(56, 'RoundMarkerCounted', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  partition: uint(),
});
/**
 * One bucket settled: due − debt + variation + funding. A positive rest is `claim`; a negative one
 * was `collected` from cash, the rest
 * is `debt` within the bucket's other collateral, then `deficit`. Positions tagged below the round
 * now stand at the marks.
 * `dueBefore` and `debtBefore` were netted in and are gone.
 */
export const VariationSettled = event(57, 'VariationSettled', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  variation: signedAmount(),
  funding: signedAmount(),
  dueBefore: amount(),
  debtBefore: amount(),
  claim: amount(),
  collected: amount(),
  debt: amount(),
  deficit: amount(),
});
/** Money of the insurance wall kept ready for the decision. */
export const InsuranceReserved = event(58, 'InsuranceReserved', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  asset: asset(),
  amount: positiveAmount(),
});
/** All buckets of this lane settled and reported to the clearing decider: its totals. */
export const RoundReported = event(59, 'RoundReported', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  collected: amount(),
  claims: amount(),
  debts: amount(),
  deficits: amount(),
  insurance: amount(),
  failed: list(group({ account: account(), bucket: bucket(), deficit: amount() })),
  /** positions of failing buckets, signed lots */
  failing: list(
    group({ account: account(), bucket: bucket(), instrument: instrument(), lots: signedLots() }),
  ),
  /**
   * the most leveraged holders of each side: signed lots, equity at the marks, claim of this round
   */
  candidates: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: signedLots(),
      equity: signedAmount(),
      claim: amount(),
    }),
  ),
});
/** The decision is here; payments follow when all money of other partitions is here too. */
export const RoundDecisionTaken = event(60, 'RoundDecisionTaken', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  insuranceUsed: amount().like('insuranceUsed'),
  claimsPaid: amount().like('claimsPaid'),
  claimsCut: amount().like('claimsCut'),
  cuts: list(
    group({
      account: account(),
      bucket: bucket(),
      amount: positiveAmount(),
      origin: account(),
      originBucket: bucket(),
    }),
  ).like('cuts'),
  closes: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: uint(),
      against: account(),
      againstBucket: bucket(),
    }),
  ).like('closes'),
  receives: amount().like('receives'),
});
/** `used` pays deficits (layer insurance), `returned` is available again. */
export const InsuranceCharged = event(61, 'InsuranceCharged', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  asset: asset(),
  used: amount(),
  returned: amount(),
});
/**
 * A claim of the round: `paid` in cash, `cut` for a loss (`cutByAdl` of it named, the rest pro
 * rata), the rest stays `due`.
 */
export const ClaimPaid = event(62, 'ClaimPaid', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  paid: amount(),
  cutByAdl: amount(),
  cut: amount(),
  due: amount(),
});
export const RoundApplied = event(63, 'RoundApplied', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
});
/**
 * Net ledger change of each wall against other walls since the last such event: the only authority
 * for custody to sweep. `between`:
 * what this partition's senders settled towards other partitions.
 */
export const SweepsDue = event(64, 'SweepsDue', 1, {
  lines: list(group({ account: account(), asset: asset(), amount: signedAmount() })),
  between: list(group({ partition: uint(), asset: asset(), amount: positiveAmount() })),
});

export const ACCOUNTS_COMMANDS = [
  OpenAccount,
  CloseAccount,
  GrantTradingAuthority,
  RevokeTradingAuthority,
  RegisterDestination,
  TransferCollateral,
  MoveCollateral,
  RequestWithdrawal,
  SubmitTrade,
  CreditDeposit,
  ConcludeGate,
  CancelReservations,
  PayWithdrawal,
  ReturnWithdrawal,
  TradeSlice,
  SellCollateral,
  MarkFailing,
  JoinRound,
  SettleBuckets,
  ApplyDecision,
  TransferOffer,
  TransferAnswer,
  LegOffer,
  LegAnswer,
  RoundMarker,
  RoundDecision,
] as const;
export const ACCOUNTS_EVENTS = [
  AccountOpened,
  AccountClosed,
  TradingAuthorityGranted,
  TradingAuthorityRevoked,
  DestinationRegistered,
  CollateralCredited,
  TransferReserved,
  TransferAccepted,
  TransferRefused,
  TransferSettled,
  TransferReturned,
  CollateralMoved,
  MoveReserved,
  MoveReleased,
  WithdrawalReserved,
  WithdrawalPaid,
  WithdrawalReturned,
  LegReserved,
  LegOffered,
  LegApplied,
  LegReleased,
  LegRefused,
  CollateralSold,
  CollateralUnsold,
  FailingMarked,
  RoundJoined,
  RoundMarkerCounted,
  VariationSettled,
  InsuranceReserved,
  RoundReported,
  RoundDecisionTaken,
  InsuranceCharged,
  ClaimPaid,
  RoundApplied,
  SweepsDue,
] as const;
export type AccountsCommand = Each<typeof ACCOUNTS_COMMANDS>;
export type AccountsEvent = Each<typeof ACCOUNTS_EVENTS>;
