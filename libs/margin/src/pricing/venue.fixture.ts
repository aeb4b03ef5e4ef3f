import { present } from '@ringfence/kernel';
import { black76Greeks, DAYS_PER_YEAR, type Greeks, type OptionType } from './index.js';

/** One option as the venue printed it. */
export interface VenueRow {
  /** the rows that were asked for together: one snapshot of one currency */
  readonly snapshot: string;
  readonly type: OptionType;
  readonly strike: number;
  readonly expiry: string;
  /** expiry less the snapshot's time, in years of 365 days of 86,400 seconds */
  readonly years: number;
  /** a fraction */
  readonly volatility: number;
  readonly underlyingPrice: number;
  readonly indexPrice: number;
  /** what the venue says, by its names and in its units */
  readonly printed: Readonly<Partial<Record<VenueGreek, number>>>;
}
export type VenueGreek = 'delta' | 'gamma' | 'vega' | 'theta' | 'rho';

const VOLATILITY_POINT = 0.01;
const RATE_POINT = 0.01;

/**
 * Our Greeks in the venue's units and by its conventions.
 *
 * No discount and no rate: Black-76 on the forward. Delta is N(d1) or N(d1) − 1 of the forward;
 * vega is USD per volatility point; theta USD per day; rho USD per percent, with the spot fixed
 * (the forward moves), which without rates is T·(delta·F − V). In the last day theta is at most the
 * value that is left. The venue prints five decimals.
 */
export function venueGreeks(row: VenueRow, forward: number): Record<VenueGreek, number> {
  const { type, strike, years, volatility } = row;
  const greeks: Greeks = black76Greeks({ type, forward, strike, years, volatility });
  return {
    delta: greeks.deltaForward,
    gamma: greeks.gammaForward,
    vega: greeks.vega * VOLATILITY_POINT,
    theta: Math.max(greeks.theta / DAYS_PER_YEAR, -greeks.value),
    rho: greeks.rho * RATE_POINT,
  };
}

/**
 * The index at the instant for which a snapshot's underlying prices hold: the straight line through
 * the two nearest forwards, at no time to expiry.
 *
 * The rows of a chain carry the underlying of one instant but Greeks and index of another, seconds
 * to minutes later, when each instrument was asked for. The forward of that later instant is the
 * underlying × index of the row / this index.
 */
function indexOf(rows: readonly VenueRow[]): number {
  const expiries = new Map<string, VenueRow[]>();
  for (const row of rows) {
    const same = expiries.get(row.expiry);
    if (same) same.push(row);
    else expiries.set(row.expiry, [row]);
  }
  const [first, second] = [...expiries.values()]
    .map((same) => ({
      years: present(same[0], 'a row of the expiry').years,
      forward: quantile(
        same.map(({ underlyingPrice }) => underlyingPrice),
        0.5,
      ),
    }))
    .sort((one, other) => one.years - other.years);
  const near = present(first, 'the nearest expiry');
  const next = present(second, 'the expiry after it');
  const slope = (next.forward - near.forward) / (next.years - near.years);
  return near.forward - slope * near.years;
}

/** Absolute errors of each Greek that the rows print, unsorted. */
export type Errors = Map<VenueGreek, number[]>;

/** Errors with the underlying as it stands in the row. */
export function errorsAsPrinted(rows: readonly VenueRow[]): Errors {
  const errors: Errors = new Map();
  for (const row of rows) collect(errors, row, row.underlyingPrice);
  return errors;
}

/** Errors with the underlying moved to the instant of the row's Greeks, see `indexOf`. */
export function errorsInTime(rows: readonly VenueRow[]): Errors {
  const errors: Errors = new Map();
  const snapshots = new Map<string, VenueRow[]>();
  for (const row of rows) {
    const same = snapshots.get(row.snapshot);
    if (same) same.push(row);
    else snapshots.set(row.snapshot, [row]);
  }
  for (const same of snapshots.values()) {
    const index = indexOf(same);
    for (const row of same) collect(errors, row, row.underlyingPrice * (row.indexPrice / index));
  }
  return errors;
}

function collect(errors: Errors, row: VenueRow, forward: number): void {
  const ours = venueGreeks(row, forward);
  for (const [name, printed] of Object.entries(row.printed) as [VenueGreek, number][]) {
    const list = errors.get(name) ?? [];
    if (list.length === 0) errors.set(name, list);
    list.push(Math.abs(ours[name] - printed));
  }
}

/** The least value that a share of all do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return present(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)], 'a value');
}

/** The distribution as lines of text: field, rows, median, p90, p99, max. */
export function table(title: string, errors: Errors): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(8) : cell.padStart(10))).join('');
  const rows = [...errors].map(([name, values]) =>
    line([
      name,
      String(values.length),
      ...[0.5, 0.9, 0.99, 1].map((share) => quantile(values, share).toExponential(2)),
    ]),
  );
  return [title, line(['error', 'rows', 'median', 'p90', 'p99', 'max']), ...rows, ''].join('\n');
}
