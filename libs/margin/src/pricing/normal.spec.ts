import { erfc, exponential, exponentialMinusOne, logarithm, logRatio } from './index.js';
import { millsRatio, normalDensity, normalDistribution } from './index.js';
import * as reference from './reference/index.js';

/** Relative error of a double against the reference, as a double. */
const error = (got: number, exact: reference.Decimal): number =>
  Math.abs(Number(reference.exactly(got).minus(exact).div(exact)));

/** The largest error over points of a line. */
function worst(points: readonly number[], at: (x: number) => number): number {
  return Math.max(...points.map(at));
}
const line = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * (index + 0.37)) / count);
const { exactly } = reference;

/** The digits that the reference promises. */
const SIGNIFICANT = 30;

/** Rounded to so many decimals, as tables print it. */
const printed = (value: reference.Decimal, decimals: number): string => value.toFixed(decimals);

describe('the functions under the kernel', () => {
  it('exp is within a last place and a bit', () => {
    const at = (x: number): number => error(exponential(x), reference.exp(exactly(x)));
    expect(worst(line(-40, 40, 120), at)).toBeLessThan(3e-16);
  });

  it('e^x − 1 keeps relative precision next to 0', () => {
    const at = (x: number): number =>
      error(exponentialMinusOne(x), reference.exp(exactly(x)).minus(1));
    expect(worst([...line(-1e-6, 1e-6, 20), ...line(-2, 2, 60)], at)).toBeLessThan(5e-16);
  });

  it('exp has limits, not surprises', () => {
    expect([exponential(0), exponential(-Infinity), exponential(-800)]).toEqual([1, 0, 0]);
    expect([exponential(710), exponential(Infinity)]).toEqual([Infinity, Infinity]);
    expect(exponential(-745)).toBe(5e-324);
    expect(exponential(709.7)).toBeLessThan(Infinity);
    expect(exponential(NaN)).toBeNaN();
  });

  it('ln is within two last places, also of quotients next to 1', () => {
    const at = (x: number): number => error(logarithm(x), reference.ln(exactly(x)));
    expect(worst([...line(1e-4, 3, 60), 1e-100, 1e-9, 7e13, 1e100], at)).toBeLessThan(5e-16);
    const near = (x: number): number =>
      error(logRatio(90_000 + x, 90_000), reference.ln(exactly(90_000 + x).div(90_000)));
    expect(worst([...line(-1, 1, 20), 1e-11, -1e-11], near)).toBeLessThan(5e-16);
    expect(logRatio(3, 3)).toBe(0);
  });

  it('the Mills ratio is within 1.5e-15 at every distance', () => {
    const points = [0, ...line(0, 1, 40), ...line(1, 12, 60), ...line(12, 60, 12), 1e3, 1e6, 1e9];
    const at = (a: number): number => error(millsRatio(a), reference.mills(exactly(a)));
    expect(worst(points, at)).toBeLessThan(1.5e-15);
    expect(millsRatio(Infinity)).toBe(0);
  });

  it('N keeps its relative precision in the tail', () => {
    const at = (x: number): number =>
      error(normalDistribution(x), reference.distribution(exactly(x)));
    expect(worst(line(-8, 8, 120), at)).toBeLessThan(2e-14);
    expect(Math.abs(normalDistribution(0) - 0.5)).toBeLessThan(2e-16);
    expect([normalDistribution(-Infinity), normalDistribution(Infinity)]).toEqual([0, 1]);
    expect(normalDensity(0)).toBe(0.3989422804014327);
  });

  it('erfc matches the reference and the printed table', () => {
    const at = (x: number): number => error(erfc(x), reference.erfc(exactly(x)));
    expect(worst(line(-5, 5, 80), at)).toBeLessThan(1e-14);
    // Abramowitz and Stegun, Handbook of mathematical functions, table 7.1: erf(1), erf(2)
    expect(1 - erfc(1)).toBeCloseTo(0.8427007929, 10);
    expect(1 - erfc(2)).toBeCloseTo(0.995322265, 10);
  });
});

describe('the reference', () => {
  it('has the digits that are printed elsewhere', () => {
    // OEIS A000796, A239382 (N(1) = 0.84134474606854294858523254563203790...)
    expect(printed(reference.PI, 35)).toBe('3.14159265358979323846264338327950288');
    expect(printed(reference.distribution(exactly(1)), 30)).toBe(
      '0.841344746068542948585232545632',
    );
    expect(printed(reference.exp(exactly(1)), 35)).toBe('2.71828182845904523536028747135266250');
    expect(printed(reference.ln(exactly(10)), 35)).toBe('2.30258509299404568401799145468436421');
  });

  it('joins its two ways to the tail', () => {
    const below = reference.mills(exactly(8));
    const above = reference.mills(exactly(8 + 1e-15));
    // the slope is 1 − 8 M(8) = −0.0147 there
    expect(Number(above.minus(below))).toBeCloseTo(0, 16);
    expect(Number(above.minus(below).div(below).abs())).toBeLessThan(1e-15);
  });

  it.each([
    [{ strike: 70_000, years: 0.25, volatility: 0.5 }, '4136.5516266685723403896340167288'],
    [
      { strike: 64_124, years: 2 ** -19, volatility: 2 ** -7 },
      '0.095112314079049498547237132928149',
    ],
    [{ forward: 100, strike: 3_000, years: 4, volatility: 1 }, '13.795455008229543603246763524388'],
  ])('has 30 digits of F·N(d1) − K·N(d2), computed elsewhere: %j', (option, digits) => {
    // mpmath 1.3.0 with 80 digits, by the formula as it is written
    const terms = reference.referenceForwardTerms({ type: 'call', forward: 64_123.5, ...option });
    expect(reference.referenceValue(terms).toPrecision(SIGNIFICANT)).toBe(
      reference.exactly(0).plus(digits).toPrecision(SIGNIFICANT),
    );
  });
});
