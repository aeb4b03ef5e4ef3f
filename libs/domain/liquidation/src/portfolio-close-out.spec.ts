import type { EventOf } from '@ringfence/contracts';
import { accountId, cross, portfolio, type InstrumentId } from '@ringfence/kernel';
import { liquidationLane } from './lane.js';
import {
  applied,
  breached,
  CLIENT,
  cured,
  DOMAIN,
  PERP,
  released,
  tick,
  types,
  WALL,
  type Scene,
} from './lane-scene.fixture.js';
import {
  CALL,
  datedScene,
  framed,
  initialOf,
  MARKS,
  PORTFOLIO,
  portfolioEvaluated,
  PUT,
  type Lots,
} from './portfolio-scene.fixture.js';

/** Short calls and puts, hedged by the perpetual. */
const STRANGLE: Lots = [400, -1_000, -900];
const INITIAL = initialOf(STRANGLE);

const breachedScene = (lots: Lots = STRANGLE, equity = INITIAL / 2n): Scene => {
  const scene = datedScene();
  scene.see('risk', portfolioEvaluated(lots, equity));
  scene.see('risk', { ...breached(), bucket: PORTFOLIO, frame: 2 });
  return scene;
};
const sizedScene = (lots?: Lots, equity?: bigint): Scene => {
  const scene = breachedScene(lots, equity);
  scene.see('reference', tick(2));
  return scene;
};
const sliced = (scene: Scene): EventOf<'PortfolioSliceSized'> => {
  const slice = scene.facts.filter(({ type }) => type === 'PortfolioSliceSized').at(-1);
  if (slice?.type !== 'PortfolioSliceSized') throw new Error('no slice was sized');
  return slice;
};
const legApplied = (slice: number, instrument: InstrumentId, lots: number) =>
  applied(slice, lots, { bucket: PORTFOLIO, instrument });
const legReleased = (slice: number, instrument: InstrumentId, reason = 'insufficient-margin') => ({
  ...released(slice),
  bucket: PORTFOLIO,
  instrument,
  reason,
});
/** All legs of the open slice are refused. */
const refuseAll = (scene: Scene, reason?: string): void => {
  const { slice, legs } = sliced(scene);
  for (const { instrument } of legs) {
    scene.see('accounts', legReleased(slice, instrument, reason));
  }
};
const closeOutIn = ({ state }: Scene) =>
  [...state.closeOuts.values()].find(({ account }) => account === CLIENT);

describe('the close-out of a portfolio', () => {
  it('closes the hedged sub-portfolio: as little of all of it as meets initial again', () => {
    const { legs, fractionPpm, fee, ...plan } = sliced(sizedScene());
    expect(plan).toMatchObject({ slice: 1, account: CLIENT, bucket: PORTFOLIO, against: WALL });
    expect(legs.map(({ instrument }) => instrument)).toEqual([PERP, CALL, PUT]);
    const at = (fraction: number): { readonly left: Lots; readonly cost: bigint } => {
      const closed = STRANGLE.map((lots) => Math.ceil((Math.abs(lots) * fraction) / 1e6));
      const left = STRANGLE.map((lots, i) => lots - Math.sign(lots) * (closed[i] ?? 0));
      // half a percent of the underlying's 1,000 ticks; one percent of what is traded as fee
      let cost = 0n;
      STRANGLE.forEach((lots, i) => {
        const price = [995, 40, 37][i] ?? 0;
        const value = BigInt((closed[i] ?? 0) * price);
        cost += BigInt((closed[i] ?? 0) * 5) + (value + 99n) / 100n;
        expect(Math.sign(lots)).toBe(i === 0 ? 1 : -1);
      });
      return { left: left as unknown as Lots, cost };
    };
    const meets = (fraction: number): boolean => {
      const { left, cost } = at(fraction);
      return INITIAL / 2n - cost >= initialOf(left);
    };
    expect(meets(fractionPpm)).toBe(true);
    expect(meets(fractionPpm - 1_000)).toBe(false);
    expect(fractionPpm).toBeLessThan(1_000_000);
    expect(fee > 0n).toBe(true);
    for (const [i, leg] of legs.entries()) {
      const lots = STRANGLE[i] ?? 0;
      expect(leg.lots).toBe(-Math.sign(lots) * Math.ceil((Math.abs(lots) * fractionPpm) / 1e6));
      expect(leg.price).toBe((MARKS[leg.instrument] ?? 0) + (lots > 0 ? -5 : 5));
      expect(leg.spread).toBe(5);
    }
  });

  it('closes all of a portfolio that no part would cure', () => {
    const { legs, fractionPpm, fee } = sliced(sizedScene(STRANGLE, -1_000n));
    expect(fractionPpm).toBe(1_000_000);
    expect(legs.map(({ lots }) => lots)).toEqual(STRANGLE.map((lots) => -lots));
    expect(fee).toBe(0n);
  });

  it('waits for an evaluation of the newest frame, and for prices', () => {
    const late = breachedScene();
    framed(late, 3);
    expect(late.see('reference', tick(2))).toEqual([]);
    late.see('risk', portfolioEvaluated(STRANGLE, INITIAL / 2n, { frame: 3 }));
    expect(types(late.see('reference', tick(4)))).toEqual(['PortfolioSliceSized']);
    const kept = breachedScene();
    kept.see('risk', portfolioEvaluated(STRANGLE, 0n, { isKept: true, missing: [PUT] }));
    expect(kept.see('reference', tick(2))).toEqual([]);
  });

  it('leaves to the round what has expired', () => {
    const scene = breachedScene();
    const over = { domain: DOMAIN, round: 0, expiry: 1, underlyingPrice: 1_000 };
    scene.see('reference', {
      type: 'InstrumentExpired',
      instrument: CALL,
      ...over,
      settlementPrice: 0,
    });
    scene.see('reference', tick(2));
    expect(sliced(scene).legs.map(({ instrument }) => instrument)).toEqual([PERP, PUT]);
  });

  it('sizes no second slice while a leg is awaited, and the next one from what is left', () => {
    const scene = sizedScene();
    const { legs, slice } = sliced(scene);
    const [first, second, third] = legs;
    if (!first || !second || !third) throw new Error('three legs');
    expect(types(scene.see('accounts', legApplied(slice, PERP, first.lots)))).toEqual([
      'PortfolioSliceFilled',
    ]);
    expect(scene.see('accounts', legApplied(slice, PERP, first.lots))).toEqual([]);
    expect(scene.see('reference', tick(4))).toEqual([]);
    scene.see('accounts', legReleased(slice, CALL));
    scene.see('accounts', legApplied(slice, PUT, third.lots));
    expect(closeOutIn(scene)).toMatchObject({ slice: null, refusals: 0 });
    // older than the fills: nothing is sized from it
    expect(scene.see('reference', tick(6))).toEqual([]);
    const left: Lots = [400 + first.lots, -1_000, -900 + third.lots];
    scene.see('risk', portfolioEvaluated(left, INITIAL / 2n, { accountsSeq: 9 }));
    scene.see('reference', tick(8));
    expect(sliced(scene).slice).toBe(2);
    expect(sliced(scene).legs).toHaveLength(3);
  });

  it('tries half of what nobody took, and asks for deleveraging after the third time', () => {
    const scene = sizedScene();
    const { fractionPpm } = sliced(scene);
    refuseAll(scene);
    expect(closeOutIn(scene)).toMatchObject({ slice: null, refusals: 1 });
    scene.see('reference', tick(4));
    expect(sliced(scene).fractionPpm).toBe(Math.floor(fractionPpm / 2));
    refuseAll(scene);
    scene.see('reference', tick(6));
    expect(sliced(scene).fractionPpm).toBe(Math.floor(Math.floor(fractionPpm / 2) / 2));
    refuseAll(scene);
    expect(types(scene.facts).slice(-3, -1)).toEqual(['PortfolioSliceRefused', 'AdlRequested']);
    expect(closeOutIn(scene)?.status).toBe('failing');
  });

  it('does not count a plan that a newer frame overtook as refused', () => {
    const scene = sizedScene();
    refuseAll(scene, 'stale-slice');
    expect(closeOutIn(scene)).toMatchObject({ slice: null, refusals: 0, status: 'reducing' });
    const { fractionPpm } = sliced(scene);
    scene.see('reference', tick(4));
    expect(sliced(scene)).toMatchObject({ slice: 2, fractionPpm });
  });

  it('asks for deleveraging where no wall is in order in that practice', () => {
    const scene = breachedScene();
    // its own trouble in cross blocks that bucket only
    scene.see('risk', { ...breached(WALL), bucket: cross(DOMAIN) });
    expect(types(scene.see('reference', tick(2)))).toContain('PortfolioSliceSized');
    const other = breachedScene();
    other.see('risk', { ...breached(WALL), bucket: portfolio(DOMAIN) });
    const wished = other.see('reference', tick(2)).find(({ type }) => type === 'AdlRequested');
    expect(wished).toMatchObject({ account: CLIENT, wanted: 1 });
  });

  it('forgets a cured portfolio only when its last leg is answered', () => {
    const scene = sizedScene();
    const { legs, slice } = sliced(scene);
    scene.see('risk', { ...cured(), bucket: PORTFOLIO });
    expect(closeOutIn(scene)?.status).toBe('ended');
    for (const { instrument, lots } of legs) {
      expect(scene.state.closeOuts.size).toBe(1);
      scene.see('accounts', legApplied(slice, instrument, lots));
    }
    expect([scene.state.closeOuts.size, scene.state.portfolios.size]).toEqual([0, 0]);
  });

  it('shows every step in the digest, also folded from nothing', () => {
    const scene = sizedScene();
    const { legs, slice } = sliced(scene);
    const seen = new Set([liquidationLane.digest(scene.state)]);
    for (const { instrument, lots } of legs) {
      scene.see('accounts', legApplied(slice, instrument, lots));
      seen.add(liquidationLane.digest(scene.state));
    }
    expect(seen.size).toBe(legs.length + 1);
    const copy = structuredClone(scene.state);
    expect(liquidationLane.digest(copy)).toBe(liquidationLane.digest(scene.state));
  });

  it('hears of no leg that is not its own', () => {
    const scene = sizedScene();
    expect(scene.see('accounts', legApplied(7, PERP, -1))).toEqual([]);
    expect(scene.see('accounts', legApplied(1, 9 as InstrumentId, -1))).toEqual([]);
    const other = { ...legApplied(1, PERP, -1), account: accountId(0, 9) };
    expect(scene.see('accounts', other)).toEqual([]);
  });
});
