import type { Event } from '@ringfence/contracts';
import { BTC, LISTED, apply, decide, frame, house } from './house.fixture.js';
import { RateHistory } from './rate-history.js';
import type { RiskRules } from './risk-rules.js';

const DAY = 86_400_000;
const FIRST = 19_675 * DAY;

/** Plays four calm days, a crash within three, and eight days in which the market forgets it. */
function played(rules: RiskRules | null): RateHistory {
  const state = house(...LISTED);
  const history = new RateHistory();
  const facts: Event[] = [{ type: 'InstrumentListed', ...LISTING }];
  const order = (step: Parameters<typeof decide>[1]): void => {
    const decision = decide(state, step);
    if (!decision.accepted) throw new Error(JSON.stringify(decision.rejection));
    apply(state, decision.events);
    facts.push(...decision.events);
  };
  if (rules) order({ type: 'SetRiskRules', instrument: BTC, rules });
  const calm = Array<number>(4).fill(60_000);
  const prices = [...calm, 60_060, 60_120, 60_000, ...calm, ...calm];
  prices.forEach((price, day) => {
    for (const hour of [0, 12]) {
      order(frame(FIRST + day * DAY + hour * 3_600_000, { [BTC]: price.toFixed(0) }));
    }
  });
  for (const fact of facts) history.see(fact);
  return history;
}
const LISTING = {
  instrument: BTC,
  symbol: 'BTC-PERP',
  domain: 1 as never,
  settlement: 1 as never,
  unit: 500n,
  tickUnits: 500_000n,
  tickSteps: 5,
  tickScale: 1,
  lotSteps: 1,
  lotScale: 3,
};

describe('how rates moved', () => {
  it('shows one path twice where no rule is set', () => {
    const [charged, calculated, ...rest] = played(null).swings();
    expect(rest).toEqual([]);
    expect(charged).toMatchObject({ symbol: 'BTC-PERP', days: 15, path: 'charged' });
    expect({ ...calculated, path: 'charged' }).toEqual(charged);
    expect(charged?.peakToTrough.gt('1.5')).toBe(true);
  });
  it('shows that the legal buffer dampens the way up', () => {
    const antiProcyclicality = {
      bufferPpm: 250_000,
      releasePpm: 22_500,
      stressWeightPpm: 0,
      stressedPpm: 0,
      longRunPpm: 0,
    };
    const off = { openInterest: null, funding: null, slices: null, ramp: null };
    const [charged, calculated] = played({ ...off, antiProcyclicality }).swings();
    const alone = played(null).swings()[1];
    expect(calculated).toEqual(alone);
    if (!charged || !calculated) throw new Error('two paths');
    expect(charged.peakToTrough.lt(calculated.peakToTrough)).toBe(true);
    expect(charged.largestFiveDayRise.lt(calculated.largestFiveDayRise)).toBe(true);
  });
});
