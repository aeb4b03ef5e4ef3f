import fc from 'fast-check';
import { decimalOf } from '@ringfence/money';
import { netToGrossRatio, scanningRisk } from './arrays.js';
import type { Portfolio, PortfolioParameters, Scenario } from './multi-collateral-types.js';
import { portfolioMargin } from './multi-collateral.js';
import { portfolioProblems } from './problems.js';
import { nakedShorts, shockedValue } from './shocks.js';
import { standardOptionMargin } from './standard-option.js';

fc.configureGlobal({ seed: 6618, numRuns: 200 });
const DAY = 86_400;

/** The published defaults. */
const PARAMETERS: PortfolioParameters = {
  volRangeUp: 0.5,
  volRangeDown: 0.275,
  shortTermPower: 0.3,
  longTermPower: 0.13,
  dteFloorDays: 1,
  minShockedVol: 0.45,
  linearSkew: { capBase: -0.05, capScale: 0.15 },
  absSkew: { capBase: -0.05, capScale: 0.15 },
  minKStar: 0.01,
  minWidthScale: 4,
  volParamStatic: 0.6,
  volParamScale: -0.1,
  baseStaticDiscount: 0.95,
  baseStaticDiscountNegative: 1.04,
  longRateMultScale: 1,
  longRateAddScale: 0.08,
  shortRateMultScale: 0.5,
  shortRateAddScale: 0.08,
  basisSpotUp: 1.045,
  basisSpotDown: 0.955,
  basisAddFactor: 0.5,
  basisMultFactor: 2,
  maintenanceLossFactor: 0.8,
  initialLossFactor: 1,
  pegLossThreshold: 0.98,
  pegLossFactor: 2,
  confThreshold: 0.55,
  confMargin: 1,
  maintenancePerpPercent: 0.015,
  initialPerpPercent: 0.005,
  maintenanceOptionPercent: 0.003,
  initialOptionPercent: 0.002,
};
const SCENARIOS: readonly Scenario[] = [
  ...[0.85, 0.95, 1, 1.05, 1.15].flatMap((spotShock) =>
    (['Up', 'None', 'Down'] as const).map((volShock) => ({
      spotShock,
      volShock,
      dampening: 1,
      kind: 'regular' as const,
    })),
  ),
  { spotShock: 3, volShock: 'Up', dampening: 0.02, kind: 'tail' },
  { spotShock: 1, volShock: 'LINEAR', dampening: 1, kind: 'skew' },
  { spotShock: 1, volShock: 'ABS', dampening: 1, kind: 'skew' },
];
const EMPTY: Portfolio = {
  cash: 0,
  spot: 2_000,
  spotConfidence: 1,
  perps: 0,
  perpPrice: 2_001,
  perpConfidence: 1,
  perpPnl: 0,
  funding: 0,
  stable: 1,
  collateral: [],
  expiries: [],
};
const option = fc.record({
  strike: fc.constantFrom(1_000, 1_800, 2_000, 2_200, 4_000),
  call: fc.boolean(),
  amount: fc.integer({ min: -9, max: 9 }),
  volatility: fc.constantFrom(0.3, 0.6, 1.4),
});
const expiry = fc.record({
  secondsToExpiry: fc.constantFrom(0, 900, DAY, 20 * DAY, 200 * DAY),
  forward: fc.constantFrom(1_990, 2_040),
  rate: fc.constantFrom(-0.01, 0, 0.06),
  forwardConfidence: fc.constantFrom(0.4, 1),
  rateConfidence: fc.constant(1),
  volConfidence: fc.constant(1),
  options: fc.array(option, { maxLength: 4 }),
});
const portfolio: fc.Arbitrary<Portfolio> = fc
  .record({
    perps: fc.integer({ min: -5, max: 5 }),
    cash: fc.integer({ min: -500, max: 500 }),
    expiries: fc.array(expiry, { maxLength: 3 }),
  })
  .map((held) => ({ ...EMPTY, ...held }));
const margin = (of: Portfolio, more: Partial<PortfolioParameters> = {}) =>
  portfolioMargin(of, SCENARIOS, { ...PARAMETERS, ...more });
const near = (a: number, b: number): void =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));

describe('portfolio margin by scenarios', () => {
  it('of twice the portfolio is twice the margin', () =>
    fc.assert(
      fc.property(portfolio, (one) => {
        const two: Portfolio = {
          ...one,
          perps: 2 * one.perps,
          cash: 2 * one.cash,
          expiries: one.expiries.map((each) => ({
            ...each,
            options: each.options.map((held) => ({ ...held, amount: 2 * held.amount })),
          })),
        };
        const [a, b] = [margin(one), margin(two)];
        near(2 * a.initial, b.initial);
        near(2 * a.maintenance, b.maintenance);
        near(2 * a.worstSkewLoss, b.worstSkewLoss);
      }),
    ));

  it('charges lines of one sign, names the worst scenario, and initial no less', () =>
    fc.assert(
      fc.property(portfolio, (of) => {
        const lines = margin(of);
        const losses = [lines.worstRegularLoss, lines.worstTailLoss, lines.worstSkewLoss];
        expect(Math.max(...losses, lines.basisContingency)).toBeLessThanOrEqual(0);
        const charges = [
          lines.maintenanceContingency,
          lines.initialContingency,
          lines.oracleContingency,
        ];
        expect(Math.min(...charges)).toBeGreaterThanOrEqual(0);
        expect(lines.initial).toBeLessThanOrEqual(lines.maintenance + 1e-9);
        const worst = Math.min(...losses);
        const kind = lines.worstScenario === null ? null : SCENARIOS[lines.worstScenario]?.kind;
        if (worst === 0) expect(kind).toBeNull();
        else
          expect({ regular: losses[0], tail: losses[1], skew: losses[2] }[kind ?? 'tail']).toBe(
            worst,
          );
      }),
    ));

  it('a hedge costs less than its legs', () => {
    const held = { strike: 2_000, call: true, volatility: 0.6 };
    const at = { secondsToExpiry: 20 * DAY, forward: 2_000, rate: 0, forwardConfidence: 1 };
    const confidences = { rateConfidence: 1, volConfidence: 1 };
    const of = (perps: number, calls: number): number => {
      const options = [{ ...held, amount: calls }];
      const expiries = [{ ...at, ...confidences, options }];
      const figures = margin({ ...EMPTY, perps, expiries });
      return figures.initial - figures.markToMarket;
    };
    expect(of(2, -4)).toBeGreaterThan(of(2, 0) + of(0, -4));
  });

  it('a skew of no width pushes volatility to its bounds, with finite results', () => {
    const options = [
      { strike: 1_800, call: false, amount: -3, volatility: 0.6 },
      { strike: 2_200, call: true, amount: -3, volatility: 0.6 },
    ];
    const at = { secondsToExpiry: 20 * DAY, forward: 2_000, rate: 0, forwardConfidence: 1 };
    const expiries = [{ ...at, rateConfidence: 1, volConfidence: 1, options }];
    for (const capScale of [0.15, -0.15]) {
      const skew = { capBase: 0, capScale };
      const sharp = { minKStar: 0, minWidthScale: 0, linearSkew: skew, absSkew: skew };
      const figures = margin({ ...EMPTY, expiries }, sharp);
      expect(Number.isFinite(figures.worstSkewLoss)).toBe(true);
      expect(figures.worstSkewLoss).toBeLessThan(0);
    }
  });

  it('names what it cannot margin', () => {
    const options = [{ strike: 0, call: true, amount: 1, volatility: -0.1 }];
    const at = { secondsToExpiry: -1, forward: 0, rate: Number.NaN, forwardConfidence: 1.1 };
    const expiries = [{ ...at, rateConfidence: 1, volConfidence: 1, options }];
    const found = portfolioProblems({ ...EMPTY, spot: Infinity, expiries }, []);
    expect(found.map(({ field, rule }) => `${field}: ${rule}`)).toEqual([
      'scenarios: no-scenario',
      'spot: not-a-number',
      'expiries[0].secondsToExpiry: expiry-in-the-past',
      'expiries[0].rate: not-a-number',
      'expiries[0].forward: not-above-zero',
      'expiries[0].forwardConfidence: not-a-confidence',
      'expiries[0].options[0].strike: not-above-zero',
      'expiries[0].options[0].volatility: negative',
    ]);
    expect(portfolioProblems(EMPTY, SCENARIOS)).toEqual([]);
  });
});

describe('option value under a shock', () => {
  const at = { call: true, forward: 100, strike: 90, volatility: 0.5, years: 1, discount: 0.9 };
  it('is intrinsic without time or volatility, and the forward or strike without bound', () => {
    expect(shockedValue({ ...at, years: 0, volatility: Infinity })).toBeCloseTo(9, 12);
    expect(shockedValue({ ...at, volatility: 0, call: false })).toBe(0);
    expect(shockedValue({ ...at, volatility: Infinity })).toBe(90);
    expect(shockedValue({ ...at, volatility: Infinity, call: false })).toBe(81);
    expect(shockedValue({ ...at, volatility: 1e6 })).toBeCloseTo(90, 9);
    expect(shockedValue({ ...at, forward: 0, call: false })).toBe(81);
  });

  it('calls and puts of one strike net, strikes do not', () => {
    const lines = [
      { strike: 1, amount: -3 },
      { strike: 1, amount: 2 },
      { strike: 2, amount: 9 },
      { strike: 3, amount: -4 },
    ];
    expect(nakedShorts(lines)).toBe(5);
  });
});

describe('option margin by rule', () => {
  const RULE = {
    maxSpotRequirement: 0.15,
    minSpotRequirement: 0.1,
    mmCallSpot: 0.075,
    mmPutSpot: 0.075,
    mmPutMtM: 0.075,
    unpairedIM: 1.2,
    unpairedMM: 1.1,
    mmOffset: 1.05,
  };
  it('never asks for more than the largest loss, nor for anything of longs', () =>
    fc.assert(
      fc.property(fc.array(option, { maxLength: 5 }), (options) => {
        const all = [{ secondsToExpiry: 20 * DAY, forward: 2_010, options }];
        const { maintenance, initial } = standardOptionMargin(2_000, all, RULE);
        expect(initial).toBeLessThanOrEqual(0);
        expect(maintenance).toBeGreaterThanOrEqual(initial - 1e-9);
        if (options.every(({ amount }) => amount >= 0)) expect(initial).toBe(0);
        const netCalls = options.reduce((sum, { call, amount }) => sum + (call ? amount : 0), 0);
        if (netCalls < 0) return;
        const worst = [0, ...options.map(({ strike }) => strike)].map((settlement) =>
          options.reduce((sum, { call, strike, amount }) => {
            const inside = call ? settlement - strike : strike - settlement;
            return sum + amount * Math.max(0, inside);
          }, 0),
        );
        expect(initial).toBeGreaterThanOrEqual(Math.min(0, ...worst));
      }),
    ));
});

describe('arrays of scenarios', () => {
  const figures = (...values: bigint[]) => values.map((value) => decimalOf(value));
  it('add up by quantity; the largest loss is required and named', () => {
    const legs = [
      { quantity: decimalOf(2n), array: figures(10n, -20n, 5n) },
      { quantity: decimalOf(-1n), array: figures(0n, -35n, 40n) },
    ];
    const risk = scanningRisk(legs);
    expect([risk.requirement.toFixed(), risk.worst]).toEqual(['30', 2]);
    expect(scanningRisk([]).worst).toBeNull();
    const odd = [...legs, { quantity: decimalOf(1n), array: figures(1n) }];
    expect(() => scanningRisk(odd)).toThrow('one set');
  });

  it('credit no netting without a replacement cost', () => {
    expect(netToGrossRatio(decimalOf(-5n), decimalOf(10n)).toFixed()).toBe('0');
    expect(netToGrossRatio(decimalOf(0n), decimalOf(0n)).toFixed()).toBe('1');
  });
});
