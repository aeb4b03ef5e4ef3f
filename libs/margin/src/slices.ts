import { invariant } from '@ringfence/kernel';
import {
  DECIMAL_ONE,
  PPM,
  ceilDiv,
  ceilTo,
  decimalOf,
  lesser,
  positivePart,
  shareDown,
  type DecimalFigure,
  type Ppm,
} from '@ringfence/money';

/** One hundredth of a percent, as parts of a whole. */
const BPS = 10_000;

/** One step of a book: within `bps` of mid stands this part of all that the book offers. */
export interface DepthStep {
  readonly bps: number;
  readonly cumulativePpm: Ppm;
}

/** What a book takes of an order, and how far from mid. */
export interface DepthFill {
  /** smallest units of notional, at most what was wanted */
  readonly fillable: bigint;
  /** mean distance from mid, weighted by notional, rounded up; 0 when nothing is filled */
  readonly averageBps: number;
  /** distance of the last step used; 0 when nothing is filled */
  readonly worstBps: number;
}

/**
 * How much of an order a book takes, walking outwards from mid.
 *
 * @param depth              by rising bps and rising cumulative part, to at most the whole
 * @param notionalAvailable  whole book, smallest units ≥ 0
 * @param wanted             notional of the order, smallest units ≥ 0
 * @throws InvariantViolation when the depth is not rising or an amount is negative
 * @source DESIGN 6.5: depth is a cumulative fraction by basis points from mid
 */
export function depthFill(order: {
  readonly depth: readonly DepthStep[];
  readonly notionalAvailable: bigint;
  readonly wanted: bigint;
}): DepthFill {
  const { depth, notionalAvailable, wanted } = order;
  invariant(notionalAvailable >= 0n && wanted >= 0n, 'notional is not negative');
  let before: DepthStep = { bps: 0, cumulativePpm: 0 };
  let fillable = 0n;
  let weightedBps = 0n;
  let worstBps = 0;
  for (const step of depth) {
    const rising = step.bps >= before.bps && step.cumulativePpm >= before.cumulativePpm;
    invariant(rising && step.cumulativePpm <= PPM, 'depth rises to at most the whole book');
    before = step;
    const within = shareDown(notionalAvailable, step.cumulativePpm);
    const taken = (within < wanted ? within : wanted) - fillable;
    if (taken <= 0n) continue;
    fillable += taken;
    weightedBps += taken * BigInt(step.bps);
    worstBps = step.bps;
  }
  const averageBps = fillable === 0n ? 0 : Number(ceilDiv(weightedBps, fillable));
  return { fillable, averageBps, worstBps };
}

/**
 * The price at which a close-out trades: the mark moved against the one who is closed.
 *
 * @param mark  ticks ≥ 0
 * @param lots  signed lots of the position that is closed: a long sells lower, a short buys higher
 * @param bps   distance from the mark, ≥ 0
 * @returns ticks ≥ 0, rounded away from the mark
 * @throws InvariantViolation when a figure is negative
 */
export function executionPrice(fill: {
  readonly mark: number;
  readonly lots: number;
  readonly bps: number;
}): number {
  const { mark, lots, bps } = fill;
  invariant(mark >= 0 && bps >= 0, 'mark and distance are not negative');
  const slip = Number(ceilDiv(BigInt(mark) * BigInt(bps), BigInt(BPS)));
  return lots > 0 ? Math.max(0, mark - slip) : mark + slip;
}

/**
 * Least and most notional of one slice: dust may be taken whole, a large position only in part.
 *
 * @param positionNotional  smallest units ≥ 0
 * @param minNotional       below it a slice is not worth its trade
 * @param maxPortionPpm     of the position, per slice
 * @returns notional with 0 ≤ min ≤ max ≤ positionNotional; the portion rounded down
 * @source rules/partial-liquidation, liquidation-limits
 */
export function sliceLimits(position: {
  readonly positionNotional: bigint;
  readonly minNotional: bigint;
  readonly maxPortionPpm: Ppm;
}): { readonly min: bigint; readonly max: bigint } {
  const { positionNotional, minNotional, maxPortionPpm } = position;
  invariant(positionNotional >= 0n && minNotional >= 0n, 'notional is not negative');
  const min = minNotional < positionNotional ? minNotional : positionNotional;
  const portion = shareDown(positionNotional, maxPortionPpm);
  const most = portion > min ? portion : min;
  return { min, max: most < positionNotional ? most : positionNotional };
}

/**
 * Notional that may still be closed out under a limit per tick.
 *
 * @returns smallest units ≥ 0
 * @source rules/partial-liquidation, liquidation-limits, block
 */
export const limitLeft = (limit: { readonly max: bigint; readonly used: bigint }): bigint =>
  limit.max > limit.used ? limit.max - limit.used : 0n;

/** How a shortage is worked off over time rather than at once; exact figures of any unit. */
export interface TimeRamp {
  /** part that may be freed at once */
  readonly initial: DecimalFigure;
  /** time since the close-out was opened, ≥ 0 */
  readonly elapsed: DecimalFigure;
  /** time after which all may be freed, > 0, in the same unit */
  readonly duration: DecimalFigure;
}

/**
 * Part of a shortage that may be freed by now: 1 when it is small or the time is over.
 *
 * @returns fraction from `initial` to 1, 40 places
 * @throws InvariantViolation when time runs backwards
 * @source rules/partial-liquidation, time-ramped-fraction
 */
export function rampFraction(ramp: TimeRamp, small: boolean): DecimalFigure {
  const { initial, elapsed, duration } = ramp;
  invariant(elapsed.gte('0') && duration.gt('0'), 'time passes');
  return small ? DECIMAL_ONE : lesser(DECIMAL_ONE, initial.plus(elapsed.div(duration)));
}

/**
 * Requirement that the next slice may free: what the ramp allows of everything, less what earlier
 * slices freed.
 *
 * @param shortage    ≥ 0, still missing
 * @param freedSoFar  ≥ 0, by earlier slices of this close-out
 * @returns requirement ≥ 0, exact where time divides evenly
 * @source rules/partial-liquidation, time-ramped-fraction
 */
export function rampAllowance(
  ramp: TimeRamp & { readonly small: boolean },
  amounts: { readonly shortage: DecimalFigure; readonly freedSoFar: DecimalFigure },
): DecimalFigure {
  const { shortage, freedSoFar } = amounts;
  const { initial, elapsed, duration, small } = ramp;
  const whole = shortage.plus(freedSoFar);
  if (rampFraction(ramp, small).eq(DECIMAL_ONE)) return positivePart(shortage);
  // one quotient, at the end: a rounded fraction would move the figure
  const allowed = whole.times(initial.times(duration).plus(elapsed)).div(duration);
  return positivePart(allowed.minus(freedSoFar));
}

/** The ramp of a close-out in the house's units. */
export interface Ramp {
  readonly initialPpm: Ppm;
  /** time since the close-out was opened, in ticks or any other whole unit */
  readonly elapsed: number;
  /** time after which all may be freed, > 0, in the same unit */
  readonly duration: number;
  /** smallest units: a smaller shortage is freed at once */
  readonly smallShortage: bigint;
}

/**
 * How much requirement the next slice may free; see `rampAllowance`.
 *
 * @param shortage    smallest units ≥ 0 still missing
 * @param freedSoFar  smallest units ≥ 0 freed by earlier slices of this close-out
 * @returns smallest units ≥ 0 of requirement, rounded up
 * @throws InvariantViolation when a figure is out of range
 * @source rules/partial-liquidation, time-ramped-fraction
 */
export function rampedShortage(
  ramp: Ramp & { readonly shortage: bigint; readonly freedSoFar: bigint },
): bigint {
  const { shortage, freedSoFar, initialPpm, elapsed, duration, smallShortage } = ramp;
  invariant(shortage >= 0n && freedSoFar >= 0n, 'amounts are not negative');
  const allowed = rampAllowance(
    {
      initial: decimalOf(BigInt(initialPpm)).div(decimalOf(BigInt(PPM))),
      elapsed: decimalOf(BigInt(elapsed)),
      duration: decimalOf(BigInt(duration)),
      small: shortage < smallShortage,
    },
    { shortage: decimalOf(shortage), freedSoFar: decimalOf(freedSoFar) },
  );
  return BigInt(ceilTo(allowed, 0).toFixed());
}
