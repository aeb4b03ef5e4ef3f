import { EXCESS, isolated } from '@ringfence/kernel';
import { Clearing } from './clearing.fixture.js';
import {
  CALL,
  DatedScene,
  ended,
  EXPIRY,
  FUTURE,
  PORTFOLIO,
  roundAt,
  valued,
} from './dated.fixture.js';
import { CROSS, DOMAIN, PERP, ticked } from './scene.fixture.js';

describe('a leg in an option', () => {
  it('is held in a portfolio, cross, or in its own isolated bucket', () => {
    const house = new DatedScene();
    const pair = house.two();
    const buckets = (bucket: typeof CROSS) => ({ buyerBucket: bucket, sellerBucket: bucket });
    const trade = (bucket: typeof CROSS): string =>
      house.trade(...pair, 1, { instrument: CALL, price: 8, ...buckets(bucket) }).code;
    expect(trade(PORTFOLIO)).toBe('');
    expect(trade(CROSS)).toBe('');
    expect(trade(isolated(CALL))).toBe('');
    expect(trade(isolated(PERP))).toBe('bucket-unknown');
    expect(trade(EXCESS)).toBe('bucket-unknown');
  });
  it('keeps within a band of its underlying, not of its own small price', () => {
    const house = new DatedScene();
    const pair = house.two();
    // a tenth of 100 away from 8
    expect(house.buy(pair, CALL, 1, 18).code).toBe('');
    expect(house.buy(pair, CALL, 1, 19).code).toBe('off-band');
    expect(house.buy(pair, CALL, 1, 1).code).toBe('');
  });
  it('may be worth nothing', () => {
    const house = new DatedScene();
    const pair = house.two();
    house.announce(valued(0));
    expect(house.buy(pair, CALL, 1, 1).code).toBe('');
  });
});

describe('a premium', () => {
  it.each([1, 2])('is paid once, in the next round, over %d partitions', (partitions) => {
    const house = new DatedScene(partitions);
    const clearing = new Clearing(house, DOMAIN);
    const pair = house.two();
    house.buy(pair, CALL, 5, 8);
    house.settle();
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([1_000n, 0n]);
    house.publish(roundAt(1, { [CALL]: 0 }));
    house.settle();
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([600n, 0n]);
    expect(house.cash(pair[1], PORTFOLIO)).toEqual([1_400n, 0n]);
    expect(house.bucket(pair[0], PORTFOLIO).positions).toEqual([
      { instrument: CALL, settlingLots: 5, settlingCost: 0n, nextLots: 0, nextCost: 0n },
    ]);
    house.announce(valued(60));
    house.publish(roundAt(2, { [CALL]: 0 }));
    house.settle();
    expect(house.settled(pair[0]).at(-1)).toMatchObject({ round: 2, variation: 0n, claim: 0n });
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([600n, 0n]);
    expect(clearing.closed).toBe(2);
  });
});

describe('an expiry', () => {
  it.each([1, 2])('pays and closes both sides in one round over %d partitions', (partitions) => {
    const house = new DatedScene(partitions);
    const clearing = new Clearing(house, DOMAIN);
    const pair = house.two();
    house.buy(pair, CALL, 5, 8);
    house.buy(pair, FUTURE, 2, 100);
    house.settle();
    house.publish(roundAt(1, { [FUTURE]: 100, [CALL]: 0 }));
    house.settle();
    house.announce(ended(FUTURE, 112, 1));
    house.announce(ended(CALL, 12, 1));
    house.publish(roundAt(2, { [FUTURE]: 112, [CALL]: 12 }));
    house.settle();
    expect(clearing.closed).toBe(2);
    // 5 lots × 12 ticks and 2 lots × 12 ticks, 10 units each
    expect(house.settled(pair[0]).at(-1)).toMatchObject({ variation: 840n });
    expect(house.settled(pair[1]).at(-1)).toMatchObject({ variation: -840n });
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([1_440n, 0n]);
    expect(house.bucket(pair[0], PORTFOLIO).positions).toEqual([]);
    expect(house.bucket(pair[1], PORTFOLIO).positions).toEqual([]);
    expect(house.ends()).toMatchObject([
      { account: pair[0], instrument: CALL, lots: 5, price: 12, cost: 600n, round: 2 },
      { account: pair[0], instrument: FUTURE, lots: 2, price: 112, cost: 2_240n },
      { account: pair[1], instrument: CALL, lots: -5, price: 12, cost: -600n },
      { account: pair[1], instrument: FUTURE, lots: -2, price: 112, cost: -2_240n },
    ]);
    house.publish(roundAt(3, {}));
    house.settle();
    expect(house.total()).toBe(2_000n);
  });
  it('closes nothing in a round that was opened before it', () => {
    const house = new DatedScene();
    new Clearing(house, DOMAIN);
    const pair = house.two();
    house.buy(pair, FUTURE, 2, 100);
    house.settle();
    house.publish(roundAt(1, { [FUTURE]: 105, [CALL]: 0 }));
    house.readReference(0);
    house.announce(ended(FUTURE, 112, 1));
    house.settle();
    expect(house.lots(pair[0], PORTFOLIO, FUTURE)).toBe(2);
    expect(house.ends()).toEqual([]);
    house.publish(roundAt(2, { [FUTURE]: 112, [CALL]: 0 }));
    house.settle();
    expect(house.bucket(pair[0], PORTFOLIO).positions).toEqual([]);
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([1_240n, 0n]);
  });
  it('lets no leg be begun, reserved ones go, and a late answer settle with the rest', () => {
    const house = new DatedScene(2);
    new Clearing(house, DOMAIN);
    const pair = house.two();
    house.buy(pair, FUTURE, 2, 100);
    house.judge();
    house.deliver('accounts/0>1');
    // the receiver applies it before it reads of the expiry; the buyer has read of it already
    house.publish(ended(FUTURE, 112));
    house.readReference(0);
    house.judge();
    expect(house.lots(pair[1], PORTFOLIO, FUTURE)).toBe(-2);
    expect(house.buy(pair, FUTURE, 1, 100).code).toBe('instrument-expired');
    house.publish(roundAt(1, { [FUTURE]: 112, [CALL]: 0 }));
    house.settle();
    expect(house.settled(pair[0])).toMatchObject([{ round: 1, variation: 240n }]);
    expect(house.settled(pair[1])).toMatchObject([{ round: 1, variation: -240n }]);
    expect(house.bucket(pair[0], PORTFOLIO).positions).toEqual([]);
    expect(house.bucket(pair[1], PORTFOLIO).positions).toEqual([]);
  });
  it('releases a leg whose receiver has read of it, on both sides', () => {
    const house = new DatedScene(2);
    const pair = house.two();
    house.buy(pair, FUTURE, 2, 100);
    house.judge();
    house.deliver('accounts/0>1');
    house.announce(ended(FUTURE, 112));
    house.settle();
    const reasons = house.logs.map((log) =>
      log.flatMap((event) => (event.type === 'LegReleased' ? [event.reason] : [])),
    );
    expect(reasons).toEqual([['instrument-expired'], ['instrument-expired']]);
    expect(house.lots(pair[1], PORTFOLIO, FUTURE)).toBe(0);
  });
  it('ends trading at its time, before anybody fixed its price', () => {
    const house = new DatedScene();
    const pair = house.two();
    house.announce(ticked(EXPIRY - 1));
    expect(house.buy(pair, FUTURE, 1, 100).code).toBe('');
    house.announce(ticked(EXPIRY));
    expect(house.buy(pair, FUTURE, 1, 100).code).toBe('instrument-expired');
  });
});

describe('a loss in cash beside a gain in options', () => {
  it('is debt on their value, as it stood when the round was joined, and no deficit', () => {
    const house = new DatedScene();
    new Clearing(house, DOMAIN);
    const pair = house.two();
    house.buy(pair, CALL, 10, 10);
    house.settle();
    house.publish(roundAt(1, { [CALL]: 0 }));
    house.settle();
    expect(house.cash(pair[0], PORTFOLIO)).toEqual([0n, 0n]);
    house.buy(pair, FUTURE, 10, 100);
    house.settle();
    house.publish(roundAt(2, { [FUTURE]: 95, [CALL]: 0 }));
    house.settle();
    // 500 lost, 10 calls worth 8 ticks of 10 units each behind it
    expect(house.settled(pair[0]).at(-1)).toMatchObject({ collected: 0n, debt: 500n, deficit: 0n });
    expect(house.bucket(pair[1], PORTFOLIO).due).toBe(500n);
    house.announce(valued(1));
    house.publish(roundAt(3, { [FUTURE]: 95, [CALL]: 0 }));
    house.settle();
    expect(house.settled(pair[0]).at(-1)).toMatchObject({ debt: 100n, deficit: 400n });
  });
});
