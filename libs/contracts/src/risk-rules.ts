import {
  account,
  amount,
  bucket,
  command,
  domain,
  event,
  group,
  instrument,
  int,
  list,
  optional,
  uint,
} from './table/index.js';

/**
 * Rules of an instrument beyond its margin parameters, each of them off until it is set: what keeps
 * margin from following the market up and down, what a crowded instrument and funding may cost, and
 * how fast a position is closed out. Rates in parts per million of notional.
 */
export const riskRules = {
  /**
   * The three ways of the law to keep margin from being procyclical, side by side; 0 leaves one
   * out. `bufferPpm` on top of the calculated rate, to be used up while that rate is at or above
   * `releasePpm`; `stressWeightPpm` the weight of the rate of stressed times, `stressedPpm`;
   * `longRunPpm` the rate that ten years of history ask for, the floor.
   */
  antiProcyclicality: optional(
    group({
      bufferPpm: uint(),
      releasePpm: uint(),
      stressWeightPpm: uint(),
      stressedPpm: uint(),
      longRunPpm: uint(),
    }),
  ),
  /**
   * Open interest from which on the initial rate grows, and at which it is the whole notional; in
   * whole settlement units of notional.
   */
  openInterest: optional(group({ lowerCap: uint(), upperCap: uint() })),
  /**
   * `clampFactorPpm`: most funding of a round, as a multiple of what stands between the initial and
   * the maintenance rate. Interest of a round and the clamps of the correction towards it, for
   * rates that follow from premiums.
   */
  funding: optional(
    group({ clampFactorPpm: uint(), interestPpb: int(), lowerPpb: int(), upperPpb: int() }),
  ),
  /**
   * Least and most of one slice of a close-out: `minNotional` in whole settlement units,
   * `maxPortionPpm` of the position. `tickNotional`: most that one lane closes of the instrument on
   * one tick, in whole settlement units; 0: no such limit.
   */
  slices: optional(group({ minNotional: uint(), maxPortionPpm: uint(), tickNotional: uint() })),
  /**
   * A shortage is worked off over time: `initialPpm` of it at once, all after `durationTicks`; one
   * below `smallShortage` (whole settlement units) at once.
   */
  ramp: optional(group({ initialPpm: uint(), durationTicks: uint(), smallShortage: uint() })),
};

// ---- commands of operators and sources, to the reference lane
export const SetRiskRules = command(147, 'SetRiskRules', 1, {
  instrument: instrument(),
  rules: group(riskRules),
});
/** Sum of all long positions as of now, from whoever reads all partitions; lots. */
export const ObserveOpenInterest = command(148, 'ObserveOpenInterest', 1, {
  instrument: instrument(),
  lots: uint(),
});
// ---- to the liquidation lane that clears the domain
/**
 * The scheduled round, its funding calculated from time-weighted prices of contract and underlying
 * since the last one, in ticks.
 */
export const ScheduleRoundAtPremium = command(317, 'ScheduleRoundAtPremium', 1, {
  domain: domain(),
  premiums: list(group({ instrument: instrument(), contractTwap: uint(), underlyingTwap: uint() })),
});

// ---- events
export const RiskRulesSet = event(177, 'RiskRulesSet', 1, {
  instrument: instrument().like('instrument'),
  version: uint(),
  rules: group(riskRules).like('rules'),
});
export const OpenInterestObserved = event(178, 'OpenInterestObserved', 1, {
  instrument: instrument().like('instrument'),
  lots: uint().like('lots'),
});
/**
 * How the rates of a frame came about where rules are set: `basePpm` what volatility asks for,
 * `guardedPpm` after the rules against procyclicality, `initialPpm` after open interest: the rate
 * of the frame.
 */
export const RatesGuarded = event(179, 'RatesGuarded', 1, {
  frame: uint(),
  rates: list(
    group({
      instrument: instrument(),
      basePpm: uint(),
      guardedPpm: uint(),
      initialPpm: uint(),
    }),
  ),
});
/**
 * What the ramp made of a slice, beside its plan: of the `shortage` at target and buffer, `allowed`
 * may be freed by now, and the slice frees `frees` of it when all its lots are filled; smallest
 * units.
 */
export const SliceRamped = event(347, 'SliceRamped', 1, {
  slice: uint(),
  account: account(),
  bucket: bucket(),
  shortage: amount(),
  allowed: amount(),
  frees: amount(),
});

export const RISK_RULES_COMMANDS = [SetRiskRules, ObserveOpenInterest] as const;
export const RISK_RULES_EVENTS = [RiskRulesSet, OpenInterestObserved, RatesGuarded] as const;
