import type { EventOf } from '@ringfence/contracts';
import { accountId, cross, isolated } from '@ringfence/kernel';
import { decideRound } from './decide-round.js';
import { bucketAt, BTC, DOMAIN, ETH, roundOf, type SceneBucket } from './round-scene.fixture.js';

const btc = (lots: number): Pick<SceneBucket, 'positions'> => ({
  positions: [{ instrument: BTC, lots }],
});
type Lane = EventOf<'RoundDecided'>['lanes'][number];
const decide = (
  buckets: readonly SceneBucket[],
  insurance: readonly bigint[] = [0n],
): { lanes: readonly Lane[]; layers: readonly (readonly [string, bigint, bigint])[] } => {
  const { losses, decided } = decideRound(roundOf(buckets, insurance));
  const layers = losses.map((l) => [l.layer, l.amount, l.remaining] as const);
  return { lanes: decided.lanes, layers };
};
const lines = (lanes: readonly Lane[]): string[] =>
  lanes.flatMap(({ closes }) => closes).map((c) => `${c.account} ${c.lots} > ${c.against}`);
const at = (index: number): number => accountId(0, index);

// vegaprotocol: loss socialisation; payments by our own rule, floor and largest remainder
describe('claims of lanes against what was collected, as published', () => {
  it.each([
    [[80n, 8_000n], 5_080n, [50n, 5_030n]],
    [[7_200n, 80n, 800n], 7_980n, [7_111n, 79n, 790n]],
    [[1_250n, 5n], 125n, [125n, 0n]],
    [[1n, 1n, 1n], 2n, [1n, 1n, 0n]],
    [[7_200n, 800n, 80n], 8_080n, [7_200n, 800n, 80n]],
  ])('%j share %s', (claims, collected, paid) => {
    const owed = claims.reduce((a, b) => a + b, 0n);
    const gainers = claims.map((claim, partition) => bucketAt(partition, 3, { claim }));
    const loser = bucketAt(0, 9, { collected, debt: owed - collected });
    const { lanes } = decide(
      [...gainers, loser],
      claims.map(() => 0n),
    );
    expect(lanes.map(({ claimsPaid }) => claimsPaid)).toEqual(paid);
    expect(lanes.every(({ claimsCut }) => claimsCut === 0n)).toBe(true);
  });
});

// the published accounts A, B, C: 50, 60 and 40 coins at 100 with equity 500, 1,200 and 2,000
describe('deleveraging of candidates, as published', () => {
  const candidates = (parts: readonly (readonly [number, bigint])[]): SceneBucket[] =>
    parts.map(([lots, equity], i) => bucketAt(0, 3 + i, { equity, ...btc(-lots) }));
  const all = [
    [50, 500n],
    [60, 1_200n],
    [40, 2_000n],
  ] as const;
  it.each([
    [20, all, [20]],
    [30, all, [26, 4]],
    [30, [[20, 200n], [30, 300n], ...all.slice(1)] as const, [11, 16, 3]],
  ])('%i lots', (lots, parts, reductions) => {
    const failing = bucketAt(0, 90, { failing: true, ...btc(lots) });
    const { lanes } = decide([failing, ...candidates(parts)]);
    expect(lanes[0]?.closes.map((close) => close.lots)).toEqual(reductions);
  });
});

describe('who is closed against whom', () => {
  const marked = (index: number, lots: number, more: Partial<SceneBucket> = {}): SceneBucket =>
    bucketAt(0, index, { failing: true, ...btc(lots), ...more });

  it('failing ones first, the side with more lots offers and its rest goes to candidates', () => {
    const { lanes } = decide([
      marked(3, 4),
      marked(4, -10),
      marked(5, 3),
      bucketAt(0, 6, { equity: 1n, ...btc(20) }),
    ]);
    expect(lines(lanes)).toEqual([
      `${at(4)} 4 > ${at(3)}`,
      `${at(4)} 3 > ${at(5)}`,
      `${at(4)} 3 > ${at(6)}`,
    ]);
  });

  it('a bucket keeps its role over all instruments; what that leaves waits', () => {
    const both = bucketAt(0, 3, {
      failing: true,
      positions: [
        { instrument: BTC, lots: 5 },
        { instrument: ETH, lots: 9 },
      ],
    });
    const eth = bucketAt(0, 5, { equity: 5n, positions: [{ instrument: ETH, lots: -50 }] });
    const { lanes } = decide([both, marked(4, -8), eth]);
    // it takes in one instrument, so it offers nothing in the other
    expect(lines(lanes)).toEqual([`${at(4)} 5 > ${at(3)}`]);
  });

  it('buckets of one account meet only when nobody else is left', () => {
    const own = bucketAt(0, 3, { bucket: isolated(BTC), equity: 1n, ...btc(-8) });
    const other = bucketAt(0, 4, { equity: 900n, ...btc(-8) });
    const alone = decide([marked(3, 4), own]);
    expect(lines(alone.lanes)).toEqual([`${at(3)} 4 > ${at(3)}`]);
    expect(alone.lanes[0]?.closes[0]).toMatchObject({
      bucket: cross(DOMAIN),
      againstBucket: isolated(BTC),
    });
    const two = decide([marked(3, 4), marked(5, 4), own, other]);
    expect(lines(two.lanes)).toEqual([`${at(5)} 4 > ${at(3)}`, `${at(3)} 4 > ${at(4)}`]);
  });

  it('what finds nobody is not closed', () => {
    const { lanes } = decide([marked(3, 4), bucketAt(0, 4, { equity: 1n, ...btc(1) })]);
    expect(lanes[0]?.closes).toEqual([]);
  });
});

describe('how a loss travels', () => {
  const loser = bucketAt(0, 3, { deficit: 1_000n, collected: 500n, ...btc(30) });
  const holders = [
    bucketAt(0, 4, { claim: 200n, equity: 100n, ...btc(-20) }),
    bucketAt(1, 5, { claim: 900n, equity: 4_000n, ...btc(-20) }),
  ];
  const bystander = bucketAt(1, 6, { claim: 400n });

  it('insurance, then who is closed against it up to the claim, then all (README)', () => {
    const { lanes, layers } = decide([loser, ...holders, bystander], [100n, 50n]);
    expect(layers).toEqual([
      ['insurance', 150n, 850n],
      ['adl', 850n, 0n],
    ]);
    // 20 lots of the first, 10 of the second: 850 by 2 to 1, but the first claims only 200
    expect(lanes[0]).toMatchObject({ claimsCut: 200n, claimsPaid: 0n, insuranceUsed: 100n });
    expect(lanes[1]).toMatchObject({ claimsCut: 650n, claimsPaid: 650n, insuranceUsed: 50n });
    expect(lanes[0]?.sends).toEqual([{ partition: 1, amount: 600n }]);
    expect(lanes[1]?.receives).toBe(600n);
  });

  it('what named claims cannot bear is cut from all that is left, pro rata', () => {
    const flat = bucketAt(0, 3, { deficit: 1_000n, collected: 500n });
    const { lanes, layers } = decide([flat, ...holders, bystander], [0n, 0n]);
    expect(layers).toEqual([['haircut', 1_000n, 0n]]);
    expect(lanes.map(({ claimsCut }) => claimsCut)).toEqual([133n, 867n]);
    expect(lanes.map(({ claimsPaid }) => claimsPaid)).toEqual([67n, 433n]);
    expect(lanes.flatMap(({ cuts }) => cuts)).toEqual([]);
  });

  it('insurance never pays a debt', () => {
    const owing = bucketAt(0, 3, { debt: 300n });
    const { lanes, layers } = decide([owing, bucketAt(0, 4, { claim: 300n })], [500n]);
    expect(layers).toEqual([]);
    expect(lanes[0]).toMatchObject({ insuranceUsed: 0n, claimsPaid: 0n, claimsCut: 0n });
  });
});
