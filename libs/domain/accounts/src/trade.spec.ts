import type { EventOf } from '@ringfence/contracts';
import { accountId, cross, EXCESS, isolated, type DomainId } from '@ringfence/kernel';
import type { AccountId, InstrumentId } from '@ringfence/kernel';
import { OPERATOR, venue } from './runner.fixture.js';
import { ALICE, CROSS, frame, ISOLATED, PERP, Scene, ticked, USD, VENUE } from './scene.fixture.js';

function two(partitions = 1): { house: Scene; buyer: AccountId; seller: AccountId } {
  const house = new Scene(partitions);
  const buyer = house.trader(0, 1_000n);
  const seller = house.trader(partitions - 1, 1_000n);
  return { house, buyer, seller };
}
const called = (account: EventOf<'MarginCalled'>['account']): EventOf<'MarginCalled'> => ({
  type: 'MarginCalled',
  call: 1,
  account,
  bucket: CROSS,
  amount: 1n,
  deadline: 9,
  frame: 1,
});

describe('a trade', () => {
  it('is judged on both sides and applied on both', () => {
    const { house, buyer, seller } = two();
    house.trade(buyer, seller, 5);
    expect(house.cash(buyer, CROSS)).toEqual([995n, 5n]);
    house.settle();
    expect(house.types().slice(-5)).toEqual([
      'LegReserved',
      'LegOffered',
      'LegReserved',
      'LegApplied',
      'LegApplied',
    ]);
    expect([house.lots(buyer), house.lots(seller)]).toEqual([5, -5]);
    expect(house.cash(buyer, CROSS)).toEqual([995n, 0n]);
    expect(house.cash(accountId(0, 1))).toEqual([10n, 0n]);
    expect(house.bucket(buyer).positions[0]).toMatchObject({
      settlingLots: 5,
      settlingCost: 5_000n,
    });
  });

  it.each([
    ['the buyer first', 0, 1],
    ['the seller first', 1, 0],
  ])('crosses partitions, %s in number', (_title, buyers, sellers) => {
    const house = new Scene(2);
    const buyer = house.trader(buyers, 1_000n);
    const seller = house.trader(sellers, 1_000n);
    house.trade(buyer, seller, 5);
    house.judge();
    house.deliver(`accounts/${buyers}>${sellers}`);
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, 0]);
    house.judge();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, -5]);
    house.deliver(`accounts/${sellers}>${buyers}`);
    expect([house.lots(buyer), house.lots(seller)]).toEqual([5, -5]);
  });

  it('gives the fee back when a gate says no, on either side', () => {
    const { house, buyer, seller } = two(2);
    house.trade(buyer, seller, 5);
    house.judge(false);
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
    house.trade(buyer, seller, 5);
    house.judge();
    house.deliver('accounts/0>1');
    house.judge(false);
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegReleased', reason: 'initial-margin' });
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
    expect(house.cash(seller, CROSS)).toEqual([1_000n, 0n]);
  });

  it('is refused by name at the buyer', () => {
    const { house, buyer, seller } = two();
    const off = house.trade(buyer, seller, 1, { price: 111 });
    expect([off.code, off.detail]).toEqual([
      'off-band',
      { price: '111', mark: '100', bandPpm: '100000' },
    ]);
    expect(house.trade(buyer, seller, 1, { price: 89 }).code).toBe('off-band');
    expect(house.trade(buyer, buyer, 1, { sellerBucket: ISOLATED }).code).toBe('self-trade');
    expect(house.trade(buyer, seller, 0).code).toBe('lots-not-positive');
    expect(house.trade(buyer, seller, 1, { price: 0 }).code).toBe('price-not-positive');
    expect(house.trade(buyer, seller, 2 ** 41).code).toBe('size-too-large');
    const instrument = 9 as InstrumentId;
    expect(house.trade(buyer, seller, 1, { instrument }).code).toBe('instrument-unknown');
    for (const buyerBucket of [EXCESS, cross(9 as DomainId), isolated(instrument)]) {
      expect(house.trade(buyer, seller, 1, { buyerBucket }).code).toBe('bucket-unknown');
    }
    expect(house.trade(accountId(0, 99), seller, 1).code).toBe('account-unknown');
    expect(house.trade(buyer, accountId(0, 99), 1).code).toBe('account-unknown');
    expect(house.trade(buyer, accountId(9, 3), 1).code).toBe('account-unknown');
    expect(house.trade(buyer, seller, 1_001)).toMatchObject({
      code: 'insufficient-available',
      detail: { available: '1000', fee: '1001' },
    });
    const sides = { buyer, buyerBucket: CROSS, seller, sellerBucket: CROSS };
    const trade = { type: 'SubmitTrade' as const, instrument: PERP, lots: 1, price: 100, ...sides };
    expect(house.order(0, trade, OPERATOR).code).toBe('not-authorised');
    expect(house.order(0, trade, venue(ALICE)).code).toBe('not-authorised');
    expect(house.trade(buyer, seller, 1, { price: 110 }).code).toBe('');
    expect(house.trade(buyer, seller, 1, { price: 90 }).code).toBe('');
  });

  it('is answered 0 by a seller that did not authorise it or cannot pay its fee', () => {
    const { house, buyer } = two(2);
    const stranger = house.client(1);
    house.trade(buyer, stranger, 5);
    house.settle();
    expect(house.log(1).at(-1)).toMatchObject({ type: 'LegRefused', reason: 'not-authorised' });
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegReleased', reason: 'not-authorised' });
    house.grant(stranger);
    house.trade(buyer, stranger, 5);
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({ reason: 'insufficient-available' });
    house.trade(buyer, accountId(1, 99), 5);
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({ reason: 'account-unknown' });
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
  });

  it('on stale prices only reduces', () => {
    const { house, buyer, seller } = two();
    house.trade(buyer, seller, 5);
    house.settle();
    house.announce(ticked(1_000));
    expect(house.trade(buyer, seller, 1).code).toBe('');
    house.settle();
    house.announce(ticked(1_001));
    expect(house.trade(buyer, seller, 1).code).toBe('stale-price');
    expect(house.trade(seller, buyer, 7).code).toBe('stale-price');
    expect(house.trade(seller, buyer, 6).code).toBe('');
    // the pending leg closes all of it already
    expect(house.trade(seller, buyer, 1).code).toBe('stale-price');
    house.announce(frame(100, 2_000));
    expect(house.trade(buyer, seller, 1).code).toBe('');
  });

  it('needs a price at all', () => {
    const house = new Scene();
    const [buyer, seller] = [house.trader(0, 10n), house.trader(0, 10n)];
    const instrument = house.lane(0).reference.instruments[PERP];
    if (instrument) instrument.mark = null;
    expect(house.trade(buyer, seller, 1).code).toBe('no-price');
  });

  it('opposite pending legs count only against what they would close', () => {
    const { house, buyer, seller } = two();
    house.trade(buyer, seller, 5);
    house.settle();
    house.trade(seller, buyer, 3);
    house.settle();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([2, -2]);
    house.trade(seller, buyer, 2);
    house.settle();
    expect(house.bucket(buyer).positions).toEqual([]);
    expect(house.bucket(seller).positions).toEqual([]);
  });
});

describe('a call', () => {
  it('cancels a leg that waits for its gate, and the late verdict does nothing', () => {
    const { house, buyer, seller } = two();
    house.trade(buyer, seller, 5);
    house.feed(0, 'risk', called(buyer));
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
    expect(house.judge()).toMatchObject([{ code: '', events: [] }]);
    expect(house.lots(buyer)).toBe(0);
  });
  it('does not cancel what was offered: only its answer does', () => {
    const { house, buyer, seller } = two(2);
    house.trade(buyer, seller, 5);
    house.judge();
    expect(house.feed(0, 'risk', called(buyer))).toMatchObject([{ events: [] }]);
    house.settle();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([5, -5]);
  });
  it('makes a receiving leg answer 0', () => {
    const { house, buyer, seller } = two(2);
    house.trade(buyer, seller, 5);
    house.judge();
    house.deliver('accounts/0>1');
    house.feed(1, 'risk', called(seller));
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegReleased', reason: 'margin-called' });
    expect(house.cash(buyer, CROSS)).toEqual([1_000n, 0n]);
    expect(house.lots(seller)).toBe(0);
  });
});

describe('a slice of a close-out', () => {
  const sized = (
    account: EventOf<'SliceSized'>['account'],
    against: EventOf<'SliceSized'>['against'],
    lots: number,
    fee = 20n,
  ): EventOf<'SliceSized'> => ({
    type: 'SliceSized',
    slice: 7,
    account,
    bucket: CROSS,
    instrument: PERP,
    lots,
    price: 95,
    fee,
    against,
    accountsSeq: 1,
    frame: 1,
    tick: 2,
  });
  function failing(): ReturnType<typeof two> & { wall: AccountId } {
    const scene = two();
    scene.house.trade(scene.buyer, scene.seller, 10);
    scene.house.settle();
    const wall = scene.house.house(0, 'liquidity');
    scene.house.deposit(wall, 1_000n);
    scene.house.move(wall, EXCESS, CROSS, 500n);
    return { ...scene, wall };
  }

  it('is offered at once, gated at the liquidity account only, and filled under its number', () => {
    const { house, buyer, wall } = failing();
    house.feed(0, 'liquidation', sized(buyer, wall, -4));
    expect(house.gates).toHaveLength(1);
    expect(house.cash(buyer, CROSS)).toEqual([970n, 20n]);
    house.judge();
    expect([house.lots(buyer), house.lots(wall)]).toEqual([6, 4]);
    const fills = house
      .log(0)
      .filter((event) => event.type === 'LegApplied')
      .slice(-2);
    expect(fills).toMatchObject([
      { account: wall, slice: 0, fee: 0n, lots: 4 },
      { account: buyer, slice: 7, fee: 20n, lots: -4, price: 95, purpose: 'slice' },
    ]);
    expect(house.cash(buyer, CROSS)).toEqual([970n, 0n]);
  });
  it('is refused when a newer frame came after it was sized (SEED-2056)', () => {
    const { house, buyer, wall } = failing();
    house.feed(0, 'reference', { ...frame(96), frame: 2 } as EventOf<'FrameAccepted'>);
    const [refused] = house.feed(0, 'liquidation', sized(buyer, wall, -6));
    expect(refused?.events[1]).toMatchObject({ slice: 7, reason: 'stale-slice' });
  });
  it('waits for its gate although the liquidity account is called', () => {
    const { house, buyer, wall } = failing();
    house.feed(0, 'liquidation', sized(buyer, wall, -4));
    house.feed(0, 'risk', called(wall));
    house.judge();
    expect([house.lots(buyer), house.lots(wall)]).toEqual([6, 4]);
  });
  it('is clamped to the position and to what is available as its fee', () => {
    const { house, buyer, wall } = failing();
    house.feed(0, 'liquidation', sized(buyer, wall, -6, 10_000n));
    expect(house.cash(buyer, CROSS)).toEqual([0n, 990n]);
    house.feed(0, 'liquidation', sized(buyer, wall, -6, 10_000n));
    house.judge();
    house.judge();
    expect([house.lots(buyer), house.lots(wall)]).toEqual([0, 10]);
    const [refused] = house.feed(0, 'liquidation', sized(buyer, wall, -6));
    expect(refused?.events.map(({ type }) => type)).toEqual(['LegReserved', 'LegReleased']);
    expect(refused?.events[1]).toMatchObject({ slice: 7, reason: 'nothing-to-close' });
  });
  it('is refused when its gate says no, and when the buyer is no liquidity account', () => {
    const { house, buyer, seller, wall } = failing();
    house.feed(0, 'liquidation', sized(buyer, wall, -4));
    house.judge(false);
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegReleased', slice: 7 });
    house.feed(0, 'liquidation', sized(buyer, seller, -4));
    expect(house.log(0).at(-1)).toMatchObject({ reason: 'not-a-liquidity-account' });
    expect(house.cash(buyer, CROSS)).toEqual([990n, 0n]);
    expect(house.lots(buyer)).toBe(10);
  });
});

describe('a bid in an auction', () => {
  const bidOf = (
    account: EventOf<'BidTaken'>['account'],
    bidder: EventOf<'BidTaken'>['account'],
    more: Partial<EventOf<'BidTaken'>> = {},
  ): EventOf<'BidTaken'> => ({
    type: 'BidTaken',
    auction: 1,
    slice: 7,
    account,
    bucket: CROSS,
    instrument: PERP,
    lots: -4,
    price: 95,
    paid: 0n,
    bidder,
    bidderBucket: CROSS,
    member: ALICE,
    accountsSeq: 1,
    frame: 1,
    tick: 3,
    ...more,
  });
  /** the buyer long 10, and the seller of the same member that bids */
  function auctioned(partitions?: number): ReturnType<typeof two> {
    const scene = two(partitions);
    scene.house.trade(scene.buyer, scene.seller, 10);
    scene.house.settle();
    return scene;
  }

  it('is judged by the gate of the bidder, and filled under its number for no fee', () => {
    const { house, buyer, seller } = auctioned();
    house.feed(0, 'liquidation', bidOf(buyer, seller));
    house.judge();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([6, -6]);
    const fills = house.log(0).filter((event) => event.type === 'LegApplied');
    expect(fills.slice(-2)).toMatchObject([
      { account: seller, slice: 0, fee: 0n, lots: 4, price: 95 },
      { account: buyer, slice: 7, fee: 0n, lots: -4, price: 95, purpose: 'slice' },
    ]);
  });
  it('meets a bidder of another partition', () => {
    const { house, buyer, seller } = auctioned(2);
    house.feed(0, 'liquidation', bidOf(buyer, seller));
    house.settle();
    house.judge();
    house.settle();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([6, -6]);
  });
  it('is clamped to the position', () => {
    const { house, buyer, seller } = auctioned();
    house.feed(0, 'liquidation', bidOf(buyer, seller, { lots: -40 }));
    house.judge();
    expect([house.lots(buyer), house.lots(seller)]).toEqual([0, 0]);
  });
  it('for an account of another member is refused by its lane', () => {
    const { house, buyer, seller } = auctioned();
    house.feed(0, 'liquidation', bidOf(buyer, seller, { member: VENUE }));
    expect(house.log(0).at(-1)).toMatchObject({ slice: 7, reason: 'not-the-owner' });
    expect(house.lots(buyer)).toBe(10);
  });
  it('that the bidder cannot margin leaves everything as it was', () => {
    const { house, buyer, seller } = auctioned();
    house.feed(0, 'liquidation', bidOf(buyer, seller));
    house.judge(false);
    expect(house.log(0).at(-1)).toMatchObject({ type: 'LegReleased', slice: 7 });
    expect([house.lots(buyer), house.lots(seller)]).toEqual([10, -10]);
  });
  it('into a bucket that does not fit, or after a newer frame, is refused', () => {
    const { house, buyer, seller } = auctioned();
    house.feed(0, 'liquidation', bidOf(buyer, seller, { bidderBucket: EXCESS }));
    expect(house.log(0).at(-1)).toMatchObject({ slice: 7, reason: 'bucket-unknown' });
    house.feed(0, 'reference', { ...frame(96), frame: 2 } as EventOf<'FrameAccepted'>);
    house.feed(0, 'liquidation', bidOf(buyer, seller));
    expect(house.log(0).at(-1)).toMatchObject({ slice: 7, reason: 'stale-slice' });
  });
});

describe('authority', () => {
  it('ends with its revocation, also while a leg is under way to the seller', () => {
    const { house, buyer, seller } = two(2);
    house.trade(buyer, seller, 5);
    house.judge();
    const revoke = { type: 'RevokeTradingAuthority' as const, account: seller, venue: VENUE };
    house.order(1, revoke, venue(ALICE));
    house.settle();
    expect(house.lots(seller)).toBe(0);
    expect(house.cash(buyer, CROSS, USD)).toEqual([1_000n, 0n]);
  });
});
