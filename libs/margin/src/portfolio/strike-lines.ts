import { exponential, logRatio } from '../pricing/index.js';
import type { Portfolio, PortfolioOption, PortfolioParameters } from './multi-collateral-types.js';
import { termMultiple, yearsOf } from './shocks.js';

const AVERAGING_SECONDS = 1_800;

/** An expiry on one forward: what no scenario changes, worked out once. */
export interface Term {
  readonly years: number;
  readonly rootYears: number;
  readonly forward: number;
  /** present value of 1 at expiry */
  readonly discount: number;
  /** parts of the forward: averaged already, and moving with spot */
  readonly fixed: number;
  readonly variable: number;
  /** what is worth something counts for so much, what is owed for so much */
  readonly assetFactor: number;
  readonly liabilityFactor: number;
  /** relative volatility after `Up` and `Down`, before the least volatility */
  readonly up: number;
  readonly down: number;
  /** its strikes: columns from `from` to before `to` */
  readonly from: number;
  readonly to: number;
  readonly hasPending: boolean;
  /** signed contracts sold short at their own strike, pending sells counted; ≥ 0 */
  readonly naked: number;
  /** Σ |amount|, pending legs at their worst */
  readonly contracts: number;
}

/**
 * Options of one netting set by (expiry, strike, volatility), as columns: a call and a put of one
 * strike have the same time value, so a scenario prices each strike once.
 */
export class StrikeLines {
  readonly terms: readonly Term[];
  readonly strike: Float64Array;
  readonly volatility: Float64Array;
  /** ln(forward / strike) */
  readonly moneyness: Float64Array;
  readonly calls: Float64Array;
  readonly puts: Float64Array;
  /** signed sum of calls and puts */
  readonly both: Float64Array;
  readonly callBuys: Float64Array;
  readonly callSells: Float64Array;
  readonly putBuys: Float64Array;
  readonly putSells: Float64Array;

  constructor({ expiries }: Portfolio, parameters: PortfolioParameters) {
    const lines = expiries.map(({ options }) => merged(options));
    const count = lines.reduce((sum, each) => sum + each.length, 0);
    const column = (): Float64Array => new Float64Array(count);
    [this.strike, this.volatility, this.moneyness] = [column(), column(), column()];
    [this.calls, this.puts, this.both] = [column(), column(), column()];
    [this.callBuys, this.callSells] = [column(), column()];
    [this.putBuys, this.putSells] = [column(), column()];
    let from = 0;
    this.terms = expiries.map((expiry, index) => {
      const held = lines[index] ?? [];
      held.forEach((line, i) => this.#fill(from + i, line, expiry.forward));
      const term = termOf(expiry, parameters, held, from);
      from = term.to;
      return term;
    });
  }

  #fill(at: number, line: Line, forward: number): void {
    this.strike[at] = line.strike;
    this.volatility[at] = line.volatility;
    this.moneyness[at] = line.strike > 0 ? logRatio(forward, line.strike) : 0;
    this.calls[at] = line.calls;
    this.puts[at] = line.puts;
    this.both[at] = line.calls + line.puts;
    this.callBuys[at] = line.callBuys;
    this.callSells[at] = line.callSells;
    this.putBuys[at] = line.putBuys;
    this.putSells[at] = line.putSells;
  }
}

interface Line {
  readonly strike: number;
  readonly volatility: number;
  calls: number;
  puts: number;
  callBuys: number;
  callSells: number;
  putBuys: number;
  putSells: number;
}

/** By strike, then volatility; what stands twice is added up. */
function merged(options: readonly PortfolioOption[]): Line[] {
  const lines: Line[] = [];
  const none = { calls: 0, puts: 0, callBuys: 0, callSells: 0, putBuys: 0, putSells: 0 };
  const sorted = options.toSorted((a, b) => a.strike - b.strike || a.volatility - b.volatility);
  let line: Line | undefined;
  for (const { call, strike, volatility, amount, buys = 0, sells = 0 } of sorted) {
    if (line?.strike !== strike || line.volatility !== volatility) {
      lines.push((line = { strike, volatility, ...none }));
    }
    if (call) {
      line.calls += amount;
      line.callBuys += buys;
      line.callSells += sells;
    } else {
      line.puts += amount;
      line.putBuys += buys;
      line.putSells += sells;
    }
  }
  return lines;
}

function termOf(
  { secondsToExpiry: left, forward, rate: quoted, options }: Portfolio['expiries'][number],
  parameters: PortfolioParameters,
  lines: readonly Line[],
  from: number,
): Term {
  const { averagingSeconds: window = AVERAGING_SECONDS } = parameters;
  const fixed = left < window ? (forward * (window - left)) / window : 0;
  const years = yearsOf(left);
  const rate = Math.max(0, quoted);
  const discount = exponential(-rate * years);
  const multiple = termMultiple(left, { ...parameters, floorDays: parameters.dteFloorDays });
  const pending = (option: PortfolioOption): boolean =>
    (option.buys ?? 0) > 0 || (option.sells ?? 0) > 0;
  return {
    years,
    rootYears: Math.sqrt(years),
    forward,
    discount,
    fixed,
    variable: forward - fixed,
    ...discountsOf(parameters, rate, years, discount),
    up: 1 + scaled(parameters.volRangeUp, multiple),
    down: Math.max(0, 1 - scaled(parameters.volRangeDown, multiple)),
    from,
    to: from + lines.length,
    hasPending: options.some(pending),
    naked: nakedOf(lines),
    contracts: options.reduce((sum, option) => sum + worstSize(option), 0),
  };
}

/** What is worth something is worth less, what is owed costs more; per expiry, on its sum. */
function discountsOf(
  at: PortfolioParameters,
  rate: number,
  years: number,
  discount: number,
): Pick<Term, 'assetFactor' | 'liabilityFactor'> {
  const asset = rate * at.longRateMultScale + at.longRateAddScale;
  const liability = rate * at.shortRateMultScale + at.shortRateAddScale;
  const owed = at.baseStaticDiscountNegative * exponential(years * liability);
  return {
    assetFactor: at.baseStaticDiscount * exponential(-years * asset),
    liabilityFactor: at.liabilityUncapped ? owed : Math.min(1 / discount, owed),
  };
}

/** A range of 0 stays 0 where the term multiplies without end. */
const scaled = (range: number, multiple: number): number => (range === 0 ? 0 : range * multiple);

/** Calls and puts of one strike net, pending sells counted; lines are in order of strike. */
function nakedOf(lines: readonly Line[]): number {
  let naked = 0;
  let strike = NaN;
  let net = 0;
  for (const line of lines) {
    if (line.strike !== strike) {
      naked += Math.max(0, -net);
      ({ strike } = line);
      net = 0;
    }
    net += line.calls + line.puts - line.callSells - line.putSells;
  }
  return naked + Math.max(0, -net);
}

/** Largest size that pending legs can lead to; ≥ 0. */
export const worstSize = (held: {
  readonly amount: number;
  readonly buys?: number;
  readonly sells?: number;
}): number =>
  Math.max(
    Math.abs(held.amount),
    Math.abs(held.amount + (held.buys ?? 0)),
    Math.abs(held.amount - (held.sells ?? 0)),
  );
