import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { notional, valueAt, worstExposure } from './exposure.js';
import {
  levelMet,
  marginLevels,
  marginRates,
  maintenanceOfInitial,
  maxMovable,
  openInterestRate,
  requirement,
  requirements,
} from './levels.js';

fc.configureGlobal({ seed: 6405, numRuns: 400 });
const lots = fc.integer({ min: -(10 ** 12), max: 10 ** 12 });
const pending = fc.integer({ min: 0, max: 10 ** 12 });

describe('exposure', () => {
  it('is the same size either way and signed in value', () => {
    expect(notional(-3, 100, 7n)).toBe(2_100n);
    expect(notional(3, 100, 7n)).toBe(2_100n);
    expect(valueAt(-3, 100, 7n)).toBe(-2_100n);
    expect(notional(0, 100, 7n)).toBe(0n);
    expect(notional(2 ** 53 - 1, 2 ** 53 - 1, 1n)).toBe((2n ** 53n - 1n) ** 2n);
  });

  it.each([
    [10, 0, 0, 10],
    [10, 5, 0, 15],
    [10, 0, 5, 10],
    [10, 0, 20, 10],
    [10, 0, 21, -11],
    [-10, 20, 0, -10],
    [-10, 21, 0, 11],
    [0, 4, 4, 4],
    [0, 3, 4, -4],
  ])('takes %s with %s bought and %s sold as %s', (applied, buys, sells, worst) =>
    expect(worstExposure(applied, buys, sells)).toBe(worst),
  );

  it('is never below what any outcome of the pending legs is', () =>
    fc.assert(
      fc.property(lots, pending, pending, (applied, buys, sells) => {
        const outcomes = [applied, applied + buys, applied - sells, applied + buys - sells];
        const worst = worstExposure(applied, buys, sells);
        expect(outcomes.slice(0, 3)).toContain(worst);
        for (const outcome of outcomes) {
          expect(Math.abs(worst)).toBeGreaterThanOrEqual(Math.abs(outcome));
        }
      }),
    ));

  it('refuses netted legs', () =>
    expect(() => worstExposure(1, -1, 0)).toThrow(InvariantViolation));
});

const PUBLISHED = { callPpm: 1_100_000, initialPpm: 1_200_000, releasePpm: 1_400_000 };
const SHARES = { maintenancePpm: 500_000, callPpm: 750_000, releasePpm: 1_250_000 };

// vegaprotocol/vega core/integration/features/verified at a50750cc1080: figures only
describe('margin levels as published', () => {
  it.each([
    [156n, { maintenance: 156n, call: 171n, initial: 187n, release: 218n }],
    [15n, { maintenance: 15n, call: 16n, initial: 18n, release: 21n }],
  ])('scales maintenance %s, each level by itself', (maintenance, levels) =>
    expect(marginLevels(maintenance, PUBLISHED, 'floor')).toEqual(levels),
  );
});

// dydxprotocol/v4-chain protocol/x/perpetuals/lib/lib_test.go at 84d4664bae71: figures only
describe('margin in parts per million as published', () => {
  it.each([
    [38_885_000n, 10_000, 500_000, 388_850n, 194_425n],
    [9_200_311_488n, 50_000, 600_000, 460_015_575n, 276_009_345n],
    [9_200_311_488n, 250_000, 600_000, 2_300_077_872n, 1_380_046_724n],
  ])('of %s at %s', (exposure, basePpm, fractionPpm, initial, maintenance) => {
    expect(requirement(exposure, basePpm)).toBe(initial);
    expect(maintenanceOfInitial(exposure, { basePpm, fractionPpm })).toBe(maintenance);
  });

  it.each([
    [14_999_999_988_750n, 264_599_559n],
    [36_750_000_000_000n, 441_000_000n],
  ])('scaled by open interest %s', (openInterest, initial) => {
    const caps = { lowerCap: 10_000_000_000_000n, upperCap: 20_000_000_000_000n };
    const ppm = openInterestRate({ basePpm: 200_000, openInterest, ...caps });
    expect(requirement(441_000_000n, ppm)).toBe(initial);
    expect(maintenanceOfInitial(441_000_000n, { basePpm: 200_000, fractionPpm: 500_000 })).toBe(
      44_100_000n,
    );
  });

  it('stays at its base below the lower cap and needs room between the caps', () => {
    const crowd = { basePpm: 200_000, lowerCap: 10n, upperCap: 20n };
    expect(openInterestRate({ ...crowd, openInterest: 10n })).toBe(200_000);
    expect(openInterestRate({ ...crowd, openInterest: 11n })).toBe(280_000);
    expect(openInterestRate({ ...crowd, openInterest: 20n })).toBe(1_000_000);
    expect(openInterestRate({ ...crowd, basePpm: 0, openInterest: 11n })).toBe(100_000);
    expect(openInterestRate({ ...crowd, basePpm: 1_000_000, openInterest: 11n })).toBe(1_000_000);
    for (const wrong of [{ upperCap: 10n }, { basePpm: -1 }, { basePpm: 1_000_001 }]) {
      expect(() => openInterestRate({ ...crowd, openInterest: 11n, ...wrong })).toThrow(
        InvariantViolation,
      );
    }
  });
});

describe('margin levels of the house', () => {
  it('derives four rates from one, rounded up', () => {
    expect(marginRates(60_000, SHARES)).toEqual({
      maintenancePpm: 30_000,
      callPpm: 45_000,
      initialPpm: 60_000,
      releasePpm: 75_000,
    });
    expect(marginRates(60_001, SHARES)).toEqual({
      maintenancePpm: 30_001,
      callPpm: 45_001,
      initialPpm: 60_001,
      releasePpm: 75_002,
    });
    const least = { maintenancePpm: 1, callPpm: 2, initialPpm: 3, releasePpm: 4 };
    expect(marginRates(3, SHARES)).toEqual(least);
  });

  it('keeps the levels apart at any rate, and none too low', () =>
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 2_000_000 }), (initial) => {
        for (const shares of [SHARES, { ...SHARES, callPpm: 999_999, releasePpm: 1_000_001 }]) {
          const { maintenancePpm, callPpm, initialPpm, releasePpm } = marginRates(initial, shares);
          const rates = [0, maintenancePpm, callPpm, initialPpm, releasePpm];
          expect(rates).toEqual([...new Set(rates)].sort((a, b) => a - b));
          expect(initialPpm).toBe(initial);
          expect(releasePpm * 1_000_000).toBeGreaterThanOrEqual(initial * shares.releasePpm);
        }
      }),
    ));

  it('refuses a rate without room and levels out of order', () => {
    expect(() => marginRates(2, SHARES)).toThrow(InvariantViolation);
    for (const wrong of [
      { ...SHARES, maintenancePpm: 0 },
      { ...SHARES, maintenancePpm: 750_000 },
      { ...SHARES, callPpm: 1_000_000 },
      { ...SHARES, releasePpm: 1_000_000 },
    ]) {
      expect(() => marginRates(60_000, wrong)).toThrow(InvariantViolation);
    }
    for (const wrong of [
      { ...PUBLISHED, callPpm: 1_000_000 },
      { ...PUBLISHED, initialPpm: 1_100_000 },
      { ...PUBLISHED, releasePpm: 1_200_000 },
    ]) {
      expect(() => marginLevels(1n, wrong)).toThrow(InvariantViolation);
    }
    expect(() => marginLevels(-1n, PUBLISHED)).toThrow(InvariantViolation);
    expect(() => requirement(-1n, 1)).toThrow(InvariantViolation);
    expect(() => requirement(1n, 1, -1n)).toThrow(InvariantViolation);
  });

  it('rounds a requirement up by less than a unit and adds what is no rate', () => {
    expect(requirement(100n, 50_000)).toBe(5n);
    expect(requirement(101n, 50_000)).toBe(6n);
    expect(requirement(101n, 50_000, 7n)).toBe(13n);
    expect(requirement(0n, 50_000)).toBe(0n);
    expect(marginLevels(156n, PUBLISHED).call).toBe(172n);
    expect(marginLevels(0n, PUBLISHED).release).toBe(0n);
  });

  it('names the highest level met; exactly the requirement meets it', () => {
    const levels = requirements(1_000n, marginRates(100_000, SHARES), 1n);
    expect(levels).toEqual({ maintenance: 51n, call: 76n, initial: 101n, release: 126n });
    const steps = [50n, 51n, 75n, 76n, 100n, 101n, 125n, 126n];
    expect(steps.map((equity) => levelMet(equity, levels))).toEqual([
      'none',
      'maintenance',
      'maintenance',
      'call',
      'call',
      'initial',
      'initial',
      'release',
    ]);
  });

  it('closes an empty bucket that owes, and leaves an empty one alone', () => {
    const levels = requirements(0n, marginRates(100_000, SHARES));
    expect(levelMet(-1n, levels)).toBe('none');
    expect(levelMet(0n, levels)).toBe('release');
  });

  it('lets out what exceeds initial and no more', () => {
    expect(maxMovable(1_000n, 900n)).toBe(100n);
    expect(maxMovable(900n, 900n)).toBe(0n);
    expect(maxMovable(-5n, 0n)).toBe(0n);
  });
});
