import { evaluateStandard } from './evaluate-standard.js';
import { bucket, holdings, linear, modelOf, option, price, WHOLE } from './holdings.fixture.js';

const SPOT = price(64_000);
const MODEL = modelOf();
const call = option(-1_000, { call: true, strike: 66_560, days: 30, forward: SPOT });
const put = option(500, { call: false, strike: 60_000, days: 30, forward: SPOT });
const rated = { maintenance: 3_200n, call: 3_520n, initial: 3_840n, release: 4_480n };
const dollars = Object.fromEntries(
  Object.entries(rated).map(([name, amount]) => [name, amount * WHOLE]),
) as typeof rated;

describe('the margin of an isolated or cross bucket with options', () => {
  it('adds positions up without any offset, and credits no long option', () => {
    const held = holdings(SPOT, { perpetual: linear(1_000, SPOT), options: [call, put] });
    const found = evaluateStandard(bucket([held]), [dollars], MODEL);
    const short = evaluateStandard(bucket([holdings(SPOT, { options: [call] })]), [], MODEL);
    expect(found.initial).toBe(3_840n * WHOLE + short.initial);
    expect(found.call).toBe(3_520n * WHOLE + short.call);
    expect(found.netOptionValue).toBe(short.netOptionValue);
    expect(found.requirements.map(({ line }) => line)).toEqual(['linear', 'standard-option']);
    expect(found.worstScenario).toBeNull();
    expect(found.greeks.delta).not.toBe(short.greeks.delta);
  });

  it('is breached by a rise when calls are short, and by nothing when options are long', () => {
    const short = bucket([holdings(SPOT, { options: [call] })], 7_000n * WHOLE);
    const found = evaluateStandard(short, [], MODEL);
    const ticks = found.liquidation?.price ?? 0;
    const breached = (mark: number): boolean => {
      const spot = { ...SPOT, mark };
      const there = option(-1_000, { call: true, strike: 66_560, days: 30, forward: spot });
      const owed = BigInt(there.mark - call.mark) * -1_000n * 100n;
      const moved = bucket([holdings(spot, { options: [there] })], 7_000n * WHOLE + owed);
      return moved.equity < evaluateStandard(moved, [], MODEL).maintenance;
    };
    expect(ticks).toBeGreaterThan(SPOT.mark);
    expect(breached(ticks - 20)).toBe(false);
    expect(breached(ticks + 20)).toBe(true);
    const long = bucket([holdings(SPOT, { options: [put] })], 1n);
    expect(evaluateStandard(long, [], MODEL).liquidation).toBeNull();
  });
});
