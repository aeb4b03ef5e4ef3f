import type { Command, EventOf, Order } from '@ringfence/contracts';
import {
  accountId,
  cross,
  isolated,
  type CommandId,
  type Decision,
  type InstrumentId,
  type MemberId,
} from '@ringfence/kernel';
import {
  applied,
  breached,
  BUCKET,
  CLIENT,
  cured,
  DOMAIN,
  evaluated,
  listedScene,
  PERP,
  released,
  tick,
  types,
  WALL,
  walled,
  type Scene,
} from './lane-scene.fixture.js';
import { liquidationDigest } from './digest.js';

const MEMBER = 7 as MemberId;
const BIDDER = accountId(0, 9);
const TERMS = { startPpm: 980_000, cutoffPpm: 600_000, fastTicks: 4, slowTicks: 6, minLots: 5 };
const byMember: Partial<Order> = {
  id: 'b'.repeat(16) as CommandId,
  by: { key: 9, member: MEMBER, role: 'venue' },
};

const auctionRules = (
  auction: EventOf<'AuctionRulesSet'>['auction'],
): EventOf<'AuctionRulesSet'> => ({
  type: 'AuctionRulesSet',
  instrument: PERP,
  version: 3,
  auction,
});
/** A client long 100 lots at 1,000 with equity 4,000 of 10,000, nobody to trade with. */
function failingScene(auction: typeof TERMS | null = TERMS, equity = 4_000n): Scene {
  const scene = listedScene();
  scene.see('reference', auctionRules(auction));
  scene.see('risk', evaluated(100, equity));
  scene.see('risk', breached());
  return scene;
}
/** As `failingScene`, the auction open from tick 2 until tick 12. */
function auctionScene(equity?: bigint): Scene {
  const scene = failingScene(TERMS, equity);
  scene.see('reference', tick(2));
  return scene;
}
const bidOf = (more: object = {}): Command => ({
  type: 'BidInAuction',
  account: CLIENT,
  bucket: BUCKET,
  instrument: PERP,
  lots: 40,
  bidder: BIDDER,
  bidderBucket: cross(DOMAIN),
  ...more,
});
const bid = (scene: Scene, more: object = {}): Decision<unknown> =>
  scene.order(bidOf(more), byMember);
const refusal = (decision: Decision<unknown>): string =>
  decision.accepted ? 'accepted' : decision.rejection.code;
function taken(scene: Scene): EventOf<'BidTaken'> {
  const found = scene.facts.filter(({ type }) => type === 'BidTaken').at(-1);
  if (found?.type !== 'BidTaken') throw new Error('no bid was taken');
  return found;
}

describe('an auction', () => {
  it('opens where nobody takes a slice and rules say so, instead of deleveraging', () => {
    const scene = failingScene();
    const [opened] = scene.see('reference', tick(2));
    expect(opened).toEqual({
      type: 'AuctionOpened',
      auction: 1,
      account: CLIENT,
      bucket: BUCKET,
      instrument: PERP,
      version: 3,
      terms: TERMS,
      from: 2,
      until: 12,
    });
    expect(scene.see('reference', tick(4))).toEqual([]);
  });

  it('does not open without rules, or after they were turned off', () => {
    const [first] = failingScene(null).see('reference', tick(2));
    expect(first.type).toBe('AdlRequested');
  });

  it('opens after a slice was refused at one lot', () => {
    const scene = walled(listedScene());
    scene.see('reference', auctionRules(TERMS));
    scene.see('risk', evaluated(1, 40n));
    scene.see('risk', breached());
    scene.see('reference', tick(2));
    expect(types(scene.see('accounts', released(1)))).toEqual(['SliceRefused', 'AuctionOpened']);
  });

  it('gives every bucket a number of its own on one tick', () => {
    const scene = failingScene();
    const other = accountId(0, 6);
    scene.see('risk', evaluated(100, 4_000n, { account: other }));
    scene.see('risk', breached(other));
    const opened = scene.see('reference', tick(2));
    expect(opened.map((event) => 'auction' in event && event.auction)).toEqual([1, 2]);
  });

  it('is over after its last tick: the next round deleverages, as without it', () => {
    const scene = auctionScene();
    expect(scene.see('reference', tick(10))).toEqual([]);
    const [ended, next] = scene.see('reference', tick(12));
    expect(ended).toMatchObject({ type: 'AuctionEnded', auction: 1, reason: 'expired' });
    expect(next.type).toBe('AdlRequested');
    expect(refusal(bid(scene))).toBe('no-auction');
  });

  it('takes no bid on its last tick, though nothing ended it yet', () => {
    const scene = auctionScene();
    scene.see('reference', tick(13));
    expect(refusal(bid(scene))).toBe('auction-over');
  });

  it('ends with the cure, and with the position', () => {
    const scene = auctionScene();
    expect(types(scene.see('risk', cured()))).toEqual(['AuctionEnded', 'CloseOutCured']);
    expect(scene.state.auctions.of.size).toBe(0);
    const sold = auctionScene();
    sold.see('risk', evaluated(0, -5n));
    const [ended, next] = sold.see('reference', tick(4));
    expect(ended).toMatchObject({ type: 'AuctionEnded', reason: 'sold' });
    expect(next.type).toBe('DeficitFound');
  });

  it('offers an instrument once in a close-out, and again in the next', () => {
    const scene = auctionScene();
    scene.see('reference', tick(12));
    expect(scene.see('reference', tick(14))).toEqual([]);
    scene.see('risk', { ...cured(), frame: 0 });
    scene.see('risk', evaluated(100, 4_000n, { frame: 2 }));
    scene.see('risk', breached());
    expect(types(scene.see('reference', tick(16)))).toEqual(['AuctionOpened']);
  });
});

describe('a bid', () => {
  it('trades at the price of its tick: first the start, later more of the value', () => {
    const scene = auctionScene();
    // 2 % of 4,000 is 80, less than a tick for each of 100 lots
    bid(scene);
    expect(taken(scene)).toMatchObject({ lots: -40, price: 1_000, paid: 1_568n, member: MEMBER });
    const later = auctionScene();
    later.see('reference', tick(6));
    // after the fast phase 40 % of 4,000 over 100 lots: 16 ticks
    bid(later);
    expect(taken(later)).toMatchObject({ lots: -40, price: 984, paid: 960n, slice: 1, tick: 6 });
  });

  it('never trades beyond bankruptcy, however late', () => {
    const scene = auctionScene();
    scene.see('reference', tick(11));
    bid(scene, { lots: 100 });
    const { price, lots } = taken(scene);
    expect((1_000 - price) * Math.abs(lots)).toBeLessThanOrEqual(4_000);
    // a sixth of 60 % is asked for still
    expect(price).toBe(964);
  });

  it('trades at the mark where nothing of value is left', () => {
    const scene = auctionScene(-900n);
    scene.see('reference', tick(8));
    bid(scene, { lots: 1_000 });
    expect(taken(scene)).toMatchObject({ price: 1_000, lots: -100, paid: 0n });
  });

  it('of a short position pays more than the mark', () => {
    const scene = failingScene();
    scene.see('risk', evaluated(-100, 4_000n));
    scene.see('reference', tick(2));
    scene.see('reference', tick(6));
    bid(scene);
    expect(taken(scene)).toMatchObject({ lots: 40, price: 1_016 });
  });

  it('takes no more than cures the bucket', () => {
    const scene = auctionScene();
    bid(scene, { lots: 100 });
    // (100,000 × 0.11 − 4,000) / 110 = 63.6
    expect(taken(scene).lots).toBe(-64);
  });

  it('is one at a time, and counts no refusal against the walls', () => {
    const scene = auctionScene();
    bid(scene);
    expect(refusal(bid(scene))).toBe('bid-under-way');
    expect(types(scene.see('accounts', released(1)))).toEqual(['SliceRefused']);
    const [closeOut] = scene.state.closeOuts.values();
    expect(closeOut).toMatchObject({ slice: null, refusals: 0, lotsMax: 0 });
    expect(refusal(bid(scene))).toBe('accepted');
  });

  it('prices what is left without what earlier bids left to the bucket', () => {
    const scene = auctionScene();
    scene.see('reference', tick(6));
    bid(scene);
    expect(types(scene.see('accounts', applied(1, -40)))).toEqual(['SliceFilled']);
    const { accountsSeq } = scene.facts.at(-1) as EventOf<'SliceFilled'>;
    expect(refusal(bid(scene))).toBe('evaluation-pending');
    // 40 lots at 16 ticks cost 640
    scene.see('risk', evaluated(60, 3_360n, { accountsSeq }));
    bid(scene);
    expect(taken(scene)).toMatchObject({ price: 984, slice: 2 });
  });

  it('answered after the cure is noted, and forgotten', () => {
    const scene = auctionScene();
    bid(scene);
    scene.see('risk', cured());
    expect(scene.state.closeOuts.size).toBe(1);
    expect(types(scene.see('accounts', applied(1, -40)))).toEqual(['SliceFilled']);
    expect(scene.state.closeOuts.size).toBe(0);
    expect(scene.state.auctions.of.size).toBe(0);
  });

  it('refused by a bidder of the last close-out says nothing of the next one', () => {
    const scene = auctionScene();
    bid(scene);
    scene.see('risk', { ...cured(), frame: 0 });
    scene.see('risk', evaluated(100, 4_000n, { frame: 2 }));
    scene.see('risk', breached());
    scene.see('accounts', released(1));
    const [closeOut] = scene.state.closeOuts.values();
    expect(closeOut).toMatchObject({ status: 'reducing', slice: null, refusals: 0 });
  });

  it.each([
    ['no-auction', { account: WALL }],
    ['self-trade', { bidder: CLIENT }],
    ['account-unknown', { bidder: accountId(3, 1) }],
    ['instrument-not-offered', { instrument: 2 as InstrumentId }],
    ['lots-out-of-range', { lots: 4 }],
    ['accepted', { lots: 5 }],
    ['accepted', { bidderBucket: isolated(PERP) }],
  ])('is answered %s for %p', (code, more) => {
    expect(refusal(bid(auctionScene(), more))).toBe(code);
  });

  it('is refused to whoever is no member, and where the bucket is whole already', () => {
    const scene = auctionScene();
    expect(refusal(scene.order(bidOf()))).toBe('role-not-allowed');
    scene.see('risk', evaluated(100, 10_000n));
    expect(refusal(bid(scene))).toBe('nothing-offered');
  });

  it('may be less than the least one where less is left', () => {
    const scene = auctionScene();
    scene.see('risk', evaluated(3, 40n));
    expect(refusal(bid(scene, { lots: 2 }))).toBe('lots-out-of-range');
    expect(refusal(bid(scene, { lots: 3 }))).toBe('accepted');
  });
});

describe('the fold of auctions', () => {
  it('is in the digest, and gone when the close-out is over', () => {
    const scene = failingScene();
    const plain = failingScene(null);
    scene.see('reference', tick(2));
    expect(liquidationDigest(scene.state)).not.toBe(liquidationDigest(plain.state));
  });
});
