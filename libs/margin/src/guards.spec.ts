import { decimal, decimalOf, sumOf } from '@ringfence/money';
import fc from 'fast-check';
import { paidToLast } from './claims.js';
import {
  bandFor,
  bearClosedLegs,
  bucketStanding,
  guardedCollateralPrice,
  isolatedOutcome,
  withinBankruptcyPrices,
} from './guards.js';
import { depositIndexLoss, lossPerUnit, profitRatio, withdrawableProfit } from './loss-index.js';
import { creditThenPay } from './pool-order.js';

fc.configureGlobal({ seed: 6615, numRuns: 300 });
const amount = fc.bigInt({ min: 0n, max: 200n });

describe('losses stay where they arose', () => {
  const legs = fc.array(
    fc.record({ domain: fc.constantFrom('X', 'Y', 'Z'), pnl: fc.bigInt({ min: -99n, max: 99n }) }),
    { maxLength: 6 },
  );
  it('no domain pays more than its own losses, and all is borne by someone', () =>
    fc.assert(
      fc.property(amount, amount, amount, legs, (collateral, x, y, closed) => {
        const insurance = new Map([
          ['X', decimalOf(x)],
          ['Y', decimalOf(y)],
        ]);
        const all = closed.map(({ domain, pnl }) => ({ domain, pnl: decimalOf(pnl) }));
        const borne = bearClosedLegs(decimalOf(collateral), insurance, all);
        for (const [domain, used] of borne.insuranceUsed) {
          const lost = closed
            .filter((leg) => leg.domain === domain && leg.pnl < 0n)
            .reduce((sum, { pnl }) => sum - pnl, 0n);
          expect(used.lte(decimalOf(lost))).toBe(true);
          expect(used.lte(insurance.get(domain) ?? '0')).toBe(true);
        }
        const losses = closed.reduce((sum, { pnl }) => (pnl < 0n ? sum - pnl : sum), 0n);
        const ofOwn = decimalOf(collateral).minus(borne.collateralLeft);
        const funds = sumOf([...borne.insuranceUsed.values()]);
        const open = sumOf([...borne.uncovered.values()]);
        expect(ofOwn.plus(funds).plus(open).eq(decimalOf(losses))).toBe(true);
      }),
    ));

  it('a bucket stands by itself', () => {
    const standing = (equity: string, maintenance: string): string =>
      bucketStanding(decimal(equity), decimal(maintenance));
    expect([
      standing('-1', '0'),
      standing('0', '0'),
      standing('9', '10'),
      standing('10', '10'),
    ]).toEqual(['insolvent', 'healthy', 'liquidate', 'healthy']);
    const outcome = isolatedOutcome(decimal('100'), decimal('-100'));
    expect([outcome.status, outcome.deficit.toFixed()]).toEqual(['liquidated', '0']);
  });

  it('a pool is credited first, and moves nothing when that does not help', () => {
    const path = (outflow: string): unknown => {
      const { balances, accepted } = creditThenPay({
        balance: decimal('149'),
        credit: decimal('51'),
        outflow: decimal(outflow),
      });
      return [balances.map((each) => each.toFixed()), accepted];
    };
    expect(path('200')).toEqual([['149', '200', '0'], true]);
    expect(path('201')).toEqual([['149', '200', '-1'], false]);
  });
});

describe('prices that nobody sets alone', () => {
  const sources = { otherVenues: [decimal('0.999')], deviationLimit: decimal('0.05') };
  const guarded = (own: string, redemption: string | null): string => {
    const redemptionValue = redemption === null ? null : decimal(redemption);
    const { price, frozen } = guardedCollateralPrice({
      ...sources,
      ownVenue: decimal(own),
      redemptionValue,
    });
    return `${price.toFixed()}${frozen ? ' frozen' : ''}`;
  };
  it('are medians; too far away freezes, exactly at the limit does not', () => {
    expect([guarded('0.65', '1'), guarded('0.95', null), guarded('0.99', null)]).toEqual([
      '0.999 frozen',
      '0.9745',
      '0.9945',
    ]);
    const atLimit = { ...sources, otherVenues: [decimal('1'), decimal('1')] };
    const frozen = (own: string): boolean =>
      guardedCollateralPrice({ ...atLimit, ownVenue: decimal(own), redemptionValue: null }).frozen;
    expect([frozen('0.95'), frozen('0.9499')]).toEqual([false, true]);
  });

  it('deleveraging stays within both bankruptcy prices, and a band is found by its setting', () => {
    const bounds = { long: decimal('48'), short: decimal('55') };
    const within = (price: string): boolean => withinBankruptcyPrices(decimal(price), bounds);
    expect(['47.9', '48', '55', '55.1'].map(within)).toEqual([false, true, true, false]);
    const [horizonMinutes, movePercent, auctionMinutes] = ['10', '1', '5'].map(decimal);
    if (!horizonMinutes || !movePercent || !auctionMinutes) throw new Error('three figures');
    const bands = [{ horizonMinutes, movePercent, auctionMinutes }];
    expect(bandFor(bands, { horizonMinutes, movePercent })).toBe(bands[0]);
    expect(bandFor(bands, { horizonMinutes, movePercent: auctionMinutes })).toBeNull();
  });
});

describe('losses shared by an index', () => {
  it('a unit never bears less than its part', () => {
    const perUnit = lossPerUnit(decimal('10'), { long: decimal('2'), short: decimal('1') });
    expect(perUnit).toEqual(decimal('3.333333334'));
    expect(lossPerUnit(decimal('1'), { long: decimal('0'), short: decimal('0') })).toBe(
      'no-open-interest',
    );
    expect(depositIndexLoss(decimal('1'), decimal('0')).factor.eq('1')).toBe(true);
  });

  it('profit is paid from what capital and insurance leave, never more than that', () =>
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.array(fc.bigInt({ min: -50n, max: 90n })),
        (held, owed, pnls) => {
          const positive = pnls.reduce((sum, pnl) => (pnl > 0n ? sum + pnl : sum), 0n);
          const vault = {
            vault: decimalOf(held),
            capital: decimalOf(owed),
            insurance: decimal('7'),
            positivePnl: decimalOf(positive),
          };
          const ratio = profitRatio(vault);
          expect(ratio.gte('0') && ratio.lte('1')).toBe(true);
          const paid = pnls.map((pnl) => withdrawableProfit(vault, decimalOf(pnl)));
          const left = decimalOf(held).minus(sumOf(paid)).minus(vault.capital).minus('7');
          if (sumOf(paid).gt('0')) expect(left.gte('0')).toBe(true);
          pnls.forEach((pnl, i) => {
            const most = decimalOf(pnl > 0n ? pnl : 0n);
            expect(paid[i]?.gte('0') && paid[i]?.lte(most)).toBe(true);
          });
        },
      ),
    ));

  it('the published remainder may give the last more than his claim', () => {
    expect(paidToLast(2n, [1n, 1n, 1n])).toEqual([0n, 0n, 2n]);
    expect(paidToLast(0n, [0n, 0n])).toEqual([0n, 0n]);
    expect(() => paidToLast(2n, [1n])).toThrow('no more is collected');
  });
});
