import { closeOutKey } from '../close-out-key.js';
import type { CommandOf, Event, EventOf } from '@ringfence/contracts';
import { accept, invariant, present, type Decision, type InstrumentId } from '@ringfence/kernel';
import { touchPortfolio } from '../digest.js';
import { STALE, closeOutOf, type CloseOut, type LiquidationState } from '../state.js';
import { REFUSALS_MAX } from './notes.js';
import { wishForAdl } from './standing.js';

/** The slice of a portfolio that is under way, and what refusals leave of the next one. */
export interface PortfolioCloseOut {
  /** of the slice that was sized last */
  readonly fractionPpm: number;
  /** legs of it */
  readonly legs: number;
  /** those whose answer is not here yet */
  readonly waiting: readonly InstrumentId[];
  /** some leg of it was filled; some was planned at an older frame than accounts had */
  readonly isFilled: boolean;
  readonly isStale: boolean;
  /** largest fraction of the next slice; 0: no such bound */
  readonly fractionMaxPpm: number;
}

/** Whether the open slice of a bucket is one of a portfolio. */
export const isPortfolioSlice = (
  { portfolios }: LiquidationState,
  of: Parameters<typeof closeOutKey>[0],
): boolean => (portfolios.get(closeOutKey(of))?.waiting.length ?? 0) > 0;

/** Whether a leg of the open slice of a portfolio is awaited. */
export const awaitsLeg = (
  state: LiquidationState,
  of: Parameters<typeof closeOutKey>[0],
  instrument: InstrumentId,
): boolean => state.portfolios.get(closeOutKey(of))?.waiting.includes(instrument) ?? false;

/**
 * What became of a leg of a portfolio's slice.
 *
 * Legs are answered one by one, and what was filled stands: the next slice is sized from what is
 * left. A slice of which nothing was filled was refused: half the fraction next time; a third such
 * slice in a row, or one of single lots, means that the next round must deleverage.
 */
export function notePortfolioFill(
  command: CommandOf<'NotePortfolioFill'>,
  state: LiquidationState,
): Decision<Event> {
  const { slice, account, bucket, instrument, lots, price, reason, accountsSeq } = command;
  const closeOut = closeOutOf(state, { account, bucket });
  if (!closeOut || closeOut.slice?.slice !== slice) return accept();
  if (!awaitsLeg(state, closeOut, instrument)) return accept();
  const about = { slice, account, bucket, instrument };
  if (lots !== 0) {
    return accept<Event>({ type: 'PortfolioSliceFilled', ...about, lots, price, accountsSeq });
  }
  const refused: Event = { type: 'PortfolioSliceRefused', ...about, reason };
  return isGivenUpBy(state, closeOut, reason)
    ? accept<Event>(refused, ...wishForAdl(state, closeOut))
    : accept<Event>(refused);
}

/** Whether a refusal is the last of a slice that nobody took, and no smaller one makes sense. */
function isGivenUpBy(state: LiquidationState, closeOut: CloseOut, reason: string): boolean {
  const { waiting, isFilled, isStale, legs } = open(state, closeOut);
  if (waiting.length > 1 || isFilled || isStale || reason === STALE) return false;
  if (closeOut.status !== 'reducing') return false;
  const { lots } = present(closeOut.slice, 'open slice');
  return lots <= legs || closeOut.refusals + 1 >= REFUSALS_MAX;
}

const open = (
  { portfolios }: LiquidationState,
  of: Parameters<typeof closeOutKey>[0],
): PortfolioCloseOut => present(portfolios.get(closeOutKey(of)), 'slice of a portfolio');

// ---- the fold

/** The slice is under way; its legs are awaited. */
export function openPortfolioSlice(
  state: LiquidationState,
  event: EventOf<'PortfolioSliceSized'>,
): void {
  const key = closeOutKey(event);
  const { fractionPpm, legs } = event;
  state.portfolios.set(key, {
    fractionPpm,
    legs: legs.length,
    waiting: legs.map(({ instrument }) => instrument),
    isFilled: false,
    isStale: false,
    fractionMaxPpm: state.portfolios.get(key)?.fractionMaxPpm ?? 0,
  });
  touchPortfolio(state, key);
}

/**
 * A leg is answered.
 *
 * @returns what the whole slice came to, once no leg is awaited any more; else null
 */
export function answerLeg(
  state: LiquidationState,
  event: EventOf<'PortfolioSliceFilled'> | EventOf<'PortfolioSliceRefused'>,
): 'filled' | 'refused' | 'stale' | null {
  const key = closeOutKey(event);
  const before = open(state, event);
  invariant(before.waiting.includes(event.instrument), 'an awaited leg is answered');
  const isRefused = event.type === 'PortfolioSliceRefused';
  const waiting = before.waiting.filter((instrument) => instrument !== event.instrument);
  const isFilled = before.isFilled || !isRefused;
  const isStale = before.isStale || (isRefused && event.reason === STALE);
  const over = waiting.length === 0;
  const outcome = isFilled ? 'filled' : isStale ? 'stale' : 'refused';
  const half = Math.max(1, Math.floor(before.fractionPpm / 2));
  const fractionMaxPpm = !over || outcome === 'stale' ? before.fractionMaxPpm : isFilled ? 0 : half;
  state.portfolios.set(key, { ...before, waiting, isFilled, isStale, fractionMaxPpm });
  touchPortfolio(state, key);
  return over ? outcome : null;
}

/** Forgets what refusals left, once no leg is awaited. */
export function forgetPortfolio(state: LiquidationState, key: number): void {
  if ((state.portfolios.get(key)?.waiting.length ?? 0) > 0) return;
  if (state.portfolios.delete(key)) touchPortfolio(state, key);
}
