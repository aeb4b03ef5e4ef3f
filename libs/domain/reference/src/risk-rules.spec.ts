import type { CommandOf, Event, EventOf } from '@ringfence/contracts';
import type { Decision, InstrumentId } from '@ringfence/kernel';
import type { RiskRules } from './risk-rules.js';
import { referenceLane } from './lane.js';
import {
  BTC,
  ETH,
  LISTED,
  VENUE,
  by,
  btcPerp,
  domain,
  frame,
  fromLiquidation,
  given,
  house,
  parameters,
  usdc,
  type Sent,
} from './house.fixture.js';

const OFF: RiskRules = {
  antiProcyclicality: null,
  openInterest: null,
  funding: null,
  slices: null,
  ramp: null,
};
const GUARD = {
  bufferPpm: 250_000,
  releasePpm: 60_000,
  stressWeightPpm: 0,
  stressedPpm: 0,
  longRunPpm: 0,
};
const rules = (
  changes: Partial<RiskRules>,
  instrument: InstrumentId = BTC,
): CommandOf<'SetRiskRules'> => ({
  type: 'SetRiskRules',
  instrument,
  rules: { ...OFF, ...changes },
});
const observed = (lots: number, instrument = BTC): CommandOf<'ObserveOpenInterest'> => ({
  type: 'ObserveOpenInterest',
  instrument,
  lots,
});
const codeOf = (decision: Decision<Event>): string =>
  decision.accepted ? 'accepted' : decision.rejection.code;
const factOf = <Name extends Event['type']>(
  decision: Decision<Event>,
  type: Name,
): Extract<Event, { type: Name }> => {
  const events = decision.accepted ? decision.events : [];
  const fact = events.find((event) => event.type === type);
  if (!fact) throw new Error(`no ${type}`);
  return fact as Extract<Event, { type: Name }>;
};
const rateIn = (decision: Decision<Event>): EventOf<'FrameAccepted'>['prices'][number] => {
  const [price] = factOf(decision, 'FrameAccepted').prices;
  if (!price) throw new Error('no price');
  return price;
};

describe('setting rules of an instrument', () => {
  it('counts versions, on top of parameters only', () => {
    expect(given(...LISTED, rules({})).when(rules({ slices: null }))).toMatchObject({
      events: [{ type: 'RiskRulesSet', instrument: BTC, version: 2 }],
    });
    const bare = given(usdc(), domain(), btcPerp());
    expect(codeOf(bare.when(rules({})))).toBe('parameters-missing');
    expect(codeOf(given(...LISTED).when(rules({}, 9 as InstrumentId)))).toBe('instrument-unknown');
    expect(codeOf(given(...LISTED).when(by(VENUE, rules({}))))).toBe('role-not-allowed');
  });
  it.each<[string, Partial<RiskRules>]>([
    ['a buffer below the legal quarter', { antiProcyclicality: { ...GUARD, bufferPpm: 249_999 } }],
    ['a weight below it', { antiProcyclicality: { ...GUARD, stressWeightPpm: 249_999 } }],
    ['a rate beyond reason', { antiProcyclicality: { ...GUARD, longRunPpm: 10_000_001 } }],
    ['caps that meet', { openInterest: { lowerCap: 5, upperCap: 5 } }],
    [
      'clamps that cross',
      { funding: { clampFactorPpm: 1, interestPpb: 0, lowerPpb: 1, upperPpb: 0 } },
    ],
    ['no factor', { funding: { clampFactorPpm: 0, interestPpb: 0, lowerPpb: 0, upperPpb: 0 } }],
    ['no portion', { slices: { minNotional: 0, maxPortionPpm: 0, tickNotional: 0 } }],
    ['no time', { ramp: { initialPpm: 0, durationTicks: 0, smallShortage: 0 } }],
  ])('refuses %s by name', (_, changes) =>
    expect(given(...LISTED).when(rules(changes))).toMatchObject({
      accepted: false,
      rejection: {
        code: 'parameter-out-of-range',
        detail: { field: Object.keys(changes)[0], rule: expect.any(String) },
      },
    }),
  );
  it('takes open interest only where a rule waits for it', () => {
    const crowd = rules({ openInterest: { lowerCap: 1, upperCap: 2 } });
    expect(codeOf(given(...LISTED).when(observed(5)))).toBe('rules-missing');
    expect(codeOf(given(...LISTED, crowd).when(observed(5, 9 as InstrumentId)))).toBe(
      'instrument-unknown',
    );
    expect(codeOf(given(...LISTED, crowd).when(by(VENUE, observed(5))))).toBe('role-not-allowed');
    expect(codeOf(given(...LISTED, crowd).when(observed(5)))).toBe('accepted');
  });
});

/** A market at rest: one price of 60,000 at the floor rate of 2 percent, ten frames ago. */
const AT_REST = [...LISTED, frame(1_000, { [BTC]: '60000' })];
const JUMP = frame(3_000, { [BTC]: '61500' });

describe('a rate under rules', () => {
  it('is what it was where none are set, and says nothing of them', () => {
    const decision = given(...AT_REST, rules({}, ETH)).when(frame(2_000, { [BTC]: '60000' }));
    expect(decision).toMatchObject({ events: [{ type: 'FrameAccepted' }] });
    expect(rateIn(decision)).toMatchObject({ initialPpm: 20_000, callPpm: 15_000 });
  });
  it('carries the buffer in calm, and gives it up while rates rise', () => {
    const guard = rules({ antiProcyclicality: GUARD });
    const calm = given(...AT_REST, guard).when(frame(2_000, { [BTC]: '60000' }));
    expect(rateIn(calm)).toMatchObject({ initialPpm: 25_000, callPpm: 18_750 });
    expect(factOf(calm, 'RatesGuarded')).toEqual({
      type: 'RatesGuarded',
      frame: 2,
      rates: [{ instrument: BTC, basePpm: 20_000, guardedPpm: 25_000, initialPpm: 25_000 }],
    });
    // a slow rise below the threshold keeps all of it; beyond it what was charged stays
    const mild = frame(3_000, { [BTC]: '60070' });
    const bare = rateIn(given(...AT_REST, frame(2_000, { [BTC]: '60000' })).when(mild));
    expect(bare.initialPpm).toBeGreaterThan(20_000);
    expect(bare.initialPpm).toBeLessThan(60_000);
    const buffered = rateIn(given(...AT_REST, guard, frame(2_000, { [BTC]: '60000' })).when(mild));
    expect(buffered.initialPpm).toBe(Math.ceil(bare.initialPpm * 1.25));
    const steep = { ...GUARD, releasePpm: bare.initialPpm };
    const released = given(
      ...AT_REST,
      rules({ antiProcyclicality: steep }),
      frame(2_000, { [BTC]: '60000' }),
    ).when(mild);
    expect(rateIn(released).initialPpm).toBe(Math.max(25_000, bare.initialPpm));
  });
  it('never asks for less than volatility does, nor than ten years of history', () => {
    const calculated = rateIn(given(...AT_REST).when(JUMP)).initialPpm;
    const guard = rules({ antiProcyclicality: GUARD });
    const jumped = rateIn(given(...AT_REST, guard).when(JUMP)).initialPpm;
    expect(jumped).toBeGreaterThanOrEqual(calculated);
    const floor = rules({ antiProcyclicality: { ...GUARD, bufferPpm: 0, longRunPpm: 45_000 } });
    const calm = given(...AT_REST, floor).when(frame(2_000, { [BTC]: '60000' }));
    expect(rateIn(calm).initialPpm).toBe(45_000);
    const weight = { ...GUARD, bufferPpm: 0, stressWeightPpm: 250_000, stressedPpm: 100_000 };
    const weighted = given(...AT_REST, rules({ antiProcyclicality: weight }));
    // 0.75 × 2 percent + 0.25 × 10 percent
    expect(rateIn(weighted.when(frame(2_000, { [BTC]: '60000' }))).initialPpm).toBe(40_000);
  });
  it('keeps its steps by what volatility asked for, not by what was charged', () => {
    const guard = rules({ antiProcyclicality: GUARD });
    const state = house(...AT_REST, guard, frame(2_000, { [BTC]: '60000' }), JUMP);
    const ruled = state.ruled.get(BTC);
    const alone = house(...AT_REST, frame(2_000, { [BTC]: '60000' }), JUMP);
    expect(ruled?.basePpm).toBe(alone.instruments.get(BTC)?.initialPpm);
    expect(state.instruments.get(BTC)?.initialPpm).toBe(ruled?.guardedPpm);
  });
  it('grows with open interest towards the whole notional', () => {
    // 1,000 lots of 0.001 at 60,000: 60,000 whole units; caps at 20,000 and 100,000
    const crowd = rules({ openInterest: { lowerCap: 20_000, upperCap: 100_000 } });
    const at = (lots: number): number =>
      rateIn(given(...AT_REST, crowd, observed(lots)).when(frame(2_000, { [BTC]: '60000' })))
        .initialPpm;
    expect([at(0), at(333), at(1_000), at(2_000)]).toEqual([20_000, 20_000, 510_000, 1_000_000]);
  });
  it('is part of the digest', () => {
    const before = house(...AT_REST);
    const after = house(...AT_REST, rules({}));
    expect(referenceLane.digest(after)).not.toBe(referenceLane.digest(before));
  });
});

describe('funding under a rule', () => {
  const FUNDING = { clampFactorPpm: 1_000_000, interestPpb: 0, lowerPpb: 0, upperPpb: 0 };
  const ask = (ratePpb: number): Sent =>
    fromLiquidation({
      type: 'RoundRequest',
      domain: 1 as never,
      round: 1,
      cause: 'schedule',
      funding: [{ instrument: BTC, ratePpb }],
    });
  it('stays within a multiple of what stands between initial and maintenance', () => {
    // 2 percent less 1 percent: at most 1 percent of 60 units per lot
    const capped = given(...AT_REST, rules({ funding: FUNDING }));
    const perLot = (ratePpb: number, of = capped): number | undefined =>
      factOf(of.when(ask(ratePpb)), 'RoundOpened').marks[0]?.fundingPerLot;
    expect(perLot(9_999_999)).toBe(599_999);
    expect(perLot(10_000_000)).toBe(600_000);
    expect([perLot(50_000_000), perLot(-50_000_000)]).toEqual([600_000, -600_000]);
    expect(perLot(50_000_000, given(...AT_REST))).toBe(3_000_000);
  });
  it('follows the parameters of the moment', () => {
    const past = [...AT_REST, rules({ funding: FUNDING }), parameters({ maintenancePpm: 250_000 })];
    const round = factOf(given(...past).when(ask(50_000_000)), 'RoundOpened');
    expect(round.marks[0]?.fundingPerLot).toBe(900_000);
  });
});
