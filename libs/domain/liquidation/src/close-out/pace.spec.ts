import type { EventOf } from '@ringfence/contracts';
import { afterCloseOut, closeOutLots, type CloseOutInput } from '@ringfence/margin';
import fc from 'fast-check';
import { liquidationLane } from '../lane.js';
import {
  applied,
  BUCKET,
  breached,
  CLIENT,
  cured,
  DOMAIN,
  evaluated,
  listedScene,
  PERP,
  tick,
  types,
  walled,
  type Scene,
} from '../lane-scene.fixture.js';
import { pacedLots, UNPACED, type Pace } from './pace.js';

fc.configureGlobal({ seed: 106, numRuns: 500 });

type Rules = EventOf<'RiskRulesSet'>['rules'];
const OFF: Rules = {
  antiProcyclicality: null,
  openInterest: null,
  funding: null,
  slices: null,
  ramp: null,
};
/** Long 100 lots at 1,000 with 4,000 of equity, breached; the rules set before. */
const sceneWith = (rules: Partial<Rules>): Scene => {
  const scene = walled(listedScene());
  const set = { type: 'RiskRulesSet' as const, instrument: PERP, version: 1 };
  scene.see('reference', { ...set, rules: { ...OFF, ...rules } });
  scene.see('risk', evaluated(100, 4_000n));
  scene.see('risk', breached());
  return scene;
};
const slicesOf = (scene: Scene): EventOf<'SliceSized'>[] =>
  scene.facts.filter((fact): fact is EventOf<'SliceSized'> => fact.type === 'SliceSized');

describe('the pace of a close-out', () => {
  const sizing = fc.record({
    lots: fc.integer({ min: 1, max: 500 }),
    equity: fc.bigInt({ min: -2_000n, max: 60_000n }),
  });
  const inputOf = ({ lots, equity }: { lots: number; equity: bigint }): CloseOutInput => ({
    lots,
    equity,
    otherRequirement: 0n,
    mark: 1_000,
    price: 995,
    unit: 1n,
    targetPpm: 100_000,
    bufferPpm: 10_000,
    feePpm: 1_000,
  });

  it('is without rules the size that cures', () =>
    fc.assert(
      fc.property(sizing, (at) => {
        expect(pacedLots(inputOf(at), UNPACED, 1_000n)).toBe(closeOutLots(inputOf(at)));
      }),
    ));

  it('frees at least what the ramp allows, and a lot less would not', () =>
    fc.assert(
      fc.property(sizing, fc.integer({ min: 0, max: 12 }), (at, elapsed) => {
        const input = inputOf(at);
        const ramp = { initialPpm: 100_000, elapsed, duration: 10, freedSoFar: 0n };
        const pace: Pace = { ...UNPACED, ramp: { ...ramp, smallShortage: 0n } };
        const lots = pacedLots(input, pace, 1_000n);
        const missing = (closed: number): bigint => {
          const { equity, requirement } = afterCloseOut(input, closed);
          return requirement - equity;
        };
        const short = missing(0);
        if (short <= 0n) return expect(lots).toBe(0);
        const tenths = BigInt(Math.min(10, 1 + elapsed));
        const allowed = (short * tenths + 9n) / 10n;
        if (lots === input.lots) return expect(missing(lots - 1) > short - allowed).toBe(true);
        expect(missing(lots) <= short - allowed).toBe(true);
        return expect(missing(lots - 1) > short - allowed).toBe(true);
      }),
    ));

  it('keeps a slice between dust and its portion', () => {
    const input = inputOf({ lots: 100, equity: 4_000n });
    const sized = (minNotional: bigint, maxPortionPpm: number, lotsLeft: number | null = null) =>
      pacedLots(input, { ramp: null, limits: { minNotional, maxPortionPpm }, lotsLeft }, 1_000n);
    const whole = closeOutLots(input);
    expect(whole).toBeGreaterThan(60);
    expect([sized(0n, 1_000_000), sized(0n, 200_000), sized(0n, 1)]).toEqual([whole, 20, 1]);
    expect([sized(99_500n, 200_000), sized(10_000_000n, 200_000)]).toEqual([100, 100]);
    expect([sized(0n, 1_000_000, 30), sized(0n, 1_000_000, 0)]).toEqual([30, 0]);
  });
});

describe('slices under rules', () => {
  it('a ramp frees a part at once and the rest with time, each recorded', () => {
    const ramp = { initialPpm: 200_000, durationTicks: 10, smallShortage: 0 };
    const scene = sceneWith({ ramp });
    expect(types(scene.see('reference', tick(2)))).toEqual(['SliceSized', 'SliceRamped']);
    // 7,000 are missing to initial and buffer; a tenth for each of two ticks and a fifth at once
    expect(scene.facts.at(-1)).toMatchObject({ type: 'SliceRamped', slice: 1, shortage: 7_000n });
    expect(scene.facts.at(-1)).toMatchObject({ allowed: 2_800n });
    const lots = slicesOf(scene)[0]?.lots ?? 0;
    expect(lots).toBeLessThan(-20);
    expect(lots).toBeGreaterThan(-50);
    scene.see('accounts', applied(1, lots));
    const freed = [...scene.state.paces.ramps.values()][0]?.freed ?? 0n;
    expect(freed >= 2_800n).toBe(true);
    // the same moment allows no more than was freed: nothing until time has passed
    const left = 100 + lots;
    scene.see('risk', evaluated(left, 3_300n, { accountsSeq: 9 }));
    const rest = scene.see('reference', tick(4));
    expect(types(rest)).toEqual(['SliceSized', 'SliceRamped']);
    scene.see('accounts', applied(2, slicesOf(scene)[1]?.lots ?? 0));
    expect([...scene.state.paces.ramps.values()][0]?.freed).toBeGreaterThan(Number(freed));
    scene.see('risk', cured());
    expect(scene.state.paces.ramps.size).toBe(0);
  });
  it('a refused slice has freed nothing', () => {
    const scene = sceneWith({ ramp: { initialPpm: 200_000, durationTicks: 9, smallShortage: 0 } });
    scene.see('reference', tick(2));
    const refused = { slice: 1, account: CLIENT, bucket: BUCKET, lots: 0, price: 0 };
    scene.order({ type: 'NoteFill', ...refused, reason: 'stale-slice', accountsSeq: 1 });
    expect([...scene.state.paces.ramps.values()]).toEqual([{ freed: 0n, frees: 0n, lots: 0 }]);
  });
  it('a limit per tick is shared by all close-outs, and is new on the next', () => {
    // whole units have two decimals: 500 of them are 50 lots at 1,000
    const slices = { minNotional: 0, maxPortionPpm: 1_000_000, tickNotional: 500 };
    const scene = sceneWith({ slices });
    scene.see('reference', tick(2));
    expect(slicesOf(scene).map(({ lots }) => lots)).toEqual([-50]);
    const again = scene.order({ type: 'WorkCloseOuts', tick: 2 });
    expect(again).toEqual({ accepted: true, events: [] });
    scene.see('accounts', applied(1, -50));
    scene.see('risk', evaluated(50, 3_000n, { accountsSeq: 9 }));
    scene.see('reference', tick(4));
    const [, second] = slicesOf(scene);
    expect(second?.lots).toBeLessThan(0);
  });
  it('what pace remembers is part of the digest, and nothing is remembered without rules', () => {
    const [ruled, bare] = [sceneWith({ ramp: null }), walled(listedScene())];
    bare.see('risk', evaluated(100, 4_000n));
    bare.see('risk', breached());
    for (const scene of [ruled, bare]) scene.see('reference', tick(2));
    const digest = ({ state }: Scene): bigint => liquidationLane.digest(state);
    expect(digest(ruled)).toBe(digest(bare));
    const ramped = sceneWith({
      ramp: { initialPpm: 1_000_000, durationTicks: 1, smallShortage: 0 },
    });
    ramped.see('reference', tick(2));
    expect(slicesOf(ramped)).toEqual(slicesOf(bare));
    expect(digest(ramped)).not.toBe(digest(bare));
  });
});

describe('a round at premium', () => {
  const FUNDING = { clampFactorPpm: 1, interestPpb: 100, lowerPpb: -50_000, upperPpb: 50_000 };
  const at = (contractTwap: number, underlyingTwap = 1_000_000) => ({
    type: 'ScheduleRoundAtPremium' as const,
    domain: DOMAIN,
    premiums: [{ instrument: PERP, contractTwap, underlyingTwap }],
  });
  it('takes its rates from premium and interest within the clamps', () => {
    const scene = sceneWith({ funding: FUNDING });
    scene.order(at(1_000_200));
    // 200,000 ppb premium, pulled 50,000 towards interest
    expect(scene.facts.at(-2)).toMatchObject({
      type: 'RoundScheduled',
      funding: [{ instrument: PERP, ratePpb: 150_000 }],
    });
  });
  it('is refused without a rule or a price', () => {
    expect(walled(listedScene()).order(at(1))).toMatchObject({
      rejection: { code: 'funding-rule-missing' },
    });
    expect(sceneWith({ funding: FUNDING }).order(at(1, 0))).toMatchObject({
      rejection: { code: 'underlying-without-price' },
    });
  });
});
