import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One bar of one symbol, prices as the source wrote them. */
export interface Bar {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
}
/** The bars of all symbols that began at one instant; a symbol without a row there is absent. */
export interface Moment {
  readonly time: number;
  readonly bars: ReadonlyMap<string, Bar>;
}
export interface Market {
  readonly symbols: readonly string[];
  /** decimals of the finest price of each symbol */
  readonly decimals: ReadonlyMap<string, number>;
  readonly moments: readonly Moment[];
}
/** Prices of one instant, all symbols together. */
export interface PriceFrame {
  readonly time: number;
  readonly prices: ReadonlyMap<string, string>;
  /** the last frame of its bar */
  readonly closes: boolean;
}

const COLUMNS = 'timestamp,venue,market,symbol,open,high,low,close,volume';

/**
 * Reads a file of bars (gzip or plain CSV with the columns of `COLUMNS`).
 *
 * @throws Error naming the line and what is wrong with it; also when nothing of that venue and
 * market is in it
 */
export function readBars(file: string, venue: string, market: string): Market {
  const raw = readFileSync(file);
  const text = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('utf8');
  const [head, ...lines] = text.split(/\r?\n/);
  if (head !== COLUMNS) throw new Error(`${file}: the first line must be ${COLUMNS}`);
  const moments = new Map<number, Map<string, Bar>>();
  const decimals = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const [timestamp, ofVenue, ofMarket, symbol, ...rest] = line.split(',');
    if (ofVenue !== venue || ofMarket !== market) continue;
    const time = Date.parse(timestamp);
    const prices = rest.slice(0, 4);
    if (
      !Number.isFinite(time) ||
      !prices.every((price) => /^\d+(\.\d+)?$/.test(price) && Number(price) > 0)
    ) {
      throw new Error(`${file} line ${i + 2}: not a bar: ${line.slice(0, 120)}`);
    }
    const [open, high, low, close] = prices;
    const at = moments.get(time) ?? new Map<string, Bar>();
    moments.set(time, at.set(symbol, { open, high, low, close }));
    decimals.set(symbol, Math.max(decimals.get(symbol) ?? 0, ...prices.map(decimalsOf)));
  }
  if (moments.size === 0)
    throw new Error(`${file}: nothing of venue ${venue} and market ${market}`);
  const ordered = [...moments].sort(([a], [b]) => a - b);
  return {
    symbols: [...decimals.keys()].sort(),
    decimals,
    moments: ordered.map(([time, bars]) => ({ time, bars })),
  };
}

const decimalsOf = (price: string): number => (price.split('.')[1] ?? '').replace(/0+$/, '').length;

/** A falling bar goes open, high, low, close; a rising one open, low, high, close. */
function path({ open, high, low, close }: Bar): readonly string[] {
  return Number(close) < Number(open) ? [open, high, low, close] : [open, low, high, close];
}

/** Four price frames a bar, evenly spread until the next bar begins, all symbols together. */
export function* framesOf({ moments }: Market): Generator<PriceFrame> {
  for (const [i, { time, bars }] of moments.entries()) {
    const until =
      moments[i + 1]?.time ?? time + (time - (moments[i - 1]?.time ?? time - 3_600_000));
    const step = Math.floor(Math.min(until - time, 3_600_000) / 4);
    for (let quarter = 0; quarter < 4; quarter++) {
      const prices = new Map<string, string>();
      for (const [symbol, bar] of bars) prices.set(symbol, path(bar)[quarter]);
      yield { time: time + quarter * step, prices, closes: quarter === 3 };
    }
  }
}
