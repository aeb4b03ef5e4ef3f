import type { CommandOf, Event, EventOf } from '@ringfence/contracts';
import {
  accept,
  bucketKind,
  cross,
  portfolio,
  type AccountId,
  type BucketId,
  type Decision,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { closeOutKey } from '../close-out-key.js';
import { unscheduledRounds } from '../clearing/rounds.js';
import {
  closeOutOf,
  closeOutsInOrder,
  isOpen,
  type CloseOut,
  type LiquidationState,
} from '../state.js';
import { giveUp, proceedAuction } from '../auction/proceed.js';
import { paceOf, usedOn, type Pace } from './pace.js';
import { PORTFOLIO_WORK } from './evolve.js';
import type { PortfolioEvaluation } from './holdings.js';
import { planPortfolio } from './portfolio-plan.js';
import { planSale } from './sale.js';
import type { LinearEvaluation } from '../views/risk.js';
import { firstLine, sizeSlice } from './slice.js';
import {
  domainOf,
  freshEvaluation,
  isFlat,
  isLiquidity,
  isWhole,
  settlementOf,
  wasServed,
  wishForAdl,
} from './standing.js';

/** Slices and sales that one decision sizes: the bound of a piece of long work. */
export const PIECE = 256;

/**
 * All that concerns a bucket is decided on even ticks, rounds are asked for on odd ones: never both
 * on the same.
 */
export const isSizingTick = (tick: number): boolean => tick % 2 === 0;

/**
 * Decides where every bucket in trouble goes on, in bucket order: a loss that a round must take or
 * took; a sale; a slice, or, with no one to trade with, the wish for deleveraging. As many slices
 * and sales as a piece may.
 *
 * @returns nothing for an odd tick, or one that is not the newest
 * @source DESIGN 6.5
 */
export function workCloseOuts(
  { tick }: CommandOf<'WorkCloseOuts'>,
  state: LiquidationState,
): Decision<Event> {
  return isSizing(state, tick) ? accept<Event>(...plansOf(state, tick)) : accept();
}

const isSizing = ({ reference }: LiquidationState, tick: number): boolean =>
  isSizingTick(tick) && tick === reference.tick;

function plansOf(state: LiquidationState, tick: number): Event[] {
  const events: Event[] = [];
  let { slice, sale } = state.counters;
  let { last: auction } = state.auctions;
  let sized = 0;
  const used: Used = new Map();
  for (const closeOut of closeOutsInOrder(state)) {
    if (sized >= PIECE) break;
    const standing = planStanding(state, closeOut);
    events.push(...standing);
    if (standing.length > 0) continue;
    const ordered = isOpen(closeOut) ? planSale(state, closeOut, tick) : null;
    if (ordered) events.push({ ...ordered, sale: ++sale });
    const reduction = planReduction(state, closeOut, { tick, slice: slice + 1, used });
    const [planned] = reduction;
    if (planned?.type === 'AuctionOpened') events.push({ ...planned, auction: ++auction });
    else events.push(...reduction);
    if (planned?.type === 'SliceSized') use(state, used, planned);
    const work = workOf(planned);
    if (work > 0) slice++;
    sized += Math.max(work, ordered ? 1 : 0);
  }
  return events;
}

/** What sizing a slice weighs in a piece; 0 where none was sized. */
function workOf(planned: Event | undefined): number {
  if (planned?.type === 'PortfolioSliceSized') return PORTFOLIO_WORK;
  return planned?.type === 'SliceSized' ? 1 : 0;
}

/** Whether some close-out has something to be sized or ordered on this tick. */
export function hasWork(state: LiquidationState, tick: number): boolean {
  if (!isSizing(state, tick)) return false;
  for (const closeOut of state.closeOuts.values()) {
    if (!isOpen(closeOut)) continue;
    if (planStanding(state, closeOut).length > 0) return true;
    if (planSale(state, closeOut, tick)) return true;
    if (planReduction(state, closeOut, { tick, slice: 1, used: new Map() }).length > 0) return true;
  }
  return false;
}

/** What only a round can do for a bucket, or has done; nothing for the most. */
function planStanding(state: LiquidationState, closeOut: CloseOut): Event[] {
  const settlement = settlementOf(state, closeOut);
  if (settlement.length > 0 || closeOut.status !== 'failing') return settlement;
  const evaluation = freshEvaluation(state, closeOut);
  if (!evaluation || isFlat(evaluation) || isWhole(evaluation)) return [];
  return wasServed(state, closeOut) ? wishForAdl(state, closeOut) : [];
}

/** Notional of slices planned in one decision, per instrument. */
type Used = Map<InstrumentId, bigint>;
interface Plan {
  readonly tick: number;
  /** number of the slice */
  readonly slice: number;
  readonly used: ReadonlyMap<InstrumentId, bigint>;
}

function use(state: LiquidationState, used: Used, slice: EventOf<'SliceSized'>): void {
  const known = state.reference.instruments.get(slice.instrument);
  if (!known) return;
  const notional = BigInt(Math.abs(slice.lots)) * BigInt(known.price) * known.unit;
  used.set(slice.instrument, (used.get(slice.instrument) ?? 0n) + notional);
}

/** The next slice of a bucket, or the wish for deleveraging where no wall can take it. */
function planReduction(state: LiquidationState, closeOut: CloseOut, plan: Plan): Event[] {
  const { tick } = plan;
  if (closeOut.status !== 'reducing' || closeOut.slice || closeOut.sizedTick >= tick) return [];
  const evaluation = freshEvaluation(state, closeOut);
  if (!evaluation || isWhole(evaluation)) return [];
  if ((state.risk.begun.get(closeOutKey(closeOut)) ?? 0) >= tick) return [];
  const auctioned = proceedAuction(state, closeOut, evaluation, tick);
  if (auctioned) return auctioned;
  return evaluation.type === 'MarginEvaluated'
    ? planSlice(state, closeOut, evaluation, plan)
    : planHedged(state, closeOut, evaluation, plan);
}

/** A slice of all positions of a portfolio together. */
function planHedged(
  state: LiquidationState,
  closeOut: CloseOut,
  evaluation: PortfolioEvaluation,
  { tick, slice }: Plan,
): Event[] {
  const domain = domainOf(state, closeOut.bucket);
  if (domain === undefined || evaluation.lines.every(({ lots }) => lots === 0)) return [];
  const against = wallFor(state, closeOut, domain);
  if (against === undefined) return giveUp(state, closeOut);
  return planPortfolio(state, closeOut, evaluation, { tick, slice, against });
}

/** A slice of the position whose closing comes first. */
function planSlice(
  state: LiquidationState,
  closeOut: CloseOut,
  evaluation: LinearEvaluation,
  plan: Plan,
): Event[] {
  const { account, bucket, lotsMax } = closeOut;
  const line = firstLine(evaluation);
  if (!line || line.mark === 0) return [];
  const instrument = state.reference.instruments.get(line.instrument);
  if (!instrument?.parameters || instrument.initialPpm === 0) return [];
  const against = wallFor(state, closeOut, instrument.domain);
  if (against === undefined) return giveUp(state, closeOut);
  const scale = state.reference.assets.get(instrument.settlement)?.scale;
  if (scale === undefined) return [];
  const { parameters } = instrument;
  const { partitions } = state;
  const lotValue = BigInt(instrument.price) * instrument.unit;
  const pace = paceFor(state, closeOut, { id: line.instrument, lotValue, scale, plan });
  const about = { evaluation, line, instrument, parameters };
  const sized = sizeSlice({ ...about, scale, partitions, lotsMax, pace });
  if (sized === 'no-depth') return giveUp(state, closeOut);
  if (!sized) return [];
  const { instrument: id } = line;
  const { accountsSeq, frame } = evaluation;
  const lots = line.lots > 0 ? -sized.lots : sized.lots;
  const { price, fee, ramp } = sized;
  const { slice, tick } = plan;
  const what = { instrument: id, lots, price, fee, against, accountsSeq, frame, tick };
  const planned: Event = { type: 'SliceSized', slice, account, bucket, ...what };
  return ramp ? [planned, { type: 'SliceRamped', slice, account, bucket, ...ramp }] : [planned];
}

/** What rules allow a position on this tick, slices planned before it in this decision counted. */
function paceFor(
  state: LiquidationState,
  closeOut: CloseOut,
  of: {
    readonly id: InstrumentId;
    readonly lotValue: bigint;
    readonly scale: number;
    readonly plan: Plan;
  },
): Pace {
  const { id, lotValue, scale, plan } = of;
  const key = closeOutKey(closeOut);
  return paceOf(state.reference.rules.get(id), {
    scale,
    lotValue,
    elapsed: plan.tick - (state.risk.begun.get(key) ?? 0),
    freedSoFar: state.paces.ramps.get(key)?.freed ?? 0n,
    usedOnTick: usedOn(state, id, plan.tick) + (plan.used.get(id) ?? 0n),
  });
}

/** The first liquidity wall of the domain that is not in trouble itself; a wall itself has none. */
function wallFor(
  state: LiquidationState,
  closeOut: CloseOut,
  domain: DomainId,
): AccountId | undefined {
  if (isLiquidity(state, closeOut)) return undefined;
  // where accounts puts what it takes over
  const takeover = bucketKind(closeOut.bucket) === 'portfolio' ? portfolio(domain) : cross(domain);
  return state.accounts.liquidity
    .get(domain)
    ?.find((account) => !isClosing(state, { account, bucket: takeover }));
}

function isClosing(
  state: LiquidationState,
  of: { readonly account: AccountId; readonly bucket: BucketId },
): boolean {
  const own = closeOutOf(state, of);
  return own !== undefined && isOpen(own);
}

/**
 * Asks, as the clearing of a domain, for the round that buckets wait for.
 *
 * @returns nothing for an even tick, or one that is not the newest
 * @source DESIGN 6.3: unscheduled rounds are asked for only on ticks
 */
export function reviewRounds(
  { tick }: CommandOf<'ReviewRounds'>,
  state: LiquidationState,
): Decision<Event> {
  return accept<Event>(...reviewOf(state, tick));
}

/** What `reviewRounds` decides on this tick. */
export function reviewOf(state: LiquidationState, tick: number): Event[] {
  if (isSizingTick(tick) || tick !== state.reference.tick) return [];
  return unscheduledRounds(state);
}
