import type { Each } from './each.js';
import {
  ExpiryNoted,
  NoteExpiry,
  NotePortfolioFill,
  PortfolioSliceFilled,
  PortfolioSliceRefused,
  PortfolioSliceSized,
} from './liquidation-dated.js';
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
  int,
  list,
  message,
  oneOf,
  positiveAmount,
  signedAmount,
  signedLots,
  text,
  uint,
} from './table/index.js';
import { AuctionEnded, AuctionOpened, BidInAuction, BidTaken } from './liquidation-auctions.js';
import { ScheduleRoundAtPremium, SliceRamped } from './risk-rules.js';

export * from './liquidation-auctions.js';
export * from './liquidation-dated.js';

/**
 * The liquidation lane: per bucket the close-out; per domain the clearing decider of rounds,
 * insurance, deleveraging and haircut.
 */

export const LAYERS = ['insurance', 'adl', 'haircut'] as const;
export type Layer = (typeof LAYERS)[number];

// ---- commands
/**
 * The scheduled round, with the funding rates of the market (parts per billion of notional;
 * positive: longs pay).
 */
export const ScheduleRound = command(300, 'ScheduleRound', 1, {
  domain: domain(),
  funding: list(group({ instrument: instrument(), ratePpb: int() })),
});
// ---- reactions and bounded pieces
export const OpenCloseOut = command(301, 'OpenCloseOut', 1, {
  account: account(),
  bucket: bucket(),
  cause: oneOf('lapsed', 'breached'),
  frame: uint(),
});
export const NoteCure = command(302, 'NoteCure', 1, {
  account: account(),
  bucket: bucket(),
  frame: uint(),
});
export const NoteCall = command(303, 'NoteCall', 1, {
  account: account(),
  bucket: bucket(),
  call: uint(),
});
/** What accounts did with a slice: `lots` signed as traded, 0 when refused. */
export const NoteFill = command(304, 'NoteFill', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  lots: signedLots(),
  price: uint(),
  reason: text(64),
  accountsSeq: uint(),
});
export const NoteSale = command(305, 'NoteSale', 1, {
  sale: uint(),
  account: account(),
  bucket: bucket(),
  done: uint(),
  reason: text(64),
});
/** As `WorkCloseOuts` finds on every even tick now; only older logs hold it. */
export const NoteSettlement = command(306, 'NoteSettlement', 1, {
  account: account(),
  bucket: bucket(),
});
/** Decides how every bucket in trouble goes on; only on even ticks. */
export const WorkCloseOuts = command(307, 'WorkCloseOuts', 1, { tick: uint() });
/** Asks for a round because a deficit or an unfilled deleveraging is left; only on odd ticks. */
export const ReviewRounds = command(308, 'ReviewRounds', 1, { tick: uint() });
export const NoteRoundOpened = command(309, 'NoteRoundOpened', 1, {
  domain: domain(),
  round: uint(),
});
/**
 * All reports in: decides. A bounded piece of its own, since a round of thousands of deficits is
 * work.
 */
export const DecideRound = command(310, 'DecideRound', 1, { domain: domain() });

// ---- channel messages
export const RoundReport = message(320, 'RoundReport', 1, {
  domain: domain(),
  round: uint(),
  collected: amount(),
  claims: amount(),
  debts: amount(),
  deficits: amount(),
  insurance: amount(),
  failed: list(group({ account: account(), bucket: bucket(), deficit: amount() })),
  failing: list(
    group({ account: account(), bucket: bucket(), instrument: instrument(), lots: signedLots() }),
  ),
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
export const RoundDone = message(321, 'RoundDone', 1, { domain: domain(), round: uint() });
/**
 * From a liquidation lane to its domain's decider: a bucket needs a round after `round`, the last
 * one its lane applied.
 */
export const RoundWanted = message(322, 'RoundWanted', 1, {
  domain: domain(),
  account: account(),
  bucket: bucket(),
  round: uint(),
});

// ---- events: close-out
export const CallNoted = event(330, 'CallNoted', 1, {
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  call: uint().like('call'),
});
export const CloseOutOpened = event(331, 'CloseOutOpened', 1, {
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  cause: oneOf('lapsed', 'breached').like('cause'),
  frame: uint().like('frame'),
});
/**
 * The plan, before it is executed: `lots` signed as traded, `price` in ticks away from the mark by
 * the depth it takes.
 */
export const SliceSized = event(332, 'SliceSized', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  instrument: instrument(),
  lots: signedLots(),
  price: uint(),
  fee: amount(),
  against: account(),
  accountsSeq: uint(),
  frame: uint(),
  tick: uint(),
});
export const SliceFilled = event(333, 'SliceFilled', 1, {
  slice: uint().like('slice'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  lots: signedLots().like('lots'),
  price: uint().like('price'),
  accountsSeq: uint().like('accountsSeq'),
});
export const SliceRefused = event(334, 'SliceRefused', 1, {
  slice: uint().like('slice'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  reason: text(64).like('reason'),
});
export const SaleOrdered = event(335, 'SaleOrdered', 1, {
  sale: uint(),
  account: account(),
  bucket: bucket(),
  asset: asset(),
  amount: positiveAmount(),
  proceeds: positiveAmount(),
  buyer: account(),
  to: oneOf('liquidity', 'insurance'),
  tick: uint(),
});
export const SaleConcluded = event(336, 'SaleConcluded', 1, {
  sale: uint().like('sale'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  done: uint().like('done'),
});
/**
 * Nobody took it (or the liquidity wall itself failed): a round after `round`, the last one that
 * the lane applied, deleverages. `wanted`
 * 0 takes it back.
 */
export const AdlRequested = event(337, 'AdlRequested', 1, {
  account: account(),
  bucket: bucket(),
  wanted: uint(),
  domain: domain(),
  round: uint(),
});
/** No position is left and equity is negative: a round after `round` takes the loss. */
export const DeficitFound = event(338, 'DeficitFound', 1, {
  account: account(),
  bucket: bucket(),
  domain: domain(),
  round: uint(),
});
export const CloseOutCured = event(339, 'CloseOutCured', 1, {
  account: account(),
  bucket: bucket(),
});
export const CloseOutResolved = event(340, 'CloseOutResolved', 1, {
  account: account(),
  bucket: bucket(),
});

// ---- events: clearing
export const RoundScheduled = event(350, 'RoundScheduled', 1, {
  domain: domain().like('domain'),
  funding: list(group({ instrument: instrument(), ratePpb: int() })).like('funding'),
});
export const RoundWantedNoted = event(351, 'RoundWantedNoted', 1, {
  domain: domain().like('domain'),
  account: account().like('account'),
  bucket: bucket().like('bucket'),
  round: uint().like('round'),
});
export const RoundAsked = event(352, 'RoundAsked', 1, {
  domain: domain(),
  round: uint(),
  cause: oneOf('schedule', 'deficit'),
  funding: list(group({ instrument: instrument(), ratePpb: int() })),
});
export const RoundStarted = event(353, 'RoundStarted', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
});
export const ReportTaken = event(354, 'ReportTaken', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  partition: uint(),
  collected: amount().like('collected'),
  claims: amount().like('claims'),
  debts: amount().like('debts'),
  deficits: amount().like('deficits'),
  insurance: amount().like('insurance'),
  failed: list(group({ account: account(), bucket: bucket(), deficit: amount() })).like('failed'),
  failing: list(
    group({ account: account(), bucket: bucket(), instrument: instrument(), lots: signedLots() }),
  ).like('failing'),
  candidates: list(
    group({
      account: account(),
      bucket: bucket(),
      instrument: instrument(),
      lots: signedLots(),
      equity: signedAmount(),
      claim: amount(),
    }),
  ).like('candidates'),
});
/**
 * Who bears how much of one bucket's loss: floor, then largest remainder, ties by id; layers sum to
 * the deficit.
 */
export const LossAllocated = event(355, 'LossAllocated', 1, {
  domain: domain(),
  round: uint(),
  origin: account(),
  originBucket: bucket(),
  layer: oneOf(...LAYERS),
  amount: positiveAmount(),
  remaining: amount(),
});
/** Totals of the round, and the part of every lane as sent. `lanes[i]` is accounts partition i. */
export const RoundDecided = event(356, 'RoundDecided', 1, {
  domain: domain().like('domain'),
  round: uint(),
  collected: amount(),
  claims: amount(),
  debts: amount(),
  deficits: amount(),
  insuranceUsed: amount(),
  cutByAdl: amount(),
  cut: amount(),
  paid: amount(),
  due: amount(),
  lanes: list(
    group({
      insuranceUsed: amount(),
      claimsPaid: amount(),
      claimsCut: amount(),
      cuts: list(
        group({
          account: account(),
          bucket: bucket(),
          amount: positiveAmount(),
          origin: account(),
          originBucket: bucket(),
        }),
      ),
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
    }),
  ),
});
export const LaneDone = event(357, 'LaneDone', 1, {
  domain: domain().like('domain'),
  round: uint().like('round'),
  partition: uint(),
});
/** `again`: failing positions or deficits are left, so another round will be asked for. */
export const RoundClosed = event(358, 'RoundClosed', 1, {
  domain: domain(),
  round: uint(),
  again: uint(),
});

export const LIQUIDATION_COMMANDS = [
  ScheduleRound,
  OpenCloseOut,
  NoteCure,
  NoteCall,
  NoteFill,
  NoteSale,
  NoteSettlement,
  WorkCloseOuts,
  ReviewRounds,
  NoteRoundOpened,
  DecideRound,
  RoundReport,
  RoundDone,
  RoundWanted,
  ScheduleRoundAtPremium,
  NoteExpiry,
  NotePortfolioFill,
  BidInAuction,
] as const;
export const LIQUIDATION_EVENTS = [
  CallNoted,
  CloseOutOpened,
  SliceSized,
  SliceFilled,
  SliceRefused,
  SaleOrdered,
  SaleConcluded,
  AdlRequested,
  DeficitFound,
  CloseOutCured,
  CloseOutResolved,
  RoundScheduled,
  RoundWantedNoted,
  RoundAsked,
  RoundStarted,
  ReportTaken,
  LossAllocated,
  RoundDecided,
  LaneDone,
  RoundClosed,
  SliceRamped,
  PortfolioSliceSized,
  PortfolioSliceFilled,
  PortfolioSliceRefused,
  ExpiryNoted,
  AuctionOpened,
  BidTaken,
  AuctionEnded,
] as const;
export type LiquidationCommand = Each<typeof LIQUIDATION_COMMANDS>;
export type LiquidationEvent = Each<typeof LIQUIDATION_EVENTS>;
