import { invariant } from '@ringfence/kernel';
import { PPM, ceilDiv, floorDiv, ppmBig, type Ppm } from '@ringfence/money';
import type { CollateralScale } from './collateral.js';
import type { Interval } from './intervals.js';

const PPM_BIG = 1_000_000n;
const TICKS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What one price moves in a bucket: a symbol's instruments and the collateral priced by it. */
export interface PriceExposure {
  /** ticks */
  readonly mark: number;
  /** signed: Σ lots × unit of its instruments, smallest units per tick */
  readonly equityPerTick: bigint;
  /** ≥ 0: Σ |margined lots| × unit of its instruments, smallest units per tick */
  readonly notionalPerTick: bigint;
  /** ≥ 0: collateral after haircut, millionths of a smallest unit per tick, rounded up */
  readonly collateralMicrosPerTick?: bigint;
  /** share of the slack per tick of mark, > 0; default 1: all may move as far in percent */
  readonly weight?: bigint;
}

/** A level of a cross bucket: its rate, and how far equity is above (≥ 0) or below it (< 0). */
export interface LevelSlack {
  readonly ppm: Ppm;
  /** equity − requirement at the marks, as evaluated, smallest units */
  readonly slack: bigint;
}

/**
 * What collateral gains per tick of its price, for `PriceExposure.collateralMicrosPerTick`.
 *
 * @returns millionths of a smallest unit of the settlement asset, rounded up
 */
export function collateralMicrosPerTick(
  collateral: CollateralScale & { readonly amount: bigint; readonly haircutPpm: Ppm },
): bigint {
  const { amount, haircutPpm, valueNumerator, valueDenominator } = collateral;
  return ceilDiv(amount * valueNumerator * BigInt(PPM - haircutPpm), valueDenominator);
}

/**
 * One interval per price such that, while every price stays within its own, no level of the bucket
 * can be crossed: the worst moves inside them together cost at most the slack.
 *
 * Per level, a tick of a symbol moves equity − requirement by c = equityPerTick − notionalPerTick ×
 * rate. The slack is shared so that all prices may go against the bucket by the same fraction θ =
 * slack / Σ |c| × mark; the direction that helps is free. The narrowest of all levels holds.
 *
 * @param exposures     of every price that the bucket depends on; shape [n]
 * @param levels        every level that matters, at least one
 * @param roundedTerms  how many rounded figures the evaluation adds up per level (each requirement
 *                      line, each collateral value): each may turn by one unit
 * @returns ticks with 0 ≤ low ≤ mark ≤ high; shape [n]; the mark alone where there is no slack left
 * @throws InvariantViolation when a figure is out of range
 * @source DESIGN 6.4: Σ |exposure × price change| must exceed the slack
 */
export function slackIntervals(bucket: {
  readonly exposures: readonly PriceExposure[];
  readonly levels: readonly LevelSlack[];
  readonly roundedTerms: number;
}): Interval[] {
  const { exposures, levels } = bucket;
  const roundings = BigInt(bucket.roundedTerms);
  const lows = exposures.map(() => 0n);
  const highs = exposures.map(() => TICKS_MAX);
  for (const { ppm, slack } of levels) {
    const met = slack >= 0n;
    const room = (met ? slack : -1n - slack) - roundings;
    const costs = exposures.map((exposure) => costPerTick(exposure, ppm));
    let total = 0n;
    exposures.forEach((exposure, i) => {
      total += size(costs[i] ?? 0n) * weighted(exposure);
    });
    if (total === 0n) continue;
    exposures.forEach((exposure, i) => {
      const cost = costs[i] ?? 0n;
      if (cost === 0n) return;
      const ticks = room > 0n ? floorDiv(room * PPM_BIG * weighted(exposure), total) : 0n;
      const mark = BigInt(exposure.mark);
      // a level that is met is lost by a fall where the cost is positive, else by a rise
      if (cost > 0n === met) lows[i] = greater(lows[i] ?? 0n, mark - ticks);
      else highs[i] = lesser(highs[i] ?? TICKS_MAX, mark + ticks);
    });
  }
  return exposures.map((_, i) => ({ low: Number(lows[i]), high: Number(highs[i]) }));
}

/** Change of equity − requirement per tick, in micros, its size never understated. */
function costPerTick(exposure: PriceExposure, ppm: Ppm): bigint {
  const { equityPerTick, notionalPerTick, collateralMicrosPerTick: collateral = 0n } = exposure;
  invariant(notionalPerTick >= 0n && collateral >= 0n, 'notional and collateral are not negative');
  const exact = equityPerTick * PPM_BIG - notionalPerTick * ppmBig(ppm);
  // collateral was rounded up by less than a micro, which understates a negative cost
  const cost = exact + collateral;
  return cost <= 0n && collateral > 0n ? cost - 1n : cost;
}

const size = (cost: bigint): bigint => (cost < 0n ? -cost : cost);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
/** A price of 0 still gets a tick's weight, or nothing could be shared out to it. */
function weighted({ mark, weight = 1n }: PriceExposure): bigint {
  invariant(mark >= 0 && weight > 0n, 'every price gets a share of the slack');
  return weight * (mark > 0 ? BigInt(mark) : 1n);
}
