import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import {
  clampFunding,
  fundingAddOn,
  fundingCap,
  fundingPerLot,
  fundingRate,
  fundingSettlement,
} from './funding.js';

fc.configureGlobal({ seed: 6411, numRuns: 300 });

describe('funding as published', () => {
  // vegaprotocol/specs protocol/0019-MCAL-margin_calculator.md at 5fea1f3e3d68 (MIT)
  it('pays interest when the clamps are wide', () => {
    const ratePpb = fundingRate({
      contractTwap: 159_000,
      underlyingTwap: 160_000,
      interestPpb: 100_000, // 5 percent a year over 0.002 years
      lowerPpb: -10_000_000_000,
      upperPpb: 10_000_000_000,
    });
    expect(ratePpb).toBe(100_000);
    expect(fundingPerLot({ ratePpb, mark: 160_000, unit: 1n })).toBe(16n); // 0.16 on 1600
  });

  it('margins only the side that will pay', () => {
    const payment = { perLot: 20n, factorPpm: 500_000 };
    expect(595n + fundingAddOn({ ...payment, lots: 1 })).toBe(605n);
    expect(595n + fundingAddOn({ ...payment, lots: -1 })).toBe(595n);
    expect(fundingAddOn({ perLot: -21n, factorPpm: 500_000, lots: -1 })).toBe(11n);
  });

  // dydxprotocol/v4-chain protocol/x/perpetuals/lib/lib_test.go at 84d4664bae71: figures only
  it.each([
    [1_000_000n, 4_000_000_000n, 4_000_000_000n, 0n],
    [1_000_000n, 123_456_789_123n, 100_000_000_000n, -23_456_789_123_000_000n],
    [-1_000_000n, 123_456_789_123n, 100_000_000_000n, 23_456_789_123_000_000n],
    [1_000_000n, -123_456_789_123n, -100_000_000_000n, 23_456_789_123_000_000n],
    [10_000_000n, -200n, 100n, 3_000_000_000n],
    [-30_000n, 100n, -100n, 6_000_000n],
    [-5_000_000n, 0n, 100n, -500_000_000n],
  ])('settles %s from the index', (size, indexNow, indexBefore, settlement) =>
    expect(fundingSettlement({ size, indexNow, indexBefore })).toBe(settlement),
  );

  it('is capped by what stands between initial and maintenance', () => {
    const cap = fundingCap({
      clampFactorPpm: 6_000_000,
      initialPpm: 150_000,
      maintenancePpm: 120_000,
    });
    expect(cap).toBe(180_000_000);
    expect(clampFunding(-200_000_000, cap)).toBe(-180_000_000);
    expect(clampFunding(200_000_000, cap)).toBe(180_000_000);
    expect(clampFunding(179_999_999, cap)).toBe(179_999_999);
  });
});

describe('funding', () => {
  const even = {
    underlyingTwap: 1_000,
    interestPpb: 100_000,
    lowerPpb: -500_000,
    upperPpb: 500_000,
  };
  it('is the premium, pulled towards interest within the clamps', () => {
    expect(fundingRate({ ...even, contractTwap: 1_000 })).toBe(100_000);
    expect(fundingRate({ ...even, contractTwap: 1_001 })).toBe(500_000);
    expect(fundingRate({ ...even, contractTwap: 999 })).toBe(-500_000);
    // a third of a part is cut down: −333 334 and at most 100 000 back
    const third = { contractTwap: 2_999, underlyingTwap: 3_000, interestPpb: 0 };
    expect(fundingRate({ ...even, ...third, upperPpb: 100_000 })).toBe(-233_334);
    expect(fundingRate({ ...even, contractTwap: 0 })).toBe(-999_500_000);
    expect(fundingRate({ ...even, contractTwap: 1_000, lowerPpb: 500_000 })).toBe(500_000);
    for (const wrong of [{ underlyingTwap: 0 }, { contractTwap: -1 }, { lowerPpb: 500_001 }]) {
      const input = { ...even, contractTwap: 1, ...wrong };
      expect(() => fundingRate(input)).toThrow(InvariantViolation);
    }
  });

  it('is whole units per lot, cut towards 0 either way', () => {
    const at = { mark: 999, unit: 1n };
    expect(fundingPerLot({ ...at, ratePpb: 2_000_000 })).toBe(1n);
    expect(fundingPerLot({ ...at, ratePpb: -2_000_000 })).toBe(-1n);
    expect(fundingPerLot({ ...at, ratePpb: 1_001_001 })).toBe(0n);
    expect(fundingPerLot({ ...at, ratePpb: 1_001_002 })).toBe(1n);
    expect(() => fundingPerLot({ ...at, ratePpb: 0.5 })).toThrow(InvariantViolation);
  });

  it('sums to zero over positions that do', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 6 }),
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
        (sizes, ratePpb) => {
          const perLot = fundingPerLot({ ratePpb, mark: 12_347, unit: 3n });
          const all = [...sizes, -sizes.reduce((sum, size) => sum + size, 0)];
          const paid = all.map((size) =>
            fundingSettlement({ size: BigInt(size), indexNow: perLot, indexBefore: 0n }),
          );
          expect(paid.reduce((sum, each) => sum + each, 0n)).toBe(0n);
        },
      ),
    ));

  it('rounds its cap down, to nothing where nothing stands between', () => {
    const rates = { clampFactorPpm: 1_999, initialPpm: 11, maintenancePpm: 10 };
    expect(fundingCap(rates)).toBe(1);
    expect(fundingCap({ ...rates, initialPpm: 10 })).toBe(0);
    expect(fundingCap({ ...rates, clampFactorPpm: 0 })).toBe(0);
  });

  it('refuses a cap from maintenance above initial', () =>
    expect(() => fundingCap({ clampFactorPpm: 1, initialPpm: 1, maintenancePpm: 2 })).toThrow(
      InvariantViolation,
    ));
});
