import type { InstrumentId } from '@ringfence/kernel';
import fc from 'fast-check';
import { sizePortfolio, type PortfolioInput, type PositionToClose } from './portfolio-size.js';

fc.configureGlobal({ seed: 107, numRuns: 500 });

const position = fc.record({
  lots: fc.integer({ min: -5_000, max: 5_000 }).filter((lots) => lots !== 0),
  mark: fc.integer({ min: 0, max: 2_000 }),
  spread: fc.integer({ min: 0, max: 20 }),
  unit: fc.bigInt({ min: 1n, max: 3n }),
  feePpm: fc.integer({ min: 0, max: 5_000 }),
});
/** A model whose requirement is so much of each lot that is left: homogeneous, as all of them. */
const inputs = fc
  .record({
    positions: fc.array(position, { minLength: 1, maxLength: 6 }),
    perLot: fc.integer({ min: 1, max: 500 }),
    part: fc.integer({ min: -300, max: 1_100 }),
  })
  .map(({ positions, perLot, part }): PortfolioInput => {
    const held: PositionToClose[] = positions.map((each, i) => ({
      ...each,
      instrument: (i + 1) as InstrumentId,
      isCounted: true,
    }));
    const required = (closed: readonly number[]): bigint =>
      held.reduce(
        (sum, { lots }, i) => sum + BigInt((Math.abs(lots) - (closed[i] ?? 0)) * perLot),
        0n,
      );
    const all = required(held.map(() => 0));
    return { equity: (all * BigInt(part)) / 1_000n, positions: held, required, fractionMaxPpm: 0 };
  });

/** Shortage after a fraction, worked out beside the code: below 0 is met. */
function missing({ equity, positions, required }: PortfolioInput, fractionPpm: number): number {
  const closed = positions.map(({ lots }) => Math.ceil((Math.abs(lots) * fractionPpm) / 1e6));
  let left = Number(equity);
  positions.forEach(({ lots, mark, spread, unit, feePpm }, i) => {
    const price = Math.max(1, lots > 0 ? mark - spread : mark + spread);
    const lost = lots > 0 ? mark - price : price - mark;
    left -= (closed[i] ?? 0) * lost * Number(unit);
    left -= Math.ceil(((closed[i] ?? 0) * price * Number(unit) * feePpm) / 1e6);
  });
  return Number(required(closed, fractionPpm)) - left;
}

describe('the size of a portfolio’s slice', () => {
  it('is the least thousandth that meets the requirement, or all of it', () =>
    fc.assert(
      fc.property(inputs, (input) => {
        const sized = sizePortfolio(input);
        if (missing(input, 0) <= 0) return expect(sized).toBeNull();
        if (!sized) throw new Error('something is short');
        const { fractionPpm } = sized;
        if (missing(input, 1_000_000) > 0) return expect(fractionPpm).toBe(1_000_000);
        expect(missing(input, fractionPpm)).toBeLessThanOrEqual(0);
        return expect(missing(input, fractionPpm - 1_000)).toBeGreaterThan(0);
      }),
    ));
  it('closes every position by the same part, hedges included, rounded up to a lot', () =>
    fc.assert(
      fc.property(inputs, (input) => {
        const sized = sizePortfolio(input);
        if (!sized) return;
        const { fractionPpm, legs } = sized;
        expect(legs.map(({ instrument }) => instrument)).toEqual(
          input.positions.map(({ instrument }) => instrument),
        );
        legs.forEach((leg, i) => {
          const { lots, mark } = input.positions[i] ?? { lots: 0, mark: 0 };
          const closed = Math.ceil((Math.abs(lots) * fractionPpm) / 1e6);
          expect(leg.lots).toBe(lots > 0 ? -closed : closed);
          expect(leg.price).toBeGreaterThan(0);
          expect(leg.spread).toBe(Math.abs(leg.price - mark));
        });
      }),
    ));
  it('keeps to the bound that a refusal left, and takes no fee that is not there', () =>
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 999_999 }), (input, fractionMaxPpm) => {
        const bounded = sizePortfolio({ ...input, fractionMaxPpm });
        const free = sizePortfolio(input);
        if (!bounded || !free) return expect(bounded).toBe(free);
        expect(bounded.fractionPpm).toBe(Math.min(free.fractionPpm, fractionMaxPpm));
        if (input.equity <= 0n) expect(bounded.fee).toBe(0n);
        return expect(bounded.fee >= 0n).toBe(true);
      }),
    ));
  it('counts what an option that was not credited is sold for', () => {
    const option = { instrument: 1 as InstrumentId, lots: 10, mark: 100, spread: 1, unit: 1n };
    const position = { ...option, feePpm: 0, isCounted: false };
    const required = (): bigint => 300n;
    const sized = sizePortfolio({ equity: 0n, positions: [position], required, fractionMaxPpm: 0 });
    // 99 for each: four of them bring 396
    expect(sized?.legs).toEqual([{ instrument: 1, lots: -4, price: 99, spread: 1 }]);
  });
});
