import { BacktestProblem } from './problem.js';

/** Prices of one symbol on one market over time, oldest first, in whole ticks. */
export interface Series {
  /** `binance spot BTCUSDT` */
  readonly name: string;
  /** most common distance of two bars, ms */
  readonly stepMs: number;
  readonly bars: readonly Bar[];
}
export interface Bar {
  /** opening time, ms UTC */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}
/** A bar as it was written, before the finest price of its series is known. */
interface Row {
  readonly time: number;
  readonly prices: readonly string[];
  readonly where: string;
}

const COLUMNS = 'timestamp,venue,market,symbol,open,high,low,close,volume';
const PRICES_AT = 4;
const PRICES = 4;
/** Prices in ticks must stay whole in a double. */
const DECIMALS_MAX = 12;

/**
 * Reads files of bars: series that appear in several files are joined, equal bars once.
 *
 * @param files  name and text of each, columns as in `COLUMNS`; volume is not looked at
 * @returns by name; the tick of a series is its finest price
 * @throws BacktestProblem naming file, line and rule: a head that differs, a time or price that is
 *         none, a high below or a low above the others, two different bars of one time
 */
export function readSeries(files: readonly { name: string; text: string }[]): Series[] {
  const rows = new Map<string, Row[]>();
  for (const file of files) {
    const [head, ...lines] = file.text.split(/\r?\n/);
    if (head !== COLUMNS) throw new BacktestProblem(`${file.name}: line 1 must be ${COLUMNS}`);
    for (const [i, line] of lines.entries()) {
      if (line !== '') readRow(rows, line, `${file.name} line ${i + 2}`);
    }
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => {
      const bars = inTicks(list);
      return { name, bars, stepMs: stepOf(bars) };
    });
}

function readRow(rows: Map<string, Row[]>, line: string, where: string): void {
  const cells = line.split(',');
  const [timestamp, venue, market, symbol] = cells;
  const prices = cells.slice(PRICES_AT, PRICES_AT + PRICES);
  const time = Date.parse(timestamp);
  if (Number.isNaN(time))
    throw new BacktestProblem(`${where}: timestamp "${timestamp}" is no time`);
  if (!venue || !market || !symbol) {
    throw new BacktestProblem(`${where}: venue, market and symbol are not empty`);
  }
  const name = `${venue} ${market} ${symbol}`;
  const list = rows.get(name);
  if (list) list.push({ time, prices, where });
  else rows.set(name, [{ time, prices, where }]);
}

function inTicks(rows: readonly Row[]): Bar[] {
  const ordered = rows.toSorted((a, b) => a.time - b.time);
  let decimals = 0;
  for (const { prices, where } of ordered) {
    if (prices.length < PRICES) throw new BacktestProblem(`${where}: a bar has four prices`);
    for (const price of prices) decimals = Math.max(decimals, decimalsOf(price, where));
  }
  const bars: Bar[] = [];
  for (const { time, prices, where } of ordered) {
    const [open, high, low, close] = prices.map((price) => ticksOf(price, decimals, where));
    if (low > Math.min(open, close) || high < Math.max(open, close)) {
      throw new BacktestProblem(`${where}: low ≤ open, close ≤ high`);
    }
    const bar = { time, open, high, low, close };
    const last = bars.at(-1);
    if (last?.time !== time) bars.push(bar);
    else if (!isSame(last, bar)) {
      throw new BacktestProblem(`${where}: another bar of the same time has other prices`);
    }
  }
  return bars;
}

const isSame = (a: Bar, b: Bar): boolean =>
  a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;

function decimalsOf(price: string, where: string): number {
  const parts = /^\d+(?:\.(\d+))?$/.exec(price);
  if (!parts) throw new BacktestProblem(`${where}: price "${price}" is no plain decimal`);
  const places = (parts[1] ?? '').replace(/0+$/, '').length;
  if (places > DECIMALS_MAX) {
    throw new BacktestProblem(`${where}: price "${price}" has more than ${DECIMALS_MAX} decimals`);
  }
  return places;
}

function ticksOf(price: string, decimals: number, where: string): number {
  const [whole, places = ''] = price.split('.');
  const ticks = Number(whole + places.slice(0, decimals).padEnd(decimals, '0'));
  if (ticks === 0) throw new BacktestProblem(`${where}: a price is above 0`);
  if (!Number.isSafeInteger(ticks)) {
    throw new BacktestProblem(`${where}: price "${price}" is too large in ticks`);
  }
  return ticks;
}

function stepOf(bars: readonly Bar[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < bars.length; i++) {
    const step = bars[i].time - bars[i - 1].time;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 0;
}
