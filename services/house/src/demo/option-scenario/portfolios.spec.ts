import { ownOptionData } from './own-data.js';
import { mirrored, portfoliosOf, STRATEGIES } from './portfolios.js';
import { perpetualOf } from './terms.js';

const data = ownOptionData();
const known = new Set([
  perpetualOf('BTC'),
  perpetualOf('ETH'),
  ...[...data.futures, ...data.options].map(({ symbol }) => symbol),
]);

describe('portfolios of the scenario', () => {
  const portfolios = portfoliosOf(data, 2_000, 7);

  it('are the same for the same seed, others for another (DEMO-020)', () => {
    expect(portfoliosOf(data, 2_000, 7)).toEqual(portfolios);
    expect(portfoliosOf(data, 10, 8)).not.toEqual(portfolios.slice(0, 10));
    // more of them do not change the first
    expect(portfoliosOf(data, 20, 7)).toEqual(portfolios.slice(0, 20));
  });
  it('hold something listed of one coin, nothing twice and no 0 lots (DEMO-021)', () => {
    for (const { coin, holdings } of portfolios) {
      const symbols = holdings.map(({ symbol }) => symbol);
      expect(symbols.length).toBeGreaterThan(0);
      expect(new Set(symbols).size).toBe(symbols.length);
      expect(symbols.every((symbol) => known.has(symbol) && symbol.startsWith(coin))).toBe(true);
      expect(holdings.every(({ lots }) => Number.isSafeInteger(lots) && lots !== 0)).toBe(true);
    }
  });
  it('draw every strategy, both coins and both sides of an outright (DEMO-022)', () => {
    const drawn = new Set(portfolios.flatMap(({ strategies }) => strategies));
    expect([...drawn].sort()).toEqual([...STRATEGIES].sort());
    expect(new Set(portfolios.map(({ coin }) => coin)).size).toBe(2);
    const outright = portfolios.filter(({ strategies }) => strategies.join() === 'outright');
    const signs = new Set(outright.map(({ holdings }) => Math.sign(holdings[0].lots)));
    expect(signs).toEqual(new Set([1, -1]));
  });
  it('hedge a conversion at one strike and expiry (DEMO-023)', () => {
    const only = portfolios.filter(({ strategies }) => strategies.join() === 'conversion');
    expect(only.length).toBeGreaterThan(20);
    for (const { holdings } of only) {
      expect(holdings).toHaveLength(3);
      const [future, call, put] = holdings;
      expect(call.symbol).toBe(`${put.symbol.slice(0, -1)}C`);
      expect(call.symbol.startsWith(future.symbol)).toBe(true);
      expect([call.lots, put.lots]).toEqual([-future.lots, future.lots]);
    }
  });
  it('sum to nothing with the side beside them (DEMO-024)', () => {
    const [portfolio] = portfolios;
    const other = mirrored(portfolio);
    expect(other.cushion).toBe(portfolio.cushion);
    for (const [i, { symbol, lots }] of other.holdings.entries()) {
      expect(symbol).toBe(portfolio.holdings[i].symbol);
      expect(lots + portfolio.holdings[i].lots).toBe(0);
    }
  });
  it('bring a little more than is required, at most two and a half times (DEMO-025)', () => {
    const cushions = portfolios.map(({ cushion }) => cushion);
    expect(Math.min(...cushions)).toBeGreaterThanOrEqual(1.05);
    expect(Math.max(...cushions)).toBeLessThanOrEqual(2.5);
  });
});
