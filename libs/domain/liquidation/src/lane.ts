import type {
  At,
  Command,
  CommandOf,
  Decide,
  EventOf,
  LaneDefinition,
  LiquidationCommand,
  LiquidationEvent,
  Mail,
} from '@ringfence/contracts';
import { bidInAuction } from './auction/bid.js';
import { auctionHandlers } from './auction/evolve.js';
import { clearingHandlers } from './clearing/evolve.js';
import {
  decidable,
  decide,
  noteDone,
  noteExpiry,
  noteRoundOpened,
  noteWish,
  scheduleRound,
  scheduleRoundAtPremium,
  takeReport,
} from './clearing/rounds.js';
import { closeOutHandlers } from './close-out/evolve.js';
import { noteCall, noteCure, noteFill, noteSale, openCloseOut } from './close-out/notes.js';
import { notePortfolioFill } from './close-out/portfolio-notes.js';
import { hasWork, PIECE, reviewRounds, workCloseOuts } from './close-out/work.js';
import { liquidationDigest } from './digest.js';
import { accountsReactions, referenceReactions, riskReactions } from './reactions.js';
import { initialLiquidation, type LiquidationState } from './state.js';
import { accountsViews } from './views/accounts.js';
import { referenceViews } from './views/reference.js';
import { riskViews } from './views/risk.js';

/** What older logs hold and no lane orders any more. */
type Bygone = 'NoteSettlement';
type Deciders = {
  readonly [Name in Exclude<LiquidationCommand['type'], Bygone>]: Decide<
    CommandOf<Name>,
    LiquidationState
  >;
};
/** One writer per fact: a fact that nobody handles fails the compiler rather than the fold. */
type Handlers = {
  readonly [Name in LiquidationEvent['type']]: (
    state: LiquidationState,
    event: EventOf<Name>,
    mail: Mail,
    at: At,
  ) => void;
};

/** Rounds first: others wait for them. */
function next(state: LiquidationState): Command | null {
  const domain = decidable(state);
  if (domain !== null) return { type: 'DecideRound', domain };
  return isSizing(state) ? { type: 'WorkCloseOuts', tick: state.counters.tick } : null;
}

/** The last tick on which all was sized: looking costs a look at every close-out. */
const finished = new WeakMap<LiquidationState, number>();

/**
 * Whether a full piece of sizing goes on. All slices and sales of a tick are sized from what was
 * known when the lane read it, so nothing else is taken until then, and no more comes after.
 */
function isSizing(state: LiquidationState): boolean {
  const { tick, sized } = state.counters;
  if (sized < PIECE || finished.get(state) === tick) return false;
  if (hasWork(state, tick)) return true;
  finished.set(state, tick);
  return false;
}

/**
 * How a default is closed out: per bucket slices to liquidity walls and sales of collateral, per
 * domain the decider of settlement rounds, insurance, deleveraging and haircut.
 */
export const liquidationLane: LaneDefinition<LiquidationState> = {
  service: 'liquidation',
  foldVersion: 5,
  initial: initialLiquidation,
  deciders: {
    ScheduleRound: scheduleRound,
    OpenCloseOut: openCloseOut,
    NoteCure: noteCure,
    NoteCall: noteCall,
    NoteFill: noteFill,
    NoteSale: noteSale,
    WorkCloseOuts: workCloseOuts,
    ReviewRounds: reviewRounds,
    NoteRoundOpened: noteRoundOpened,
    DecideRound: decide,
    RoundReport: takeReport,
    RoundDone: noteDone,
    RoundWanted: noteWish,
    ScheduleRoundAtPremium: scheduleRoundAtPremium,
    NoteExpiry: noteExpiry,
    NotePortfolioFill: notePortfolioFill,
    BidInAuction: bidInAuction,
  } satisfies Deciders,
  evolve: { ...closeOutHandlers, ...auctionHandlers, ...clearingHandlers } satisfies Handlers,
  views: { reference: referenceViews, risk: riskViews, accounts: accountsViews },
  reactions: {
    reference: referenceReactions,
    risk: riskReactions,
    accounts: accountsReactions,
  },
  next,
  isAbsorbed: isSizing,
  digest: liquidationDigest,
  // nothing here raises risk, and clients send only the schedule of rounds
  reducing: new Set(['ScheduleRound', 'ScheduleRoundAtPremium'] as const),
};
