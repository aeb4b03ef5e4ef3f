import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readSeries, type Bar, type Series } from './bars.js';
import { observe, pathOf, type Holding } from './coverage.js';
import { parseParameters } from './parameters.js';
import { coverageOf, uncovered, windowOf } from './table.js';

const HOUR = 3_600_000;
const url = (path: string): URL => new URL(path, import.meta.url);
const DEMO = parseParameters(
  readFileSync(url('../../../services/house/data/risk-parameters.json'), 'utf8'),
  'demo',
);
const AT_CLOSE: Holding = { horizon: 1, lossAt: 'close' };

/** Flat bars at one price, but for some. */
function flat(count: number, other: ReadonlyMap<number, Partial<Bar>> = new Map()): Series {
  const bars = Array.from({ length: count }, (_, i) => ({
    time: i * HOUR,
    open: 100_000,
    high: 100_000,
    low: 100_000,
    close: 100_000,
    ...other.get(i),
  }));
  return { name: 'x', stepMs: HOUR, bars };
}
const seen = (series: Series, holding = AT_CLOSE) => [...observe(series, DEMO, holding)];

describe('what a position lost against its initial margin', () => {
  it('is one observation a bar after the warm-up, at the floor in a calm market (BACK-020)', () => {
    const all = seen(flat(130));
    expect(all).toHaveLength(9);
    expect(all[0].time).toBe(121 * HOUR);
    // 1.8 % of the floor is no whole step of 0.25 %, and the floor holds
    expect(new Set(all.map(({ ratePpm }) => ratePpm))).toEqual(new Set([18_000]));
    expect(all.some(({ long, short }) => long || short)).toBe(false);
  });
  it.each([
    [98_200, { long: false, short: false }],
    [98_199, { long: true, short: false }],
    [101_800, { long: false, short: false }],
    [101_801, { long: false, short: true }],
  ])('a close at %i of 100,000 with 1.8 %% is %j (BACK-021)', (close, expected) => {
    const bars = new Map([[125, { close, low: Math.min(close, 100_000), high: 101_801 }]]);
    const at = seen(flat(126, bars)).at(-1);
    expect(at).toMatchObject({ time: 125 * HOUR, ...expected });
  });
  it('at the worst price sees what the close has hidden (BACK-022)', () => {
    const wick = flat(126, new Map([[125, { low: 98_000, high: 102_000 }]]));
    expect(seen(wick).at(-1)).toMatchObject({ long: false, short: false });
    const worst = seen(wick, { horizon: 1, lossAt: 'worst' }).at(-1);
    expect(worst).toMatchObject({ long: true, short: true });
  });
  it('over more bars does not overlap, and adds their moves (BACK-023)', () => {
    const fall = new Map([
      [122, { low: 99_000, close: 99_000 }],
      [123, { open: 99_000, low: 98_100, high: 99_000, close: 98_100 }],
    ]);
    const hourly = seen(flat(124, fall));
    expect(hourly.map(({ long }) => long)).toEqual([false, false, false]);
    // from the close of bar 120 to that of bar 123: 1.9 % of 1.8 %
    const three = seen(flat(124, fall), { horizon: 3, lossAt: 'close' });
    expect(three.map(({ long }) => long)).toEqual([true]);
    expect(seen(flat(140), { horizon: 4, lossAt: 'close' })).toHaveLength(4);
  });
  it('looks at no horizon with a missing bar, and begins anew after a day (BACK-024)', () => {
    const { bars, ...rest } = flat(130);
    const without = (from: number, to: number): Series => ({
      ...rest,
      bars: bars.map((bar, i) =>
        i < from ? bar : { ...bar, time: bar.time + (to - from) * HOUR },
      ),
    });
    expect(seen(without(125, 126))).toHaveLength(8);
    expect(seen(without(125, 225))).toHaveLength(4);
  });
  it('takes the prices of a bar in the order of the demo (BACK-025)', () => {
    const bar = { time: 0, open: 5, high: 9, low: 1, close: 4 };
    expect(pathOf(bar)).toEqual([5, 9, 1, 4]);
    expect(pathOf({ ...bar, close: 5 })).toEqual([5, 1, 9, 5]);
  });
});

describe('the extract that the project carries', () => {
  const text = gunzipSync(
    readFileSync(url('../data/hourly_2020_2021_2026.binance-spot.csv.gz')),
  ).toString('utf8');
  const series = readSeries([{ name: 'extract', text }]);
  const rows = coverageOf(series, DEMO, { ...AT_CLOSE, window: 'year' });

  it('is covered above 99.5 %, every year and side (BACK-030)', () => {
    expect(rows.map(({ series: name }) => name)).toContain('binance spot ETHUSDT');
    expect(Math.min(...rows.map(({ coverage }) => coverage))).toBeGreaterThan(0.995);
    expect(uncovered(rows)).toEqual([]);
  });
  it('adds up: the years are the whole (BACK-031)', () => {
    for (const side of ['long', 'short'] as const) {
      const of = rows.filter((row) => row.series.endsWith('BTCUSDT') && row.side === side);
      const whole = of.find(({ window }) => window === 'whole');
      const parts = of.filter(({ window }) => window !== 'whole');
      const sum = (name: 'observations' | 'exceedances'): number =>
        parts.reduce((total, row) => total + row[name], 0);
      expect(sum('observations')).toBe(whole?.observations);
      expect(sum('exceedances')).toBe(whole?.exceedances);
      expect(whole?.exceedances).toBeGreaterThan(0);
    }
  });
  it('is found too small at half the multiplier without a floor (BACK-032)', () => {
    const thin = { ...DEMO, multiplierPpm: 2_000_000, floorPpm: 1, hysteresisPpm: 0 };
    const found = uncovered(coverageOf(series, thin, { ...AT_CLOSE, window: 'year' }));
    expect(found.map(({ series: name, side }) => `${name} ${side}`)).toContain(
      'binance spot BTCUSDT long',
    );
  });
});

describe('windows and parameters', () => {
  it('are of the calendar (BACK-033)', () => {
    const time = Date.UTC(2020, 2, 12, 5);
    expect(['year', 'quarter', 'month'].map((each) => windowOf(time, each as 'year'))).toEqual([
      '2020',
      '2020-Q1',
      '2020-03',
    ]);
  });
  it.each([
    ['nothing', 'p: is no JSON'],
    ['[]', 'p: must be one object'],
    ['{}', 'p: lambdaPpm must be whole and not negative'],
    [JSON.stringify({ ...DEMO, lambdaPpm: 1_000_000 }), 'p: lambdaPpm must be below 1000000'],
    [JSON.stringify({ ...DEMO, multiplierPpm: 0 }), 'p: multiplierPpm must be above 0'],
    [JSON.stringify({ ...DEMO, capPpm: 17_999 }), 'p: capPpm must not be below floorPpm'],
    [JSON.stringify({ ...DEMO, floorPpm: -1 }), 'p: floorPpm must be whole and not negative'],
    [JSON.stringify({ ...DEMO, stepPpm: 0.5 }), 'p: stepPpm must be whole'],
  ])('%s are refused by field and rule (BACK-034)', (text, said) => {
    expect(() => parseParameters(text, 'p')).toThrow(said);
  });
});
