import type { HourBar, OptionData, Snapshot } from './option-data.js';
import { DataProblem } from './records.js';
import { COINS, perpetualOf, type Coin } from './terms.js';

/** What a source publishes at one instant. */
export interface OptionFrame {
  /** ms UTC */
  readonly time: number;
  /** perpetuals and dated futures by symbol, USD with two decimals */
  readonly prices: ReadonlyMap<string, string>;
  /** options by symbol, parts per million; none between two snapshots */
  readonly volatilities: ReadonlyMap<string, number>;
}
/** At which price the contracts of one coin and expiry settle. */
export interface Settlement {
  readonly coin: Coin;
  readonly expiry: number;
  /** USD with two decimals */
  readonly price: string;
}

const HOUR_MS = 3_600_000;
const PRICE_DECIMALS = 2;
/** the coin whose bars the extract has */
const MOVING: Coin = 'BTC';

const text = (price: number): string => price.toFixed(PRICE_DECIMALS);

/**
 * The frames of the extract in the order of time: whole ones at snapshots, between them BTC alone,
 * two an hour: where the bar was farthest from its open, and its close.
 *
 * Between snapshots a perpetual or future is the price of the bar times its distance from the index
 * at the snapshot before. Nothing is published of what has expired.
 */
export function optionFrames(data: OptionData): OptionFrame[] {
  const frames: OptionFrame[] = data.snapshots.map((snapshot) => wholeFrame(data, snapshot));
  const taken = new Set(frames.map(({ time }) => time));
  for (const bar of data.bars) {
    for (const { time, price } of momentsOf(bar)) {
      const before = snapshotBefore(data.snapshots, time);
      if (before && !taken.has(time)) frames.push(movedFrame(data, before, time, price));
    }
  }
  return frames.sort((a, b) => a.time - b.time);
}

function wholeFrame({ futures, options }: OptionData, snapshot: Snapshot): OptionFrame {
  const { time } = snapshot;
  const prices = new Map<string, string>();
  for (const coin of COINS) prices.set(perpetualOf(coin), text(snapshot.perpetuals.get(coin) ?? 0));
  for (const { symbol, expiry } of futures) {
    const price = snapshot.futures.get(symbol);
    if (price !== undefined && time < expiry) prices.set(symbol, text(price));
  }
  const volatilities = new Map<string, number>();
  for (const { symbol, expiry } of options) {
    const volatility = snapshot.volatilities.get(symbol);
    if (volatility !== undefined && time < expiry) volatilities.set(symbol, volatility);
  }
  return { time, prices, volatilities };
}

function momentsOf({ time, open, high, low, close }: HourBar): { time: number; price: number }[] {
  const farthest = high - open > open - low ? high : low;
  return [
    { time: time + HOUR_MS / 2, price: farthest },
    { time: time + HOUR_MS, price: close },
  ];
}

const snapshotBefore = (snapshots: readonly Snapshot[], time: number): Snapshot | undefined =>
  snapshots.findLast((each) => each.time <= time);

function movedFrame(
  { futures }: OptionData,
  before: Snapshot,
  time: number,
  spot: number,
): OptionFrame {
  const scale = spot / (before.index.get(MOVING) ?? spot);
  const prices = new Map<string, string>();
  const perpetual = before.perpetuals.get(MOVING);
  if (perpetual !== undefined) prices.set(perpetualOf(MOVING), text(perpetual * scale));
  for (const { symbol, coin, expiry } of futures) {
    const price = before.futures.get(symbol);
    if (coin !== MOVING || price === undefined || time >= expiry) continue;
    prices.set(symbol, text(price * scale));
  }
  return { time, prices, volatilities: new Map() };
}

/**
 * Settlement prices of what expires within the data: of BTC the spot price of the bar that ends at
 * expiry, of ETH the newest price of the expiring future.
 */
export function settlementsOf({ futures, snapshots, bars }: OptionData): Settlement[] {
  const last = snapshots.at(-1)?.time ?? 0;
  return futures
    .filter(({ expiry }) => expiry <= last)
    .map(({ symbol, coin, expiry }) => {
      const ending = bars.find(({ time }) => time + HOUR_MS === expiry);
      const known = snapshots.findLast(({ time, futures: at }) => time < expiry && at.has(symbol));
      const price = coin === MOVING && ending ? ending.close : known?.futures.get(symbol);
      if (price === undefined) throw new DataProblem(`${symbol}: no price before its expiry`);
      return { coin, expiry, price: text(price) };
    });
}
