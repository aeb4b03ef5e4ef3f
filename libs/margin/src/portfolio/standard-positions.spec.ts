import { modelOf, NOW, option, price, WHOLE } from './holdings.fixture.js';
import { optionValueOf } from './holdings.js';
import { standardRequirement } from './standard-positions.js';

const SPOT = price(64_000);
const MODEL = modelOf();
const requirement = (lots: number, call: boolean, strike: number, sells = 0) =>
  standardRequirement(
    option(lots, { call, strike, days: 30, forward: SPOT, sells }),
    SPOT,
    NOW,
    MODEL,
  );

describe('option margin by rule, for a position of the house', () => {
  it('asks 7.5 percent of spot for a short call, and 15 less what it is out of the money', () => {
    const { maintenance, initial, call, release } = requirement(-1_000, true, 66_560);
    // model value to the tick and to the last bit differ by at most half a tick of one base unit
    const near = (a: bigint, dollars: number): void =>
      expect(Math.abs(Number(a) - dollars * 1e6)).toBeLessThan(60_000);
    near(maintenance, 4_800);
    near(initial, 7_040);
    near(call, 5_920);
    near(release, 7_744);
  });
  it('asks nothing of a long, until pending sells can make it short', () => {
    expect(requirement(1_000, false, 64_000).initial).toBe(0n);
    expect(requirement(1_000, false, 64_000, 1_000).initial).toBe(0n);
    expect(requirement(1_000, false, 64_000, 1_001).initial).toBeGreaterThan(0n);
  });
  it('never asks for more than a put can lose', () => {
    const short = option(-1_000, { call: false, strike: 500, days: 30, forward: SPOT });
    const found = standardRequirement(short, SPOT, NOW, MODEL);
    expect(found.initial - optionValueOf(short)).toBeLessThanOrEqual(500n * WHOLE);
  });
});
