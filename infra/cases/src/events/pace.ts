import type { CommandOf, EventOf } from '@ringfence/contracts';
import { accountId, type AccountId, type DomainId } from '@ringfence/kernel';
import {
  DECIMAL_ZERO,
  decimalOf,
  placesOf,
  tenTo,
  wholeUnits,
  type DecimalFigure,
} from '@ringfence/money';
import type { Outputs } from '../compare.js';
import type { Input } from '../input.js';
import { breached, evaluated, ONE_LOT, tickOf, wallOpened } from './close-out.js';
import { factsOf, type Folded } from './lane-run.js';
import {
  INSTRUMENT,
  listInstrument,
  newLiquidation,
  SETTLEMENT_PLACES,
  type Liquidation,
} from './reference-facts.js';
import type { Played } from './run-events.js';

type Rules = CommandOf<'SetRiskRules'>['rules'];

const DOMAIN = 1 as DomainId;
const FIRST = accountId(0, 5);
const SECOND = accountId(0, 6);
/**
 * A lot is worth 10^-places of a whole unit at the one tick of its price, and needs all of it:
 * finer where time divides a shortage, coarser where whole positions are limited.
 */
const RAMP_PLACES = 12;
const LIMIT_PLACES = 6;
const unitOf = (places: number): bigint => 10n ** BigInt(SETTLEMENT_PLACES - places);
const WHOLE_PPM = 1_000_000;
const OFF: Rules = {
  antiProcyclicality: null,
  openInterest: null,
  funding: null,
  slices: null,
  ramp: null,
};

/** A lane that knows a wall, an instrument and its rules. */
function ruledLane(rules: Partial<Rules>, unit: bigint): Liquidation {
  const run = newLiquidation(1);
  const terms = { price: 1, initialPpm: WHOLE_PPM, closeOutFeePpm: 0, unit };
  listInstrument(run, DOMAIN, terms);
  const set = { type: 'RiskRulesSet' as const, instrument: INSTRUMENT, version: 1 };
  run.see('reference', { ...set, rules: { ...OFF, ...rules } });
  run.see('accounts', wallOpened());
  return run;
}

const lotsOf = (figure: DecimalFigure, places: number): bigint | null =>
  placesOf(figure) > places ? null : wholeUnits(figure, places);
const amountOf = (lots: bigint, places: number): DecimalFigure =>
  decimalOf(lots).div(tenTo(places));
const isCount = (figure: DecimalFigure): boolean => placesOf(figure) === 0;

/** A bucket long so many lots, so many of them not margined, as risk would see it. */
function see(
  run: Liquidation,
  of: {
    readonly account: AccountId;
    readonly held: bigint;
    readonly short: bigint;
    readonly seq: number;
    /** settlement units per lot */
    readonly unit: bigint;
  },
): void {
  const { account, held, short, seq, unit } = of;
  const initial = held * unit;
  const equity = (held - short) * unit;
  const position = { lots: Number(held), mark: 1, initial, equity };
  run.see('risk', { ...evaluated(position), account, accountsSeq: seq });
}
function breach(run: Liquidation, account: AccountId): void {
  run.see('risk', { ...breached({ equity: 0n, initial: 1n }), account });
}
const slicesOf = (folded: Folded, account: AccountId): EventOf<'SliceSized'>[] =>
  factsOf(folded, 'SliceSized').filter((slice) => slice.account === account);
function sized(folded: Folded, account: AccountId): DecimalFigure {
  const slices = slicesOf(folded, account).map(({ lots }) => BigInt(Math.abs(lots)));
  return amountOf(
    slices.reduce((sum, lots) => sum + lots, 0n),
    LIMIT_PLACES,
  );
}

/**
 * A shortage under a ramp: what the lane lets the slice free at that tick. What was freed before is
 * an earlier slice of the same close-out, two ticks before.
 */
export function rampThroughEvents(input: Input): Played | null {
  const [elapsed, duration] = [input.figure('elapsed'), input.figure('duration')];
  const small = input.figure('smallShortage');
  const shortage = lotsOf(input.figure('shortage'), RAMP_PLACES);
  const freed = lotsOf(input.figureOr('freedSoFar', DECIMAL_ZERO), RAMP_PLACES);
  if (shortage === null || freed === null || ![elapsed, duration, small].every(isCount))
    return null;
  const unit = unitOf(RAMP_PLACES);
  const ramp = {
    initialPpm: input.rate('initialFraction'),
    durationTicks: Number(duration.toFixed()),
    smallShortage: Number(small.toFixed()),
  };
  const run = ruledLane({ ramp }, unit);
  const ticks = Number(elapsed.toFixed());
  const [begun, held] = [ticks % 2 === 0 ? 2 : 1, 4n * (shortage + freed)];
  run.see('reference', tickOf(begun));
  const earlier = freed > 0n ? shortFor(freed, { ...ramp, elapsed: ticks - 2 }) : shortage;
  if (earlier === null || earlier >= held) return null;
  see(run, { account: FIRST, held, short: earlier, seq: 0, unit });
  breach(run, FIRST);
  if (freed > 0n) {
    run.see('reference', tickOf(begun + ticks - 2));
    const [slice] = slicesOf(run.folded(), FIRST);
    if (!slice || BigInt(-slice.lots) !== freed) return null;
    const fill = { slice: slice.slice, account: FIRST, bucket: slice.bucket, lots: slice.lots };
    run.order({ type: 'NoteFill', ...fill, price: 1, reason: '', accountsSeq: 1 });
    see(run, { account: FIRST, held: held - freed, short: shortage, seq: 1, unit });
  }
  run.see('reference', tickOf(begun + ticks));
  const before = freed > 0n ? 1 : 0;
  const read = (folded: Folded): Outputs => {
    const ramped = factsOf(folded, 'SliceRamped')[before];
    // what may not be freed yet is no slice
    if (!ramped) return { allowed: DECIMAL_ZERO };
    const allowed = decimalOf(ramped.allowed).div(tenTo(SETTLEMENT_PLACES));
    const whole = amountOf(shortage + freed, RAMP_PLACES);
    return { allowed, fraction: allowed.plus(amountOf(freed, RAMP_PLACES)).div(whole) };
  };
  return { run, read, tolerance: ONE_LOT };
}

/** The shortage of which a ramp frees just so many lots at that time; null when there is none. */
function shortFor(
  freed: bigint,
  ramp: { initialPpm: number; durationTicks: number; smallShortage: number; elapsed: number },
): bigint | null {
  const { initialPpm, durationTicks, elapsed, smallShortage } = ramp;
  if (elapsed <= 0) return null;
  const whole = BigInt(durationTicks) * BigInt(WHOLE_PPM);
  const part = BigInt(initialPpm) * BigInt(durationTicks) + BigInt(elapsed) * BigInt(WHOLE_PPM);
  if (part >= whole) return null;
  const short = (freed * whole) / part;
  return short < BigInt(smallShortage) * 10n ** BigInt(RAMP_PLACES) ? null : short;
}

/** Two buckets on one tick: the second gets what the first leaves of the limit. */
function blockThroughEvents(input: Input): Played | null {
  const [limit, used] = [input.figure('maxNotionalPerBlock'), input.figure('alreadyLiquidated')];
  const first = lotsOf(used, LIMIT_PLACES);
  const all = lotsOf(limit, LIMIT_PLACES);
  if (first === null || all === null || !isCount(limit) || limit.lte('0')) return null;
  const tickNotional = Number(limit.toFixed());
  if (first > all) return null;
  const unit = unitOf(LIMIT_PLACES);
  const slices = { minNotional: 0, maxPortionPpm: WHOLE_PPM, tickNotional };
  const run = ruledLane({ slices }, unit);
  for (const [account, lots] of [
    [FIRST, first],
    [SECOND, all + 1n],
  ] as const) {
    if (lots === 0n) continue;
    see(run, { account, held: lots, short: 2n * lots, seq: 0, unit });
    breach(run, account);
  }
  run.see('reference', tickOf(2));
  return { run, read: (folded) => ({ max: sized(folded, SECOND) }) };
}

/** Two buckets with the position: one needs all of it closed, the other a single lot. */
function positionThroughEvents(input: Input): Played | null {
  const held = lotsOf(input.figure('positionNotional'), LIMIT_PLACES);
  const min = input.figure('minNotional');
  if (held === null || held <= 0n || !isCount(min)) return null;
  const maxPortionPpm = input.rate('maxPositionPortion');
  const slices = { minNotional: Number(min.toFixed()), maxPortionPpm, tickNotional: 0 };
  if (held > BigInt(Number.MAX_SAFE_INTEGER) || maxPortionPpm === 0) return null;
  const unit = unitOf(LIMIT_PLACES);
  const run = ruledLane({ slices }, unit);
  see(run, { account: FIRST, held, short: 2n * held, seq: 0, unit });
  see(run, { account: SECOND, held, short: 1n, seq: 0, unit });
  for (const account of [FIRST, SECOND]) breach(run, account);
  run.see('reference', tickOf(2));
  return {
    run,
    read: (folded) => ({ max: sized(folded, FIRST), min: sized(folded, SECOND) }),
  };
}

/** Limits on one slice and on one tick, as the lane keeps them. */
export const limitsThroughEvents = (input: Input): Played | null =>
  input.choose('calc', { block: blockThroughEvents, position: positionThroughEvents })(input);
