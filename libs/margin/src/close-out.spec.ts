import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { afterCloseOut, chargedFee, closeOutFee, closeOutLots } from './close-out.js';
import { depthFill, executionPrice, limitLeft, rampedShortage, sliceLimits } from './slices.js';

fc.configureGlobal({ seed: 6409, numRuns: 2_000 });

const COIN = 10 ** 9; // lots per coin, so that a lot is the ninth decimal of the published sizes
const rates = { targetPpm: 100_000, bufferPpm: 0, feePpm: 0 };
/** A long of 10 coins at 100 whose requirement is 10 above its equity. */
const short10 = {
  lots: 10 * COIN,
  equity: 90n * BigInt(COIN),
  otherRequirement: 0n,
  mark: 100,
  price: 100,
  unit: 1n,
};

// drift-labs/protocol-v2 programs/drift/src/math/liquidation/tests.rs at 0ae3e3b1db78 (Apache-2.0);
// the source rounds the ninth decimal down, a slice of ours rounds up to a lot
describe('size of a close-out as published', () => {
  it.each([
    ['without fees', rates, 1_000_000_000],
    ['with a fee', { ...rates, feePpm: 10_000 }, 1_111_111_112],
    ['with two fees', { ...rates, feePpm: 20_000 }, 1_250_000_000],
  ])('%s', (_, at, size) => expect(closeOutLots({ ...short10, ...at })).toBe(size));

  it('is the whole position when the fee eats the margin', () => {
    const at = { ...short10, targetPpm: 50_000, bufferPpm: 0, feePpm: 50_000 };
    expect(closeOutLots({ ...at, equity: 40n * BigInt(COIN) })).toBe(short10.lots);
  });

  // drift-labs/protocol-v2 programs/drift/src/controller/liquidation/tests.rs at 0ae3e3b1db78
  it('cures the published bucket to maintenance and buffer exactly', () => {
    const input = {
      ...short10,
      lots: 2 * COIN,
      equity: 5n * BigInt(COIN),
      targetPpm: 50_000,
      bufferPpm: 20_000,
      feePpm: 20_000,
    };
    expect(closeOutLots(input)).toBe(1_800_000_000);
    // 5 less fees of 3.6 against 7 percent of the 0.2 left at 100
    const exact = { equity: 1_400_000_000n, requirement: 1_400_000_000n };
    expect(afterCloseOut(input, 1_800_000_000)).toEqual(exact);
  });
});

describe('size of a close-out', () => {
  const input = fc.record({
    lots: fc.integer({ min: -400, max: 400 }).filter((lots) => lots !== 0),
    equity: fc.bigInt({ min: -2_000n, max: 40_000n }),
    otherRequirement: fc.bigInt({ min: 0n, max: 2_000n }),
    mark: fc.integer({ min: 1, max: 300 }),
    price: fc.integer({ min: 1, max: 300 }),
    unit: fc.bigInt({ min: 1n, max: 5n }),
    targetPpm: fc.integer({ min: 1, max: 500_000 }),
    bufferPpm: fc.integer({ min: 0, max: 50_000 }),
    feePpm: fc.integer({ min: 0, max: 20_000 }),
  });
  const nearMark = input.map((each) => ({
    ...each,
    price: Math.max(1, each.mark + (each.price % 7) - 3),
  }));

  const fine = fc
    .tuple(fc.integer({ min: 1, max: 3_000 }), fc.nat(9), fc.nat(3_000), fc.nat(2_000))
    .map(([lots, missing, targetPpm, feePpm]) => {
      const mark = 1_000;
      const needed = Math.ceil((lots * mark * targetPpm) / 1_000_000);
      const equity = BigInt(needed - missing);
      const at = { lots, equity, mark, price: mark, targetPpm, feePpm };
      return { ...at, otherRequirement: 0n, unit: 1n, bufferPpm: 0 };
    });

  it('cures, and one lot less would not; or it is the whole position', () =>
    fc.assert(
      fc.property(fc.oneof(input, nearMark, fine), (each) => {
        const held = Math.abs(each.lots);
        const cures = (closed: number): boolean => {
          const after = afterCloseOut(each, closed);
          return after.equity >= after.requirement;
        };
        const size = closeOutLots(each);
        if (size === 0) expect(cures(0)).toBe(true);
        else {
          expect(size >= 1 && size <= held && !cures(0)).toBe(true);
          if (size < held) expect([cures(size), cures(size - 1)]).toEqual([true, false]);
        }
        // what no size cures is closed whole
        const any = Array.from({ length: held + 1 }, (_, closed) => closed).some(cures);
        if (!any) expect(size).toBe(held);
      }),
    ));

  it('closes nothing when nothing is missing, and a lot when a unit is', () => {
    const at = { ...rates, lots: 100, otherRequirement: 0n, mark: 100, price: 100, unit: 1n };
    expect(closeOutLots({ ...at, equity: 1_000n })).toBe(0);
    expect(closeOutLots({ ...at, equity: 999n })).toBe(1);
    expect(closeOutLots({ ...at, equity: 990n })).toBe(1);
    expect(closeOutLots({ ...at, equity: 989n })).toBe(2);
    expect(closeOutLots({ ...at, equity: -1n })).toBe(100);
    expect(closeOutLots({ ...at, lots: -100, equity: 989n })).toBe(2);
  });

  it('finds the lot between fee and requirement that both round up', () => {
    const fine = { otherRequirement: 0n, mark: 1, price: 1, unit: 1n, bufferPpm: 0 };
    const at = { ...fine, lots: 10_000_000, equity: 29n, targetPpm: 3, feePpm: 1 };
    // 500 000 without rounding; there the fee is 1 and 28.5 of requirement is 29
    expect(closeOutLots(at)).toBe(666_667);
    expect(afterCloseOut(at, 666_667)).toEqual({ equity: 28n, requirement: 28n });
    expect(afterCloseOut(at, 666_666)).toEqual({ equity: 28n, requirement: 29n });
  });

  it('counts slippage against either side', () => {
    const at = { ...rates, otherRequirement: 0n, mark: 100, unit: 1n, equity: 900n };
    expect(closeOutLots({ ...at, lots: 100, price: 95 })).toBe(20);
    expect(closeOutLots({ ...at, lots: -100, price: 105 })).toBe(20);
    expect(closeOutLots({ ...at, lots: 100, price: 90 })).toBe(100);
  });

  it('counts what the rest of the bucket requires', () => {
    const at = { ...rates, lots: 100, mark: 100, price: 100, unit: 1n, equity: 1_000n };
    expect(closeOutLots({ ...at, otherRequirement: 0n })).toBe(0);
    expect(closeOutLots({ ...at, otherRequirement: 25n })).toBe(3);
  });

  it('refuses to close what is not there', () => {
    expect(() => closeOutLots({ ...short10, ...rates, lots: 0 })).toThrow(InvariantViolation);
    expect(() => closeOutLots({ ...short10, ...rates, feePpm: -1 })).toThrow(InvariantViolation);
    expect(() => afterCloseOut({ ...short10, ...rates }, -1)).toThrow(InvariantViolation);
    expect(() => afterCloseOut({ ...short10, ...rates, lots: 5 }, 6)).toThrow(InvariantViolation);
  });
});

describe('close-out fee', () => {
  // aeyakovenko/percolator issue 105: facts only
  it('is charged as far as it is there, as published', () => expect(chargedFee(10n, 4n)).toBe(4n));

  it('is rounded up and never before the gainers', () => {
    const fill = { notional: 1_001n, feePpm: 10_000 };
    expect(closeOutFee({ ...fill, equityLeft: 100n })).toBe(11n);
    expect(closeOutFee({ ...fill, equityLeft: 11n })).toBe(11n);
    expect(closeOutFee({ ...fill, equityLeft: 10n })).toBe(10n);
    expect(closeOutFee({ ...fill, equityLeft: 0n })).toBe(0n);
    expect(closeOutFee({ ...fill, equityLeft: -1n })).toBe(0n);
    expect(chargedFee(0n, 5n)).toBe(0n);
    expect(() => chargedFee(-1n, 5n)).toThrow(InvariantViolation);
  });
});

describe('depth', () => {
  const depth = [
    { bps: 5, cumulativePpm: 100_000 },
    { bps: 10, cumulativePpm: 300_000 },
    { bps: 50, cumulativePpm: 1_000_000 },
  ];
  const book = { depth, notionalAvailable: 1_000n };
  it('is walked outwards from mid', () => {
    const at = (wanted: bigint) => Object.values(depthFill({ ...book, wanted }));
    expect(at(0n)).toEqual([0n, 0, 0]);
    expect(at(100n)).toEqual([100n, 5, 5]);
    expect(at(101n)).toEqual([101n, 6, 10]); // 5.05 up
    expect(at(300n)).toEqual([300n, 9, 10]); // 8.33 up
    expect(at(301n)).toEqual([301n, 9, 50]);
    expect(at(5_000n)).toEqual([1_000n, 38, 50]); // 37.5 up
  });

  it('stands still over an empty step and counts whole units down', () => {
    const flat = [...depth.slice(0, 1), { bps: 5, cumulativePpm: 100_000 }, ...depth.slice(1)];
    const order = { notionalAvailable: 999n, wanted: 100n };
    const fill = { fillable: 100n, averageBps: 6, worstBps: 10 };
    expect(depthFill({ ...order, depth })).toEqual(fill);
    expect(depthFill({ ...order, depth: flat })).toEqual(fill);
  });

  it('takes nothing where nothing stands', () => {
    const nothing = { fillable: 0n, averageBps: 0, worstBps: 0 };
    expect(depthFill({ ...book, depth: [], wanted: 5n })).toEqual(nothing);
    expect(depthFill({ ...book, notionalAvailable: 9n, wanted: 5n }).worstBps).toBe(50);
    expect(depthFill({ ...book, notionalAvailable: 0n, wanted: 5n })).toEqual(nothing);
  });

  it('refuses depth that does not rise', () => {
    const wanted = 1n;
    const first = { bps: 5, cumulativePpm: 100_000 };
    for (const next of [
      { bps: 4, cumulativePpm: 200_000 },
      { bps: 6, cumulativePpm: 99_999 },
      { bps: 6, cumulativePpm: 1_000_001 },
    ]) {
      const wrong = [first, next];
      expect(() => depthFill({ ...book, depth: wrong, wanted })).toThrow(InvariantViolation);
    }
    for (const wrong of [{ wanted: -1n }, { notionalAvailable: -1n }]) {
      expect(() => depthFill({ ...book, wanted, ...wrong })).toThrow(InvariantViolation);
    }
  });

  it('moves the price against the one who is closed', () => {
    expect(executionPrice({ mark: 1_001, lots: 5, bps: 10 })).toBe(999);
    expect(executionPrice({ mark: 1_001, lots: -5, bps: 10 })).toBe(1_003);
    expect(executionPrice({ mark: 1_000, lots: 5, bps: 0 })).toBe(1_000);
    expect(executionPrice({ mark: 1, lots: 5, bps: 20_000 })).toBe(0);
  });
});

describe('limits on a slice', () => {
  // dydxprotocol/v4-chain protocol/x/clob/keeper/liquidations_test.go at 84d4664bae71: figures only
  it('are as published', () => {
    expect(limitLeft({ max: 150n, used: 100n })).toBe(50n);
    const portion = { positionNotional: 50_000n, minNotional: 10n, maxPortionPpm: 500_000 };
    expect(sliceLimits(portion).max).toBe(25_000n);
    const dust = { positionNotional: 5n, minNotional: 10n, maxPortionPpm: 1_000_000 };
    expect(sliceLimits(dust)).toEqual({ min: 5n, max: 5n });
  });

  it('never fall below nothing nor exceed the position', () => {
    expect(limitLeft({ max: 100n, used: 101n })).toBe(0n);
    const small = { positionNotional: 11n, minNotional: 10n, maxPortionPpm: 100_000 };
    expect(sliceLimits(small)).toEqual({ min: 10n, max: 10n });
    const whole = { positionNotional: 11n, minNotional: 0n, maxPortionPpm: 2_000_000 };
    expect(sliceLimits(whole)).toEqual({ min: 0n, max: 11n });
    expect(sliceLimits({ ...whole, maxPortionPpm: 500_000 }).max).toBe(5n);
    expect(sliceLimits({ ...whole, positionNotional: 0n })).toEqual({ min: 0n, max: 0n });
    for (const wrong of [{ positionNotional: -1n }, { minNotional: -1n }]) {
      expect(() => sliceLimits({ ...whole, ...wrong })).toThrow(InvariantViolation);
    }
  });

  // drift-labs/protocol-v2 programs/drift/src/math/liquidation/tests.rs at 0ae3e3b1db78
  it('ramp up with time, as published', () => {
    const ramp = { initialPpm: 100_000, duration: 150, smallShortage: 50n };
    const freed = (shortage: bigint, freedSoFar: bigint, elapsed: number): bigint =>
      rampedShortage({ ...ramp, shortage, freedSoFar, elapsed });
    expect(freed(1_000n, 0n, 75)).toBe(600n);
    expect(freed(49n, 0n, 1)).toBe(49n);
    expect(freed(60n, 40n, 75)).toBe(20n);
    expect(freed(90n, 70n, 30)).toBe(0n);
    expect(freed(90n, 70n, 1_000)).toBe(90n);
  });

  it('ramp up from the first moment, rounded up, and only for what is not small', () => {
    const at = { initialPpm: 100_000, duration: 150, smallShortage: 50n, elapsed: 0 };
    const freed = (shortage: bigint) => rampedShortage({ ...at, shortage, freedSoFar: 0n });
    expect([freed(0n), freed(49n), freed(50n), freed(51n)]).toEqual([0n, 49n, 5n, 6n]);
    for (const wrong of [{ elapsed: -1 }, { duration: 0 }, { freedSoFar: -1n }]) {
      const input = { ...at, shortage: 60n, freedSoFar: 0n, ...wrong };
      expect(() => rampedShortage(input)).toThrow(InvariantViolation);
    }
    expect(() => rampedShortage({ ...at, shortage: -1n, freedSoFar: 0n })).toThrow(
      InvariantViolation,
    );
  });
});
