import type { Series } from './bars.js';
import { observe, type Holding } from './coverage.js';
import { kupiec, type Kupiec } from './kupiec.js';
import type { RateParameters } from './parameters.js';

/** Share of all observations that initial margin is held against. */
export const TARGETS = [0.99, 0.995] as const;
/** How a series is cut besides being looked at as a whole. */
export type WindowLength = 'year' | 'quarter' | 'month';
export type Side = 'long' | 'short';

/** One side of one series in one window. */
export interface CoverageRow {
  readonly series: string;
  readonly side: Side;
  /** `whole`, `2020`, `2020-Q1`, `2020-03` */
  readonly window: string;
  readonly observations: number;
  readonly exceedances: number;
  /** 1 − exceedances / observations */
  readonly coverage: number;
  /** mean initial rate, parts per million of notional */
  readonly ratePpm: number;
  /** in the order of `TARGETS` */
  readonly tests: readonly Kupiec[];
}

interface Count {
  observations: number;
  long: number;
  short: number;
  rateSum: number;
}
const WHOLE = 'whole';

/** The window of a time, by the calendar in UTC. */
export function windowOf(time: number, length: WindowLength): string {
  const date = new Date(time);
  const year = String(date.getUTCFullYear());
  const month = date.getUTCMonth();
  if (length === 'year') return year;
  if (length === 'quarter') return `${year}-Q${Math.floor(month / 3) + 1}`;
  return `${year}-${String(month + 1).padStart(2, '0')}`;
}

/**
 * Coverage of each series, whole and by window, long before short.
 *
 * @returns nothing of a series that is too short for one observation
 */
export function coverageOf(
  series: readonly Series[],
  parameters: RateParameters,
  how: Holding & { readonly window: WindowLength },
): CoverageRow[] {
  return series.flatMap((each) => {
    const counts = new Map<string, Count>();
    for (const { time, ratePpm, long, short } of observe(each, parameters, how)) {
      for (const window of [WHOLE, windowOf(time, how.window)]) {
        let count = counts.get(window);
        if (!count)
          counts.set(window, (count = { observations: 0, long: 0, short: 0, rateSum: 0 }));
        count.observations++;
        count.rateSum += ratePpm;
        if (long) count.long++;
        if (short) count.short++;
      }
    }
    return (['long', 'short'] as const).flatMap((side) =>
      [...counts].map(([window, count]) => rowOf(each.name, side, window, count)),
    );
  });
}

function rowOf(series: string, side: Side, window: string, count: Count): CoverageRow {
  const { observations } = count;
  const exceedances = count[side];
  return {
    series,
    side,
    window,
    observations,
    exceedances,
    coverage: 1 - exceedances / observations,
    ratePpm: count.rateSum / observations,
    tests: TARGETS.map((target) => kupiec({ observations, exceedances }, 1 - target)),
  };
}

/** Whole series whose margin the test finds too small for the lowest target. */
export const uncovered = (rows: readonly CoverageRow[]): CoverageRow[] =>
  rows.filter(({ window, tests }) => window === WHOLE && tests[0]?.verdict === 'low');
