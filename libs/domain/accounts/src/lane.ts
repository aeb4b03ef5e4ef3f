import {
  defineLane,
  type AccountsEvent,
  type At,
  type Command,
  type EventOf,
  type LaneDefinition,
  type Mail,
} from '@ringfence/contracts';
import { closeOutEvolve, markFailing, sellCollateral, tradeBid, tradeSlice } from './close-out.js';
import { collateralEvolve, creditDeposit, moveCollateral } from './collateral.js';
import { digest } from './digest.js';
import { legEvolve } from './leg.js';
import {
  closeAccount,
  grantTradingAuthority,
  openAccount,
  openingEvolve,
  registerDestination,
  revokeTradingAuthority,
} from './opening.js';
import { byLanes } from './order.js';
import { referenceViews } from './reference-view.js';
import { applyDecision, isReadyToPay, roundApplyEvolve, takeRoundDecision } from './round-apply.js';
import {
  isReadyToSettle,
  joinRound,
  roundSettleEvolve,
  settleBuckets,
  takeMarker,
} from './round-settle.js';
import { initialState, type AccountsState } from './state.js';
import { tradePortfolioSlice } from './portfolio-slice.js';
import { sweepEvolve } from './sweep.js';
import { switchBucket, switchEvolve } from './switch.js';
import {
  cancelReservations,
  concludeGate,
  submitTrade,
  takeLegAnswer,
  takeLegOffer,
} from './trade.js';
import {
  takeTransferAnswer,
  takeTransferOffer,
  transferCollateral,
  transferEvolve,
} from './transfer.js';
import {
  payWithdrawal,
  requestWithdrawal,
  returnWithdrawal,
  withdrawalEvolve,
} from './withdrawal.js';

/** A change of what `evolve` or a view does gets a new number. */
const FOLD_VERSION = 5;

/** One handler for each own event: an event that nobody handles does not compile. */
type Evolve = {
  readonly [Name in AccountsEvent['type']]: (
    state: AccountsState,
    event: EventOf<Name>,
    mail: Mail,
    at: At,
  ) => void;
};
const evolve = {
  ...openingEvolve,
  ...collateralEvolve,
  ...transferEvolve,
  ...withdrawalEvolve,
  ...legEvolve,
  ...closeOutEvolve,
  ...roundSettleEvolve,
  ...roundApplyEvolve,
  ...sweepEvolve,
  ...switchEvolve,
} satisfies Evolve;

const deciders = {
  OpenAccount: openAccount,
  CloseAccount: closeAccount,
  GrantTradingAuthority: grantTradingAuthority,
  RevokeTradingAuthority: revokeTradingAuthority,
  RegisterDestination: registerDestination,
  TransferCollateral: transferCollateral,
  MoveCollateral: moveCollateral,
  RequestWithdrawal: requestWithdrawal,
  SubmitTrade: submitTrade,
  CreditDeposit: byLanes<'CreditDeposit'>(creditDeposit),
  ConcludeGate: byLanes<'ConcludeGate'>(concludeGate),
  CancelReservations: byLanes<'CancelReservations'>(cancelReservations),
  PayWithdrawal: byLanes<'PayWithdrawal'>(payWithdrawal),
  ReturnWithdrawal: byLanes<'ReturnWithdrawal'>(returnWithdrawal),
  TradeSlice: byLanes<'TradeSlice'>(tradeSlice),
  SellCollateral: byLanes<'SellCollateral'>(sellCollateral),
  MarkFailing: byLanes<'MarkFailing'>(markFailing),
  JoinRound: byLanes<'JoinRound'>(joinRound),
  SettleBuckets: byLanes<'SettleBuckets'>(settleBuckets),
  ApplyDecision: byLanes<'ApplyDecision'>(applyDecision),
  TransferOffer: byLanes<'TransferOffer'>(takeTransferOffer),
  TransferAnswer: byLanes<'TransferAnswer'>(takeTransferAnswer),
  LegOffer: byLanes<'LegOffer'>(takeLegOffer),
  LegAnswer: byLanes<'LegAnswer'>(takeLegAnswer),
  RoundMarker: byLanes<'RoundMarker'>(takeMarker),
  RoundDecision: byLanes<'RoundDecision'>(takeRoundDecision),
  SwitchBucket: switchBucket,
  TradePortfolioSlice: byLanes<'TradePortfolioSlice'>(tradePortfolioSlice),
  TradeBid: byLanes<'TradeBid'>(tradeBid),
} satisfies LaneDefinition<AccountsState>['deciders'];

/** The next piece of a round: settling first, then paying, then telling custody. */
function next(state: AccountsState): Command | null {
  for (const round of state.rounds) {
    const { domain, opened } = round;
    if (isReadyToSettle(state, round)) return { type: 'SettleBuckets', domain, round: opened };
    if (isReadyToPay(round)) return { type: 'ApplyDecision', domain, round: opened };
  }
  const [any] = state.rounds;
  if (!any || !state.isSweeping) return null;
  return { type: 'ApplyDecision', domain: any.domain, round: any.opened };
}

const reactions: LaneDefinition<AccountsState>['reactions'] = {
  custody: {
    DepositConfirmed: ({ deposit, account, asset, amount }) => [
      { type: 'CreditDeposit', deposit, account, asset, amount },
    ],
    WithdrawalInstructed: (event) => [{ type: 'PayWithdrawal', reservation: event.withdrawal }],
    WithdrawalRefused: ({ withdrawal, reason }) => [
      { type: 'ReturnWithdrawal', reservation: withdrawal, reason },
    ],
  },
  risk: {
    GateJudged: ({ reservation, passed, reason }) => [
      { type: 'ConcludeGate', reservation, passed, reason },
    ],
    MarginCalled: ({ account, bucket }) => [{ type: 'CancelReservations', account, bucket }],
  },
  liquidation: {
    SliceSized: ({ slice, account, bucket, instrument, lots, price, fee, against, frame }) => [
      { type: 'TradeSlice', slice, account, bucket, instrument, lots, price, fee, against, frame },
    ],
    PortfolioSliceSized: ({ slice, account, bucket, legs, fee, against, frame }) => {
      const parts = legs.map(({ instrument, lots, price }) => ({ instrument, lots, price }));
      const plan = { slice, account, bucket, legs: parts, fee, against, frame };
      return [{ type: 'TradePortfolioSlice', ...plan }];
    },
    BidTaken: ({ bidder, bidderBucket, ...bid }) => {
      const { slice, account, bucket, instrument, lots, price, member, frame } = bid;
      const plan = { slice, account, bucket, instrument, lots, price, member, frame };
      return [{ type: 'TradeBid', ...plan, against: bidder, againstBucket: bidderBucket }];
    },
    SaleOrdered: ({ sale, account, bucket, asset, amount, proceeds, buyer }) => [
      { type: 'SellCollateral', sale, account, bucket, asset, amount, proceeds, buyer },
    ],
    AdlRequested: ({ account, bucket, wanted }) => [
      { type: 'MarkFailing', account, bucket, failing: wanted > 0 },
    ],
  },
  reference: {
    RoundOpened: ({ domain, round, marks, collateral }) => [
      { type: 'JoinRound', domain, round, marks, collateral },
    ],
  },
};

/**
 * The answer to an offer on which its decider threw: the other side gets its money or its leg back.
 */
const refuse: LaneDefinition<AccountsState>['refuse'] = (offer, order, reason) => {
  const partition = order.from?.partition;
  if (partition === undefined) return null;
  if (offer.type === 'TransferOffer') {
    return { type: 'TransferRefused', partition, reservation: offer.reservation, reason };
  }
  if (offer.type !== 'LegOffer') return null;
  const { reservation, account } = offer;
  return { type: 'LegRefused', partition, offer: reservation, account, reason };
};

/**
 * Who is owed what, behind which wall. Everything inside a wall changes in one decision; nothing
 * crosses one but by reserve,
 * offer, accept or refuse, settle or return.
 */
export const accountsLane: LaneDefinition<AccountsState> = defineLane<AccountsState>({
  service: 'accounts',
  foldVersion: FOLD_VERSION,
  initial: initialState,
  deciders,
  evolve,
  views: { reference: referenceViews },
  reactions,
  refuse,
  next,
  digest,
  // out of a margin bucket the gate judges; into one is a top-up; trades that only reduce pass
  // their own check of staleness
  reducing: new Set<Command['type']>(['MoveCollateral', 'RevokeTradingAuthority']),
});
