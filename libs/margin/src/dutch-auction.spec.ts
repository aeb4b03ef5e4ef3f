import { decimal, decimalOf } from '@ringfence/money';
import fc from 'fast-check';
import {
  auctionBufferMargin,
  auctionDiscount,
  auctionMaxProportion,
  bidInAuction,
  insolventPayout,
  withdrawalsBlocked,
} from './dutch-auction.js';

fc.configureGlobal({ seed: 6614, numRuns: 300 });
const TERMS = {
  startDiscount: decimal('0.98'),
  cutoff: decimal('0.8'),
  fastSeconds: decimal('100'),
  slowSeconds: decimal('1000'),
};

describe('a Dutch auction of a solvent account', () => {
  it('falls without a step at the cutoff, down to nothing and no lower', () => {
    const at = (seconds: string): string => auctionDiscount(decimal(seconds), TERMS).toFixed();
    expect([at('0'), at('100'), at('600'), at('1100'), at('9999')]).toEqual([
      '0.98',
      '0.8',
      '0.4',
      '0',
      '0',
    ]);
    expect(() => at('-1')).toThrow('time passes');
    const steps = Array.from({ length: 120 }, (_, i) =>
      auctionDiscount(decimalOf(BigInt(i * 10)), TERMS),
    );
    expect(steps.every((each, i) => i === 0 || each.lte(steps[i - 1] ?? each))).toBe(true);
  });

  it('the largest bid restores the buffer margin exactly, a smaller one less', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10_000n }),
        fc.bigInt({ min: 1n, max: 10_000n }),
        fc.integer({ min: 1, max: 98 }),
        (value, short, percent) => {
          const account = {
            markToMarket: decimalOf(value),
            afterMaintenance: decimalOf(-short),
            reserved: decimal('0'),
          };
          const discount = decimalOf(BigInt(percent)).div('100');
          const bufferPct = decimal('0.2');
          const most = auctionMaxProportion(account, discount, bufferPct);
          expect(most.gt('0') && most.lt('1')).toBe(true);
          const bufferAfter = (wanted: string) => {
            const wantedShare = decimal(wanted).times(most);
            const bid = bidInAuction(account, { wantedShare, discount, bufferPct });
            return auctionBufferMargin(
              { markToMarket: bid.markToMarketAfter, afterMaintenance: bid.afterMaintenanceAfter },
              bufferPct,
            );
          };
          expect(bufferAfter('1').abs().lt('1e-30')).toBe(true);
          expect(bufferAfter('2').abs().lt('1e-30')).toBe(true);
          expect(bufferAfter('0.5').lt('0')).toBe(true);
        },
      ),
    ));

  it('takes the cash of earlier bids out of what is for sale', () => {
    const account = {
      markToMarket: decimal('5640'),
      afterMaintenance: decimal('-5560'),
      reserved: decimal('1440'),
    };
    const bid = { wantedShare: decimal('0.5'), discount: decimal('0.8'), bufferPct: decimal('0') };
    expect(bidInAuction(account, bid).cash.toFixed()).toBe('1680');
  });
});

describe('an insolvent auction', () => {
  it('pays from what is below nothing up to the whole shortage', () => {
    const account = { markToMarket: decimal('-100'), afterMaintenance: decimal('-300') };
    const paid = (elapsed: string, share = '1'): string =>
      insolventPayout(account, {
        share: decimal(share),
        elapsed: decimal(elapsed),
        insolventSeconds: decimal('600'),
      }).toFixed();
    expect([paid('0'), paid('300'), paid('600'), paid('601'), paid('300', '0.5')]).toEqual([
      '100',
      '200',
      '300',
      '300',
      '100',
    ]);
  });

  it('stops withdrawals only when the fund is short', () => {
    const shortages = [decimal('-300'), decimal('-300')];
    expect(withdrawalsBlocked(shortages, decimal('600'))).toBe(false);
    expect(withdrawalsBlocked(shortages, decimal('599.999'))).toBe(true);
    expect(withdrawalsBlocked([], decimal('0'))).toBe(false);
  });
});
