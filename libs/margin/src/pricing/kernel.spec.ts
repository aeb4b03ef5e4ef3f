import * as fs from 'node:fs';
import fc from 'fast-check';
import {
  black76Greeks,
  black76Value,
  blackScholesGreeks,
  blackScholesValue,
  type Greeks,
  type SpotOption,
} from './index.js';
import { drawnOption } from './options.fixture.js';
import { exactly, exp, referenceSpotTerms, referenceValue, times } from './reference/index.js';
import type { Decimal, ReferenceTerms } from './reference/index.js';

// A counterexample is not made smaller: each try asks the slow reference some dozen times.
fc.configureGlobal({ seed: 6601, endOnFailure: true });

/** The condition: where the two kernels must agree, as a part of the forward. */
const VALUE_LEAST = 1e-9;
const AGREEMENT = 1e-12;

/** How often a property that asks the slow reference is drawn; more by the environment. */
const REFERENCE_RUNS = Number(process.env['RINGFENCE_REFERENCE_RUNS'] ?? 300);
/** A reference value takes milliseconds; the machine may be busy. */
const REFERENCE_TIMEOUT_MS = 60_000 + 1_000 * REFERENCE_RUNS;

/** Says a measured figure on the test's output, past Jest's decorations. */
const say = (text: string): number => fs.writeSync(1, `${text}\n`);

describe('the fast kernel against the reference', () => {
  it(
    'agrees to 1e-12 wherever the value is above 1e-9 of the forward',
    () => {
      let worst = 0;
      let worstAt: SpotOption | undefined;
      let compared = 0;
      fc.assert(
        fc.property(drawnOption(7), ({ option }) => {
          const exact = referenceValue(referenceSpotTerms(option));
          const growth = Math.exp((option.carry - option.rate) * option.years);
          if (Number(exact) < VALUE_LEAST * option.spot * growth) return;
          const got = exactly(blackScholesValue(option));
          const error = Math.abs(Number(got.minus(exact).div(exact)));
          compared++;
          if (error > worst) [worst, worstAt] = [error, option];
          expect(error).toBeLessThan(AGREEMENT);
        }),
        { numRuns: REFERENCE_RUNS },
      );
      expect(compared).toBeGreaterThan(REFERENCE_RUNS / 2);
      const at = JSON.stringify(worstAt);
      say(`fast against reference: worst of ${compared} is ${worst.toExponential(2)} at ${at}`);
    },
    REFERENCE_TIMEOUT_MS,
  );

  it.each([
    ['a minute, 1 %', 1 / 525_600, 0.01],
    ['an hour, 60 %', 1 / 8_760, 0.6],
    ['the edge of the series', 0.25, 0.2],
    ['ten years, 500 %', 10, 5],
  ])('agrees on a ladder of strikes: %s', (_name, years, volatility) => {
    const deviation = volatility * Math.sqrt(years);
    for (const deviations of [-5.5, -3, -1, -0.1, -1e-6, 0, 1e-6, 0.1, 1, 3, 5.5]) {
      for (const type of ['call', 'put'] as const) {
        const strike = 64_123.5 * Math.exp(deviations * deviation);
        const option = { type, spot: 64_123.5, strike, years, volatility, rate: 0, carry: 0 };
        const exact = referenceValue(referenceSpotTerms(option));
        if (Number(exact) < VALUE_LEAST * 64_123.5) continue;
        const error = exactly(blackScholesValue(option)).minus(exact).div(exact);
        expect(Math.abs(Number(error))).toBeLessThan(AGREEMENT);
      }
    }
  });
});

type Nudged = Partial<
  Record<'spot' | 'strike' | 'years' | 'volatility' | 'rate' | 'carry', 1 | -1>
>;
/** A difference over so small a part of the distance on which the value bends errs by 1e-14. */
const STEP = 2 ** -25;

/** The reference value with some terms moved by a step. */
function nudged(terms: ReferenceTerms, by: Nudged): Decimal {
  const moved = { ...terms };
  for (const [name, sign] of Object.entries(by) as [keyof Nudged, 1 | -1][]) {
    moved[name] = terms[name].plus(stepOf(terms, name).times(sign));
  }
  return referenceValue(moved);
}

/** Prices bend within a deviation, rates within what moves the forward by one. */
function stepOf(terms: ReferenceTerms, name: keyof Nudged): Decimal {
  const years = Number(terms.years);
  const deviation = Number(terms.volatility) * Math.sqrt(years);
  if (name === 'rate' || name === 'carry') return exactly(STEP * Math.min(1, deviation / years));
  const reach = name === 'spot' || name === 'strike' ? Math.min(1, deviation) : 1;
  return times(terms[name], exactly(STEP * reach));
}

/** Every Greek as a central difference of the reference value. */
function differences(option: SpotOption): Partial<Greeks> {
  const terms = referenceSpotTerms(option);
  const at = (by: Nudged): Decimal => nudged(terms, by);
  const step = (name: keyof Nudged): Decimal => stepOf(terms, name);
  const slope = (up: Nudged, down: Nudged, name: keyof Nudged): number =>
    Number(at(up).minus(at(down)).div(step(name)).div(2));
  const middle = at({});
  const bend = (name: keyof Nudged): number =>
    Number(
      at({ [name]: 1 })
        .plus(at({ [name]: -1 }))
        .minus(middle.times(2))
        .div(times(step(name), step(name))),
    );
  const crossed = at({ spot: 1, volatility: 1 })
    .plus(at({ spot: -1, volatility: -1 }))
    .minus(at({ spot: 1, volatility: -1 }))
    .minus(at({ spot: -1, volatility: 1 }));
  const delta = slope({ spot: 1 }, { spot: -1 }, 'spot');
  const perForward = Number(exp(times(terms.carry, terms.years)));
  const gamma = bend('spot');
  return {
    value: Number(middle),
    delta,
    deltaForward: delta / perForward,
    gamma,
    gammaForward: gamma / perForward / perForward,
    vega: slope({ volatility: 1 }, { volatility: -1 }, 'volatility'),
    theta: -slope({ years: 1 }, { years: -1 }, 'years'),
    rho: slope({ rate: 1, carry: 1 }, { rate: -1, carry: -1 }, 'rate'),
    dividendRho: slope({ carry: -1 }, { carry: 1 }, 'carry'),
    vanna: Number(crossed.div(times(step('spot'), step('volatility'))).div(4)),
    volga: bend('volatility'),
    strikeSensitivity: slope({ strike: 1 }, { strike: -1 }, 'strike'),
    strikeGamma: bend('strike'),
  };
}

describe('the Greeks of the fast kernel', () => {
  it(
    'are the derivatives of the reference value',
    () => {
      fc.assert(
        fc.property(drawnOption(3), ({ option }) => {
          // the reference keeps decimals, not digits: a step of a smaller price would be lost
          fc.pre(option.strike > 1e-6 && option.strike < 1e12);
          const got = blackScholesGreeks(option);
          const exact = differences(option);
          // a Greek that is a difference of large parts is held to what they are made of
          const { spot, years, volatility } = option;
          const parts: Partial<Greeks> = {
            theta: (got.vega * volatility) / years,
            rho: years * spot,
            dividendRho: years * spot,
            vanna: got.vega / spot,
            volga: got.vega / volatility,
          };
          for (const [name, expected] of Object.entries(exact) as [keyof Greeks, number][]) {
            const size = Math.max(Math.abs(expected), parts[name] ?? 0, 1e-300);
            const error = Math.abs(got[name] - expected) / size;
            expect({ name, error, near: error < 1e-9 }).toEqual({ name, error, near: true });
          }
        }),
        { numRuns: Math.ceil(REFERENCE_RUNS / 12) },
      );
    },
    REFERENCE_TIMEOUT_MS,
  );

  it('weigh delta and value into elasticity, and N into probabilities', () => {
    const option = { forward: 100, strike: 130, years: 0.5, volatility: 0.4 } as const;
    const call = black76Greeks({ type: 'call', ...option, discount: 0.97, spot: 99 });
    const put = black76Greeks({ type: 'put', ...option, discount: 0.97, spot: 99 });
    expect(call.elasticity).toBeCloseTo((call.delta * 99) / call.value, 12);
    expect(call.itmAssetProbability + put.itmAssetProbability).toBeCloseTo(1, 14);
    expect(call.itmCashProbability + put.itmCashProbability).toBeCloseTo(1, 14);
    expect(call.strikeSensitivity).toBeCloseTo(-0.97 * call.itmCashProbability, 14);
    expect(put.deltaForward).toBeCloseTo(-0.97 * put.itmAssetProbability, 14);
  });
});

const isOdd = (figure: number): boolean => Number.isNaN(figure) || Object.is(figure, -0);

describe('the limits of an option', () => {
  const base = { forward: 104, strike: 100, years: 4.5, volatility: 0.3 } as const;
  const flat = { gamma: 0, gammaForward: 0, vega: 0, vanna: 0, volga: 0, strikeGamma: 0 };

  it.each([
    ['no volatility', { ...base, volatility: 0 }],
    ['expiry now', { ...base, years: 0 }],
    ['too little of both to be seen', { ...base, volatility: 1e-200, years: 1e-200 }],
  ])('is intrinsic value with %s', (_name, option) => {
    expect(black76Greeks({ type: 'call', ...option })).toMatchObject({
      ...flat,
      value: 4,
      delta: 1,
      itmCashProbability: 1,
    });
    expect(black76Greeks({ type: 'put', ...option })).toMatchObject({
      ...flat,
      value: 0,
      delta: 0,
    });
  });

  it('splits the delta at the kink', () => {
    const option = { ...base, strike: 104, years: 0 };
    expect(black76Greeks({ type: 'call', ...option })).toMatchObject({ ...flat, delta: 0.5 });
    expect(black76Greeks({ type: 'put', ...option })).toMatchObject({ ...flat, delta: -0.5 });
  });

  it('is the forward with strike 0', () => {
    const option = { ...base, strike: 0, discount: 0.9 };
    expect(black76Greeks({ type: 'call', ...option })).toMatchObject({
      ...flat,
      value: 0.9 * 104,
      deltaForward: 0.9,
      strikeSensitivity: -0.9,
    });
    expect(black76Greeks({ type: 'put', ...option })).toMatchObject({ ...flat, value: 0 });
  });

  it('ends at the forward and at the strike as volatility grows', () => {
    const wild = { ...base, volatility: 1e6 };
    expect(black76Value({ type: 'call', ...wild })).toBe(104);
    expect(black76Value({ type: 'put', ...wild })).toBe(100);
    expect(black76Greeks({ type: 'call', ...wild })).toMatchObject({ ...flat, delta: 1 });
    const wilder = { ...base, volatility: 1e300 };
    expect(black76Value({ type: 'put', ...wilder })).toBe(100);
  });

  it('never gives NaN or −0, however far the terms are apart', () => {
    const sizes = [1e-100, 1e-9, 1, 1e9, 1e100];
    const times = [0, 1e-300, 1e-12, 1, 1e6];
    for (const forward of sizes) {
      for (const strike of [0, ...sizes]) {
        for (const years of times) {
          for (const volatility of [0, 1e-300, 1e-9, 1, 1e9]) {
            for (const type of ['call', 'put'] as const) {
              const greeks = black76Greeks({ type, forward, strike, years, volatility });
              const odd = Object.entries(greeks).filter(([, figure]) => isOdd(figure));
              expect(odd).toEqual([]);
            }
          }
        }
      }
    }
  });
});
