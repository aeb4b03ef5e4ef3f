import type { EventOf } from '@ringfence/contracts';
import type { AccountId } from '@ringfence/kernel';
import { CALL, DatedScene, ended, FUTURE, PORTFOLIO } from './dated.fixture.js';
import { EXCESS } from '@ringfence/kernel';

/** A bucket long a future and a call, somebody against it, and a liquidity wall with money. */
function hedged(): { house: DatedScene; account: AccountId; wall: AccountId } {
  const house = new DatedScene();
  const [account, other] = house.two();
  house.buy([account, other], FUTURE, 6, 100);
  house.buy([other, account], CALL, 9, 8);
  house.settle();
  const wall = house.house(0, 'liquidity');
  house.deposit(wall, 5_000n);
  house.move(wall, EXCESS, PORTFOLIO, 5_000n);
  return { house, account, wall };
}
const sized = (
  account: AccountId,
  against: AccountId,
  changes: Partial<EventOf<'PortfolioSliceSized'>> = {},
): EventOf<'PortfolioSliceSized'> => ({
  type: 'PortfolioSliceSized',
  slice: 4,
  account,
  bucket: PORTFOLIO,
  fractionPpm: 500_000,
  legs: [
    { instrument: FUTURE, lots: -3, price: 99, spread: 1 },
    { instrument: CALL, lots: 5, price: 9, spread: 1 },
  ],
  fee: 80n,
  against,
  accountsSeq: 1,
  frame: 1,
  tick: 2,
  ...changes,
});

describe('a slice of a portfolio', () => {
  it('reserves all its legs, then offers them, into the wall’s own portfolio', () => {
    const { house, account, wall } = hedged();
    const before = house.log(0).length;
    house.feed(0, 'liquidation', sized(account, wall));
    const types = house.types().slice(before);
    expect(types.slice(0, 4)).toEqual(['LegReserved', 'LegReserved', 'LegOffered', 'LegReserved']);
    house.settle();
    expect(house.lots(account, PORTFOLIO, FUTURE)).toBe(3);
    expect(house.lots(account, PORTFOLIO, CALL)).toBe(-4);
    expect(house.lots(wall, PORTFOLIO, FUTURE)).toBe(3);
    expect(house.lots(wall, PORTFOLIO, CALL)).toBe(-5);
    const fills = house.log(0).filter((event) => event.type === 'LegApplied');
    const own = fills.filter((event) => event.account === account && event.purpose === 'slice');
    // the fee is shared out by lots: 30 and 50
    expect(own).toMatchObject([
      { slice: 4, instrument: FUTURE, lots: -3, price: 99, fee: 30n },
      { slice: 4, instrument: CALL, lots: 5, price: 9, fee: 50n },
    ]);
  });
  it('clamps each leg to its position, and its fee with it', () => {
    const { house, account, wall } = hedged();
    const legs = [
      { instrument: FUTURE, lots: -12, price: 99, spread: 1 },
      { instrument: CALL, lots: -1, price: 9, spread: 1 },
    ];
    house.feed(0, 'liquidation', sized(account, wall, { legs, fee: 130n }));
    house.settle();
    expect(house.lots(account, PORTFOLIO, FUTURE)).toBe(0);
    expect(house.lots(account, PORTFOLIO, CALL)).toBe(-9);
    const released = house.log(0).filter((event) => event.type === 'LegReleased');
    expect(released).toMatchObject([{ instrument: CALL, reason: 'nothing-to-close', slice: 4 }]);
    const fee = house.log(0).findLast((event) => event.type === 'LegApplied' && event.slice === 4);
    expect(fee).toMatchObject({ lots: -6, fee: 60n });
  });
  it('trades at nothing what is worth nothing', () => {
    const { house, account, wall } = hedged();
    const legs = [{ instrument: CALL, lots: 9, price: 0, spread: 0 }];
    house.feed(0, 'liquidation', sized(account, wall, { legs }));
    house.settle();
    expect(house.lots(account, PORTFOLIO, CALL)).toBe(0);
  });
  it('releases what expired, and everything of a stale plan', () => {
    const { house, account, wall } = hedged();
    const reasons = (): unknown =>
      house.log(0).flatMap((event) => (event.type === 'LegReleased' ? [event.reason] : []));
    house.feed(0, 'liquidation', sized(account, wall, { frame: 0 }));
    expect(reasons()).toEqual(['stale-slice', 'stale-slice']);
    house.announce(ended(CALL, 0));
    house.feed(0, 'liquidation', sized(account, wall));
    house.settle();
    expect(reasons()).toEqual(['stale-slice', 'stale-slice', 'instrument-expired']);
    expect(house.lots(account, PORTFOLIO, FUTURE)).toBe(3);
  });
});
