import { invariant } from '@ringfence/kernel';
import { PPM, ceilDiv, floorDiv, share, shareUp, type Ppm, type Rounding } from '@ringfence/money';

/** Requirement rates of the four levels, each above the one before it. */
export interface MarginRates {
  /** below it: close-out */
  readonly maintenancePpm: Ppm;
  /** below it: called, with amount and deadline */
  readonly callPpm: Ppm;
  /** what a new risk, a cured bucket and a move out must meet */
  readonly initialPpm: Ppm;
  /** above it: what exceeds initial may be handed back unasked */
  readonly releasePpm: Ppm;
}

/** Where the other levels stand, as parts of the initial rate; parameters of an instrument. */
export interface LevelShares {
  /** below callPpm */
  readonly maintenancePpm: Ppm;
  /** below 1_000_000 */
  readonly callPpm: Ppm;
  /** above 1_000_000 */
  readonly releasePpm: Ppm;
}

/** Initial rate from which on four whole rates can stand apart. */
const INITIAL_PPM_MIN = 3;

/**
 * The four rates that follow from the one that volatility drives.
 *
 * @param initialPpm  parts per million of notional, ≥ 3; see `steppedRate`
 * @param shares      of the initial rate; 0 < maintenance < call < 1 < release
 * @returns rates rounded up, yet at least 1 ppm apart, so that the levels never meet
 * @throws InvariantViolation when the rate is below 3 ppm or the shares are out of order
 * @source rules/margin, margin-levels (there as scalings of maintenance); DESIGN 6.4
 */
export function marginRates(initialPpm: Ppm, shares: LevelShares): MarginRates {
  invariant(initialPpm >= INITIAL_PPM_MIN, 'four rates need room');
  const { maintenancePpm: lowest, callPpm: middle, releasePpm: highest } = shares;
  const ordered = lowest > 0 && lowest < middle && middle < PPM && PPM < highest;
  invariant(ordered, 'maintenance < call < initial < release');
  const part = (ppm: Ppm): Ppm => Number(shareUp(BigInt(initialPpm), ppm));
  const callPpm = Math.min(part(middle), initialPpm - 1);
  const maintenancePpm = Math.min(part(lowest), callPpm - 1);
  return { maintenancePpm, callPpm, initialPpm, releasePpm: part(highest) };
}

/** Requirements of the four levels, smallest units of the settlement asset. */
export interface MarginLevels {
  readonly maintenance: bigint;
  readonly call: bigint;
  readonly initial: bigint;
  readonly release: bigint;
}

/** How far the upper levels stand above maintenance, each of it and not of the one before. */
export interface LevelScalings {
  readonly callPpm: Ppm;
  readonly initialPpm: Ppm;
  readonly releasePpm: Ppm;
}

/**
 * The upper levels from an amount of maintenance margin, where that is what is given.
 *
 * @param maintenance  smallest units ≥ 0
 * @param scalings     of maintenance, not chained; 1 < call < initial < release
 * @param rounding     `ceiling` is the house's; the published figures use `floor`
 * @throws InvariantViolation when maintenance is negative or the scalings are out of order
 * @source rules/margin, margin-levels
 */
export function marginLevels(
  maintenance: bigint,
  scalings: LevelScalings,
  rounding: Rounding = 'ceiling',
): MarginLevels {
  const { callPpm, initialPpm, releasePpm } = scalings;
  invariant(maintenance >= 0n, 'a requirement is not negative');
  const ordered = PPM < callPpm && callPpm < initialPpm && initialPpm < releasePpm;
  invariant(ordered, 'maintenance < call < initial < release');
  return {
    maintenance,
    call: share(maintenance, callPpm, rounding),
    initial: share(maintenance, initialPpm, rounding),
    release: share(maintenance, releasePpm, rounding),
  };
}

/**
 * What one level requires for one exposure.
 *
 * @param exposure  notional ≥ 0 of the worst exposure, smallest units
 * @param ppm       rate of the level
 * @param addOn     slippage, concentration and the like, smallest units ≥ 0
 * @returns smallest units, rounded up
 * @throws InvariantViolation when an amount is negative
 * @source rules/margin, margin-ppm
 */
export function requirement(exposure: bigint, ppm: Ppm, addOn = 0n): bigint {
  invariant(exposure >= 0n && addOn >= 0n, 'a requirement is not negative');
  return shareUp(exposure, ppm) + addOn;
}

/** What all four levels require for one exposure; see `requirement`. */
export function requirements(exposure: bigint, rates: MarginRates, addOn = 0n): MarginLevels {
  return {
    maintenance: requirement(exposure, rates.maintenancePpm, addOn),
    call: requirement(exposure, rates.callPpm, addOn),
    initial: requirement(exposure, rates.initialPpm, addOn),
    release: requirement(exposure, rates.releasePpm, addOn),
  };
}

/** Where a bucket stands: the highest level that its equity meets, 0 for none. */
export const LEVEL_NAMES = ['none', 'maintenance', 'call', 'initial', 'release'] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

/**
 * The highest level that equity meets; exactly the requirement meets it.
 *
 * @param equity  signed smallest units
 * @param levels  requirements in order
 * @returns `none` is close-out, `maintenance` is called, from `call` on nothing is asked
 * @source rules/guards, status-per-bucket
 */
export function levelMet(equity: bigint, levels: MarginLevels): LevelName {
  if (equity < levels.maintenance) return 'none';
  if (equity < levels.call) return 'maintenance';
  if (equity < levels.initial) return 'call';
  return equity < levels.release ? 'initial' : 'release';
}

/**
 * Rate that grows with open interest towards the whole notional, so that a crowded instrument
 * margins itself.
 *
 * @param basePpm       rate of an uncrowded instrument, 0 to 1_000_000
 * @param openInterest  any unit ≥ 0, that of the caps; lowerCap < upperCap
 * @returns parts per million, rounded down as published
 * @throws InvariantViolation when the caps are out of order
 * @source rules/margin, margin-ppm
 */
export function openInterestRate(crowd: {
  readonly basePpm: Ppm;
  readonly openInterest: bigint;
  readonly lowerCap: bigint;
  readonly upperCap: bigint;
}): Ppm {
  const { basePpm, openInterest, lowerCap, upperCap } = crowd;
  invariant(lowerCap < upperCap, 'lower cap < upper cap');
  invariant(basePpm >= 0 && basePpm <= PPM, 'the base is a part of the notional');
  if (openInterest <= lowerCap) return basePpm;
  if (openInterest >= upperCap) return PPM;
  const room = BigInt(PPM - basePpm);
  return basePpm + Number(floorDiv(room * (openInterest - lowerCap), upperCap - lowerCap));
}

/**
 * Maintenance margin as a fraction of the uncrowded initial margin, both rounded up.
 *
 * @param exposure       notional ≥ 0, smallest units
 * @param basePpm        initial rate before any scaling by open interest
 * @param fractionPpm    maintenance as a part of initial
 * @source rules/margin, margin-ppm
 */
export function maintenanceOfInitial(
  exposure: bigint,
  rates: { readonly basePpm: Ppm; readonly fractionPpm: Ppm },
): bigint {
  return ceilDiv(requirement(exposure, rates.basePpm) * BigInt(rates.fractionPpm), BigInt(PPM));
}

/**
 * The most that may leave a bucket: what exceeds its initial requirement.
 *
 * @returns smallest units ≥ 0
 * @source rules/guards, move-out-checks-source; DESIGN 6.2
 */
export const maxMovable = (equity: bigint, initialRequirement: bigint): bigint =>
  equity > initialRequirement ? equity - initialRequirement : 0n;
