import type { EventOf } from '@ringfence/contracts';
import { accountId, EXCESS, type AccountId } from '@ringfence/kernel';
import { Clearing } from './clearing.fixture.js';
import {
  BTC,
  CROSS,
  DOMAIN,
  frame,
  ISOLATED,
  PERP,
  roundOpened,
  Scene,
  USD,
} from './scene.fixture.js';
import { accountsLane } from './lane.js';

interface Pair {
  readonly house: Scene;
  readonly clearing: Clearing;
  readonly buyer: AccountId;
  readonly seller: AccountId;
}
/**
 * A buyer on lane 0 and a seller on the last lane hold 10 lots each at 100; a tick is worth 10
 * units a lot.
 */
function pair(partitions = 1, money = 1_010n): Pair {
  const house = new Scene(partitions);
  const clearing = new Clearing(house, DOMAIN);
  const buyer = house.trader(0, money);
  const seller = house.trader(partitions - 1, money);
  house.trade(buyer, seller, 10);
  house.settle();
  return { house, clearing, buyer, seller };
}
function settledOf(house: Scene, account: AccountId): EventOf<'VariationSettled'>[] {
  return house.logs
    .flat()
    .filter((event) => event.type === 'VariationSettled')
    .filter((event) => event.account === account);
}

describe('a settlement round', () => {
  it.each([1, 2, 3])('pays gains out of losses over %d partitions', (partitions) => {
    const { house, clearing, buyer, seller } = pair(partitions);
    house.publish(roundOpened(1, 103));
    house.settle();
    expect(clearing.closed).toBe(1);
    expect(house.cash(buyer, CROSS)).toEqual([1_300n, 0n]);
    expect(house.cash(seller, CROSS)).toEqual([700n, 0n]);
    expect(house.bucket(buyer).positions).toEqual([
      { instrument: PERP, settlingLots: 10, settlingCost: 10_300n, nextLots: 0, nextCost: 0n },
    ]);
    for (let p = 0; p < partitions; p++) expect(house.cash(accountId(p, 0))).toEqual([0n, 0n]);
    house.publish(roundOpened(2, 101));
    house.settle();
    expect(house.cash(buyer, CROSS)).toEqual([1_100n, 0n]);
    expect(house.cash(seller, CROSS)).toEqual([900n, 0n]);
  });

  it('takes funding from longs in whole units per lot', () => {
    const { house, buyer, seller } = pair();
    house.publish(roundOpened(1, 100, 3));
    house.settle();
    expect(house.cash(buyer, CROSS)).toEqual([970n, 0n]);
    expect(house.cash(seller, CROSS)).toEqual([1_030n, 0n]);
  });

  it('waits for the markers of all others', () => {
    const { house } = pair(2);
    house.publish(roundOpened(1, 103));
    house.readReference(0);
    expect(accountsLane.next(house.lane(0))).toBeNull();
    house.deliver('accounts/0>1');
    expect(house.log(1).at(-1)).toMatchObject({ type: 'RoundMarkerCounted', partition: 0 });
    house.readReference(1);
    expect(accountsLane.next(house.lane(1))).toMatchObject({ type: 'SettleBuckets' });
    expect(accountsLane.next(house.lane(0))).toBeNull();
    house.deliver('accounts/1>0');
    expect(accountsLane.next(house.lane(0))).toMatchObject({ type: 'SettleBuckets', round: 1 });
  });

  it('puts a leg of the open round into the next one on both sides', () => {
    const { house, buyer, seller } = pair(2);
    house.publish(roundOpened(1, 103));
    house.readReference(1);
    // the seller's lane opened the round, the buyer's has not heard of it
    house.trade(buyer, seller, 2);
    house.judge();
    house.deliver('accounts/0>1');
    house.judge();
    expect(house.bucket(seller).positions).toMatchObject([{ settlingLots: -10, nextLots: -2 }]);
    while (house.channels().includes('accounts/1>0')) house.deliver('accounts/1>0');
    expect(house.bucket(buyer).positions).toMatchObject([{ settlingLots: 10, nextLots: 2 }]);
    house.settle();
    expect(house.bucket(buyer).positions).toMatchObject([{ settlingLots: 12, nextLots: 0 }]);
    expect(settledOf(house, buyer)).toMatchObject([{ variation: 300n }]);
    expect(settledOf(house, seller)).toMatchObject([{ variation: -300n }]);
  });

  it('settles a leg that was under way before the marker, although its answer comes late', () => {
    const { house, buyer, seller } = pair(2);
    house.trade(buyer, seller, 2);
    house.judge();
    house.publish(roundOpened(1, 103));
    house.readReference(0);
    house.deliver('accounts/0>1');
    house.judge();
    // lane 1 applied it under tag 0; its answer goes before its marker
    house.settle();
    expect(settledOf(house, buyer)).toMatchObject([{ variation: 360n }]);
    expect(settledOf(house, seller)).toMatchObject([{ variation: -360n }]);
  });

  it('refuses what breaks its order', () => {
    const { house } = pair();
    expect(() => house.announce(roundOpened(2, 100))).toThrow('rounds are counted by one');
    house.announce(roundOpened(1, 100));
    expect(() => house.announce(roundOpened(2, 100))).toThrow('one round of a domain at a time');
  });
});

describe('a loss larger than the cash', () => {
  it('takes what is reserved and not offered', () => {
    const { house, seller } = pair();
    house.move(seller, CROSS, EXCESS, 900n);
    house.publish(roundOpened(1, 105));
    house.readReference(0);
    house.piece(0);
    expect(settledOf(house, seller)).toMatchObject([{ collected: 500n, debt: 0n, deficit: 0n }]);
    expect(house.cash(seller, CROSS)).toEqual([500n, 0n]);
    expect(house.types()).toContain('MoveReleased');
  });
  it('is debt up to the haircut value of the other collateral, and then deficit', () => {
    const { house, clearing, buyer, seller } = pair();
    house.deposit(seller, 100_000_000n, BTC);
    house.move(seller, EXCESS, CROSS, 100_000_000n, BTC);
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 250));
    house.settle();
    // 15,000 lost: 1,000 cash, 500 of collateral
    expect(settledOf(house, seller)).toMatchObject([
      { collected: 1_000n, debt: 500n, deficit: 13_500n },
    ]);
    clearing.decide();
    house.settle();
    expect(house.bucket(buyer)).toMatchObject({ due: 500n, claim: 0n });
    expect(house.bucket(seller)).toMatchObject({ debt: 500n });
    expect(house.cash(buyer, CROSS)).toEqual([2_000n, 0n]);
    expect(house.move(seller, CROSS, EXCESS, 1n, BTC).code).toBe('bucket-in-debt');
  });
  it('nets debt and due in the next round', () => {
    const { house, buyer, seller } = pair();
    house.deposit(seller, 100_000_000n, BTC);
    house.move(seller, EXCESS, CROSS, 100_000_000n, BTC);
    house.publish(roundOpened(1, 114));
    house.settle();
    expect([house.bucket(buyer).due, house.bucket(seller).debt]).toEqual([400n, 400n]);
    house.publish(roundOpened(2, 112));
    house.settle();
    expect([house.bucket(buyer).due, house.bucket(seller).debt]).toEqual([200n, 200n]);
    house.deposit(seller, 200n);
    house.move(seller, EXCESS, CROSS, 200n);
    house.publish(roundOpened(3, 112));
    house.settle();
    expect([house.bucket(buyer).due, house.bucket(seller).debt]).toEqual([0n, 0n]);
    expect(house.cash(buyer, CROSS)).toEqual([2_200n, 0n]);
  });
  it('is sold for at a lapse, and only while there is debt', () => {
    const { house, seller } = pair();
    house.deposit(seller, 100_000_000n, BTC);
    house.move(seller, EXCESS, CROSS, 100_000_000n, BTC);
    const wall = house.house(0, 'liquidity');
    house.deposit(wall, 400n);
    const sale: EventOf<'SaleOrdered'> = {
      type: 'SaleOrdered',
      sale: 1,
      account: seller,
      bucket: CROSS,
      asset: BTC,
      amount: 80_000_000n,
      proceeds: 400n,
      buyer: wall,
      to: 'liquidity',
      tick: 2,
    };
    house.feed(0, 'liquidation', sale);
    expect(house.log(0).at(-1)).toMatchObject({ type: 'CollateralUnsold', reason: 'no-debt' });
    house.publish(roundOpened(1, 114));
    house.settle();
    house.feed(0, 'liquidation', { ...sale, proceeds: 401n });
    expect(house.log(0).at(-1)).toMatchObject({ reason: 'buyer-short' });
    house.feed(0, 'liquidation', { ...sale, amount: 100_000_001n });
    expect(house.log(0).at(-1)).toMatchObject({ reason: 'insufficient-available' });
    house.feed(0, 'liquidation', sale);
    expect(house.cash(wall, EXCESS, BTC)).toEqual([80_000_000n, 0n]);
    expect(house.cash(seller, CROSS)).toEqual([400n, 0n]);
  });
});

describe('a deficit', () => {
  it('is paid by insurance first, in account order, and the rest of it comes back', () => {
    const { house, clearing, buyer, seller } = pair(2);
    const first = house.house(0, 'insurance');
    const second = house.house(1, 'insurance');
    house.deposit(first, 300n);
    house.deposit(second, 9_000n);
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 114));
    house.settle();
    expect(house.cash(first)).toEqual([0n, 300n]);
    clearing.decide();
    house.settle();
    expect(house.cash(first)).toEqual([0n, 0n]);
    expect(house.cash(second)).toEqual([8_900n, 0n]);
    expect(house.cash(buyer, CROSS)).toEqual([2_400n, 0n]);
    expect(house.bucket(buyer).due).toBe(0n);
    expect(house.bucket(seller).debt).toBe(0n);
  });
  it('closes the position against a holder, whose claim is cut', () => {
    const { house, clearing, buyer, seller } = pair(2);
    house.announce(frame(114));
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 114));
    house.settle();
    expect(clearing.reports.flatMap((report) => report?.failing ?? [])).toMatchObject([
      { account: seller, lots: -10 },
    ]);
    expect(clearing.reports.flatMap((report) => report?.candidates ?? [])).toMatchObject([
      { account: buyer, lots: 10, claim: 1_400n, equity: 2_400n },
    ]);
    // from its report on a failing bucket takes nothing new
    expect(house.trade(seller, buyer, 1).code).toBe('bucket-failing');
    clearing.decide();
    house.settle();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, 0]);
    const paid = house.logs.flat().filter((event) => event.type === 'ClaimPaid');
    expect(paid).toMatchObject([
      { account: buyer, paid: 1_000n, cutByAdl: 400n, cut: 400n, due: 0n },
    ]);
    expect(house.bucket(buyer).positions).toEqual([]);
    expect(house.trade(seller, buyer, 1, { price: 114 }).code).toBe('insufficient-available');
  });
  it('is cut from all claims when no position is left to close', () => {
    const { house, clearing, buyer, seller } = pair();
    const other = house.trader(0, 10_000n);
    house.announce(frame(110));
    house.trade(seller, other, 10, { price: 110 });
    house.settle();
    house.publish(roundOpened(1, 121));
    house.settle();
    // bought at 100 and sold at 110: seller lost 1,000 and the fee of the second trade left 11
    // short
    expect(clearing.decisions[0]).toMatchObject([{ claimsCut: 11n, closes: [] }]);
    expect(house.cash(seller, CROSS)).toEqual([0n, 0n]);
    expect(house.cash(buyer, CROSS)).toEqual([1_000n + 2_100n - 11n, 0n]);
  });
});

describe('deleveraging', () => {
  const requested = (account: AccountId, wanted: number): EventOf<'AdlRequested'> => ({
    type: 'AdlRequested',
    account,
    bucket: CROSS,
    wanted,
    domain: DOMAIN,
    round: 1,
  });
  it('closes a bucket that liquidation gave up on, with no deficit', () => {
    const { house, clearing, buyer, seller } = pair(2);
    house.feed(1, 'liquidation', requested(seller, 1));
    house.feed(1, 'liquidation', requested(seller, 1));
    expect(house.types(1).filter((type) => type === 'FailingMarked')).toHaveLength(1);
    expect(house.move(seller, CROSS, EXCESS, 1n).code).toBe('bucket-failing');
    house.publish(roundOpened(1, 100));
    house.settle();
    expect(clearing.closed).toBe(1);
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, 0]);
    house.feed(1, 'liquidation', requested(seller, 0));
    expect(house.bucket(seller).isFailing).toBe(false);
    expect(house.lane(1).failing).toEqual([]);
  });
  it('is clamped to what the holder can certainly give', () => {
    const { house, clearing, buyer, seller } = pair(2);
    house.feed(1, 'liquidation', requested(seller, 1));
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 100));
    house.settle();
    const other = house.trader(1, 1_000n);
    house.trade(other, buyer, 4);
    house.judge();
    house.deliver('accounts/1>0');
    // the buyer's sale of 4 waits for its gate: 6 are certain
    clearing.decide();
    while (house.channels().length > 0) house.deliver(house.channels()[0] ?? '');
    expect([house.lots(buyer), house.lots(seller)]).toEqual([4, -4]);
    house.settle();
    expect(house.lots(buyer)).toBe(0);
  });
  it('lets nothing new into the bucket while its offers are open', () => {
    const { house, clearing, buyer, seller } = pair(2);
    house.feed(1, 'liquidation', requested(seller, 1));
    house.trade(seller, buyer, 1);
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 100));
    while (!clearing.isComplete()) (house.choices().at(-1) ?? (() => house.settle()))();
    clearing.decide();
    house.deliver('liquidation/1>1');
    expect(house.bucket(seller).isReported).toBe(false);
    expect(house.trade(seller, buyer, 1).code).toBe('bucket-failing');
    house.settle();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, 0]);
    expect(house.trade(seller, buyer, 1).code).toBe('');
  });
  it('holds back a move that its gate had passed', () => {
    const { house, seller } = pair(2);
    house.move(seller, CROSS, EXCESS, 5n);
    house.feed(1, 'liquidation', requested(seller, 1));
    house.judge();
    expect(house.log(1).at(-1)).toMatchObject({ type: 'MoveReleased', reason: 'bucket-failing' });
    expect(house.cash(seller)).toEqual([0n, 0n]);
  });
  it('of an earlier round is answered 0', () => {
    const { house, buyer, seller } = pair(2);
    house.publish(roundOpened(1, 100));
    house.settle();
    const offer = { reservation: 77, trade: 'x'.repeat(16) as never, purpose: 'adl' as const };
    const sides = { account: buyer, bucket: CROSS, against: seller, againstBucket: CROSS };
    const rest = { instrument: PERP, lots: -1, price: 0, venue: 0 as never, slice: 0 };
    house.post({ service: 'accounts', partition: 1 }, 0, {
      type: 'LegOffer',
      ...offer,
      ...sides,
      ...rest,
      round: 0,
    });
    house.deliver('accounts/1>0');
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegRefused', reason: 'another-round' });
  });
});

describe('sweeps', () => {
  it('tell custody the net of every wall and what went to other partitions', () => {
    const { house } = pair(2);
    house.publish(roundOpened(1, 103));
    house.settle();
    for (let p = 0; p < 2; p++) {
      const due = house.log(p).filter((event) => event.type === 'SweepsDue');
      const sum = due.flatMap(({ lines }) => lines).reduce((all, line) => all + line.amount, 0n);
      const between = due.flatMap((event) => event.between);
      // what the walls of a lane lack among themselves came from, or went to, the other lane
      expect([p, sum]).toEqual([p, p === 0 ? 300n : -300n]);
      expect(between).toEqual(p === 0 ? [] : [{ partition: 0, asset: USD, amount: 300n }]);
      expect(due.flatMap(({ lines }) => lines).every(({ amount }) => amount !== 0n)).toBe(true);
      expect(house.lane(p).unswept).toEqual([]);
      expect(house.lane(p).isSweeping).toBe(false);
    }
  });
  it('are told once', () => {
    const { house } = pair(2);
    house.publish(roundOpened(1, 103));
    house.settle();
    house.publish(roundOpened(2, 103));
    house.settle();
    for (let p = 0; p < 2; p++) {
      const due = house.log(p).filter((event) => event.type === 'SweepsDue');
      expect(due).toHaveLength(1);
    }
    house.publish(roundOpened(3, 104));
    house.settle();
    const last = house.log(1).findLast((event) => event.type === 'SweepsDue');
    expect(last).toMatchObject({ between: [{ partition: 0, asset: USD, amount: 100n }] });
  });
});

describe('pieces of a round', () => {
  it('settle at most 256 buckets, and trades go on between them', () => {
    const { house, clearing, seller } = pair(1, 100_000n);
    const buyers = Array.from({ length: 300 }, () => house.trader(0, 1_000n, ISOLATED));
    for (const buyer of buyers) house.trade(buyer, seller, 1, { buyerBucket: ISOLATED });
    house.settle();
    house.publish(roundOpened(1, 101));
    house.readReference(0);
    expect(house.piece(0)?.events).toHaveLength(256);
    const [first, last] = [buyers[0] ?? seller, buyers.at(-1) ?? seller];
    for (const buyer of [first, last]) {
      house.trade(buyer, seller, 1, { buyerBucket: ISOLATED });
      house.judge();
      house.judge();
    }
    expect(house.bucket(first, ISOLATED).positions).toMatchObject([
      { settlingLots: 2, nextLots: 0 },
    ]);
    expect(house.bucket(last, ISOLATED).positions).toMatchObject([
      { settlingLots: 1, nextLots: 1 },
    ]);
    house.settle();
    expect(clearing.closed).toBe(1);
    const settled = house.log(0).filter((event) => event.type === 'VariationSettled');
    expect(settled).toHaveLength(302);
    expect(settled.reduce((sum, event) => sum + event.variation, 0n)).toBe(0n);
    const claims = house.log(0).filter((event) => event.type === 'ClaimPaid');
    expect(claims).toHaveLength(301);
    const lines = house.log(0).filter((event) => event.type === 'SweepsDue');
    expect(lines.length).toBe(2);
  });
  it('name at most 64 candidates a side, the most leveraged first', () => {
    const { house, clearing, seller } = pair(1, 1_000_000n);
    const buyers = Array.from({ length: 70 }, (_, i) => house.trader(0, BigInt(200 + i), ISOLATED));
    for (const buyer of buyers) house.trade(buyer, seller, 1, { buyerBucket: ISOLATED });
    house.settle();
    clearing.isPrompt = false;
    house.publish(roundOpened(1, 100));
    house.settle();
    const longs = (clearing.reports[0]?.candidates ?? []).filter(({ lots }) => lots > 0);
    expect(longs).toHaveLength(64);
    expect(longs.map(({ account }) => account)).toEqual(buyers.slice(0, 64));
    expect((clearing.reports[0]?.candidates ?? []).filter(({ lots }) => lots < 0)).toHaveLength(1);
  });
});
