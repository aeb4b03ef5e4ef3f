import { afterCloseOut } from '@ringfence/margin';
import fc from 'fast-check';
import { evaluated, PARAMETERS, PERP } from '../lane-scene.fixture.js';
import type { InstrumentId } from '@ringfence/kernel';
import { UNPACED } from './pace.js';
import { firstLine, sizeSlice, type SliceInput } from './slice.js';

fc.configureGlobal({ seed: 104, numRuns: 1_000 });

const inputOf = (lots: number, equity: bigint, more: Partial<SliceInput> = {}): SliceInput => {
  const evaluation = evaluated(lots, equity);
  const line = firstLine(evaluation);
  if (!line) throw new Error('no position');
  return {
    evaluation,
    line,
    instrument: { unit: 1n, initialPpm: 100_000 },
    parameters: PARAMETERS,
    scale: 2,
    partitions: 1,
    lotsMax: 0,
    pace: UNPACED,
    ...more,
  };
};

describe('which position is closed first', () => {
  const line = { lots: 5, worst: 5, mark: 1, initial: 0n, pnl: 0n };
  const first = (...maintenances: bigint[]): number | undefined => {
    const lines = maintenances.map((maintenance, i) => {
      return { ...line, instrument: (9 - i) as InstrumentId, maintenance };
    });
    return firstLine(evaluated(1, 0n, { lines }))?.instrument;
  };
  it('the one with the largest maintenance, ties by instrument', () => {
    expect(first(3n, 8n, 5n)).toBe(8);
    expect(first(8n, 8n, 5n)).toBe(8);
    expect(first()).toBeUndefined();
  });
  it('never one that is only pending', () =>
    expect(
      firstLine(
        evaluated(0, 0n, {
          lines: [{ ...line, lots: 0, instrument: PERP, maintenance: 9n }],
        }),
      ),
    ).toBeUndefined());
});

describe('a slice', () => {
  it('takes the first step of the book when that is enough', () => {
    // 100 lots lack 200 + buffer: within 10 bp the book takes 10 lots
    const sized = sizeSlice(inputOf(100, 10_300n));
    expect(sized).toEqual({ lots: 8, price: 999, fee: 80n, ramp: null });
  });
  it('of a short buys above the mark', () =>
    expect(sizeSlice(inputOf(-100, 10_300n))).toEqual({
      lots: 8,
      price: 1_001,
      fee: 81n,
      ramp: null,
    }));

  it('is bounded by this partition’s share of the book', () => {
    expect(sizeSlice(inputOf(100, -10_000n))).toMatchObject({ lots: 100, price: 990 });
    expect(sizeSlice(inputOf(100, -10_000n, { partitions: 4 }))).toMatchObject({ lots: 25 });
    expect(sizeSlice(inputOf(100, 4_000n, { lotsMax: 9 }))).toMatchObject({ lots: 9, price: 999 });
  });

  it('costs no fee where no equity is left', () => {
    expect(sizeSlice(inputOf(100, 1_005n))).toMatchObject({ lots: 100, fee: 5n });
    expect(sizeSlice(inputOf(100, 1_000n))).toMatchObject({ fee: 0n });
    expect(sizeSlice(inputOf(100, -5n))).toMatchObject({ fee: 0n });
  });

  it('is none where nothing is short, and none where the book is empty', () => {
    expect(sizeSlice(inputOf(100, 11_000n))).toBeNull();
    const depth = { ...PARAMETERS, depth: [] };
    expect(sizeSlice(inputOf(100, 4_000n, { parameters: depth }))).toBe('no-depth');
    expect(sizeSlice(inputOf(100, 4_000n, { partitions: 1_024 }))).toBe('no-depth');
  });

  it('cures unless book or position end, never overshoots, never pays from nothing', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 300 }).filter((lots) => lots !== 0),
        fc.bigInt({ min: -9_000n, max: 30_000n }),
        fc.nat({ max: 3_000 }),
        (lots, equity, bookNotional) => {
          const input = inputOf(lots, equity, { parameters: { ...PARAMETERS, bookNotional } });
          const sized = sizeSlice(input);
          if (!sized || sized === 'no-depth') return;
          const held = Math.abs(lots);
          expect(sized.lots > 0 && sized.lots <= held).toBe(true);
          expect(lots > 0 ? sized.price < 1_000 : sized.price > 1_000).toBe(true);
          const slip = BigInt(sized.lots) * BigInt(Math.abs(1_000 - sized.price));
          const left = equity - slip;
          expect(sized.fee >= 0n && (left <= 0n ? sized.fee === 0n : sized.fee <= left)).toBe(true);
          const book = (BigInt(bookNotional) * 100n) / 1_000n;
          if (sized.lots === held || BigInt(sized.lots) === book) return;
          const { price } = sized;
          const sizing = {
            lots,
            equity,
            otherRequirement: 0n,
            mark: 1_000,
            price,
            unit: 1n,
            targetPpm: 100_000,
            bufferPpm: PARAMETERS.bufferPpm,
            feePpm: PARAMETERS.closeOutFeePpm,
          };
          const after = afterCloseOut(sizing, sized.lots);
          expect(after.equity >= after.requirement).toBe(true);
          const less = afterCloseOut(sizing, sized.lots - 1);
          expect(less.equity >= less.requirement).toBe(false);
        },
      ),
    ));
});
