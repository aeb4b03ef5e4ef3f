import type { Portfolio, Scenario } from './multi-collateral-types.js';

/** A figure that cannot be margined, and the rule it breaks. */
export interface PortfolioProblem {
  /** `expiries[0].options[1].volatility` */
  readonly field: string;
  readonly rule:
    | 'not-a-number'
    | 'negative'
    | 'not-above-zero'
    | 'not-a-confidence'
    | 'expiry-in-the-past'
    | 'no-scenario';
}

/**
 * What keeps a portfolio from being margined; to be looked at before `portfolioMargin`, which
 * trusts its inputs.
 *
 * @returns one problem per field; empty when there is none
 */
export function portfolioProblems(
  portfolio: Portfolio,
  scenarios: readonly Scenario[],
): PortfolioProblem[] {
  const check = new Check();
  if (scenarios.length === 0) check.found.push({ field: 'scenarios', rule: 'no-scenario' });
  check.numbers('', portfolio, ['cash', 'perps', 'perpPrice', 'perpPnl', 'funding']);
  check.above('', portfolio, ['spot', 'stable']);
  check.confidences('', portfolio, ['spotConfidence', 'perpConfidence']);
  check.atLeast('perpPending.', { buys: 0, sells: 0, ...portfolio.perpPending }, PENDING);
  portfolio.futures?.forEach((future, i) => {
    const at = `futures[${i}].`;
    check.numbers(at, future, ['amount']);
    check.above(at, future, ['price']);
    check.atLeast(at, { buys: 0, sells: 0, ...future }, PENDING);
  });
  portfolio.collateral.forEach((each, i) => {
    const at = `collateral[${i}].`;
    check.atLeast(at, each, ['amount', 'price', 'maintenanceHaircut', 'initialHaircut']);
    check.confidences(at, each, ['confidence']);
  });
  portfolio.expiries.forEach((expiry, i) => {
    const at = `expiries[${i}].`;
    if (expiry.secondsToExpiry < 0) {
      check.found.push({ field: `${at}secondsToExpiry`, rule: 'expiry-in-the-past' });
    }
    check.numbers(at, expiry, ['secondsToExpiry', 'rate']);
    check.above(at, expiry, ['forward']);
    check.confidences(at, expiry, ['forwardConfidence', 'rateConfidence', 'volConfidence']);
    expiry.options.forEach((option, j) => {
      check.numbers(`${at}options[${j}].`, option, ['amount']);
      check.above(`${at}options[${j}].`, option, ['strike']);
      check.atLeast(`${at}options[${j}].`, option, ['volatility']);
      if (option.buys === undefined && option.sells === undefined) return;
      check.atLeast(`${at}options[${j}].`, { buys: 0, sells: 0, ...option }, PENDING);
    });
  });
  scenarios.forEach((scenario, i) => {
    check.atLeast(`scenarios[${i}].`, scenario, ['spotShock', 'dampening']);
  });
  return check.found;
}

const PENDING = ['buys', 'sells'] as const;

type Names<T> = readonly { [K in keyof T]: T[K] extends number ? K & string : never }[keyof T][];

class Check {
  readonly found: PortfolioProblem[] = [];

  numbers<T>(place: string, of: T, names: Names<T>): void {
    this.#each(place, of, names, () => null);
  }
  atLeast<T>(place: string, of: T, names: Names<T>): void {
    this.#each(place, of, names, (value) => (value < 0 ? 'negative' : null));
  }
  above<T>(place: string, of: T, names: Names<T>): void {
    this.#each(place, of, names, (value) => (value <= 0 ? 'not-above-zero' : null));
  }
  confidences<T>(place: string, of: T, names: Names<T>): void {
    this.#each(place, of, names, (value) => (value < 0 || value > 1 ? 'not-a-confidence' : null));
  }

  #each<T>(
    place: string,
    of: T,
    names: Names<T>,
    rule: (value: number) => PortfolioProblem['rule'] | null,
  ): void {
    for (const name of names) {
      const value = of[name] as number;
      const broken = Number.isFinite(value) ? rule(value) : 'not-a-number';
      if (broken) this.found.push({ field: `${place}${name}`, rule: broken });
    }
  }
}
