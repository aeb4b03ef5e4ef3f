import type { EventOf } from '@ringfence/contracts';
import {
  breached,
  BUCKET,
  CLIENT,
  credited,
  ETHER,
  evaluated,
  INSURANCE,
  lapsed,
  listedScene,
  moved,
  SALE_TICKS,
  tick,
  types,
  USD,
  varied,
  WALL,
  walled,
  type Scene,
} from './lane-scene.fixture.js';

/**
 * A client in close-out who owes 1,000 cents and holds 50 thousandths of an ether: worth 100,000
 * cents an ether, less a fifth.
 */
const indebted = (cash: { wall?: bigint; insurance?: bigint } = {}): Scene => {
  const scene = walled(listedScene());
  scene.see('accounts', credited(CLIENT, 50n, ETHER));
  scene.see('accounts', moved(50n, ETHER));
  if (cash.wall) scene.see('accounts', credited(WALL, cash.wall));
  if (cash.insurance) scene.see('accounts', credited(INSURANCE, cash.insurance));
  scene.see('accounts', varied({ debt: 1_000n }));
  scene.see('risk', evaluated(0, 3_000n, { debt: 1_000n, level: 'called' }));
  scene.see('risk', lapsed());
  return scene;
};
const sold = (order: EventOf<'SaleOrdered'>): EventOf<'CollateralSold'> => {
  const { sale, account, bucket, asset, amount, proceeds, buyer } = order;
  const paid = { settlement: USD, proceeds, buyer };
  return { type: 'CollateralSold', sale, account, bucket, asset, amount, ...paid };
};
const unsold = (sale: number): EventOf<'CollateralUnsold'> => ({
  type: 'CollateralUnsold',
  sale,
  account: CLIENT,
  bucket: BUCKET,
  reason: 'insufficient-excess',
});
const ordered = (scene: Scene): EventOf<'SaleOrdered'> => {
  const order = scene.facts.filter(({ type }) => type === 'SaleOrdered').at(-1);
  if (order?.type !== 'SaleOrdered') throw new Error('nothing was ordered');
  return order;
};

describe('a debt at lapse', () => {
  it('sells as much collateral as covers it, at the price less haircut, to the wall', () => {
    const scene = indebted({ wall: 5_000n });
    expect(scene.see('reference', tick(1))).toEqual([]);
    scene.see('reference', tick(2));
    // 80 cents a thousandth: 13 of them bring 1,040
    expect(ordered(scene)).toMatchObject({
      sale: 1,
      asset: ETHER,
      amount: 13n,
      proceeds: 1_040n,
      buyer: WALL,
      to: 'liquidity',
    });
  });

  it('orders once, and nothing more when the cash covers the debt', () => {
    const scene = indebted({ wall: 5_000n });
    scene.see('reference', tick(2));
    expect(scene.see('reference', tick(4))).toEqual([]);
    expect(types(scene.see('accounts', sold(ordered(scene))))).toEqual(['SaleConcluded']);
    expect(scene.see('accounts', unsold(1))).toEqual([]);
    expect(scene.see('reference', tick(6))).toEqual([]);
  });

  it('asks a wall with little money for what it can pay, and goes on', () => {
    const scene = indebted({ wall: 500n });
    scene.see('reference', tick(2));
    expect(ordered(scene)).toMatchObject({ amount: 6n, proceeds: 480n });
    scene.see('accounts', sold(ordered(scene)));
    scene.see('accounts', credited(WALL, 10_000n));
    scene.see('reference', tick(4));
    expect(ordered(scene)).toMatchObject({ sale: 2, amount: 7n, proceeds: 560n });
  });

  it('goes to insurance after saleTicks of refusals', () => {
    const scene = indebted({ insurance: 700n });
    for (let number = 2; number < 2 + SALE_TICKS; number += 2) {
      scene.see('reference', tick(number));
      expect(ordered(scene)).toMatchObject({ to: 'liquidity', buyer: WALL, amount: 13n });
      expect(types(scene.see('accounts', unsold(ordered(scene).sale)))).toEqual(['SaleConcluded']);
    }
    scene.see('reference', tick(2 + SALE_TICKS));
    expect(ordered(scene)).toMatchObject({ to: 'insurance', buyer: INSURANCE, amount: 8n });
  });

  it('waits when nobody has money, and comes back when someone has', () => {
    const scene = indebted();
    for (let number = 2; number < 2 + SALE_TICKS; number += 2) {
      scene.see('reference', tick(number));
      scene.see('accounts', unsold(ordered(scene).sale));
    }
    expect(scene.see('reference', tick(20))).toEqual([]);
    scene.see('accounts', credited(WALL, 10_000n));
    expect(types(scene.see('reference', tick(22)))).toEqual(['SaleOrdered']);
  });

  it('a debt that a round paid sells nothing', () => {
    const scene = indebted({ wall: 5_000n });
    scene.see('accounts', varied({ debtBefore: 1_000n, debt: 0n }));
    expect(scene.see('reference', tick(2))).toEqual([]);
  });

  it('without an insurance wall or a price nothing is ordered for ever', () => {
    const scene = listedScene();
    scene.see('accounts', credited(CLIENT, 50n, ETHER));
    scene.see('accounts', moved(50n, ETHER));
    scene.see('accounts', varied({ debt: 1_000n }));
    scene.see('risk', breached());
    expect(scene.see('reference', tick(2))).toEqual([]);
  });
});
