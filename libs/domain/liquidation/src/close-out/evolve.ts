import { closeOutKey } from '../close-out-key.js';
import type { EventOf, Mail } from '@ringfence/contracts';
import { invariant, present } from '@ringfence/kernel';
import { clearingLane } from '../addresses.js';
import { answerBid, forgetAuctions, renewAuctions } from '../auction/evolve.js';
import { isBid } from '../auction/state.js';
import { answerLeg, forgetPortfolio, openPortfolioSlice } from './portfolio-notes.js';
import { forgetRamp, noteFreed, noteRamped, noteUsed } from './pace.js';
import { touchCloseOut, touchCounters } from '../digest.js';
import { noteFill } from '../views/risk.js';
import { STALE, newCloseOut, type CloseOut, type LiquidationState } from '../state.js';

/** What sizing a portfolio weighs against sizing one position: ten looks at a whole grid. */
export const PORTFOLIO_WORK = 16;

type OfBucket = Parameters<typeof closeOutKey>[0];

/** The close-out to write to. */
function changed(state: LiquidationState, of: OfBucket): CloseOut {
  const key = closeOutKey(of);
  touchCloseOut(state, key);
  return present(state.closeOuts.get(key), 'close-out');
}

/** As `changed`; what is not in trouble yet gets its place. */
function entered(state: LiquidationState, of: OfBucket): CloseOut {
  const key = closeOutKey(of);
  if (!state.closeOuts.has(key)) state.closeOuts.set(key, newCloseOut(of));
  return changed(state, of);
}

/** Forgets a bucket that is out of trouble, once no answer about it is outstanding. */
function forgetEnded(state: LiquidationState, closeOut: CloseOut): void {
  const { status, slice, sale } = closeOut;
  if (status !== 'ended' || slice || sale !== 0) return;
  state.closeOuts.delete(closeOutKey(closeOut));
  forgetAuctions(state, closeOut);
  forgetPortfolio(state, closeOutKey(closeOut));
}

function onCall(state: LiquidationState, event: EventOf<'CallNoted'>): void {
  const closeOut = entered(state, event);
  closeOut.status = 'called';
  closeOut.call = event.call;
}

/** Starts anew; only what is still to be answered is kept. */
function onOpened(state: LiquidationState, event: EventOf<'CloseOutOpened'>): void {
  const { call, slice, sale, sizedTick, soldTick } = entered(state, event);
  const kept = { call, slice, sale, sizedTick, soldTick };
  const { account, bucket } = event;
  const anew = { ...newCloseOut({ account, bucket }), ...kept, status: 'reducing' as const };
  state.closeOuts.set(closeOutKey(event), anew);
  forgetRamp(state, closeOutKey(event));
  renewAuctions(state, event);
  forgetPortfolio(state, closeOutKey(event));
}

/** Counts what is sized on one tick, so that the lane knows when a piece was full. */
function countSized(state: LiquidationState, tick: number, work = 1): void {
  const { counters } = state;
  counters.sized = counters.tick === tick ? counters.sized + work : work;
  counters.tick = tick;
  touchCounters(state);
}

function onSized(state: LiquidationState, event: EventOf<'SliceSized'>): void {
  const { slice, lots, tick } = event;
  const closeOut = changed(state, event);
  invariant(!closeOut.slice, 'one open slice per bucket');
  closeOut.slice = { slice, lots: Math.abs(lots) };
  closeOut.sizedTick = tick;
  state.counters.slice = slice;
  noteUsed(state, event.instrument, { tick, lots });
  countSized(state, tick);
}

/** As `onSized`, of all legs together. */
function onPortfolioSized(state: LiquidationState, event: EventOf<'PortfolioSliceSized'>): void {
  const { slice, legs, tick } = event;
  const closeOut = changed(state, event);
  invariant(!closeOut.slice, 'one open slice per bucket');
  closeOut.slice = { slice, lots: legs.reduce((sum, { lots }) => sum + Math.abs(lots), 0) };
  closeOut.sizedTick = tick;
  state.counters.slice = slice;
  openPortfolioSlice(state, event);
  countSized(state, tick, PORTFOLIO_WORK);
}

function onPortfolioAnswer(
  state: LiquidationState,
  event: EventOf<'PortfolioSliceFilled'> | EventOf<'PortfolioSliceRefused'>,
): void {
  const closeOut = changed(state, event);
  if (event.type === 'PortfolioSliceFilled') {
    noteFill(state.risk, closeOutKey(event), event.accountsSeq);
  }
  const outcome = answerLeg(state, event);
  if (outcome === null) return;
  closeOut.slice = null;
  if (outcome === 'refused') closeOut.refusals++;
  if (outcome === 'filled') closeOut.refusals = 0;
  forgetEnded(state, closeOut);
}

/** Comes with the slice that it says more of. */
function onRamped(state: LiquidationState, event: EventOf<'SliceRamped'>): void {
  const { lots } = present(changed(state, event).slice, 'open slice');
  noteRamped(state, closeOutKey(event), event.frees, lots);
}

/** Slice 0 stands for what a round's deleveraging closed. */
function onFilled(state: LiquidationState, event: EventOf<'SliceFilled'>): void {
  const closeOut = changed(state, event);
  noteFill(state.risk, closeOutKey(event), event.accountsSeq);
  if (event.slice > 0) {
    noteFreed(state, closeOutKey(event), Math.abs(event.lots));
    answerBid(state, event, Math.abs(event.lots));
    closeOut.slice = null;
    closeOut.refusals = 0;
    closeOut.lotsMax = 0;
  }
  forgetEnded(state, closeOut);
}

function onRefused(state: LiquidationState, event: EventOf<'SliceRefused'>): void {
  const closeOut = changed(state, event);
  const { lots } = present(closeOut.slice, 'open slice');
  noteFreed(state, closeOutKey(event), 0);
  closeOut.slice = null;
  const wasBid = isBid(state, event);
  answerBid(state, event, 0);
  if (event.reason !== STALE && !wasBid) {
    closeOut.refusals++;
    closeOut.lotsMax = Math.max(1, Math.floor(lots / 2));
  }
  forgetEnded(state, closeOut);
}

function onSaleOrdered(state: LiquidationState, event: EventOf<'SaleOrdered'>): void {
  const closeOut = changed(state, event);
  invariant(closeOut.sale === 0, 'one open sale per bucket');
  closeOut.sale = event.sale;
  closeOut.soldTick = event.tick;
  if (closeOut.saleSince === 0) closeOut.saleSince = event.tick;
  state.counters.sale = event.sale;
  countSized(state, event.tick);
}

function onSaleConcluded(state: LiquidationState, event: EventOf<'SaleConcluded'>): void {
  const closeOut = changed(state, event);
  closeOut.sale = 0;
  if (event.done > 0) closeOut.saleSince = 0;
  forgetEnded(state, closeOut);
}

/** Tells the domain's clearing that a bucket needs a round after the last one applied here. */
function wish(
  state: LiquidationState,
  event: EventOf<'AdlRequested'> | EventOf<'DeficitFound'>,
  mail: Mail,
): void {
  const { domain, account, bucket, round } = event;
  changed(state, event).wantedAfter = round;
  const to = clearingLane(domain, state.partitions);
  mail.send(to, { type: 'RoundWanted', domain, account, bucket, round });
}

function onAdl(state: LiquidationState, event: EventOf<'AdlRequested'>, mail: Mail): void {
  const closeOut = changed(state, event);
  closeOut.adl = event.wanted > 0;
  if (!closeOut.adl) return;
  closeOut.status = 'failing';
  wish(state, event, mail);
}

function onDeficit(state: LiquidationState, event: EventOf<'DeficitFound'>, mail: Mail): void {
  changed(state, event).status = 'deficit';
  wish(state, event, mail);
}

function onEnded(
  state: LiquidationState,
  event: EventOf<'CloseOutCured'> | EventOf<'CloseOutResolved'>,
): void {
  const closeOut = changed(state, event);
  closeOut.status = 'ended';
  forgetRamp(state, closeOutKey(event));
  forgetEnded(state, closeOut);
}

/** The only writers of close-outs. */
export const closeOutHandlers = {
  CallNoted: onCall,
  CloseOutOpened: onOpened,
  SliceSized: onSized,
  SliceRamped: onRamped,
  PortfolioSliceSized: onPortfolioSized,
  PortfolioSliceFilled: onPortfolioAnswer,
  PortfolioSliceRefused: onPortfolioAnswer,
  SliceFilled: onFilled,
  SliceRefused: onRefused,
  SaleOrdered: onSaleOrdered,
  SaleConcluded: onSaleConcluded,
  AdlRequested: onAdl,
  DeficitFound: onDeficit,
  CloseOutCured: onEnded,
  CloseOutResolved: onEnded,
};
