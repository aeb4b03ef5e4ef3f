import { chiSquareTail, CRITICAL, kupiec } from './kupiec.js';

const of = (exceedances: number, observations: number, probability: number) =>
  kupiec({ observations, exceedances }, probability);

describe('the proportion-of-failures test', () => {
  // MathWorks, Risk Management Toolbox, documentation of varbacktest/pof: level 0.95, 57 failures
  // of 1,043 observations, LRatioPOF 0.46147, PValuePOF 0.49694
  it('gives the published ratio and p-value (BACK-001)', () => {
    const { ratio, pValue, verdict } = of(57, 1043, 0.05);
    expect(ratio).toBeCloseTo(0.46147, 5);
    expect(pValue).toBeCloseTo(0.49694, 5);
    expect(verdict).toBe('met');
  });

  // Kupiec (1995), table of non-rejection regions at 5 percent: of 255, 510 and 1,000 observations
  // at p = 0.01: N < 7, 1 < N < 11, 4 < N < 17; at p = 0.05: 6 < N < 21, 16 < N < 36, 37 < N < 65
  it.each([
    [255, 0.01, 0, 7],
    [510, 0.01, 1, 11],
    [1000, 0.01, 4, 17],
    [255, 0.05, 6, 21],
    [510, 0.05, 16, 36],
    [1000, 0.05, 37, 65],
  ])('of %i at %f rejects from the published counts on (BACK-002)', (n, p, below, above) => {
    expect(of(above - 1, n, p).verdict).toBe('met');
    expect(of(above, n, p).verdict).toBe('low');
    if (below > 0) expect(of(below, n, p).verdict).toBe('high');
    expect(of(below + 1, n, p).verdict).toBe('met');
  });

  // by hand: −2 [250 ln 0.99] = 5.0252 with no exceedance of 250
  it('takes no exceedance and nothing but exceedances (BACK-003)', () => {
    expect(of(0, 250, 0.01).ratio).toBeCloseTo(5.02516792675, 10);
    expect(of(0, 250, 0.01).verdict).toBe('high');
    expect(of(3, 3, 0.5).ratio).toBeCloseTo(4.15888308336, 10);
    expect(of(3, 3, 0.5).verdict).toBe('low');
  });

  it('is 0 where the share is the target, and never below (BACK-004)', () => {
    for (const n of [100, 700, 12_300]) expect(of(n / 100, n, 0.01).ratio).toBeLessThan(1e-10);
    expect(of(1, 100, 0.01).ratio).toBeGreaterThanOrEqual(0);
    expect(of(1, 100, 0.01).pValue).toBeCloseTo(1, 5);
  });

  // NIST/SEMATECH e-Handbook 1.3.6.7.4: upper critical values of chi-square with one degree
  it.each([
    [0.1, 2.706],
    [0.05, 3.841],
    [0.01, 6.635],
    [0.001, 10.828],
  ])('has tail %f at the published value (BACK-005)', (tail, value) => {
    expect(chiSquareTail(value)).toBeCloseTo(tail, 4);
  });
  it('rejects above the critical value only (BACK-006)', () => {
    expect(chiSquareTail(CRITICAL)).toBeCloseTo(0.05, 12);
  });

  it.each([
    [0, 0, 0.01, 'something was observed'],
    [2, 1, 0.01, 'exceedances are observations'],
    [0.5, 10, 0.01, 'exceedances are observations'],
    [1, 10, 0, 'a probability between 0 and 1'],
    [1, 10, 1, 'a probability between 0 and 1'],
    [1, 10, Number.NaN, 'a probability between 0 and 1'],
  ])('%f of %f at %f breaks a rule (BACK-007)', (x, n, p, rule) => {
    expect(() => of(x, n, p)).toThrow(rule);
  });
});
