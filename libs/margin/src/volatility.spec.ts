import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { cappedWeight, collateralValue } from './collateral.js';
import { STEP_PPM, VARIANCE_MAX, ewma, nextVariance, steppedRate } from './volatility.js';

fc.configureGlobal({ seed: 6406, numRuns: 400 });
const ticks = fc.integer({ min: 1, max: 10 ** 9 });
const rule = {
  multiplierPpm: 3_000_000,
  floorPpm: 10_000,
  capPpm: 500_000,
  stepPpm: STEP_PPM,
  hysteresisPpm: 1_000,
};
/** Variance whose raw rate under `rule` is the given one. */
const varianceFor = (rawPpm: number): number => Math.round((rawPpm / 3) ** 2);
const rate = (rawPpm: number, previousPpm: number): number =>
  steppedRate({ ...rule, variance: varianceFor(rawPpm), previousPpm });

describe('volatility', () => {
  it('weighs the past by lambda', () => {
    expect(ewma(0.0004, 0, 0.5)).toBe(0.0002);
    expect(ewma(0, 0.02, 0.75)).toBe(0.0001);
  });

  it('is recorded in whole parts', () => {
    const step = { variance: 0, previousPrice: 10_000, price: 10_100, lambdaPpm: 940_000 };
    expect(nextVariance(step)).toBe(6_000_000);
    expect(nextVariance({ ...step, price: 10_000, variance: 1_000 })).toBe(940);
    expect(nextVariance({ ...step, price: 0 })).toBe(60_000_000_000);
    expect(nextVariance({ ...step, price: 10 ** 9 })).toBe(VARIANCE_MAX);
  });

  it('stays whole, bounded and between the past and the new square', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: VARIANCE_MAX }),
        ticks,
        ticks,
        fc.integer({ min: 0, max: 999_999 }),
        (variance, previousPrice, price, lambdaPpm) => {
          const next = nextVariance({ variance, previousPrice, price, lambdaPpm });
          const square = ((price - previousPrice) / previousPrice) ** 2 * 1e12;
          expect(Number.isSafeInteger(next)).toBe(true);
          expect(next).toBeLessThanOrEqual(VARIANCE_MAX);
          expect(next).toBeGreaterThanOrEqual(
            Math.min(VARIANCE_MAX, Math.min(variance, square) * (1 - 1e-12) - 1),
          );
          expect(next).toBeLessThanOrEqual(Math.max(variance, square) * (1 + 1e-12) + 1);
        },
      ),
    ));

  it('refuses a return from nothing and a past that weighs all', () => {
    const step = { variance: 0, previousPrice: 1, price: 1, lambdaPpm: 940_000 };
    expect(() => nextVariance({ ...step, previousPrice: 0 })).toThrow(InvariantViolation);
    expect(() => nextVariance({ ...step, lambdaPpm: 1_000_000 })).toThrow(InvariantViolation);
    expect(() => nextVariance({ ...step, variance: 0.5 })).toThrow(InvariantViolation);
  });
});

describe('a rate in steps', () => {
  it('rises at once, to the step above', () => {
    expect(rate(30_001.5, 0)).toBe(32_500);
    expect(rate(30_000, 0)).toBe(30_000);
    expect(rate(41_000, 30_000)).toBe(42_500);
  });

  it('falls only below the step less hysteresis', () => {
    expect(rate(29_400, 32_500)).toBe(32_500);
    expect(rate(29_100, 32_500)).toBe(32_500);
    expect(rate(28_998, 32_500)).toBe(30_000);
  });

  it('falls at once as far as the hysteresis lets it', () => {
    expect(rate(20_100, 42_500)).toBe(22_500);
    expect(rate(19_500, 42_500)).toBe(22_500);
    expect(rate(18_999, 42_500)).toBe(20_000);
  });

  it('keeps floor and cap, also one that is no step', () => {
    expect(rate(0, 0)).toBe(10_000);
    expect(rate(0, 60_000)).toBe(10_000);
    expect(rate(9_000_000, 10_000)).toBe(500_000);
    const odd = { ...rule, floorPpm: 10_100, capPpm: 31_000 };
    expect(steppedRate({ ...odd, variance: 0, previousPpm: 0 })).toBe(10_100);
    expect(steppedRate({ ...odd, variance: varianceFor(30_500), previousPpm: 0 })).toBe(31_000);
  });

  it('stands still while the raw rate trembles at an edge', () => {
    let current = rate(29_990, 0);
    let moves = 0;
    for (let i = 0; i < 50; i++) {
      const next = rate(i % 2 === 0 ? 30_050 : 29_950, current);
      if (next !== current) moves++;
      current = next;
    }
    expect([current, moves]).toEqual([32_500, 1]);
  });

  it('never asks less than the raw rate, and the same twice for the same', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 12 }),
        fc.integer({ min: 0, max: 200 }),
        (variance, steps) => {
          const previousPpm = steps * STEP_PPM;
          const next = steppedRate({ ...rule, variance, previousPpm });
          const raw = Math.sqrt(variance) * 3;
          expect(next).toBeGreaterThanOrEqual(Math.min(raw, rule.capPpm));
          expect(next).toBeGreaterThanOrEqual(rule.floorPpm);
          expect(next % STEP_PPM).toBe(0);
          expect(steppedRate({ ...rule, variance, previousPpm: next })).toBe(next);
        },
      ),
    ));

  it('refuses a rule that cannot be kept', () => {
    const input = { ...rule, variance: 1, previousPpm: 0 };
    expect(() => steppedRate({ ...input, floorPpm: 600_000 })).toThrow(InvariantViolation);
    expect(() => steppedRate({ ...input, stepPpm: 0 })).toThrow(InvariantViolation);
    expect(() => steppedRate({ ...input, hysteresisPpm: -1 })).toThrow(InvariantViolation);
    expect(() => steppedRate({ ...input, floorPpm: 0 })).toThrow(InvariantViolation);
    expect(() => steppedRate({ ...input, variance: -1 })).toThrow(InvariantViolation);
    expect(() => steppedRate({ ...input, previousPpm: -1 })).toThrow(InvariantViolation);
    const fixed = { ...input, hysteresisPpm: 0, floorPpm: 7, capPpm: 7 };
    expect(steppedRate({ ...fixed, previousPpm: 50 })).toBe(7);
  });
});

describe('collateral', () => {
  const scale = { valueNumerator: 1n, valueDenominator: 100n };
  it('counts at its price less haircut, down once', () => {
    const held = { ...scale, amount: 12_345n, price: 333, haircutPpm: 50_000 };
    expect(collateralValue(held)).toBe(39_053n); // 39 053.4
    expect(collateralValue({ ...held, haircutPpm: 0 })).toBe(41_108n); // 41 108.85
    expect(collateralValue({ ...held, haircutPpm: 1_000_000 })).toBe(0n);
    expect(collateralValue({ ...held, amount: 0n })).toBe(0n);
  });

  it('is never negative and never haircut backwards', () => {
    const held = { ...scale, amount: 1n, price: 1, haircutPpm: 0 };
    for (const wrong of [
      { amount: -1n },
      { price: -1 },
      { valueNumerator: 0n },
      { valueDenominator: 0n },
    ]) {
      expect(() => collateralValue({ ...held, ...wrong })).toThrow(InvariantViolation);
    }
    expect(() => collateralValue({ ...held, haircutPpm: 1_000_001 })).toThrow(InvariantViolation);
    expect(() => collateralValue({ ...held, haircutPpm: -1 })).toThrow(InvariantViolation);
  });

  // drift-labs/protocol-v2 programs/drift/src/math/margin/tests.rs at 0ae3e3b1db78 (Apache-2.0)
  it.each([
    [25n, 900_000],
    [500_000n, 900_000],
    [500_001n, 899_998],
    [1_500_000n, 300_000],
  ])('worth %s in all weighs less above its cap, as published', (value, weightPpm) =>
    expect(cappedWeight({ weightPpm: 900_000, cap: 500_000n, value })).toBe(weightPpm),
  );

  it('counts for nothing when nothing of it is taken', () => {
    expect(cappedWeight({ weightPpm: 900_000, cap: 0n, value: 1n })).toBe(0);
    expect(cappedWeight({ weightPpm: 900_000, cap: 0n, value: 0n })).toBe(900_000);
    for (const wrong of [{ cap: -1n }, { value: -1n }, { weightPpm: 1_000_001 }]) {
      const asset = { weightPpm: 900_000, cap: 5n, value: 1n, ...wrong };
      expect(() => cappedWeight(asset)).toThrow(InvariantViolation);
    }
  });

  it('counts for no more than the cap, whatever is deposited', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (value) => {
        const weightPpm = cappedWeight({ weightPpm: 950_000, cap: 10n ** 12n, value });
        expect(value * BigInt(weightPpm) <= 950_000n * 10n ** 12n).toBe(true);
      }),
    ));
});
