import fc from 'fast-check';
import { STARTING_RULES } from './default-rules.js';
import { evaluatePortfolio, PortfolioRefused } from './evaluate.js';
import type { OptionHolding, UnderlyingHoldings } from './holdings.js';
import {
  bucket,
  DAY,
  future,
  holdings,
  linear,
  modelOf,
  NOW,
  option,
  PLAIN,
  price,
  WHOLE,
} from './holdings.fixture.js';
import { portfolioOf } from './holdings.js';
import { portfolioMargin } from './multi-collateral.js';
import { portfolioModel } from './rules.js';

fc.configureGlobal({ seed: 6218, numRuns: 150 });
const SPOT = price(64_000);
const MODEL = modelOf();
const linesOf = (found: ReturnType<typeof evaluatePortfolio>) =>
  Object.fromEntries(found.requirements.map(({ line, ...levels }) => [line, levels]));

const anOption: fc.Arbitrary<OptionHolding> = fc
  .record({
    lots: fc.integer({ min: -3_000, max: 3_000 }),
    call: fc.boolean(),
    strike: fc.constantFrom(40_000, 56_000, 64_000, 72_000, 96_000),
    days: fc.constantFrom(0, 1, 7, 30, 180),
    volatilityPpm: fc.constantFrom(300_000, 600_000, 1_500_000),
  })
  .map(({ lots, ...terms }) => option(lots, { ...terms, forward: SPOT }));
const underlying: fc.Arbitrary<UnderlyingHoldings> = fc
  .record({
    lots: fc.integer({ min: -2_000, max: 2_000 }),
    options: fc.array(anOption, { maxLength: 5 }),
  })
  .map(({ lots, options }) => holdings(SPOT, { perpetual: linear(lots, SPOT), options }));
const times = (held: UnderlyingHoldings, by: number): UnderlyingHoldings => ({
  ...held,
  perpetual: held.perpetual && { ...held.perpetual, lots: held.perpetual.lots * by },
  options: held.options.map((each) => ({ ...each, lots: each.lots * by })),
});
const joined = (a: UnderlyingHoldings, b: UnderlyingHoldings): UnderlyingHoldings => ({
  ...a,
  perpetual: linear((a.perpetual?.lots ?? 0) + (b.perpetual?.lots ?? 0), SPOT),
  options: [...a.options, ...b.options],
});

describe('the margin of a portfolio bucket', () => {
  it('of a perpetual is its worst scenario, its contingency and the buffer, to the unit', () => {
    const held = holdings(SPOT, { perpetual: linear(10_000, SPOT) });
    const found = evaluatePortfolio(bucket([held]), MODEL);
    // 640,000 dollars: 18 percent of it; 1.5 and 0.5 percent; a quarter of the loss
    expect(linesOf(found)).toEqual({
      scenario: { maintenance: 92_160n * WHOLE, initial: 115_200n * WHOLE },
      buffer: { maintenance: 0n, initial: 28_800n * WHOLE },
      perpetual: { maintenance: 9_600n * WHOLE, initial: 12_800n * WHOLE },
    });
    expect(found.maintenance).toBe(101_760n * WHOLE);
    expect(found.initial).toBe(156_800n * WHOLE);
    expect(found.release).toBe((156_800n * WHOLE * 11n) / 10n);
    expect(found.worstScenario).toBe(22);
    expect(found.greeks).toEqual({
      delta: 640_000n * WHOLE,
      gamma: 0n,
      vega: 0n,
      theta: 0n,
      rho: 0n,
      vanna: 0n,
      volga: 0n,
    });
  });

  it('is what the scenario model of the published cases says', () =>
    fc.assert(
      fc.property(underlying, (held) => {
        const found = evaluatePortfolio(bucket([held]), MODEL);
        const model = portfolioMargin(
          portfolioOf(held, NOW, 1_000_000),
          MODEL.scenarios,
          MODEL.parameters,
        );
        const buffer = linesOf(found)['buffer']?.initial ?? 0n;
        const slack = 8 + 1e-9 * Math.abs(model.markToMarket);
        const near = (a: bigint, b: number): void =>
          expect(Math.abs(Number(a) - b)).toBeLessThan(slack);
        near(found.maintenance, model.markToMarket - model.maintenance);
        near(found.initial - buffer, model.markToMarket - model.initial);
      }),
    ));

  it('is k times as large for k times the portfolio, and its Greeks are', () =>
    fc.assert(
      fc.property(underlying, (held) => {
        const one = evaluatePortfolio(bucket([held]), MODEL);
        const three = evaluatePortfolio(bucket([times(held, 3)]), MODEL);
        const near = (a: bigint, b: bigint): void =>
          expect(Math.abs(Number(3n * a - b))).toBeLessThanOrEqual(
            12 + 1e-12 * Math.abs(Number(b)),
          );
        near(one.maintenance, three.maintenance);
        near(one.initial, three.initial);
        near(one.greeks.delta, three.greeks.delta);
        near(one.greeks.volga, three.greeks.volga);
        expect(three.netOptionValue).toBe(3n * one.netOptionValue);
      }),
    ));

  it('turns the sign of every Greek with the sign of the portfolio', () =>
    fc.assert(
      fc.property(underlying, (held) => {
        const long = evaluatePortfolio(bucket([held]), MODEL);
        const short = evaluatePortfolio(bucket([times(held, -1)]), MODEL);
        for (const name of ['delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga'] as const) {
          const sum = long.greeks[name] + short.greeks[name];
          // a half rounds up on both sides
          expect(sum === 0n || sum === 1n).toBe(true);
        }
        expect(long.netOptionValue).toBe(-short.netOptionValue);
      }),
    ));

  it('of two portfolios together is at most that of both apart: a hedge never costs more', () =>
    fc.assert(
      fc.property(underlying, underlying, (a, b) => {
        const [one, two] = [a, b].map((held) => evaluatePortfolio(bucket([held]), MODEL));
        const both = evaluatePortfolio(bucket([joined(a, b)]), MODEL);
        const slack = 12n;
        expect(both.maintenance).toBeLessThanOrEqual(
          (one?.maintenance ?? 0n) + (two?.maintenance ?? 0n) + slack,
        );
        expect(both.initial).toBeLessThanOrEqual(
          (one?.initial ?? 0n) + (two?.initial ?? 0n) + slack,
        );
      }),
    ));

  it('counts pending legs at least as hard as any of them applied', () =>
    fc.assert(
      fc.property(underlying, fc.nat(1_500), fc.nat(1_500), (held, buys, sells) => {
        const pending = {
          ...held,
          perpetual: linear(held.perpetual?.lots ?? 0, SPOT, { buys, sells }),
          options: held.options.map((each) => ({ ...each, buys, sells })),
        };
        const worst = evaluatePortfolio(bucket([pending]), MODEL);
        for (const by of [
          () => buys,
          () => -sells,
          (i: number) => (i % 2 === 0 ? buys : -sells),
          (i: number) => (i % 2 === 0 ? -sells : 0),
        ]) {
          const applied = {
            ...held,
            perpetual: linear((held.perpetual?.lots ?? 0) + by(0), SPOT),
            options: held.options.map((each, i) => ({ ...each, lots: each.lots + by(i + 1) })),
          };
          const found = evaluatePortfolio(bucket([applied]), MODEL);
          expect(found.maintenance).toBeLessThanOrEqual(worst.maintenance + 8n);
          expect(found.initial).toBeLessThanOrEqual(worst.initial + 8n);
        }
      }),
    ));

  it('nets within an underlying and adds up over two', () => {
    const other = price(3_000);
    const btc = holdings(SPOT, { perpetual: linear(1_000, SPOT) });
    const eth = holdings(other, { perpetual: linear(-20_000, other) });
    const [one, two] = [btc, eth].map((held) => evaluatePortfolio(bucket([held]), MODEL));
    const both = evaluatePortfolio(bucket([btc, eth]), MODEL);
    expect(both.initial).toBe((one?.initial ?? 0n) + (two?.initial ?? 0n));
    expect(both.greeks.delta).toBe(4_000n * WHOLE);
  });
});

describe('add-ons of a portfolio bucket', () => {
  const held = holdings(SPOT, { perpetual: linear(10_000, SPOT) });
  it('charge futures for their basis, and once more for what offsets', () => {
    const near = future(10_000, price(64_100), 30);
    const far = { ...future(-4_000, price(65_000), 90) };
    const lines = linesOf(
      evaluatePortfolio(bucket([holdings(SPOT, { futures: [near, far] })]), MODEL),
    );
    // 0.6 percent of 14 at 64,000; 0.3 percent of the 4 that offset
    expect(lines['futures-basis']).toEqual({
      maintenance: 5_376n * WHOLE,
      initial: 5_376n * WHOLE,
    });
    expect(lines['futures-spread']?.initial).toBe(768n * WHOLE);
  });

  it('charge what is large, slow to close, tied to its collateral, unsure or off its peg', () => {
    const rules = { sizeFrom: 500_000, sizePpm: 10_000, dailyCapacity: 160_000 };
    const unsure = price(64_000, 400_000);
    const whole = holdings(unsure, {
      perpetual: linear(10_000, unsure),
      collateral: 100_000n * WHOLE,
    });
    const found = evaluatePortfolio({ ...bucket([whole]), settlementPpm: 970_000 }, modelOf(rules));
    const lines = linesOf(found);
    expect(lines['size']?.initial).toBe(1_400n * WHOLE);
    // four days to close in a period of one: the root of four, once more
    expect(lines['liquidity']).toEqual({
      maintenance: lines['scenario']?.maintenance,
      initial: lines['scenario']?.initial,
    });
    expect(lines['wrong-way']?.initial).toBe(10_000n * WHOLE);
    expect(lines['oracle']?.initial).toBe(444_000n * WHOLE);
    // 18 percent of 740,000, times two cents off the peg
    expect(Number(lines['depeg']?.initial ?? 0n)).toBeCloseTo(133_200e6 * 0.02, -1);
    expect(lines['buffer']?.initial).toBe(33_300n * WHOLE);
  });

  it('charge a short straddle as naked, and nothing of a long one', () => {
    const at = { strike: 64_000, days: 30, forward: SPOT };
    const legs = (lots: number) => [
      option(lots, { ...at, call: true }),
      option(lots, { ...at, call: false }),
    ];
    const short = evaluatePortfolio(bucket([holdings(SPOT, { options: legs(-1_000) })]), MODEL);
    // two per strike at 64,000: 0.3 and 0.5 percent
    expect(linesOf(short)['naked-short']).toEqual({
      maintenance: 384n * WHOLE,
      initial: 640n * WHOLE,
    });
    const long = evaluatePortfolio(bucket([holdings(SPOT, { options: legs(1_000) })]), MODEL);
    expect(linesOf(long)['naked-short']).toBeUndefined();
    expect(long.initial - (linesOf(long)['buffer']?.initial ?? 0n)).toBeLessThan(
      long.netOptionValue,
    );
    expect(held.options).toEqual([]);
  });
});

describe('the liquidation price of a portfolio bucket', () => {
  const breached = (held: UnderlyingHoldings, equity: bigint): boolean =>
    equity < evaluatePortfolio(bucket([held], equity), MODEL).maintenance;
  it('is where a long or a short meets maintenance, and just behind it does not', () => {
    for (const lots of [10_000, -10_000]) {
      const equity = 200_000n * WHOLE;
      const held = holdings(SPOT, { perpetual: linear(lots, SPOT) });
      const found = evaluatePortfolio(bucket([held], equity), MODEL).liquidation;
      const at = found?.price ?? 0;
      const there = (ticks: number): boolean => {
        const spot = { ...SPOT, mark: ticks };
        const moved = holdings(spot, { perpetual: linear(lots, spot) });
        return breached(moved, equity + BigInt(lots) * BigInt(ticks - SPOT.mark) * 100n);
      };
      expect(there(at)).toBe(false);
      expect(there(Math.round(at * (lots > 0 ? 1 - 2e-5 : 1 + 2e-5)))).toBe(true);
    }
  });
  it('is none for options that are paid, and the price itself for what is breached', () => {
    const calls = option(1_000, { call: true, strike: 64_000, days: 30, forward: SPOT });
    const paid = holdings(SPOT, { options: [calls] });
    expect(evaluatePortfolio(bucket([paid], 100_000n * WHOLE), MODEL).liquidation).toBeNull();
    const owing = holdings(SPOT, { perpetual: linear(1_000, SPOT) });
    expect(evaluatePortfolio(bucket([owing], 0n), MODEL).liquidation).toEqual({
      underlying: 0,
      price: SPOT.mark,
    });
  });
  it('is the nearest of a short strangle, from the side that is nearer', () => {
    const at = { days: 30, forward: SPOT };
    const options = [
      option(-1_000, { ...at, call: true, strike: 80_000 }),
      option(-1_000, { ...at, call: false, strike: 40_000 }),
    ];
    const found = evaluatePortfolio(bucket([holdings(SPOT, { options })], 12_000n * WHOLE), MODEL);
    expect(found.liquidation?.price).toBeGreaterThan(SPOT.mark);
    expect(found.liquidation?.price).toBeLessThan(2 * SPOT.mark);
  });
});

describe('the risk score of a bucket', () => {
  it('grows with leverage from 0, and moves the call level half way at most', () => {
    const held = holdings(SPOT, { perpetual: linear(10_000, SPOT) });
    const of = (equity: bigint) => evaluatePortfolio(bucket([held], equity), MODEL);
    expect(evaluatePortfolio(bucket([holdings(SPOT)]), MODEL).riskScorePpm).toBe(0);
    const [safe, bold, broke] = [of(640_000n * WHOLE), of(64_000n * WHOLE), of(0n)];
    expect(safe.riskScorePpm).toBeLessThan(bold.riskScorePpm);
    expect(bold.riskScorePpm).toBeLessThan(broke.riskScorePpm);
    const room = safe.initial - safe.maintenance;
    for (const { call, maintenance } of [safe, bold, broke]) {
      expect(call).toBeGreaterThanOrEqual(maintenance + room / 2n);
      expect(call).toBeLessThanOrEqual(maintenance + (room * 3n) / 4n + 1n);
    }
    expect(bold.call).toBeGreaterThan(safe.call);
  });
});

describe('bad input to a portfolio bucket', () => {
  it('is refused by the name of the field and the rule', () => {
    const good = option(1, { call: true, strike: 64_000, days: 1, forward: SPOT });
    const refusal = (held: Partial<UnderlyingHoldings>, spot = SPOT): string => {
      try {
        evaluatePortfolio(bucket([holdings(spot, held)]), MODEL);
      } catch (error) {
        if (error instanceof PortfolioRefused) return error.message;
        throw error;
      }
      return 'passed';
    };
    expect(refusal({ options: [{ ...good, expiry: NOW - DAY }] })).toBe(
      'expiries[0].secondsToExpiry: expiry-in-the-past',
    );
    expect(refusal({ options: [{ ...good, volatilityPpm: -1 }] })).toBe(
      'expiries[0].options[0].volatility: negative',
    );
    expect(refusal({ options: [{ ...good, forward: { ...SPOT, mark: 0 } }] })).toBe(
      'expiries[0].forward: not-above-zero',
    );
    expect(refusal({ options: [{ ...good, lots: NaN }] })).toMatch('amount: not-a-number');
    expect(refusal({ options: [{ ...good, sells: -1 }] })).toMatch('sells: negative');
    expect(refusal({}, { ...SPOT, mark: 0 })).toMatch('spot: not-above-zero');
    expect(refusal({ futures: [future(1, price(0), 1)] })).toBe('futures[0].price: not-above-zero');
    expect(refusal({ options: [good] })).toBe('passed');
    const none = portfolioModel({ ...PLAIN, scenarios: [] });
    expect(() => evaluatePortfolio(bucket([holdings(SPOT)]), none)).toThrow('no-scenario');
    expect(STARTING_RULES.scenarios).toHaveLength(31);
  });
});
