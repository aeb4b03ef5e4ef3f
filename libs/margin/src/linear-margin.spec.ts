import { decimal, decimalOf, type DecimalFigure } from '@ringfence/money';
import fc from 'fast-check';
import {
  bufferPercent,
  bufferedMargin,
  marginSwings,
  stressWeightedMargin,
} from './anti-procyclicality.js';
import { crossHealth, type HealthToken } from './cross-health.js';
import { expectedShortfallFactors, lowerNormalQuantile } from './expected-shortfall.js';
import {
  fullyCollateralisedMargin,
  isolatedFillMargin,
  linearMaintenance,
  mayIsolate,
  type LinearMarginInput,
} from './linear-margin.js';
import { exactLiquidationPrice, liquidationPrice } from './liquidation-price.js';
import { normalDistribution } from './pricing/index.js';
import { sizeWeight } from './weights.js';

fc.configureGlobal({ seed: 6617, numRuns: 300 });
const whole = (value: number): DecimalFigure => decimalOf(BigInt(value));
const ZERO = decimal('0');

describe('margin of a linear position', () => {
  const at = {
    mark: decimal('100'),
    position: decimal('-2'),
    openOrders: ZERO,
    riskFactor: decimal('0.1'),
    slippageFactor: decimal('0.5'),
    exitPrice: null,
    fundingPayment: decimal('3'),
    fundingFactor: decimal('0.5'),
  };
  it('caps slippage by the book, and charges funding only to who will pay', () => {
    const margin = (more: Partial<LinearMarginInput>): string =>
      linearMaintenance({ ...at, ...more }).toFixed();
    expect(margin({})).toBe('120');
    expect(margin({ exitPrice: decimal('101') })).toBe('22');
    expect(margin({ exitPrice: decimal('90') })).toBe('20'); // a short that closes better
    expect(margin({ position: decimal('2') })).toBe('123');
    expect(margin({ position: decimal('2'), exitPrice: decimal('99') })).toBe('25');
    expect(margin({ position: ZERO, openOrders: decimal('3') })).toBe('30');
  });

  it('moves the margin of a fill without losing a unit', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 1_000 }),
        (limit, size, part, factor) => {
          const filled = Math.min(size, part);
          const order = { limit: whole(limit), size: whole(size), filled: whole(filled) };
          const margin = isolatedFillMargin({ ...order, factor: whole(factor).div('1000') });
          expect(margin.movedToPosition.plus(margin.left).eq(margin.before)).toBe(true);
          expect(margin.left.gte('0')).toBe(true);
        },
      ),
    ));

  it('isolates a position only when that is no weaker and paid for, both bounds included', () => {
    const may = (positionMargin: string): boolean =>
      mayIsolate({
        positionMargin: decimal(positionMargin),
        crossInitialMargin: decimal('50'),
        available: decimal('60'),
      });
    expect(['49', '50', '60', '61'].map(may)).toEqual([false, true, true, false]);
  });

  it('refuses a price that a capped product cannot have', () => {
    const product = {
      maxPrice: decimal('100'),
      position: decimal('1'),
      buyOrders: [],
      sellOrders: [],
    };
    expect(() => fullyCollateralisedMargin({ ...product, entry: decimal('101') })).toThrow(
      'capped',
    );
    const margin = fullyCollateralisedMargin({ ...product, entry: decimal('100') });
    expect(margin.position.toFixed()).toBe('100');
  });
});

describe('exact liquidation price', () => {
  it('lies less than a tick from the tick of the house, on its unsafe side', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -6, max: 6 }).filter((lots) => lots !== 0),
        fc.integer({ min: -150, max: 900 }),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 999_999 }),
        fc.integer({ min: 0, max: 80 }),
        (lots, equity, mark, maintenancePpm, other) => {
          const tick = liquidationPrice({
            lots,
            equityAtMark: BigInt(equity),
            mark,
            unit: 1n,
            maintenancePpm,
            otherMaintenance: BigInt(other),
          });
          const exact = exactLiquidationPrice({
            lots: BigInt(lots),
            equityAtMark: BigInt(equity),
            mark: BigInt(mark),
            unit: 1n,
            rate: BigInt(maintenancePpm),
            wholeRate: 1_000_000n,
            otherMaintenance: BigInt(other),
          });
          if (tick === null || exact === null) throw new Error('a price decides');
          const price = decimalOf(exact.needed).div(decimalOf(exact.perTick));
          // equity and maintenance at that price, worked out the plain way, are the same
          const gained = price.minus(whole(mark)).times(whole(lots)).plus(whole(equity));
          const owed = price
            .times(whole(Math.abs(lots) * maintenancePpm))
            .div('1000000')
            .plus(whole(other));
          expect(gained.minus(owed).abs().lt('1e-20')).toBe(true);
          const shown = price.lt('0') ? ZERO : price;
          const away = lots > 0 ? whole(tick).minus(shown) : shown.minus(whole(tick));
          expect(away.gte('0') && away.lt('1')).toBe(true);
        },
      ),
    ));
});

describe('weights and health', () => {
  it('worsen with size, never better than a small one', () => {
    const weight = (kind: 'asset' | 'liability', size: string): string =>
      sizeWeight({
        kind,
        weight: decimal('1'),
        imf: decimal('0.1'),
        size: decimal(size),
      }).toFixed();
    expect(['0', '1', '100'].map((size) => weight('asset', size))).toEqual(['1', '1', '0.55']);
    expect(['0', '4', '100'].map((size) => weight('liability', size))).toEqual(['1', '1', '1.8']);
    expect(() => weight('asset', '-1')).toThrow('not negative');
  });

  it('count deposits and loans by their own weight, and resting orders as they fill worst', () => {
    const token = (balance: string, price: string): HealthToken => ({
      balance: decimal(balance),
      price: decimal(price),
      assetWeight: decimal('0.5'),
      liabilityWeight: decimal('2'),
    });
    const none = { quote: ZERO, base: ZERO };
    const health = (tokens: HealthToken[], reserves = none): string =>
      crossHealth({ tokens, perp: null, reserves }).toFixed();
    expect(health([token('10', '1'), token('-1', '4')])).toBe('-3');
    // 8 more of the base, or 8 × 4 more quote: both at half, and the loan that they repay at two
    const reserves = { quote: decimal('32'), base: ZERO };
    expect(health([token('-10', '1'), token('0', '4')], reserves)).toBe('-4');
    expect(() => health([token('1', '1')], reserves)).toThrow('base');
  });
});

describe('expected shortfall', () => {
  it('finds the quantile down to a double, and refuses what is no lower tail', () => {
    for (const p of [0.5, 0.1, 1e-6, 1e-12, 1e-100]) {
      const x = lowerNormalQuantile(p);
      // the next double after x has a probability that differs by about x² parts of 2^-52
      const neighbours = x * x * Number.EPSILON;
      expect(Math.abs(normalDistribution(x) / p - 1)).toBeLessThan(1e-14 + neighbours);
    }
    for (const p of [0, -1, 0.51, Number.NaN]) {
      expect(() => lowerNormalQuantile(p)).toThrow('lower half');
    }
    const model = { lambda: 0.01, tauYears: 1, mu: 0, sigma: -1 };
    expect(() => expectedShortfallFactors(model)).toThrow('volatility');
  });
});

describe('anti-procyclicality', () => {
  const days = fc.array(
    fc.record({ base: fc.integer({ min: 1, max: 500 }), release: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );
  it('charges base at least and the full buffer at most', () =>
    fc.assert(
      fc.property(days, (path) => {
        const bases = path.map(({ base, release }) => ({ base: whole(base), release }));
        let charged: DecimalFigure | null = null;
        for (const day of bases) {
          charged = bufferedMargin(decimal('0.25'), charged, day);
          const { base, release } = day;
          expect(charged.gte(base) && charged.lte(base.times('1.25'))).toBe(true);
          if (!release) expect(bufferPercent(charged, base).toFixed()).toBe('25');
        }
      }),
    ));

  it('measures steps, five days and peak to trough', () => {
    const swings = marginSwings(['10', '12', '9', '18', '18', '15', '30'].map(decimal));
    expect([swings.largestStep, swings.largestFiveDayRise].map((each) => each.toFixed())).toEqual([
      '15',
      '18',
    ]);
    expect(swings.peakToTrough.toFixed(4)).toBe('3.3333');
    expect(() => marginSwings([])).toThrow('a day');
    const day = { calculated: decimal('1'), stressed: decimal('9') };
    expect(() => stressWeightedMargin({ ...day, weight: decimal('1.1') })).toThrow('0 to 1');
  });
});
