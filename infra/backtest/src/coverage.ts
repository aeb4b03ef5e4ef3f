import { nextVariance, notional, requirement, steppedRate, valueAt } from '@ringfence/margin';
import type { Bar, Series } from './bars.js';
import type { RateParameters } from './parameters.js';

/** What prices did to a bucket that held one position over the horizon. */
export interface Observation {
  /** when the margin was set, the end of a bar; ms UTC */
  readonly time: number;
  /** initial rate in force, parts per million of notional */
  readonly ratePpm: number;
  /** whether the loss was more than the initial margin */
  readonly long: boolean;
  readonly short: boolean;
}
/** Loss at the end of the horizon, or at its worst price. */
export type LossAt = 'close' | 'worst';
export interface Holding {
  /** bars over which a position is held, ≥ 1 */
  readonly horizon: number;
  readonly lossAt: LossAt;
}

/** Prices before the first observation: the variance has forgotten that it began at 0. */
const WARM_UP_BARS = 120;
/** After so many missing bars the variance begins anew: last year's prices margin nobody. */
const GAP_BARS = 24;
/** Size of the position; large, so that rounding a requirement up by one unit means nothing. */
const LOTS = 1_000;
const UNIT = 1_000n;

/**
 * The four prices of a bar in the order in which the demo publishes them as frames: a falling bar
 * goes open, high, low, close; a rising one open, low, high, close.
 */
export const pathOf = ({ open, high, low, close }: Bar): readonly number[] =>
  close < open ? [open, high, low, close] : [open, low, high, close];

/**
 * Margins a bucket with one position at a close and looks at the bars after it; horizons do not
 * overlap, so that observations are independent as far as the market is.
 *
 * Variance and rate move with every price frame as in the reference lane; the requirement is that
 * of the margin gate. A horizon with a missing bar is no observation. A price off the band, which
 * the house would hold until it is confirmed, is taken at once.
 *
 * @param series      of one step; see `readSeries`
 * @param parameters  of the instrument
 * @returns the observations after the warm-up
 */
export function* observe(
  { bars, stepMs }: Series,
  parameters: RateParameters,
  { horizon, lossAt }: Holding,
): Generator<Observation> {
  let state: Rated = NOTHING;
  let warm = 0;
  let next = 0;
  for (const [i, bar] of bars.entries()) {
    const gap = i > 0 ? bar.time - bars[i - 1].time : 0;
    if (gap > GAP_BARS * stepMs) {
      state = NOTHING;
      warm = 0;
    }
    for (const price of pathOf(bar)) state = afterFrame(state, price, parameters);
    warm++;
    const last = bars[i + horizon];
    if (warm <= WARM_UP_BARS || i < next || last?.time !== bar.time + horizon * stepMs) continue;
    next = i + horizon;
    const held = bars.slice(i + 1, next + 1);
    yield { time: bar.time + stepMs, ratePpm: state.ratePpm, ...exceeded(state, held, lossAt) };
  }
}

interface Rated {
  /** ticks; 0 before the first frame */
  readonly price: number;
  readonly variance: number;
  readonly ratePpm: number;
}

const NOTHING: Rated = { price: 0, variance: 0, ratePpm: 0 };

function afterFrame(before: Rated, price: number, parameters: RateParameters): Rated {
  const { lambdaPpm } = parameters;
  const step = { variance: before.variance, previousPrice: before.price, price, lambdaPpm };
  const variance = before.price === 0 ? 0 : nextVariance(step);
  const ratePpm = steppedRate({ ...parameters, variance, previousPpm: before.ratePpm });
  return { price, variance, ratePpm };
}

function exceeded(
  { price: mark, ratePpm }: Rated,
  held: readonly Bar[],
  lossAt: LossAt,
): { long: boolean; short: boolean } {
  const margin = requirement(notional(LOTS, mark, UNIT), ratePpm);
  const loss = (lots: number, price: number): bigint => -valueAt(lots, price - mark, UNIT);
  const end = held.slice(-1);
  const lowest = Math.min(...(lossAt === 'close' ? end.map(closeOf) : held.map(lowOf)));
  const highest = Math.max(...(lossAt === 'close' ? end.map(closeOf) : held.map(highOf)));
  return { long: loss(LOTS, lowest) > margin, short: loss(-LOTS, highest) > margin };
}
const closeOf = ({ close }: Bar): number => close;
const lowOf = ({ low }: Bar): number => low;
const highOf = ({ high }: Bar): number => high;
