import { invariant } from '@ringfence/kernel';
import { ceilDiv, floorDiv, ppmBig, type Ppm } from '@ringfence/money';
import type { LinearPosition } from './liquidation-price.js';

const PPM_BIG = 1_000_000n;
const TICKS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Prices from `low` to `high`, both included, in ticks. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A condition on one price: it is met while constant + slope × price ≥ 0; any common unit. */
export interface Condition {
  readonly constant: bigint;
  readonly slope: bigint;
}

/**
 * The widest interval of ticks around the mark in which no condition changes from met to unmet or
 * back. A level that is the least of several lines is kept by keeping each of them.
 *
 * @param mark        ticks, 0 to 2^53 − 1
 * @param conditions  in any order; none: every price
 * @returns ticks with 0 ≤ low ≤ mark ≤ high ≤ 2^53 − 1
 * @throws InvariantViolation when the mark is not such a tick
 * @source DESIGN 6.4: do not re-evaluate what cannot have changed state
 */
export function steadyInterval(mark: number, conditions: readonly Condition[]): Interval {
  invariant(Number.isSafeInteger(mark) && mark >= 0, 'a mark in whole ticks');
  const here = BigInt(mark);
  let low = 0n;
  let high = TICKS_MAX;
  for (const { constant, slope } of conditions) {
    if (slope === 0n) continue;
    if (slope > 0n) {
      const firstMet = ceilDiv(-constant, slope);
      if (here < firstMet) high = firstMet <= high ? firstMet - 1n : high;
      else if (firstMet > low) low = firstMet;
    } else {
      const lastMet = floorDiv(-constant, slope);
      if (here > lastMet) low = lastMet >= low ? lastMet + 1n : low;
      else if (lastMet < high) high = lastMet;
    }
  }
  return { low: Number(low), high: Number(high) };
}

/**
 * The widest interval of ticks around the mark in which an isolated bucket keeps its level: while
 * the price stays there, nothing needs to be evaluated again.
 *
 * @param levelPpms        rate of each level that matters; 0 asks whether equity is negative
 * @param otherRequirement smallest units ≥ 0 that every level requires besides the rate
 * @param requirementLots  lots that are margined when not those of the position: the worst
 *                         exposure while legs are pending; sign without meaning
 * @returns ticks with 0 ≤ low ≤ mark ≤ high ≤ 2^53 − 1; exact, although requirements round up
 * @throws InvariantViolation when the mark is not a tick
 * @source DESIGN 6.4
 */
export function priceInterval(
  position: LinearPosition & {
    readonly levelPpms: readonly Ppm[];
    readonly otherRequirement: bigint;
    readonly requirementLots?: number;
  },
): Interval {
  const { lots, equityAtMark, mark, unit, levelPpms, otherRequirement } = position;
  const perTick = BigInt(lots) * unit;
  const margined = BigInt(position.requirementLots ?? lots) * unit;
  const notionalPerTick = margined < 0n ? -margined : margined;
  const constant = (equityAtMark - otherRequirement - perTick * BigInt(mark)) * PPM_BIG;
  const slope = perTick * PPM_BIG;
  return steadyInterval(
    mark,
    levelPpms.map((ppm) => ({ constant, slope: slope - notionalPerTick * ppmBig(ppm) })),
  );
}
