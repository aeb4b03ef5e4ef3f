import { invariant, type InstrumentId } from '@ringfence/kernel';
import {
  afterCloseOut,
  closeOutLots,
  limitLeft,
  rampedShortage,
  sliceLimits,
  type CloseOutInput,
} from '@ringfence/margin';
import type { EventOf } from '@ringfence/contracts';
import { touchRamp, touchUsed } from '../digest.js';
import type { LiquidationState } from '../state.js';

type Rules = EventOf<'RiskRulesSet'>['rules'];

/** What a close-out under a ramp has freed, and what its open slice would free; smallest units. */
export interface RampedCloseOut {
  readonly freed: bigint;
  readonly frees: bigint;
  /** of the open slice as planned, > 0 while there is one */
  readonly lots: number;
}
/** Notional closed of an instrument on one tick, where a limit is set; smallest units. */
export interface UsedLimit {
  readonly tick: number;
  readonly notional: bigint;
}
/** What rules of pace must remember; both are empty where no such rule is set. */
export interface Paces {
  readonly ramps: Map<number, RampedCloseOut>;
  readonly used: Map<InstrumentId, UsedLimit>;
}
export const newPaces = (): Paces => ({ ramps: new Map(), used: new Map() });

/** How fast a position may be closed out now, amounts in smallest units; null: no such rule. */
export interface Pace {
  readonly ramp: {
    readonly initialPpm: number;
    /** ticks since the close-out began */
    readonly elapsed: number;
    readonly duration: number;
    readonly smallShortage: bigint;
    readonly freedSoFar: bigint;
  } | null;
  readonly limits: { readonly minNotional: bigint; readonly maxPortionPpm: number } | null;
  /** lots that may still be closed on this tick, at the newest price */
  readonly lotsLeft: number | null;
}
/** Without rules a slice is as large as it must be. */
export const UNPACED: Pace = { ramp: null, limits: null, lotsLeft: null };

/** The ramp's part in a slice, as it is recorded; smallest units. */
export interface RampedSlice {
  readonly shortage: bigint;
  readonly allowed: bigint;
  readonly frees: bigint;
}

/** The pace that rules allow a bucket's position in an instrument on a tick. */
export function paceOf(
  rules: Rules | undefined,
  at: {
    readonly scale: number;
    readonly elapsed: number;
    readonly freedSoFar: bigint;
    readonly usedOnTick: bigint;
    /** of a lot at the newest price, > 0 */
    readonly lotValue: bigint;
  },
): Pace {
  if (!rules) return UNPACED;
  const whole = 10n ** BigInt(at.scale);
  const { ramp, slices } = rules;
  const max = BigInt(slices?.tickNotional ?? 0) * whole;
  return {
    ramp: ramp && {
      initialPpm: ramp.initialPpm,
      elapsed: at.elapsed,
      duration: ramp.durationTicks,
      smallShortage: BigInt(ramp.smallShortage) * whole,
      freedSoFar: at.freedSoFar,
    },
    limits: slices && {
      minNotional: BigInt(slices.minNotional) * whole,
      maxPortionPpm: slices.maxPortionPpm,
    },
    lotsLeft: max === 0n ? null : Number(limitLeft({ max, used: at.usedOnTick }) / at.lotValue),
  };
}

/**
 * Lots that a slice should close: what cures, as far as the ramp lets it by now, no less and no
 * more than one slice may, and no more than is left on this tick.
 *
 * @param lotValue  smallest units of notional per lot at the mark, > 0
 * @returns lots ≥ 0; 0 waits for the next tick, or nothing is short
 * @source rules/partial-liquidation, time-ramped-fraction and liquidation-limits
 */
export function pacedLots(input: CloseOutInput, pace: Pace, lotValue: bigint): number {
  const wanted = rampedLots(input, pace.ramp);
  if (wanted === 0) return 0;
  const held = Math.abs(input.lots);
  let lots = wanted;
  if (pace.limits) {
    const { min, max } = sliceLimits({ positionNotional: BigInt(held) * lotValue, ...pace.limits });
    // a portion smaller than a lot is a lot: a position must get closed
    const most = Math.max(1, Number(max / lotValue));
    const least = Math.min(held, Number((min + lotValue - 1n) / lotValue));
    lots = Math.min(Math.max(lots, least), Math.max(most, least));
  }
  return pace.lotsLeft === null ? lots : Math.min(lots, pace.lotsLeft);
}

function rampedLots(input: CloseOutInput, ramp: Pace['ramp']): number {
  if (!ramp) return closeOutLots(input);
  const shortage = shortageOf(input, 0);
  if (shortage <= 0n) return 0;
  const allowed = rampedShortage({ ...ramp, shortage });
  if (allowed === 0n) return 0;
  // what may not be freed yet counts as if it were there
  return closeOutLots({ ...input, equity: input.equity + shortage - allowed });
}

/** What the ramp's rule says of a slice as it was sized; null without a ramp. */
export function rampOf(input: CloseOutInput, pace: Pace, lots: number): RampedSlice | null {
  if (!pace.ramp) return null;
  const shortage = shortageOf(input, 0);
  const allowed = rampedShortage({ ...pace.ramp, shortage });
  const freed = shortage - shortageOf(input, lots);
  return { shortage, allowed, frees: freed > 0n ? freed : 0n };
}

function shortageOf(input: CloseOutInput, closed: number): bigint {
  const { equity, requirement } = afterCloseOut(input, closed);
  return requirement - equity;
}

// ---- the fold

/** Notes what a slice takes of a limit per tick; nothing where no limit is set. */
export function noteUsed(
  state: LiquidationState,
  instrument: InstrumentId,
  slice: { readonly tick: number; readonly lots: number },
): void {
  const known = state.reference.instruments.get(instrument);
  if (!known || !state.reference.rules.get(instrument)?.slices?.tickNotional) return;
  const notional = BigInt(Math.abs(slice.lots)) * BigInt(known.price) * known.unit;
  const before = usedOn(state, instrument, slice.tick);
  state.paces.used.set(instrument, { tick: slice.tick, notional: before + notional });
  touchUsed(state, instrument);
}

export function usedOn({ paces }: LiquidationState, id: InstrumentId, tick: number): bigint {
  const used = paces.used.get(id);
  return used?.tick === tick ? used.notional : 0n;
}

/** Notes what the open slice of a close-out would free. */
export function noteRamped(
  state: LiquidationState,
  key: number,
  frees: bigint,
  lots: number,
): void {
  invariant(lots > 0, 'a slice has lots');
  const freed = state.paces.ramps.get(key)?.freed ?? 0n;
  state.paces.ramps.set(key, { freed, frees, lots });
  touchRamp(state, key);
}

/** Counts what was filled of the open slice as freed, in proportion; a refusal fills nothing. */
export function noteFreed(state: LiquidationState, key: number, filled: number): void {
  const ramp = state.paces.ramps.get(key);
  if (!ramp || ramp.lots === 0) return;
  const part = (ramp.frees * BigInt(Math.min(filled, ramp.lots))) / BigInt(ramp.lots);
  state.paces.ramps.set(key, { freed: ramp.freed + part, frees: 0n, lots: 0 });
  touchRamp(state, key);
}

/** A close-out that begins or ends owes the ramp nothing. */
export function forgetRamp(state: LiquidationState, key: number): void {
  if (state.paces.ramps.delete(key)) touchRamp(state, key);
}
