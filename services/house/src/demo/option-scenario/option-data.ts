import { DataProblem, rowsOf, type Row } from './records.js';
import { COINS, type Coin, type FutureTerms, type OptionTerms } from './terms.js';

/** What the venue said at one instant. */
export interface Snapshot {
  /** ms UTC */
  readonly time: number;
  /** USD per coin: the middle one of what the rows carry, which were collected within minutes */
  readonly index: ReadonlyMap<Coin, number>;
  readonly perpetuals: ReadonlyMap<Coin, number>;
  /** by symbol, USD per coin */
  readonly futures: ReadonlyMap<string, number>;
  /** mark volatility by symbol, parts per million */
  readonly volatilities: ReadonlyMap<string, number>;
  /** the venue's own mark prices of options by symbol, USD: what ours are compared with */
  readonly marks: ReadonlyMap<string, number>;
}
/** An hour of BTC on a spot market, USD. */
export interface HourBar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}
export interface OptionData {
  /** by expiry, then symbol */
  readonly futures: readonly FutureTerms[];
  /** by expiry, coin, strike; call before put */
  readonly options: readonly OptionTerms[];
  /** in the order of time */
  readonly snapshots: readonly Snapshot[];
  readonly bars: readonly HourBar[];
}
/** Texts of the files of the extract. */
export interface OptionFiles {
  readonly chain: string;
  readonly futures: string;
  readonly perpetuals: string;
  readonly bars: string;
}

const MINUTE_MS = 60_000;
const PPM = 1_000_000;
const TERMS = ['snapshot_time', 'instrument', 'option_type', 'strike', 'expiry'];
const CHAIN = [...TERMS, 'mark_price', 'mark_iv', 'underlying_price', 'index_price'];

interface Draft {
  readonly time: number;
  readonly indices: Map<Coin, number[]>;
  readonly perpetuals: Map<Coin, number>;
  readonly futures: Map<string, number>;
  readonly volatilities: Map<string, number>;
  readonly marks: Map<string, number>;
}

/**
 * Joins the files of the extract by the time of the snapshot.
 *
 * @throws DataProblem naming file, line and rule; also when an option has no dated future, or a
 *         snapshot no perpetual
 */
export function readOptionData(files: OptionFiles): OptionData {
  const options = new Map<string, OptionTerms>();
  const drafts = new Map<number, Draft>();
  for (const row of rowsOf('chain', files.chain, CHAIN)) {
    const terms = termsOf(row);
    options.set(terms.symbol, terms);
    const { indices, volatilities, marks } = draftAt(drafts, row.time('snapshot_time'));
    volatilities.set(terms.symbol, Math.round(row.positive('mark_iv') * PPM));
    // the venue quotes options in the coin
    marks.set(terms.symbol, row.decimal('mark_price') * row.positive('underlying_price'));
    const list = indices.get(terms.coin) ?? [];
    indices.set(terms.coin, list);
    list.push(row.positive('index_price'));
  }
  readFutures(drafts, files.futures);
  readPerpetuals(drafts, files.perpetuals);
  const expiries = new Map([...options.values()].map((each) => [each.underlying, each]));
  const futures = [...expiries.values()].map(({ underlying, coin, expiry }): FutureTerms => ({
    symbol: underlying,
    coin,
    expiry,
  }));
  return {
    futures: futures.sort((a, b) => a.expiry - b.expiry || compare(a.symbol, b.symbol)),
    options: [...options.values()].sort(byTerms),
    snapshots: [...drafts.values()].sort((a, b) => a.time - b.time).map(finished),
    bars: readHours(files.bars),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTerms = (a: OptionTerms, b: OptionTerms): number =>
  a.expiry - b.expiry ||
  compare(a.coin, b.coin) ||
  a.strike - b.strike ||
  compare(a.right, b.right);

function termsOf(row: Row): OptionTerms {
  const symbol = row.text('instrument');
  const [, underlying, coin] = /^(([A-Z]+)-\d+[A-Z]{3}\d\d)-\d+-[CP]$/.exec(symbol) ?? [];
  const known = COINS.find((each) => each === coin);
  if (!underlying || !known)
    throw row.problem(`instrument "${symbol}" is no option of a known coin`);
  const right = row.text('option_type');
  if (right !== 'call' && right !== 'put') throw row.problem('option_type is call or put');
  const strike = row.positive('strike');
  return { symbol, coin: known, underlying, strike, right, expiry: row.time('expiry') };
}

function draftAt(drafts: Map<number, Draft>, time: number): Draft {
  const known = drafts.get(time);
  if (known) return known;
  const draft: Draft = {
    time,
    indices: new Map(),
    perpetuals: new Map(),
    futures: new Map(),
    volatilities: new Map(),
    marks: new Map(),
  };
  drafts.set(time, draft);
  return draft;
}

function readFutures(drafts: ReadonlyMap<number, Draft>, text: string): void {
  const columns = ['snapshot_time', 'instrument', 'option_underlying_price'];
  for (const row of rowsOf('futures', text, columns)) {
    const draft = drafts.get(row.time('snapshot_time'));
    if (!draft) throw row.problem('snapshot_time is that of no chain');
    draft.futures.set(row.text('instrument'), row.positive('option_underlying_price'));
  }
}

/** The candle is that of the minute in which the snapshot began. */
function readPerpetuals(drafts: ReadonlyMap<number, Draft>, text: string): void {
  const minutes = new Map([...drafts.values()].map((draft) => [minuteOf(draft.time), draft]));
  for (const row of rowsOf('perpetuals', text, ['timestamp', 'instrument', 'close'])) {
    const draft = minutes.get(row.time('timestamp'));
    const coin = COINS.find((each) => row.text('instrument') === `${each}-PERPETUAL`);
    if (!draft || !coin) throw row.problem('is of no snapshot or of another instrument');
    draft.perpetuals.set(coin, row.positive('close'));
  }
}
const minuteOf = (time: number): number => time - (time % MINUTE_MS);

function finished({ indices, ...draft }: Draft): Snapshot {
  const at = new Date(draft.time).toISOString();
  for (const coin of COINS) {
    if (!draft.perpetuals.has(coin)) throw new DataProblem(`snapshot ${at}: no ${coin} perpetual`);
  }
  for (const symbol of draft.volatilities.keys()) {
    const future = symbol.split('-').slice(0, 2).join('-');
    if (!draft.futures.has(future)) throw new DataProblem(`snapshot ${at}: no future ${future}`);
  }
  const index = new Map([...indices].map(([coin, all]) => [coin, middleOf(all)]));
  return { ...draft, index };
}
function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function readHours(text: string): HourBar[] {
  return rowsOf('bars', text, ['timestamp', 'open', 'high', 'low', 'close'])
    .map((row) => ({
      time: row.time('timestamp'),
      open: row.positive('open'),
      high: row.positive('high'),
      low: row.positive('low'),
      close: row.positive('close'),
    }))
    .sort((a, b) => a.time - b.time);
}
