import { readSeries } from './bars.js';

const HEAD = 'timestamp,venue,market,symbol,open,high,low,close,volume';
const bar = (hour: number, prices: string, symbol = 'BTCUSDT'): string =>
  `2020-03-12T${String(hour).padStart(2, '0')}:00:00Z,binance,spot,${symbol},${prices},`;
const read = (...lines: string[]) =>
  readSeries([{ name: 'a.csv', text: [HEAD, ...lines].join('\n') }]);

describe('reading bars', () => {
  it('puts prices into ticks of the finest of them, in the order of time (BACK-010)', () => {
    const [series] = read(bar(1, '2.5,3,2,2.10'), bar(0, '7,7.05,6,7'));
    expect(series.name).toBe('binance spot BTCUSDT');
    expect(series.stepMs).toBe(3_600_000);
    expect(series.bars.map(({ open, high, low, close }) => [open, high, low, close])).toEqual([
      [700, 705, 600, 700],
      [250, 300, 200, 210],
    ]);
  });
  it('joins files: a bar that both have counts once (BACK-011)', () => {
    const [first, second] = [bar(0, '7,7,6,7'), bar(1, '7,8,7,8')];
    const joined = readSeries([
      { name: 'a.csv', text: `${HEAD}\n${first}\n${second}\n` },
      { name: 'b.csv', text: `${HEAD}\n${second}\n` },
    ]);
    expect(joined).toHaveLength(1);
    expect(joined[0].bars).toHaveLength(2);
  });
  it('keeps series apart, by name (BACK-012)', () => {
    const names = read(bar(0, '1,1,1,1', 'ETH'), bar(0, '1,1,1,1', 'ADA')).map(({ name }) => name);
    expect(names).toEqual(['binance spot ADA', 'binance spot ETH']);
  });
  it.each([
    [bar(0, '1,1,1'), 'line 2: price "" is no plain decimal'],
    [bar(0, '1,1,1,-1'), 'line 2: price "-1" is no plain decimal'],
    [bar(0, '1e3,1,1,1'), 'line 2: price "1e3" is no plain decimal'],
    [bar(0, '0,1,0,1'), 'line 2: a price is above 0'],
    [bar(0, '1,2,1.5,2'), 'line 2: low ≤ open, close ≤ high'],
    [bar(0, '1,2,1,3'), 'line 2: low ≤ open, close ≤ high'],
    [`yesterday,a,b,c,1,1,1,1,`, 'line 2: timestamp "yesterday" is no time'],
    [`2020-03-12T00:00:00Z,a,,c,1,1,1,1,`, 'line 2: venue, market and symbol are not empty'],
    [`${bar(0, '1,1,1,1')}\n${bar(0, '2,2,2,2')}`, 'line 3: another bar of the same time'],
    [bar(0, '0.1234567890123,1,0.1,1'), 'more than 12 decimals'],
  ])('%s is refused by line and rule (BACK-013)', (line, said) => {
    expect(() => read(line)).toThrow(said);
  });
  it('refuses another head (BACK-014)', () => {
    expect(() => readSeries([{ name: 'x.csv', text: 'time,price' }])).toThrow(
      'x.csv: line 1 must be',
    );
  });
});
