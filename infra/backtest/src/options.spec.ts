import { parseOptions } from './options.js';
import { linesOf } from './report.js';
import type { CoverageRow } from './table.js';

describe('options of the backtest', () => {
  it('have defaults (BACK-040)', () => {
    expect(parseOptions([])).toEqual({ horizon: 1, lossAt: 'close', window: 'year', json: false });
    const given = ['--hours', '8', '--loss', 'worst', '--window', 'month', '--json', '--data', 'd'];
    expect(parseOptions(given)).toEqual({
      horizon: 8,
      lossAt: 'worst',
      window: 'month',
      json: true,
      data: 'd',
    });
  });
  it.each([
    [['--hour', '1'], '--hour: unknown'],
    [['--data'], '--data: needs a value'],
    [['--hours', '0'], '--hours: is a whole number from 1 to 24'],
    [['--hours', '1.5'], '--hours: is a whole number from 1 to 24'],
    [['--loss', 'mean'], '--loss: is one of close, worst'],
    [['--window', 'week'], '--window: is one of year, quarter, month'],
  ])('%j are refused by name and rule (BACK-041)', (args, said) => {
    expect(() => parseOptions(args)).toThrow(said);
  });
});

describe('the table', () => {
  const row = (verdict: 'met' | 'low'): CoverageRow => ({
    series: 'binance spot BTCUSDT',
    side: 'long',
    window: 'whole',
    observations: 1000,
    exceedances: 12,
    coverage: 0.988,
    ratePpm: 43_210,
    tests: [
      { ratio: 0.38, pValue: 0.5376, verdict },
      { ratio: 6.82, pValue: 0.009, verdict: 'low' },
    ],
  });
  it('shows figures, tests and what they come to (BACK-042)', () => {
    const text = linesOf([row('met')], { horizon: 8, lossAt: 'worst' }).join('\n');
    expect(text).toContain('at the worst price of the next 8 h');
    expect(text).toMatch(/long {2}whole +1000 +12 +98\.800 % +4\.32 % +0\.38 +0\.5376 +met +6\.82/);
    expect(text).toContain('against 99.0 %: met 1, high 0, low 0');
    expect(text).not.toContain('TOO SMALL');
  });
  it('names a series whose margin is too small (BACK-043)', () => {
    const lines = linesOf([row('low')], { horizon: 1, lossAt: 'close' });
    expect(lines.at(-1)).toBe('TOO SMALL for 99.0 %: binance spot BTCUSDT long');
  });
});
