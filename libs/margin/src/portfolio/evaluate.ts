import { invariant } from '@ringfence/kernel';
import { PPM, ceilDiv } from '@ringfence/money';
import { chargesOf, type Charged, type RequirementName } from './charges.js';
import { optionValueOf, portfolioOf, type UnderlyingHoldings } from './holdings.js';
import type { Portfolio, Scenario } from './multi-collateral-types.js';
import { nearestFailure } from './liquidation-search.js';
import type { PortfolioGreeks } from './portfolio-greeks.js';
import { portfolioProblems, type PortfolioProblem } from './problems.js';
import type { PortfolioModel } from './rules.js';
import { scoreOf } from './bucket-score.js';
import { callShare } from './risk-score.js';
import { ScenarioModel } from './scenario-model.js';

/** A portfolio bucket in the figures of the house. */
export interface PortfolioBucket {
  /** ms UTC that expiries are counted from: of the frame that the marks are from */
  readonly time: number;
  /** smallest units of one whole settlement unit */
  readonly whole: bigint;
  /** maintenance view, net option value included; signed smallest units */
  readonly equity: bigint;
  /** price of the settlement asset in what it is pegged to; 1_000_000: at its peg */
  readonly settlementPpm: number;
  readonly underlyings: readonly UnderlyingHoldings[];
}
/** Whole smallest settlement units, each rounded up. */
export interface RequirementLine {
  readonly line: RequirementName;
  readonly maintenance: bigint;
  readonly initial: bigint;
}
/** Smallest settlement units, rounded to the nearest; see `PortfolioGreeks` for what they say. */
export interface RecordedGreeks {
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
  readonly rho: bigint;
  readonly vanna: bigint;
  readonly volga: bigint;
}
export interface PortfolioEvaluation {
  /** what is charged, in the order of the model; levels are the sums of their columns */
  readonly requirements: readonly RequirementLine[];
  readonly maintenance: bigint;
  /** between maintenance and initial; moved by the score, see `callShare` */
  readonly call: bigint;
  readonly initial: bigint;
  readonly release: bigint;
  /** index of the worst scenario in the underlying that loses most; null: none or basis */
  readonly worstScenario: number | null;
  /** signed, exact */
  readonly netOptionValue: bigint;
  readonly greeks: RecordedGreeks;
  /** of the underlying with the nearest one */
  readonly liquidation: {
    /** place in `underlyings` */
    readonly underlying: number;
    /** ticks of it */
    readonly price: number;
  } | null;
  /** 0 to 1_000_000 */
  readonly riskScorePpm: number;
}

/** A portfolio that cannot be margined: names the field and the rule. */
export class PortfolioRefused extends RangeError {
  override readonly name = 'PortfolioRefused';
  constructor(readonly problems: readonly PortfolioProblem[]) {
    super(problems.map(({ field, rule }) => `${field}: ${rule}`).join('; '));
  }
}

/**
 * The requirement of a portfolio bucket, its Greeks and where it would be breached: the function
 * with which the house margins it, on the scenario model of `portfolioMargin`.
 *
 * What hangs on one underlying is netted; underlyings are added up, so no hedge is counted between
 * two of them. Pending legs count at their worst, per scenario. Every line is rounded up once.
 *
 * @returns whole units only; the same for the same inputs on every machine
 * @throws PortfolioRefused when a price is not above 0, an expiry has passed, a volatility is
 *         negative, or anything is not a number
 * @source DESIGN 6.4; rules/portfolio-margin-multi-collateral
 */
export function evaluatePortfolio(
  bucket: PortfolioBucket,
  model: PortfolioModel,
): PortfolioEvaluation {
  const { models, charged, requirements, maintenance, initial } = assessed(bucket, model);
  const portfolios = models.map(({ portfolio }) => portfolio);
  const riskScorePpm = scoreOf(bucket.equity, portfolios, charged, model.rules);
  const share = BigInt(callShare(model.rules.callSharePpm, riskScorePpm));
  return {
    requirements,
    maintenance,
    call: maintenance + ceilDiv((initial - maintenance) * share, BigInt(PPM)),
    initial,
    release: ceilDiv(initial * BigInt(model.rules.releasePpm), BigInt(PPM)),
    worstScenario: worstOf(charged),
    netOptionValue: netOptionValueOf(bucket.underlyings),
    greeks: recorded(charged),
    liquidation: liquidationOf(bucket, models, charged, maintenance),
    riskScorePpm,
  };
}

/** What the gate asks of a portfolio: the levels of `evaluatePortfolio`, and nothing else. */
export function portfolioRequirement(
  bucket: PortfolioBucket,
  model: PortfolioModel,
): Pick<PortfolioEvaluation, 'maintenance' | 'initial' | 'netOptionValue'> {
  const { maintenance, initial } = assessed(bucket, model);
  return { maintenance, initial, netOptionValue: netOptionValueOf(bucket.underlyings) };
}

function assessed(bucket: PortfolioBucket, model: PortfolioModel) {
  const models = bucket.underlyings.map((held) => scenariosOf(held, bucket, model));
  const charged = bucket.underlyings.map((held, i) =>
    chargesOf(held, at(models, i), model, bucket.whole, bucket.time),
  );
  const requirements = summed(charged);
  let maintenance = 0n;
  let initial = 0n;
  for (const line of requirements) {
    maintenance += line.maintenance;
    initial += line.initial;
  }
  return { models, charged, requirements, maintenance, initial };
}

function scenariosOf(
  held: UnderlyingHoldings,
  { time, settlementPpm }: PortfolioBucket,
  { scenarios, parameters }: PortfolioModel,
): ScenarioModel {
  const portfolio = checked(portfolioOf(held, time, settlementPpm), scenarios);
  return new ScenarioModel(portfolio, scenarios, parameters);
}

/** @throws PortfolioRefused */
export function checked(portfolio: Portfolio, scenarios: readonly Scenario[]): Portfolio {
  const problems = portfolioProblems(portfolio, scenarios);
  if (problems.length > 0) throw new PortfolioRefused(problems);
  return portfolio;
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  invariant(found !== undefined, 'one of each per underlying');
  return found;
}

/** Doubles carry noise of this part: taken off first, so that it costs nobody a whole unit. */
const NOISE = 1e-13;
const up = (value: number): number => Math.ceil(value - value * NOISE);

/** @throws InvariantViolation when it is not finite: what is recorded is a whole number */
function rounded(value: number, round: (value: number) => number): bigint {
  invariant(Number.isFinite(value), 'a figure that is recorded is finite');
  return BigInt(round(value));
}

/** Lines of all underlyings by name, rounded up once; without those that charge nothing. */
function summed(charged: readonly Charged[]): RequirementLine[] {
  const sums = new Map<RequirementName, { maintenance: number; initial: number }>();
  for (const { charges } of charged) {
    for (const { line, maintenance, initial } of charges) {
      if (maintenance === 0 && initial === 0) continue;
      const sum = sums.get(line);
      if (!sum) sums.set(line, { maintenance, initial });
      else {
        sum.maintenance += maintenance;
        sum.initial += initial;
      }
    }
  }
  return [...sums].map(([line, { maintenance, initial }]) => ({
    line,
    maintenance: rounded(maintenance, up),
    initial: rounded(initial, up),
  }));
}

function worstOf(charged: readonly Charged[]): number | null {
  let worst: Charged | null = null;
  for (const each of charged) if (each.loss > (worst?.loss ?? 0)) worst = each;
  return worst?.worstScenario ?? null;
}

/** What all options are worth at their model prices; signed smallest settlement units, exact. */
export function netOptionValueOf(underlyings: readonly UnderlyingHoldings[]): bigint {
  let sum = 0n;
  for (const { options } of underlyings) for (const each of options) sum += optionValueOf(each);
  return sum;
}

/** Greeks as they are recorded: summed, then rounded to the nearest. */
export function recorded(charged: readonly { readonly greeks: PortfolioGreeks }[]): RecordedGreeks {
  const sum = (name: keyof RecordedGreeks): bigint =>
    rounded(
      charged.reduce((total, { greeks }) => total + greeks[name], 0),
      Math.round,
    );
  return {
    delta: sum('delta'),
    gamma: sum('gamma'),
    vega: sum('vega'),
    theta: sum('theta'),
    rho: sum('rho'),
    vanna: sum('vanna'),
    volga: sum('volga'),
  };
}

/** Charges that stand still when the underlying moves; the others scale with price or loss. */
const STILL: ReadonlySet<RequirementName> = new Set(['size', 'wrong-way']);
const LOSSES: ReadonlySet<RequirementName> = new Set([
  'scenario',
  'tail',
  'skew',
  'basis',
  'liquidity',
]);

/**
 * The nearest price of an underlying, everything else as it is, at which equity falls below
 * maintenance.
 */
function liquidationOf(
  { equity, underlyings }: PortfolioBucket,
  models: readonly ScenarioModel[],
  charged: readonly Charged[],
  maintenance: bigint,
): PortfolioEvaluation['liquidation'] {
  const above = Number(equity - maintenance);
  return nearestOf(
    underlyings,
    models.map((model, i) => slackOf(model, at(charged, i), above)),
  );
}

/** The nearest failure over several underlyings, each moving alone. */
export function nearestOf(
  underlyings: readonly UnderlyingHoldings[],
  slacks: readonly ((move: number) => number)[],
): PortfolioEvaluation['liquidation'] {
  let nearest = -1;
  let least = 0;
  slacks.forEach((slack, i) => {
    const move = nearestFailure(slack);
    if (move === null || (nearest >= 0 && distance(move) >= distance(least))) return;
    [nearest, least] = [i, move];
  });
  if (nearest < 0) return null;
  const price = at(underlyings, nearest).spot.mark * least;
  return { underlying: nearest, price: least < 1 ? Math.ceil(price) : Math.floor(price) };
}

const distance = (move: number): number => (move < 1 ? 1 / move : move);

/** What is left above maintenance as one underlying moves; `above` at its price. */
function slackOf(model: ScenarioModel, { charges, loss }: Charged, above: number) {
  let [still, withPrice, withLoss] = [0, 0, 0];
  for (const { line, maintenance } of charges) {
    if (STILL.has(line)) still += maintenance;
    else if (LOSSES.has(line)) withLoss += maintenance;
    else withPrice += maintenance;
  }
  const perLoss = loss > 0 ? withLoss / loss : model.parameters.maintenanceLossFactor;
  const free = above + still + withPrice + withLoss - model.losses.options;
  const moving = model.linear + model.moving;
  return (move: number): number => {
    if (move === 1) return above;
    const { lowest, basis, options } = model.at(move);
    const required = still + withPrice * move - Math.min(lowest, basis) * perLoss;
    return free + moving * (move - 1) + options - required;
  };
}
