import { lowerNormalQuantile } from '../expected-shortfall.js';
import type { PortfolioRules, ScenarioRule } from './rules.js';

/** A parameter that the house may not margin by, and the rule it breaks. */
export interface RuleProblem {
  /** `scenarios[3].dampeningPpm` */
  readonly field: string;
  readonly rule:
    | 'not-a-whole-number'
    | 'below-legal-floor'
    | 'out-of-range'
    | 'below-maintenance'
    | 'no-scenario'
    | 'too-many-scenarios'
    | 'no-regular-scenario'
    | 'one-sided'
    | 'narrower-than-confidence'
    | 'dampened'
    | 'moves-price'
    | 'needs-a-volatility-shock';
}

const PPM = 1_000_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** 17 CFR 39.13(g)(2)(iii): at least 99 percent. */
const CONFIDENCE_MIN = 990_000;
/** 17 CFR 39.13(g)(2)(ii): at least one day for futures and options. */
const MARGIN_PERIOD_MIN = DAY_MS;
/** RTS 153/2013 article 28(1)(a): at least 25 percent. */
const BUFFER_MIN = 250_000;
const SCENARIOS_MAX = 64;
const FACTOR_MAX = 20 * PPM;
/** Whole numbers up to here keep their product with a part per million in a double. */
const WHOLE_MAX = 2 ** 53;

/**
 * What keeps rules from being put in force: legal floors and a set of scenarios that does not fit.
 *
 * @returns in the order of the checks; empty when there is none
 * @source issue 6, section 5; 17 CFR 39.13(g); RTS 153/2013 articles 24, 26, 28
 */
export function portfolioRuleProblems(rules: PortfolioRules): RuleProblem[] {
  const check = new Check(rules);
  check.wholeNumbers();
  if (check.found.length > 0) return check.found;
  check.floors();
  check.ranges();
  check.levels();
  check.scenarios();
  return check.found;
}

type NumberName = Exclude<keyof PortfolioRules, 'scenarios'>;
const SIGNED: readonly NumberName[] = [
  'linearSkewBasePpm',
  'linearSkewScalePpm',
  'absoluteSkewBasePpm',
  'absoluteSkewScalePpm',
  'skewVolatilitySlopePpm',
];

class Check {
  readonly found: RuleProblem[] = [];
  constructor(private readonly rules: PortfolioRules) {}

  #add(field: string, rule: RuleProblem['rule'], broken: boolean): void {
    if (broken) this.found.push({ field, rule });
  }

  wholeNumbers(): void {
    const { scenarios, ...numbers } = this.rules;
    for (const [name, value] of Object.entries(numbers)) {
      const least = SIGNED.includes(name as NumberName) ? -WHOLE_MAX : 0;
      const whole = Number.isInteger(value) && value >= least && value < WHOLE_MAX;
      this.#add(name, 'not-a-whole-number', !whole);
    }
    scenarios.forEach(({ spotPpm, dampeningPpm }, i) => {
      const whole = (value: number): boolean => Number.isInteger(value) && value >= 0;
      this.#add(`scenarios[${i}].spotPpm`, 'not-a-whole-number', !whole(spotPpm));
      this.#add(`scenarios[${i}].dampeningPpm`, 'not-a-whole-number', !whole(dampeningPpm));
    });
  }

  floors(): void {
    const { confidencePpm, marginPeriodMs, bufferPpm, initialLossPpm } = this.rules;
    this.#add('confidencePpm', 'below-legal-floor', confidencePpm < CONFIDENCE_MIN);
    this.#add('confidencePpm', 'out-of-range', confidencePpm >= PPM);
    this.#add('marginPeriodMs', 'below-legal-floor', marginPeriodMs < MARGIN_PERIOD_MIN);
    this.#add('bufferPpm', 'below-legal-floor', bufferPpm < BUFFER_MIN);
    this.#add('initialLossPpm', 'below-legal-floor', initialLossPpm < PPM);
  }

  ranges(): void {
    const { rules } = this;
    const within = (name: NumberName, least: number, most: number): void =>
      this.#add(name, 'out-of-range', rules[name] < least || rules[name] > most);
    within('volatilityPpm', 1, FACTOR_MAX);
    within('minShockedVolatilityPpm', 0, FACTOR_MAX);
    within('longDiscountPpm', 0, PPM);
    within('shortDiscountPpm', PPM, FACTOR_MAX);
    within('basisUpPpm', PPM, FACTOR_MAX);
    within('basisDownPpm', 1, PPM);
    within('maintenanceLossPpm', 1, FACTOR_MAX);
    within('callSharePpm', 1, PPM - 1);
    within('releasePpm', PPM + 1, FACTOR_MAX);
    within('oracleThresholdPpm', 0, PPM);
    within('pegThresholdPpm', 0, PPM);
    within('wrongWayPpm', 0, PPM);
    within('closeOutSpreadPpm', 0, PPM);
    within('standardMaxPpm', rules.standardMinPpm, PPM);
    within('standardOffsetPpm', PPM, FACTOR_MAX);
  }

  /** What initial asks for is nowhere less than what maintenance does. */
  levels(): void {
    const { rules } = this;
    const above = (name: NumberName, maintenance: NumberName): void =>
      this.#add(name, 'below-maintenance', rules[name] < rules[maintenance]);
    above('initialLossPpm', 'maintenanceLossPpm');
    above('standardMinPpm', 'standardCallPpm');
    above('unpairedInitialPpm', 'unpairedMaintenancePpm');
  }

  scenarios(): void {
    const { scenarios } = this.rules;
    this.#add('scenarios', 'no-scenario', scenarios.length === 0);
    this.#add('scenarios', 'too-many-scenarios', scenarios.length > SCENARIOS_MAX);
    scenarios.forEach((scenario, i) => this.#scenario(scenario, `scenarios[${i}]`));
    const regular = scenarios.filter(({ kind }) => kind === 'regular');
    this.#add('scenarios', 'no-regular-scenario', regular.length === 0);
    if (regular.length === 0) return;
    for (const shock of ['up', 'down', 'none'] as const) {
      const spots = regular.filter(({ volatility }) => volatility === shock);
      const falls = spots.some(({ spotPpm }) => spotPpm < PPM);
      const rises = spots.some(({ spotPpm }) => spotPpm > PPM);
      this.#add(`scenarios.${shock}`, 'one-sided', !falls || !rises);
    }
    const covered = PPM * this.#range();
    const lowest = Math.min(...regular.map(({ spotPpm }) => spotPpm));
    const highest = Math.max(...regular.map(({ spotPpm }) => spotPpm));
    const narrow = PPM - lowest < covered || highest - PPM < covered;
    this.#add('scenarios', 'narrower-than-confidence', narrow);
  }

  #scenario({ spotPpm, volatility, dampeningPpm, kind }: ScenarioRule, at: string): void {
    this.#add(`${at}.spotPpm`, 'out-of-range', spotPpm > FACTOR_MAX);
    this.#add(`${at}.dampeningPpm`, 'out-of-range', dampeningPpm > FACTOR_MAX);
    this.#add(`${at}.dampeningPpm`, 'dampened', kind === 'regular' && dampeningPpm < PPM);
    this.#add(`${at}.spotPpm`, 'moves-price', kind === 'skew' && spotPpm !== PPM);
    const along = volatility === 'linear' || volatility === 'absolute';
    this.#add(`${at}.volatility`, 'needs-a-volatility-shock', (kind === 'skew') !== along);
  }

  /** Relative move that the confidence covers over the margin period, as a normal return. */
  #range(): number {
    const { confidencePpm, marginPeriodMs, volatilityPpm } = this.rules;
    if (confidencePpm <= PPM / 2 || confidencePpm >= PPM) return 0;
    const deviations = -lowerNormalQuantile((PPM - confidencePpm) / PPM);
    return (deviations * volatilityPpm * Math.sqrt(marginPeriodMs / YEAR_MS)) / PPM;
  }
}
