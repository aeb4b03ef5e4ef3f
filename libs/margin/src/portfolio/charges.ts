import { decimal, decimalOf } from '@ringfence/money';
import { liquidityFactor, sizeCharge, wrongWayValue } from './add-ons.js';
import { futuresSpreadContingency } from './arrays.js';
import { futureScenario } from './futures.js';
import { priceOf, type FutureHolding, type UnderlyingHoldings } from './holdings.js';
import { exposed, marginOf } from './multi-collateral.js';
import { noGreeks, addGreeks, type PortfolioGreeks } from './portfolio-greeks.js';
import type { PortfolioModel } from './rules.js';
import type { ScenarioModel } from './scenario-model.js';
import { confidenceCharge } from './shocks.js';
import { worstSize } from './strike-lines.js';

/** Names of what a requirement is made of; the first four compete, and the worst one counts. */
export type RequirementName =
  | 'scenario'
  | 'tail'
  | 'skew'
  | 'basis'
  | 'buffer'
  | 'depeg'
  | 'perpetual'
  | 'naked-short'
  | 'futures-basis'
  | 'futures-spread'
  | 'oracle'
  | 'size'
  | 'liquidity'
  | 'wrong-way'
  | 'linear'
  | 'standard-option';

/** A charge before rounding; smallest settlement units ≥ 0. */
export interface Charge {
  readonly line: RequirementName;
  readonly maintenance: number;
  readonly initial: number;
}
/** What one underlying is charged, and what that follows from. */
export interface Charged {
  readonly charges: readonly Charge[];
  /** ≥ 0: the worst of scenarios and basis, before factors */
  readonly loss: number;
  /** `null` when the basis is worse or nothing loses */
  readonly worstScenario: number | null;
  readonly greeks: PortfolioGreeks;
  /** collateral that falls together with the positions */
  readonly wrongWay: number;
  /** margin periods that closing the delta would take */
  readonly periodsToClose: number;
}

const PPM = 1_000_000;
const MS_PER_DAY = 86_400_000;

/**
 * The charges of everything that hangs on one underlying.
 *
 * @param whole  smallest units of one whole settlement unit
 */
export function chargesOf(
  held: UnderlyingHoldings,
  model: ScenarioModel,
  { rules, parameters }: PortfolioModel,
  whole: bigint,
  time: number,
): Charged {
  const { portfolio, lines } = model;
  const margin = marginOf(model);
  const { lowest, basis, worstScenario } = model.losses;
  const binding = basis < lowest ? 'basis' : worstScenario < 0 ? 'scenario' : kindOf(model);
  const loss = 0 - Math.min(lowest, basis);
  const greeks = noGreeks();
  addGreeks(portfolio, greeks);
  const delta = Math.abs(greeks.delta);
  const maintained = loss * parameters.maintenanceLossFactor;
  const initial = loss * parameters.initialLossFactor;
  const offPeg = Math.max(0, parameters.pegLossThreshold - portfolio.stable);
  const { perps, naked } = exposed(portfolio, lines);
  const capacity = rules.dailyCapacity * Number(whole);
  const periodDays = rules.marginPeriodMs / MS_PER_DAY;
  const longer = liquidityFactor(delta, capacity, periodDays);
  const wrongWay = wrongWayValue(model.moving, greeks.delta);
  const both = (line: RequirementName, charge: number): Charge => ({
    line,
    maintenance: charge,
    initial: charge,
  });
  const only = (line: RequirementName, charge: number): Charge => ({
    line,
    maintenance: 0,
    initial: charge,
  });
  const { maintenancePerpPercent: perp, maintenanceOptionPercent: option } = parameters;
  const { initialPerpPercent: perpMore, initialOptionPercent: optionMore } = parameters;
  const charges: Charge[] = [
    { line: binding === 'regular' ? 'scenario' : binding, maintenance: maintained, initial },
    only('buffer', (initial * rules.bufferPpm) / PPM),
    only('depeg', loss * offPeg * parameters.pegLossFactor),
    { line: 'perpetual', maintenance: perps * perp, initial: perps * (perp + perpMore) },
    { line: 'naked-short', maintenance: naked * option, initial: naked * (option + optionMore) },
    both('futures-basis', futuresBasis(held, rules.futuresBasisPpm / PPM, time)),
    both('futures-spread', futuresSpread(held, rules.futuresSpreadPpm)),
    only('oracle', margin.oracleContingency + futuresOracle(held, model)),
    both('size', sizeCharge(delta, rules.sizeFrom * Number(whole), rules.sizePpm / PPM)),
    { line: 'liquidity', maintenance: maintained * longer, initial: initial * longer },
    both('wrong-way', (wrongWay * rules.wrongWayPpm) / PPM),
  ];
  return {
    charges,
    loss,
    worstScenario: basis < lowest || worstScenario < 0 ? null : worstScenario,
    greeks,
    wrongWay,
    periodsToClose: capacity === 0 ? 0 : delta / capacity / periodDays,
  };
}

const kindOf = ({ scenarios, losses }: ScenarioModel): 'regular' | 'tail' | 'skew' =>
  scenarios[losses.worstScenario]?.kind ?? 'regular';

/** Base units of a future, pending legs at their worst; ≥ 0. */
const worstUnits = ({ lots, buys, sells, unit, tickUnits }: FutureHolding): number =>
  (worstSize({ amount: lots, buys, sells }) * Number(unit)) / Number(tickUnits);

function futuresBasis({ spot, futures }: UnderlyingHoldings, rate: number, time: number): number {
  let sum = 0;
  for (const future of futures) {
    const { contingency } = futureScenario({
      index: priceOf(spot),
      annualBasisRate: 0,
      days: Math.max(0, future.expiry - time) / MS_PER_DAY,
      quantity: worstUnits(future),
      shock: 0,
      contingencyRate: rate,
    });
    sum += contingency;
  }
  return sum;
}

/** On what offsets itself: futures cancel in every scenario, but not in their basis. */
function futuresSpread({ spot, futures }: UnderlyingHoldings, ratePpm: number): number {
  if (futures.length < 2 || ratePpm === 0) return 0;
  let long = 0n;
  let short = 0n;
  for (const { lots, buys, sells, unit, tickUnits } of futures) {
    const notional = (of: number): bigint =>
      (BigInt(of) * unit * BigInt(spot.mark) * spot.tickUnits) / tickUnits;
    if (lots + buys > 0) long += notional(lots + buys);
    if (lots - sells < 0) short += notional(lots - sells);
  }
  const rate = decimalOf(BigInt(ratePpm)).times(decimal('0.000001'));
  return Number(futuresSpreadContingency(decimalOf(long), decimalOf(short), rate).toFixed());
}

function futuresOracle({ spot, futures }: UnderlyingHoldings, { parameters }: ScenarioModel) {
  const oracle = { threshold: parameters.confThreshold, margin: parameters.confMargin };
  let sum = 0;
  for (const future of futures) {
    const confidence = Math.min(spot.confidencePpm, future.confidencePpm) / PPM;
    sum += confidenceCharge(confidence, worstUnits(future) * priceOf(spot), oracle);
  }
  return sum;
}
