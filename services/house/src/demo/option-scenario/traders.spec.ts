import { ownOptionData } from './own-data.js';
import { portfoliosOf } from './portfolios.js';
import { bucketsOf, lotsText, PRACTICES, tradersOf } from './traders.js';

const traders = tradersOf(portfoliosOf(ownOptionData(), 50, 3));

describe('traders of the scenario', () => {
  it('hold each portfolio and its mirror under every practice (DEMO-040)', () => {
    expect(traders).toHaveLength(300);
    expect(new Set(traders.map(({ owner }) => owner)).size).toBe(300);
    for (const practice of PRACTICES) {
      const sums = new Map<string, number>();
      for (const { holdings } of traders.filter((each) => each.practice === practice)) {
        for (const { symbol, lots } of holdings) sums.set(symbol, (sums.get(symbol) ?? 0) + lots);
      }
      expect(sums.size).toBeGreaterThan(20);
      expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
    }
  });
  it('hold the same under each of them, walled off as the practice says (DEMO-041)', () => {
    const of = (practice: string) => traders.filter((each) => each.practice === practice);
    const [isolated, cross, portfolio] = PRACTICES.map(of);
    for (const [i, trader] of isolated.entries()) {
      expect(cross[i].holdings).toEqual(trader.holdings);
      expect(portfolio[i].holdings).toEqual(trader.holdings);
      expect(bucketsOf(trader).size).toBe(trader.holdings.length);
      expect([...bucketsOf(cross[i]).keys()]).toEqual(['cross:linear']);
      expect([...bucketsOf(portfolio[i]).keys()]).toEqual(['portfolio:linear']);
    }
  });
  it('write sizes in the steps of their coin (DEMO-042)', () => {
    expect(lotsText('BTC-PERP', -123)).toBe('1.23');
    expect(lotsText('ETH-13FEB26-2000-C', 5)).toBe('0.5');
  });
});
