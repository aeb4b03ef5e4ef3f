import { decimal, decimalOf, type DecimalFigure } from '@ringfence/money';
import fc from 'fast-check';
import { closeOutLots } from './close-out.js';
import { disposalSlice, disposalSlices } from './disposal.js';
import {
  closeOutPart,
  curingInsuranceFee,
  curingSize,
  leftoverAfter,
  maxRepayableDebt,
  rampedFee,
  swapSize,
} from './partial-close-out.js';

fc.configureGlobal({ seed: 6612, numRuns: 400 });
const ppm = (rate: number): DecimalFigure => decimalOf(BigInt(rate)).div('1000000');
const ZERO = decimal('0');
const ONE = decimal('1');

describe('size that cures', () => {
  // the house's lots are whole here, so the published size rounded up to one is what it closes
  it('is what the house closes, which rounds up to a lot', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1_000, max: 300_000 }),
        fc.integer({ min: 0, max: 50_000 }),
        (short, price, targetPpm, feePpm) => {
          // figures in millionths, so that neither requirement nor fee is rounded
          const MILLION = 1_000_000;
          const lots = 10_000_000;
          const needed = BigInt(lots) * BigInt(price) * BigInt(targetPpm);
          const shortage = BigInt(short) * BigInt(MILLION);
          const size = curingSize({
            shortage: decimalOf(BigInt(short)),
            price: decimalOf(BigInt(price)),
            quotePrice: ONE,
            marginRatio: ppm(targetPpm),
            liquidatorFee: ppm(feePpm),
            insuranceFee: ZERO,
          });
          const closed = closeOutLots({
            lots,
            equity: needed - shortage,
            otherRequirement: 0n,
            mark: price,
            price,
            unit: BigInt(MILLION),
            targetPpm,
            bufferPpm: 0,
            feePpm,
          });
          if (size === 'whole-position') {
            expect(closed).toBe(lots);
            return;
          }
          const exact = Number(size.toFixed());
          expect(closed).toBe(exact > lots ? lots : Math.max(1, Math.ceil(exact)));
        },
      ),
    ));

  it('is the whole position when closing costs as much as it frees', () => {
    const at = { shortage: ONE, price: ONE, quotePrice: ONE, marginRatio: ppm(50_000) };
    const size = (liquidatorFee: number, insuranceFee: number): unknown =>
      curingSize({ ...at, liquidatorFee: ppm(liquidatorFee), insuranceFee: ppm(insuranceFee) });
    expect([size(50_000, 0), size(30_000, 20_000)]).toEqual(['whole-position', 'whole-position']);
    expect((size(30_000, 19_999) as DecimalFigure).gt('900000')).toBe(true);
    expect(curingSize({ ...at, price: ZERO, liquidatorFee: ZERO, insuranceFee: ZERO })).toBe(
      'whole-position',
    );
  });

  it('brings either side back to maintenance and buffer, and conserves cash', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        fc.integer({ min: 80, max: 120 }),
        fc.integer({ min: 0, max: 200 }),
        (held, long, price, collateral) => {
          const bucket = {
            position: decimalOf(BigInt(long ? held : -held)),
            entry: decimal('100'),
            price: decimalOf(BigInt(price)),
            collateral: decimalOf(BigInt(collateral)),
            maintenanceRate: ppm(50_000),
            buffer: ppm(20_000),
            liquidatorFee: ppm(10_000),
            insuranceFee: ppm(5_000),
            wholePosition: false,
          };
          const after = closeOutPart(bucket);
          const before = bucket.position.times(bucket.entry).times('-1');
          const paid = after.clientQuote.plus(after.liquidatorQuote).plus(after.insuranceFee);
          expect(paid.eq(before)).toBe(true);
          if (after.marginRatioAfter === null) return;
          // the ninth place of a size that was cut down
          expect(after.marginRatioAfter.plus('0.00000001').gte(ppm(70_000))).toBe(true);
        },
      ),
    ));
});

describe('fees and limits of a close-out', () => {
  it('a fee in grace is base, then as if it had grown all the time', () => {
    const ramp = {
      base: ppm(20_000),
      max: ppm(50_000),
      perSlot: ppm(1),
      graceSlots: decimal('10'),
    };
    const fee = (slots: string): string =>
      rampedFee({ ...ramp, slotsElapsed: decimal(slots) }).toFixed();
    expect([fee('9'), fee('10'), fee('30000'), fee('90000')]).toEqual([
      '0.02',
      '0.02001',
      '0.05',
      '0.05',
    ]);
    expect(() => fee('-1')).toThrow('time passes');
  });

  it('the fund takes what still cures, never below 0', () => {
    const at = { price: decimal('100'), size: decimal('10'), marginRatio: ppm(50_000) };
    const fee = (shortage: string, maxFee: number): string =>
      curingInsuranceFee({
        ...at,
        shortage: decimal(shortage),
        liquidatorFee: ppm(10_000),
        maxFee: ppm(maxFee),
      }).toFixed();
    expect([fee('20', 50_000), fee('20', 1), fee('50', 50_000)]).toEqual([
      '0.019',
      '0.000001',
      '0',
    ]);
  });

  it('a swap that gives up as much weight as it repays takes everything', () => {
    const terms = {
      shortage: decimal('10'),
      assetMultiplier: ONE,
      liabilityMultiplier: ONE,
      liabilityWeight: decimal('1.2'),
      liabilityPrice: decimal('100'),
      insuranceFee: ZERO,
    };
    expect(swapSize({ ...terms, assetWeight: decimal('1.2') })).toBe('everything');
    expect(swapSize({ ...terms, assetWeight: decimal('1.19'), insuranceFee: ppm(10_000) })).toBe(
      'everything',
    );
    expect(swapSize({ ...terms, assetWeight: decimal('0.8') })).toEqual(decimal('0.25'));
  });

  it('small or failing debts are repaid whole, others in part; no crumb is left', () => {
    const position = {
      collateral: decimal('5000'),
      debt: decimal('4000'),
      smallThreshold: decimal('2000'),
      defaultCloseFactor: decimal('0.5'),
      fullBelowHealth: decimal('0.95'),
    };
    const most = (health: string, more = {}): string =>
      maxRepayableDebt({ ...position, health: decimal(health), ...more }).toFixed();
    expect([most('0.96'), most('0.95'), most('0.96', { debt: decimal('1999') })]).toEqual([
      '2000',
      '4000',
      '1999',
    ]);
    const left = (repay: string, seize: string): boolean =>
      leftoverAfter({
        collateral: decimal('5000'),
        debt: decimal('4000'),
        repay: decimal(repay),
        seize: decimal(seize),
        minLeftover: decimal('1000'),
      }).accepted;
    expect([left('3000', '4000'), left('3001', '4000'), left('3000', '4001')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([left('4000', '4500'), left('3900', '5000')]).toEqual([true, true]);
  });
});

describe('disposal of an inventory', () => {
  it('sells all of it, no slice above its bounds', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10_000n }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.bigInt({ min: 0n, max: 50n }),
        fc.option(fc.integer({ min: 1, max: 90 }), { nil: null }),
        (remaining, part, fullDisposalSize, depth) => {
          const book =
            depth === null
              ? null
              : { volume: decimalOf(BigInt(depth)), maxFraction: decimal('0.5') };
          const plan = { remaining, fraction: ppm(part * 1_000), fullDisposalSize, book };
          const slices = disposalSlices(plan);
          const most = depth === null ? remaining : BigInt(Math.floor(depth / 2));
          const sold = slices.reduce((sum, slice) => sum + slice, 0n);
          expect(sold).toBe(most === 0n ? 0n : remaining);
          expect(slices.every((slice) => slice > 0n && slice <= most)).toBe(true);
          expect(disposalSlice(plan)).toBe(slices[0] ?? 0n);
        },
      ),
    ));
});
