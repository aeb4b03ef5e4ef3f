import { invariant } from '@ringfence/kernel';
import { shockedValue, yearsOf } from './shocks.js';

/** Fractions of the standard rule. */
export interface StandardOptionParameters {
  readonly maxSpotRequirement: number;
  readonly minSpotRequirement: number;
  readonly mmCallSpot: number;
  readonly mmPutSpot: number;
  readonly mmPutMtM: number;
  /** of the forward, per call that no other call covers */
  readonly unpairedIM: number;
  readonly unpairedMM: number;
  readonly mmOffset: number;
}
export interface StandardOption {
  readonly strike: number;
  readonly call: boolean;
  /** signed contracts */
  readonly amount: number;
  /** per year */
  readonly volatility: number;
}
/** All options of one expiry, on one forward. */
export interface StandardExpiry {
  readonly secondsToExpiry: number;
  readonly forward: number;
  readonly options: readonly StandardOption[];
}
/** Margins ≤ 0; a position without shorts needs none and gives no credit. */
export interface StandardMargin {
  readonly maintenance: number;
  readonly initial: number;
}

/**
 * Option margin by rule instead of scenarios: every short by itself, or the largest loss that the
 * expiry can end in, whichever is milder. Expiries are added up.
 *
 * @param spot  quote per unit, > 0
 * @returns quote ≤ 0, not rounded
 * @throws InvariantViolation when spot is not above 0
 * @source rules/portfolio-margin, standard-option-margin
 */
export function standardOptionMargin(
  spot: number,
  expiries: readonly StandardExpiry[],
  parameters: StandardOptionParameters,
): StandardMargin {
  invariant(spot > 0, 'spot is above 0');
  let maintenance = 0;
  let initial = 0;
  for (const expiry of expiries) {
    const isolated = isolatedShorts(spot, expiry, parameters);
    const worst = worstPayoff(expiry);
    const uncovered = expiry.forward * Math.min(0, netCalls(expiry));
    maintenance += Math.max(isolated.maintenance, worst + parameters.unpairedMM * uncovered);
    initial += Math.max(isolated.initial, worst + parameters.unpairedIM * uncovered);
  }
  return { maintenance, initial };
}

function isolatedShorts(
  spot: number,
  expiry: StandardExpiry,
  parameters: StandardOptionParameters,
): StandardMargin {
  const { forward } = expiry;
  const years = yearsOf(expiry.secondsToExpiry);
  let maintenance = 0;
  let initial = 0;
  for (const { call, strike, amount, volatility } of expiry.options) {
    if (amount >= 0) continue;
    const option = { call, strike, forward, volatility, years, discount: 1 };
    const value = amount * shockedValue(option);
    const notional = spot * amount;
    const outOfTheMoney = Math.max(0, call ? strike - spot : spot - strike);
    const { maxSpotRequirement, minSpotRequirement } = parameters;
    const rate = Math.max(maxSpotRequirement - outOfTheMoney / spot, minSpotRequirement);
    const ofSpot = value + rate * notional;
    if (call) {
      maintenance += value + parameters.mmCallSpot * notional;
      initial += ofSpot;
    } else {
      const own = value + Math.min(parameters.mmPutSpot * notional, parameters.mmPutMtM * value);
      maintenance += own;
      initial += Math.min(ofSpot, parameters.mmOffset * own);
    }
  }
  return { maintenance, initial };
}

/** Lowest payoff of the whole expiry, between strikes and at 0; what lies above adds net calls. */
function worstPayoff({ options }: StandardExpiry): number {
  let worst = 0;
  for (const settlement of [0, ...options.map(({ strike }) => strike)]) {
    let payoff = 0;
    for (const { call, strike, amount } of options) {
      payoff += amount * Math.max(0, call ? settlement - strike : strike - settlement);
    }
    worst = Math.min(worst, payoff);
  }
  return worst;
}

const netCalls = ({ options }: StandardExpiry): number =>
  options.reduce((sum, { call, amount }) => (call ? sum + amount : sum), 0);
