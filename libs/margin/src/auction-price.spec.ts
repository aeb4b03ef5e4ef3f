import { auctionOffer, auctionTicks, type AuctionedPosition } from './auction-price.js';

const SCHEDULE = { startPpm: 980_000, cutoffPpm: 800_000, fastTicks: 100, slowTicks: 400 };
/** 100 lots at 1,000 ticks of 1 unit, 4,000 units of equity behind them */
const LONG: AuctionedPosition = { lots: 100, mark: 1_000, unit: 1n, equity: 4_000n, reserved: 0n };

describe('the price of a position under auction', () => {
  it('leaves what is not asked for to the bidder, a whole tick per lot', () => {
    // 2 % of 4,000 is 80: no tick for each of 100 lots
    expect(auctionOffer(LONG, SCHEDULE, 0)).toEqual({ price: 1_000, asked: 3_920n });
    expect(auctionOffer(LONG, SCHEDULE, 100)).toEqual({ price: 992, asked: 3_200n });
    expect(auctionOffer(LONG, SCHEDULE, 300)).toEqual({ price: 976, asked: 1_600n });
    expect(auctionOffer({ ...LONG, lots: -100 }, SCHEDULE, 300).price).toBe(1_024);
  });

  it('ends at the bankruptcy price, and never goes beyond', () => {
    expect(auctionTicks(SCHEDULE)).toBe(500);
    for (const elapsed of [500, 501, 9_999]) {
      expect(auctionOffer(LONG, SCHEDULE, elapsed)).toEqual({ price: 960, asked: 0n });
    }
    for (let equity = 1n; equity < 400n; equity += 7n) {
      for (const lots of [-37, -1, 1, 37]) {
        const { price } = auctionOffer({ ...LONG, lots, equity }, SCHEDULE, 500);
        const costs = BigInt(Math.abs(price - 1_000) * Math.abs(lots));
        expect(costs <= equity).toBe(true);
        expect(costs + BigInt(Math.abs(lots)) > equity).toBe(true);
      }
    }
  });

  it('only gets better for a bidder who waits', () => {
    let before = 1_001;
    for (let elapsed = 0; elapsed <= 500; elapsed++) {
      const { price } = auctionOffer(LONG, SCHEDULE, elapsed);
      expect(price).toBeLessThanOrEqual(before);
      before = price;
    }
  });

  it('is the mark where nothing of value is left', () => {
    for (const equity of [0n, -1n, -4_000n]) {
      expect(auctionOffer({ ...LONG, equity }, SCHEDULE, 400)).toEqual({ price: 1_000, asked: 0n });
    }
    const paidIn = { ...LONG, reserved: 4_000n };
    expect(auctionOffer(paidIn, SCHEDULE, 400)).toEqual({ price: 1_000, asked: 0n });
  });

  it('leaves out what earlier bidders paid in, so the second pays what the first did', () => {
    // 40 lots at 992 left 3,200 × 0.4 to the bucket and cost it 320
    const rest = { ...LONG, lots: 60, equity: 3_680n, reserved: 1_280n };
    expect(auctionOffer(rest, SCHEDULE, 100)).toEqual({ price: 992, asked: 1_920n });
  });

  it('is at least a tick', () => {
    const rich = { ...LONG, mark: 3, equity: 10_000n };
    expect(auctionOffer(rich, SCHEDULE, 500).price).toBe(1);
  });

  it.each([
    ['no position', { lots: 0 }, 'a position with a mark is auctioned'],
    ['no mark', { mark: 0 }, 'a position with a mark is auctioned'],
    ['a negative reserve', { reserved: -1n }, 'bids pay in'],
  ])('of %s is none', (_, more, rule) => {
    expect(() => auctionOffer({ ...LONG, ...more }, SCHEDULE, 0)).toThrow(rule);
  });
});
