import { InvariantViolation } from '@ringfence/kernel';
import { shareUp } from '@ringfence/money';
import fc from 'fast-check';
import { notional, valueAt } from './exposure.js';
import { priceInterval, steadyInterval } from './intervals.js';
import { liquidationPrice } from './liquidation-price.js';

fc.configureGlobal({ seed: 6407, numRuns: 500 });

const PRICE_MAX = 120;
const small = fc.record({
  lots: fc.integer({ min: -6, max: 6 }),
  equityAtMark: fc.bigInt({ min: -150n, max: 900n }),
  mark: fc.integer({ min: 0, max: PRICE_MAX }),
  unit: fc.bigInt({ min: 1n, max: 3n }),
  otherRequirement: fc.bigInt({ min: 0n, max: 80n }),
});
const ppm = fc.oneof(
  fc.integer({ min: 0, max: 1_200_000 }),
  fc.constantFrom(0, 1, 333_333, 500_000, 999_999, 1_000_000, 1_000_001),
);
type Small = typeof small extends fc.Arbitrary<infer T> ? T : never;

/** The slow way: equity and requirement worked out at a price, with the house's rounding. */
function meets(bucket: Small & { marginedLots?: number }, rate: number, price: number): boolean {
  const { lots, equityAtMark, mark, unit, otherRequirement } = bucket;
  const equity = equityAtMark + valueAt(lots, price - mark, unit);
  const margined = notional(bucket.marginedLots ?? lots, price, unit);
  return equity >= shareUp(margined, rate) + otherRequirement;
}

describe('liquidation price', () => {
  // vegaprotocol/vega core/risk/engine_test.go at a50750cc1080: figures only. Ticks and units make
  // the published decimals whole; a price between ticks goes to the safe one.
  const NANO = 1_000_000_000;
  it.each([
    {
      title: 'a long',
      at: { lots: 4_000, mark: 1_234_500, maintenancePpm: 600_000 },
      equityAtMark: 3_259_080_000n,
      otherMaintenance: 0n,
      price: 1_049_325,
    },
    {
      title: 'a long that pays funding',
      at: { lots: 41, mark: 110 * NANO, maintenancePpm: 150_000 },
      equityAtMark: 5_104_500_000_000n,
      otherMaintenance: 1_025_000_000_000n,
      price: 12_352_941_177, // 12.352 941 176 47
    },
    {
      title: 'a short that receives funding',
      at: { lots: -41, mark: 110 * NANO, maintenancePpm: 160_000 },
      equityAtMark: 2_164_800_000_000n,
      otherMaintenance: 0n,
      price: 140_344_827_586, // 140.344 827 586 2
    },
  ])('is as published for $title', ({ at, equityAtMark, otherMaintenance, price }) =>
    expect(liquidationPrice({ ...at, equityAtMark, unit: 1n, otherMaintenance })).toBe(price),
  );

  it('does not exist for a long margined at its whole notional, nor without a position', () => {
    const input = { equityAtMark: 500n, mark: 100, unit: 1n, otherMaintenance: 0n };
    expect(liquidationPrice({ ...input, lots: 10, maintenancePpm: 1_000_000 })).toBeNull();
    expect(liquidationPrice({ ...input, lots: 0, maintenancePpm: 50_000 })).toBeNull();
  });

  it('does not exist for a short whose price no tick can name', () => {
    const short = { lots: -1, mark: 1, unit: 1n, maintenancePpm: 0, otherMaintenance: 0n };
    const last = BigInt(Number.MAX_SAFE_INTEGER);
    expect(liquidationPrice({ ...short, equityAtMark: last - 1n })).toBe(Number(last));
    expect(liquidationPrice({ ...short, equityAtMark: last })).toBeNull();
  });

  // TorchTrade/torchtrade pull request 344: figures only
  it('counts what the other positions require', () => {
    const input = { lots: 1, mark: 1_000_000, unit: 1n, maintenancePpm: 4_000 };
    const equityAtMark = 50_000n;
    expect(liquidationPrice({ ...input, equityAtMark, otherMaintenance: 40_000n })).toBe(993_976);
    expect(liquidationPrice({ ...input, equityAtMark, otherMaintenance: 0n })).toBe(953_816);
  });

  it('is the mark itself when equity is exactly maintenance, and not one unit later', () => {
    const input = { lots: 10, mark: 1_000, unit: 1n, maintenancePpm: 50_000, otherMaintenance: 0n };
    expect(liquidationPrice({ ...input, equityAtMark: 500n })).toBe(1_000);
    expect(liquidationPrice({ ...input, equityAtMark: 499n })).toBe(1_001);
    expect(liquidationPrice({ ...input, equityAtMark: 509n })).toBe(1_000);
    expect(liquidationPrice({ ...input, equityAtMark: 510n })).toBe(999);
    expect(liquidationPrice({ ...input, equityAtMark: 10_000n })).toBe(0);
  });

  it('is the last tick at which maintenance is met', () =>
    fc.assert(
      fc.property(small, ppm, (bucket, maintenancePpm) => {
        const { otherRequirement: otherMaintenance } = bucket;
        const price = liquidationPrice({ ...bucket, maintenancePpm, otherMaintenance });
        if (price === null) {
          const constant = bucket.lots === 0 || maintenancePpm === 1_000_000;
          expect(constant).toBe(true);
          return;
        }
        const growing = bucket.lots > 0 && maintenancePpm < 1_000_000;
        const wrong: number[] = [];
        // a short that is lost at any price is shown at 0
        for (let tick = growing || price > 0 ? 0 : 1; tick <= PRICE_MAX; tick++) {
          const safe = growing ? tick >= price : tick <= price;
          if (meets(bucket, maintenancePpm, tick) !== safe) wrong.push(tick);
        }
        expect(wrong).toEqual([]);
      }),
    ));
});

describe('price interval', () => {
  const levels = fc.array(ppm, { maxLength: 5 });
  it('is the widest in which no level changes, tick by tick', () =>
    fc.assert(
      fc.property(small, levels, fc.integer({ min: -8, max: 8 }), (bucket, levelPpms, other) => {
        for (const requirementLots of [undefined, other]) {
          const margined =
            requirementLots === undefined ? {} : { requirementLots, marginedLots: requirementLots };
          const found = priceInterval({ ...bucket, ...margined, levelPpms });
          const state = (tick: number): string =>
            levelPpms.map((rate) => meets({ ...bucket, ...margined }, rate, tick)).join();
          expect(found.low <= bucket.mark && bucket.mark <= found.high).toBe(true);
          const here = state(bucket.mark);
          const wrong: number[] = [];
          for (let tick = found.low; tick <= Math.min(found.high, PRICE_MAX + 20); tick++) {
            if (state(tick) !== here) wrong.push(tick);
          }
          expect(wrong).toEqual([]);
          if (found.low > 0) expect(state(found.low - 1)).not.toBe(here);
          if (found.high < Number.MAX_SAFE_INTEGER) {
            expect(state(found.high + 1)).not.toBe(here);
          }
        }
      }),
    ));

  it('begins at the liquidation price of a long and ends where more is released', () => {
    const bucket = { lots: 10, equityAtMark: 600n, mark: 1_000, unit: 1n };
    const found = priceInterval({ ...bucket, levelPpms: [50_000, 70_000], otherRequirement: 0n });
    expect(found.low).toBe(
      liquidationPrice({ ...bucket, maintenancePpm: 50_000, otherMaintenance: 0n }),
    );
    // 600 + 10 × (P − 1000) ≥ 0.7 × P first at 1011
    expect(found.high).toBe(1_010);
  });

  it('is every price when nothing can change', () => {
    const all = { low: 0, high: Number.MAX_SAFE_INTEGER };
    expect(steadyInterval(5, [])).toEqual(all);
    expect(steadyInterval(5, [{ constant: -1n, slope: 0n }])).toEqual(all);
    const flat = { lots: 0, equityAtMark: -1n, mark: 5, unit: 1n, otherRequirement: 0n };
    expect(priceInterval({ ...flat, levelPpms: [0, 50_000] })).toEqual(all);
  });

  it('is the mark alone between two levels a tick apart', () => {
    const met = { constant: -5n, slope: 1n };
    const unmet = { constant: -6n, slope: 1n };
    expect(steadyInterval(5, [met, unmet])).toEqual({ low: 5, high: 5 });
    expect(() => steadyInterval(-1, [])).toThrow(InvariantViolation);
    expect(() => steadyInterval(0.5, [])).toThrow(InvariantViolation);
  });
});
