import { black76Kernel, logarithm, logRatio } from '../pricing/index.js';
import type {
  Portfolio,
  PortfolioCollateral,
  PortfolioParameters,
  Scenario,
  SkewParameters,
  VolShock,
} from './multi-collateral-types.js';
import { StrikeLines, type Term } from './strike-lines.js';

/** What the scenarios take at one price of the underlying; quote, before any factor, all ≤ 0. */
export interface ScenarioLosses {
  regular: number;
  tail: number;
  skew: number;
  /** the least of the three */
  lowest: number;
  /** index of the scenario that takes it; −1 when none loses */
  worstScenario: number;
  /** competes with the scenarios */
  basis: number;
  /** signed value of the options as they stand */
  options: number;
}

/**
 * A portfolio under its scenarios, at its prices and at any other price of the underlying: forwards
 * and futures move by the same share, volatilities stay with their strikes.
 *
 * What no scenario changes is worked out once; a pass prices every strike in every scenario and
 * allocates nothing.
 */
export class ScenarioModel {
  readonly losses: ScenarioLosses = {
    regular: 0,
    tail: 0,
    skew: 0,
    lowest: 0,
    worstScenario: -1,
    basis: 0,
    options: 0,
  };
  /** perpetual and futures at their prices: signed value, and what pending legs would add */
  readonly linear: number;
  readonly #linearBuys: number;
  readonly #linearSells: number;
  /** value of collateral that moves with spot */
  readonly moving: number;
  readonly lines: StrikeLines;
  readonly #now: Float64Array;
  readonly #nowTime: Float64Array;
  readonly #deviations: Readonly<Record<'None' | 'Up' | 'Down', Float64Array>>;
  /** ln of the factor on spot: of each scenario, and of the basis up and down */
  readonly #logs: Float64Array;
  readonly #basisLogs: readonly [number, number];
  /** what `#price` found: value of a term, and how far pending legs take it down and up */
  #value = 0;
  #below = 0;
  #above = 0;

  constructor(
    readonly portfolio: Portfolio,
    readonly scenarios: readonly Scenario[],
    readonly parameters: PortfolioParameters,
  ) {
    this.lines = new StrikeLines(portfolio, parameters);
    const { terms, strike } = this.lines;
    this.#now = new Float64Array(terms.length);
    this.#nowTime = new Float64Array(strike.length);
    this.#deviations = deviationsOf(this.lines, parameters);
    const { perps, perpPrice, perpPending, futures = [], collateral, stable } = portfolio;
    let linear = perps * perpPrice;
    let buys = (perpPending?.buys ?? 0) * perpPrice;
    let sells = (perpPending?.sells ?? 0) * perpPrice;
    for (const future of futures) {
      linear += future.amount * future.price;
      buys += (future.buys ?? 0) * future.price;
      sells += (future.sells ?? 0) * future.price;
    }
    this.linear = linear;
    this.#linearBuys = buys;
    this.#linearSells = sells;
    this.#logs = Float64Array.from(scenarios, ({ spotShock, kind }) =>
      kind === 'skew' ? 0 : logOf(spotShock),
    );
    this.#basisLogs = [logOf(parameters.basisSpotUp), logOf(parameters.basisSpotDown)];
    let moving = 0;
    for (const each of collateral) if (each.riskCancelling) moving += valueOf(each, stable);
    this.moving = moving;
  }

  /**
   * Runs all scenarios with the underlying at so many times its price.
   *
   * @param move  > 0; 1: as it stands
   * @returns `losses`, filled again by the next call
   */
  at(move: number): ScenarioLosses {
    const { losses, lines } = this;
    losses.options = 0;
    const drift = move === 1 ? 0 : logarithm(move);
    lines.terms.forEach((term, i) => {
      this.#now[i] = this.#settle(term, move, drift);
      losses.options += this.#now[i] ?? 0;
    });
    losses.regular = losses.tail = losses.skew = losses.lowest = 0;
    losses.worstScenario = -1;
    for (let index = 0; index < this.scenarios.length; index++) {
      const scenario = this.scenarios[index];
      if (!scenario) continue;
      const profit = this.#profit(scenario, this.#logs[index] as number, move, drift);
      if (profit < losses[scenario.kind]) losses[scenario.kind] = profit;
      if (profit >= losses.lowest) continue;
      losses.lowest = profit;
      losses.worstScenario = index;
    }
    losses.basis = this.#basis(move, drift);
    return losses;
  }

  /** Dampened profit of one scenario, pending legs at their worst. */
  #profit(
    { spotShock, volShock, dampening, kind }: Scenario,
    log: number,
    move: number,
    drift: number,
  ): number {
    const skew = kind === 'skew';
    const spot = skew ? 1 : spotShock;
    const shift = (spot - 1) * dampening;
    const pending = shift < 0 ? this.#linearBuys * shift : -this.#linearSells * shift;
    let profit = (this.linear + this.moving) * move * shift + pending * move;
    const { terms } = this.lines;
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i];
      if (!term) continue;
      this.#price(term, spot, log, volShock, move, drift);
      const value = this.#value;
      const counted = value * (value >= 0 ? term.assetFactor : term.liabilityFactor);
      const change = (counted - (this.#now[i] ?? 0)) * dampening;
      const low = change + this.#below * dampening;
      // a skew may turn either way: every expiry loses it
      if (skew) profit -= Math.max(Math.abs(low), Math.abs(change + this.#above * dampening));
      else profit += low;
    }
    return profit;
  }

  /** Charge for forwards that leave spot; as each expiry loses by itself. */
  #basis(move: number, drift: number): number {
    const { basisSpotUp, basisSpotDown, basisAddFactor, basisMultFactor } = this.parameters;
    const [logUp, logDown] = this.#basisLogs;
    let sum = 0;
    this.lines.terms.forEach((term, i) => {
      const now = this.#now[i] ?? 0;
      this.#price(term, basisSpotUp, logUp, 'None', move, drift, true);
      const up = this.#value - now + this.#below;
      this.#price(term, basisSpotDown, logDown, 'None', move, drift, true);
      const down = this.#value - now + this.#below;
      sum += Math.min(up, down, 0) * (basisAddFactor + basisMultFactor * term.years);
    });
    return sum;
  }

  /** The value of a term as it stands; keeps the time value of its strikes. */
  #settle(term: Term, move: number, drift: number): number {
    const forward = term.forward * move;
    const deviations = this.#deviations.None;
    const { strike, moneyness, calls, puts } = this.lines;
    let sum = 0;
    for (let i = term.from; i < term.to; i++) {
      const at = strike[i] as number;
      const log = (moneyness[i] as number) + drift;
      const time = timeValue(forward, at, log, deviations[i] as number);
      const inside = forward - at;
      this.#nowTime[i] = time;
      sum += (calls[i] as number) * (inside > 0 ? time + inside : time);
      sum += (puts[i] as number) * (inside < 0 ? time - inside : time);
    }
    return sum * term.discount;
  }

  /**
   * Values a term under a shock into `#value`; and into `#below` and `#above` what its pending legs
   * could take or add, each by itself: the discount is concave, so no mix of them is worse.
   *
   * @param log    ln(spot)
   * @param plain  without the static discounts
   */
  #price(
    term: Term,
    spot: number,
    log: number,
    shock: VolShock,
    move: number,
    drift: number,
    plain = false,
  ): void {
    const forward = (term.variable * spot + term.fixed) * move;
    const { strike, moneyness, calls, puts } = this.lines;
    // a forward that is no average moves by the same share as spot
    const whole = term.fixed === 0 || forward <= 0;
    const shift = whole ? log + drift : logRatio(forward, term.forward);
    const ready = shock === 'LINEAR' || shock === 'ABS' ? null : this.#deviations[shock];
    this.#below = this.#above = 0;
    let sum = 0;
    for (let i = term.from; i < term.to; i++) {
      const at = strike[i] as number;
      const apart = moneyness[i] as number;
      const deviation = ready ? (ready[i] as number) : this.#skewed(term, i, apart + drift, shock);
      const time = timeValue(forward, at, apart + shift, deviation);
      const inside = forward - at;
      const call = inside > 0 ? time + inside : time;
      const put = inside < 0 ? time - inside : time;
      sum += (calls[i] as number) * call + (puts[i] as number) * put;
      if (term.hasPending) this.#pending(term, i, move, call * term.discount, true, plain);
      if (term.hasPending) this.#pending(term, i, move, put * term.discount, false, plain);
    }
    this.#value = sum * term.discount;
  }

  #pending(
    term: Term,
    i: number,
    move: number,
    value: number,
    call: boolean,
    plain: boolean,
  ): void {
    const { lines } = this;
    const buys = (call ? lines.callBuys[i] : lines.putBuys[i]) as number;
    const sells = (call ? lines.callSells[i] : lines.putSells[i]) as number;
    if (buys === 0 && sells === 0) return;
    const inside = (term.forward * move - (lines.strike[i] as number)) * (call ? 1 : -1);
    const now = ((this.#nowTime[i] as number) + Math.max(0, inside)) * term.discount;
    const asset = (plain ? value : value * term.assetFactor) - now;
    const liability = (plain ? value : value * term.liabilityFactor) - now;
    this.#below += Math.min(0, buys * asset, -sells * liability);
    this.#above += Math.max(0, buys * liability, -sells * asset);
  }

  /** Deviation after a relative change of volatility along strikes; the order of clamps matters. */
  #skewed(term: Term, i: number, moneyness: number, shock: VolShock): number {
    const { absSkew, linearSkew } = this.parameters;
    const k = shock === 'ABS' ? Math.abs(moneyness) : 0 - moneyness;
    const change = skewChange(k, term, shock === 'ABS' ? absSkew : linearSkew, this.parameters);
    return (this.#deviations.None[i] as number) * Math.max(0, 1 + change);
  }
}

/** ln of a factor; of 0, where nothing is left to take a logarithm of, 0. */
const logOf = (factor: number): number => (factor > 0 ? logarithm(factor) : 0);

/** Value of collateral in the settlement unit. */
export const valueOf = ({ amount, price }: PortfolioCollateral, stable: number): number =>
  (amount * price) / stable;

function skewChange(
  k: number,
  { rootYears }: Term,
  { capBase, capScale }: SkewParameters,
  parameters: PortfolioParameters,
): number {
  const { minKStar, minWidthScale, volParamStatic, volParamScale } = parameters;
  const cap = capBase * rootYears + capScale;
  const spread = minWidthScale * (volParamStatic + rootYears * volParamScale);
  const width = Math.max(minKStar, rootYears * spread);
  const change = k * cap === 0 ? 0 : (k * cap) / width;
  // with a negative cap this is no symmetric clamp
  return k >= 0 ? Math.min(cap, change) : Math.max(-cap, change);
}

/** σ√T of every strike, as it stands and shocked; 0 at expiry, however wild the shock. */
function deviationsOf(
  { terms, volatility }: StrikeLines,
  { minShockedVol }: PortfolioParameters,
): Record<'None' | 'Up' | 'Down', Float64Array> {
  const column = (): Float64Array => new Float64Array(volatility.length);
  const columns = { None: column(), Up: column(), Down: column() };
  for (const { rootYears, up, down, from, to } of terms) {
    if (rootYears === 0) continue;
    for (let i = from; i < to; i++) {
      const held = volatility[i] as number;
      columns.None[i] = held * rootYears;
      columns.Up[i] = Math.max(held === 0 ? 0 : held * up, minShockedVol) * rootYears;
      columns.Down[i] = held * down * rootYears;
    }
  }
  return columns;
}

/**
 * Undiscounted time value of a strike, of its call and of its put alike; without end of deviation
 * the lower of forward and strike.
 */
function timeValue(forward: number, strike: number, moneyness: number, deviation: number): number {
  if (deviation === 0 || forward <= 0 || strike <= 0) return 0;
  if (deviation === Infinity) return forward < strike ? forward : strike;
  return black76Kernel(forward < strike, forward, strike, moneyness, deviation, 1);
}
