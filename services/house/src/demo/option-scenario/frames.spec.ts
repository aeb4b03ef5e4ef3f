import { optionFrames, settlementsOf } from './frames.js';
import { readOptionData, type OptionFiles } from './option-data.js';
import { ownOptionData } from './own-data.js';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

const TERMS = 'snapshot_time,instrument,option_type,strike,expiry';
const NEAR = '2026-02-06T08:00:00Z';
/** One expiry, one call, one hour and two snapshots around it. */
const FILES: OptionFiles = {
  chain: [
    `${TERMS},mark_price,mark_iv,underlying_price,index_price`,
    `2026-02-05T09:30:10Z,BTC-6FEB26-70000-C,call,70000,${NEAR},0.01,0.62345678,70140,70000`,
    `2026-02-05T15:30:10Z,BTC-6FEB26-70000-C,call,70000,${NEAR},0,0.9,66010.5,66000`,
    '2026-02-06T09:00:10Z,BTC-13FEB26-70000-C,call,70000,2026-02-13T08:00:00Z,0.02,0.8,66100,66000',
  ].join('\n'),
  futures: [
    'snapshot_time,instrument,option_underlying_price',
    '2026-02-05T09:30:10Z,BTC-6FEB26,70140',
    '2026-02-05T15:30:10Z,BTC-6FEB26,66010.5',
    '2026-02-06T09:00:10Z,BTC-13FEB26,66100',
    '2026-02-06T09:00:10Z,BTC-6FEB26,66000',
  ].join('\n'),
  perpetuals: [
    'timestamp,instrument,close',
    ...['2026-02-05T09:30:00Z', '2026-02-05T15:30:00Z', '2026-02-06T09:00:00Z'].flatMap((time) => [
      `${time},BTC-PERPETUAL,69930`,
      `${time},ETH-PERPETUAL,2000`,
    ]),
  ].join('\n'),
  bars: [
    'timestamp,open,high,low,close',
    '2026-02-05T10:00:00Z,70000,70700,69000,69300',
    '2026-02-06T07:00:00Z,65000,65500,64000,64856',
  ].join('\n'),
};

describe('frames of the scenario', () => {
  const frames = optionFrames(readOptionData(FILES));
  const frame = (time: string) => frames.find((each) => each.time === at(time));

  it('are whole at a snapshot (DEMO-030)', () => {
    const { prices, volatilities } = frame('2026-02-05T09:30:10Z') ?? {};
    expect(prices && Object.fromEntries(prices)).toEqual({
      'BTC-PERP': '69930.00',
      'ETH-PERP': '2000.00',
      'BTC-6FEB26': '70140.00',
    });
    expect(volatilities?.get('BTC-6FEB26-70000-C')).toBe(623_457);
    const [{ marks }] = readOptionData(FILES).snapshots;
    expect(marks.get('BTC-6FEB26-70000-C')).toBeCloseTo(701.4, 9);
  });
  it('move BTC between snapshots with the bar, basis and volatility staying (DEMO-031)', () => {
    // low is farther from the open than high: 69,000 / 70,000 of both
    const extreme = frame('2026-02-05T10:30:00Z');
    expect(extreme && Object.fromEntries(extreme.prices)).toEqual({
      'BTC-PERP': '68931.00',
      'BTC-6FEB26': '69138.00',
    });
    expect(extreme?.volatilities.size).toBe(0);
    expect(frame('2026-02-05T11:00:00Z')?.prices.get('BTC-PERP')).toBe('69230.70');
  });
  it('are in the order of time and publish nothing that has expired (DEMO-032)', () => {
    const times = frames.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(frame('2026-02-06T07:30:00Z')?.prices.has('BTC-6FEB26')).toBe(true);
    expect(frame('2026-02-06T08:00:00Z')?.prices.has('BTC-6FEB26')).toBe(false);
    expect(frame('2026-02-06T09:00:10Z')?.prices.has('BTC-6FEB26')).toBe(false);
  });
  it('settle what expires at the bar that ends then (DEMO-033)', () => {
    const [settlement, ...others] = settlementsOf(readOptionData(FILES));
    expect(settlement).toEqual({
      coin: 'BTC',
      expiry: at('2026-02-06T08:00:00Z'),
      price: '64856.00',
    });
    expect(others).toEqual([]);
  });
  it.each([
    [{ chain: 'a,b' }, 'chain: there is no column snapshot_time'],
    [{ chain: FILES.chain.replace('0.9,', '-0.9,') }, 'chain line 3: mark_iv "-0.9" is no plain'],
    [{ chain: FILES.chain.replace('0.9,', ',') }, 'chain line 3: mark_iv is empty'],
    [{ chain: FILES.chain.replace('BTC-6', 'DOGE-6') }, 'is no option of a known coin'],
    [{ chain: FILES.chain.replace('call', 'both') }, 'chain line 2: option_type is call or put'],
    [{ chain: FILES.chain.replace('2026-02-05T09', 'soon') }, 'snapshot_time "soon:30:10Z" is no'],
    [
      { futures: FILES.futures.replace('66010.5', '0') },
      'futures line 3: option_underlying_price is not',
    ],
    [{ futures: FILES.futures.replace('T09:30:10', 'T09:31:10') }, 'that of no chain'],
    [{ futures: FILES.futures.split('\n').slice(0, 2).join('\n') }, 'no future BTC-6FEB26'],
    [{ perpetuals: FILES.perpetuals.replace('ETH-', 'SOL-') }, 'perpetuals line 3: is of no'],
    [{ perpetuals: FILES.perpetuals.replace(/\n[^\n]*$/, '') }, 'no ETH perpetual'],
  ])('%# a file that cannot be used is refused by line and rule (DEMO-034)', (other, said) => {
    expect(() => readOptionData({ ...FILES, ...other })).toThrow(said);
  });
});

describe('the extract of February 2026', () => {
  const data = ownOptionData();
  const frames = optionFrames(data);

  it('has sixteen snapshots, ten futures, their options and the hours between (DEMO-035)', () => {
    expect(data.snapshots).toHaveLength(16);
    expect(data.futures).toHaveLength(10);
    expect(data.options).toHaveLength(160);
    expect(frames.length).toBeGreaterThan(180);
    expect(frames[0].volatilities.size).toBe(160);
  });
  it('falls to the low of 60,000 and further than a quarter in all (DEMO-036)', () => {
    const prices = frames.map(({ prices }) => Number(prices.get('BTC-PERP')));
    const lowest = Math.min(...prices);
    expect(lowest).toBeGreaterThan(59_500);
    expect(lowest).toBeLessThan(60_300);
    expect(Math.max(...prices)).toBeGreaterThan(76_000);
  });
  it('moves by less than the band of a price between two frames (DEMO-037)', () => {
    const last = new Map<string, number>();
    for (const { prices } of frames) {
      for (const [symbol, text] of prices) {
        const price = Number(text);
        const before = last.get(symbol) ?? price;
        expect(Math.abs(price / before - 1)).toBeLessThan(0.12);
        last.set(symbol, price);
      }
    }
  });
  it('is one volatility per strike and expiry, within sane bounds (DEMO-038)', () => {
    for (const { volatilities } of data.snapshots) {
      for (const [symbol, ppm] of volatilities) {
        expect(ppm).toBeGreaterThan(200_000);
        expect(ppm).toBeLessThan(5_000_000);
        const call = volatilities.get(symbol.replace(/-P$/, '-C'));
        expect(Math.abs((call ?? 0) - ppm)).toBeLessThan(20_000);
      }
    }
  });
  it('settles both coins of 6 February (DEMO-039)', () => {
    expect(settlementsOf(data).map(({ coin, price }) => [coin, price])).toEqual([
      ['BTC', '64856.00'],
      ['ETH', expect.stringMatching(/^19\d\d\.\d\d$/)],
    ]);
    expect(frames.at(-1)?.time).toBeGreaterThan(at('2026-02-07T20:00:00Z') - HOUR);
  });
});
