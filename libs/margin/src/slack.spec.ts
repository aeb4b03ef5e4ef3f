import { InvariantViolation } from '@ringfence/kernel';
import { shareUp } from '@ringfence/money';
import fc from 'fast-check';
import { collateralValue } from './collateral.js';
import { notional, valueAt } from './exposure.js';
import { collateralMicrosPerTick, slackIntervals } from './slack.js';

fc.configureGlobal({ seed: 6408, numRuns: 1_500 });

const position = fc.record({
  symbol: fc.integer({ min: 0, max: 2 }),
  lots: fc.integer({ min: -5, max: 5 }),
  unit: fc.bigInt({ min: 1n, max: 40n }),
});
const held = fc.record({
  symbol: fc.integer({ min: 0, max: 2 }),
  amount: fc.bigInt({ min: 0n, max: 500n }),
  haircutPpm: fc.constantFrom(0, 77_777, 500_000),
  valueNumerator: fc.bigInt({ min: 1n, max: 9n }),
  valueDenominator: fc.bigInt({ min: 1n, max: 7n }),
});
const bucket = fc.record({
  marks: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }),
  cash: fc.bigInt({ min: -3_000n, max: 6_000n }),
  positions: fc.array(position, { minLength: 1, maxLength: 5 }),
  collateral: fc.array(held, { maxLength: 3 }),
});
const PPMS = [0, 50_000, 123_457, 400_000];
type Bucket = typeof bucket extends fc.Arbitrary<infer T> ? T : never;

/** The slow way: equity − requirement of each level at any prices, with the house's rounding. */
function slacksAt({ cash, positions, collateral, marks }: Bucket, prices: number[]): bigint[] {
  let equity = cash;
  for (const { symbol, lots, unit } of positions) {
    equity += valueAt(lots, (prices[symbol] ?? 0) - (marks[symbol] ?? 0), unit);
  }
  for (const each of collateral) {
    equity += collateralValue({ ...each, price: prices[each.symbol] ?? 0 });
  }
  return PPMS.map((ppm) => {
    let required = 0n;
    for (const { symbol, lots, unit } of positions) {
      required += shareUp(notional(lots, prices[symbol] ?? 0, unit), ppm);
    }
    return equity - required;
  });
}

function intervalsOf(input: Bucket) {
  const exposures = input.marks.map((mark, symbol) => {
    const mine = input.positions.filter((each) => each.symbol === symbol);
    const owned = input.collateral.filter((each) => each.symbol === symbol);
    return {
      mark,
      equityPerTick: mine.reduce((sum, { lots, unit }) => sum + BigInt(lots) * unit, 0n),
      notionalPerTick: mine.reduce((sum, { lots, unit }) => sum + notional(lots, 1, unit), 0n),
      collateralMicrosPerTick: owned.reduce((sum, e) => sum + collateralMicrosPerTick(e), 0n),
    };
  });
  const slacks = slacksAt(input, input.marks);
  const levels = PPMS.map((ppm, i) => ({ ppm, slack: slacks[i] ?? 0n }));
  const roundedTerms = input.positions.length + input.collateral.length;
  return slackIntervals({ exposures, levels, roundedTerms });
}
const signs = (slacks: readonly bigint[]): string => slacks.map((slack) => slack >= 0n).join();

describe('slack of a cross bucket', () => {
  it('crosses no level while every price stays in its interval, corners included', () =>
    fc.assert(
      fc.property(bucket, fc.array(fc.nat(1_000), { minLength: 24 }), (input, dice) => {
        const intervals = intervalsOf(input);
        const before = signs(slacksAt(input, input.marks));
        const far = intervals.map(({ low, high }, i) => {
          expect(low <= (input.marks[i] ?? 0) && (input.marks[i] ?? 0) <= high).toBe(true);
          return { low, high: Math.min(high, 10_000) };
        });
        for (let corner = 0; corner < 8; corner++) {
          const at = far.map(({ low, high }, i) => ((corner >> i) & 1 ? high : low));
          expect(signs(slacksAt(input, at))).toBe(before);
          const inside = far.map(({ low, high }, i) => {
            const part = dice[corner * 3 + i] ?? 0;
            return low + Math.floor(((high - low) * part) / 1_000);
          });
          expect(signs(slacksAt(input, inside))).toBe(before);
        }
      }),
    ));

  it('shares the slack so that all prices may move as far in percent', () => {
    const exposure = { equityPerTick: 10n, notionalPerTick: 0n };
    const found = slackIntervals({
      exposures: [
        { ...exposure, mark: 1_000 },
        { ...exposure, mark: 3_000, equityPerTick: -10n },
      ],
      levels: [{ ppm: 0, slack: 4_000n }],
      roundedTerms: 0,
    });
    expect(found).toEqual([
      { low: 900, high: Number.MAX_SAFE_INTEGER },
      { low: 0, high: 3_300 },
    ]);
  });

  it('shares by weight when one price moves more than another', () => {
    const exposure = { mark: 1_000, equityPerTick: 1n, notionalPerTick: 0n };
    const [calm, wild] = slackIntervals({
      exposures: [exposure, { ...exposure, weight: 3n }],
      levels: [{ ppm: 0, slack: 400n }],
      roundedTerms: 0,
    });
    expect([calm?.low, wild?.low]).toEqual([900, 700]);
  });

  it('counts how the requirement grows with the price', () => {
    const short = { mark: 1_000, equityPerTick: -10n, notionalPerTick: 10n };
    const level = { ppm: 100_000, slack: 1_100n };
    const of = (slack: bigint, roundedTerms = 0) =>
      slackIntervals({ exposures: [short], levels: [{ ...level, slack }], roundedTerms })[0]?.high;
    expect([of(1_100n), of(1_099n)]).toEqual([1_100, 1_099]);
    expect([of(1_101n, 1), of(1_100n, 1)]).toEqual([1_100, 1_099]);
  });

  it('never understates what collateral that was rounded up sets off', () => {
    const scale = { valueNumerator: 1n, valueDenominator: 3n };
    const collateral = collateralMicrosPerTick({ ...scale, amount: 1n, haircutPpm: 850_001 });
    expect(collateral).toBe(50_000n); // 49 999.67
    const exposure = { mark: 10 ** 12, equityPerTick: 0n, collateralMicrosPerTick: collateral };
    const high = (notionalPerTick: bigint): number | undefined =>
      slackIntervals({
        exposures: [{ ...exposure, notionalPerTick }],
        levels: [{ ppm: 50_000, slack: 5n }],
        roundedTerms: 0,
      })[0]?.high;
    // the requirement of one lot grows by 50 000 micros a tick: a third of one is not set off
    expect(high(1n)).toBe(10 ** 12 + 5_000_000);
    expect(high(2n)).toBe(10 ** 12 + 99);
  });

  it('watches a level from below too: a unit short is not met', () => {
    const long = { mark: 1_000, equityPerTick: 10n, notionalPerTick: 0n };
    const high = (slack: bigint): number | undefined =>
      slackIntervals({ exposures: [long], levels: [{ ppm: 0, slack }], roundedTerms: 0 })[0]?.high;
    expect([high(-100n), high(-101n), high(-1n)]).toEqual([1_009, 1_010, 1_000]);
  });

  it('is the mark alone when nothing is left, and every price when nothing moves it', () => {
    const hedged = { mark: 50, equityPerTick: 0n, notionalPerTick: 0n };
    const bare = { mark: 50, equityPerTick: -1n, notionalPerTick: 1n };
    const found = slackIntervals({
      exposures: [hedged, bare],
      levels: [
        { ppm: 0, slack: 0n },
        { ppm: 0, slack: -1n },
      ],
      roundedTerms: 1,
    });
    expect(found).toEqual([
      { low: 0, high: Number.MAX_SAFE_INTEGER },
      { low: 50, high: 50 },
    ]);
  });

  it('refuses figures that cannot be', () => {
    const bad = { mark: 1, equityPerTick: 0n, notionalPerTick: -1n };
    const levels = [{ ppm: 1, slack: 1n }];
    expect(() => slackIntervals({ exposures: [bad], levels, roundedTerms: 0 })).toThrow(
      InvariantViolation,
    );
    const unheard = { ...bad, notionalPerTick: 1n, weight: 0n };
    expect(() => slackIntervals({ exposures: [unheard], levels, roundedTerms: 0 })).toThrow(
      InvariantViolation,
    );
  });
});
