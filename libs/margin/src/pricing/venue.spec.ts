// What Deribit printed against what we compute; sources in ../../data/NOTICE.md. The extract runs
// always; `npm run greeks -- <folder>` runs every chain and ticker file of a folder.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { present } from '@ringfence/kernel';
import { errorsAsPrinted, errorsInTime, quantile, table, type VenueRow } from './venue.fixture.js';

const FOLDER =
  process.env['RINGFENCE_OPTION_DATA'] ?? fileURLToPath(new URL('../../data/', import.meta.url));
const EXPIRY_HOUR_UTC = 8;
const MS_PER_YEAR = 365 * 86_400_000;
const TIMEOUT_MS = 120_000;

/** Rows of a comma-separated file with a header, without quotes. */
function records(file: string): ReadonlyMap<string, string>[] {
  const bytes = fs.readFileSync(join(FOLDER, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trimEnd().split('\n');
  const names = present(header, 'a header').split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return new Map(names.map((name, at) => [name, cells[at] ?? '']));
  });
}
const files = (name: RegExp): string[] => fs.readdirSync(FOLDER).filter((file) => name.test(file));
const years = (from: string, to: number): number => (to - Date.parse(from)) / MS_PER_YEAR;

const text = (record: ReadonlyMap<string, string>, name: string): string =>
  present(record.get(name), name);
function number(record: ReadonlyMap<string, string>, name: string): number {
  const cell = text(record, name);
  const value = Number(cell);
  if (cell === '' || Number.isNaN(value)) throw new Error(`${name}: no number in "${cell}"`);
  return value;
}

function chainRow(record: ReadonlyMap<string, string>): VenueRow {
  const [currency] = text(record, 'instrument').split('-');
  const expiry = text(record, 'expiry');
  const snapshot = text(record, 'snapshot_time');
  return {
    snapshot: `${snapshot} ${currency}`,
    type: text(record, 'option_type') === 'call' ? 'call' : 'put',
    strike: number(record, 'strike'),
    expiry,
    years: years(snapshot, Date.parse(expiry)),
    volatility: number(record, 'mark_iv'),
    underlyingPrice: number(record, 'underlying_price'),
    indexPrice: number(record, 'index_price'),
    printed: { delta: number(record, 'delta'), vega: number(record, 'vega') },
  };
}

/** The instrument's name says the terms: `BTC-24JUN22-15000-C` expires at 08:00 UTC. */
function tickerRow(record: ReadonlyMap<string, string>): VenueRow {
  const [currency, day, strike, letter] = text(record, 'instrument').split('-');
  const [, date, month, year] = present(/^(\d+)([A-Z]{3})(\d\d)$/.exec(present(day, 'day')), 'day');
  const expiry = Date.parse(`${date} ${month} 20${year} 0${EXPIRY_HOUR_UTC}:00 UTC`);
  return {
    snapshot: `${text(record, 'timestamp')} ${currency}`,
    type: letter === 'C' ? 'call' : 'put',
    strike: Number(strike),
    expiry: new Date(expiry).toISOString(),
    years: years(text(record, 'timestamp'), expiry),
    volatility: number(record, 'mark_iv') / 100,
    underlyingPrice: number(record, 'underlying_price'),
    indexPrice: number(record, 'index_price'),
    printed: {
      delta: number(record, 'delta'),
      gamma: number(record, 'gamma'),
      vega: number(record, 'vega'),
      theta: number(record, 'theta'),
      rho: number(record, 'rho'),
    },
  };
}

const say = (line: string): number => fs.writeSync(1, `${line}\n`);

describe("the venue's own Greeks", () => {
  it(
    'are ours in the option chains of 2026: median below 1e-4 of delta',
    () => {
      const chains = files(/chain.*2026.*\.csv(\.gz)?$/);
      const rows = chains.flatMap((file) => records(file).map(chainRow));
      expect(rows.length).toBeGreaterThan(3_000);
      const inTime = errorsInTime(rows);
      say(table('chains, underlying as printed', errorsAsPrinted(rows)));
      say(table('chains, underlying moved to the instant of the Greeks', inTime));
      const delta = present(inTime.get('delta'), 'delta');
      expect(delta).toHaveLength(rows.length);
      expect(quantile(delta, 0.5)).toBeLessThan(1e-4);
      expect(quantile(delta, 0.9)).toBeLessThan(2e-3);
      expect(quantile(present(inTime.get('vega'), 'vega'), 0.5)).toBeLessThan(0.01);
    },
    TIMEOUT_MS,
  );

  it('are ours in the tickers of 2021, all five, to the decimals printed', () => {
    const rows = files(/tickers.*\.csv$/).flatMap((file) => records(file).map(tickerRow));
    expect(rows).toHaveLength(89);
    const errors = errorsAsPrinted(rows);
    say(table('tickers', errors));
    const most = (name: 'delta' | 'gamma' | 'vega' | 'theta' | 'rho', share: number): number =>
      quantile(present(errors.get(name), name), share);
    // five decimals are printed, of gamma too: half of the last one is all that can be said
    expect(most('delta', 1)).toBeLessThan(2e-5);
    expect(most('gamma', 1)).toBeLessThan(5.1e-6);
    // the mark volatility is printed to a hundredth of a point, which moves the others by more
    expect(most('vega', 1)).toBeLessThan(3e-3);
    expect(most('theta', 1)).toBeLessThan(5e-3);
    expect(most('rho', 1)).toBeLessThan(5e-3);
  });
});
