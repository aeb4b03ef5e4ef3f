import { present } from '@ringfence/kernel';
import { scoreOf } from './bucket-score.js';
import {
  checked,
  nearestOf,
  recorded,
  type PortfolioBucket,
  type PortfolioEvaluation,
  type RequirementLine,
} from './evaluate.js';
import { optionValueOf, portfolioOf, priceOf, type UnderlyingHoldings } from './holdings.js';
import type { Portfolio } from './multi-collateral-types.js';
import { addGreeks, noGreeks } from './portfolio-greeks.js';
import type { PortfolioModel } from './rules.js';
import { standardOptionMargin } from './standard-option.js';
import { standardRequirement, type StandardRequirement } from './standard-positions.js';

const NONE: StandardRequirement = { maintenance: 0n, call: 0n, initial: 0n, release: 0n };

/**
 * The requirement of an isolated or cross bucket that holds options: linear positions by their
 * rates, every option by itself, and no offset between any two.
 *
 * Of options only shorts count for equity, as what is owed; a long one's value is not credited.
 *
 * @param linear  what the rates of frames require, per underlying; smallest settlement units
 * @returns as `evaluatePortfolio`; no scenario, and the call level is not moved by the score
 * @throws PortfolioRefused as `evaluatePortfolio`
 * @source DESIGN 6.4; rules/portfolio-margin, standard-option-margin
 */
export function evaluateStandard(
  bucket: PortfolioBucket,
  linear: readonly StandardRequirement[],
  model: PortfolioModel,
): PortfolioEvaluation {
  const { underlyings, time, settlementPpm } = bucket;
  const portfolios = underlyings.map((held) =>
    checked(portfolioOf(held, time, settlementPpm), model.scenarios),
  );
  const ofLinear = linear.reduce(plus, NONE);
  const ofOptions = optionsRequirement(bucket, model);
  const whole = plus(ofLinear, ofOptions);
  const charged = portfolios.map((portfolio) => {
    const greeks = noGreeks();
    addGreeks(portfolio, greeks);
    return { greeks, wrongWay: 0, periodsToClose: 0 };
  });
  const above = Number(bucket.equity - whole.maintenance);
  return {
    requirements: [...lineOf('linear', ofLinear), ...lineOf('standard-option', ofOptions)],
    ...whole,
    worstScenario: null,
    netOptionValue: owedValue(underlyings),
    greeks: recorded(charged),
    liquidation: nearestOf(
      underlyings,
      underlyings.map((held, i) =>
        slackOf(
          held,
          present(portfolios[i], 'one per underlying'),
          linear[i] ?? NONE,
          above,
          model,
        ),
      ),
    ),
    riskScorePpm: scoreOf(bucket.equity, portfolios, charged, model.rules),
  };
}

/** The part of `evaluateStandard` that the gate asks for: options alone. */
export function optionsRequirement(
  { underlyings, time }: Pick<PortfolioBucket, 'underlyings' | 'time'>,
  model: PortfolioModel,
): StandardRequirement {
  let sum = NONE;
  for (const { spot, options } of underlyings) {
    for (const option of options) sum = plus(sum, standardRequirement(option, spot, time, model));
  }
  return sum;
}

/** What short options are worth, ≤ 0; long ones count for nothing. */
export function owedValue(underlyings: readonly UnderlyingHoldings[]): bigint {
  let sum = 0n;
  for (const { options } of underlyings) {
    for (const option of options) if (option.lots < 0) sum += optionValueOf(option);
  }
  return sum;
}

const plus = (a: StandardRequirement, b: StandardRequirement): StandardRequirement => ({
  maintenance: a.maintenance + b.maintenance,
  call: a.call + b.call,
  initial: a.initial + b.initial,
  release: a.release + b.release,
});

const lineOf = (
  line: 'linear' | 'standard-option',
  { maintenance, initial }: StandardRequirement,
): RequirementLine[] => (initial === 0n ? [] : [{ line, maintenance, initial }]);

/**
 * What is left above maintenance as one underlying moves; `above` at its price. Pending legs keep
 * what they need now.
 */
function slackOf(
  { spot, collateral }: UnderlyingHoldings,
  { perps, perpPrice, futures = [], expiries }: Portfolio,
  linear: StandardRequirement,
  above: number,
  { standard }: PortfolioModel,
): (move: number) => number {
  let moving = perps * perpPrice + Number(collateral) - Number(linear.maintenance);
  for (const { amount, price } of futures) moving += amount * price;
  const shorts = expiries.flatMap(({ secondsToExpiry, forward, options }) =>
    options
      .filter(({ amount }) => amount < 0)
      .map((option) => ({ secondsToExpiry, forward, options: [option] })),
  );
  const owed = (move: number): number => {
    const moved = shorts.map((short) => ({ ...short, forward: short.forward * move }));
    let sum = 0;
    for (const short of moved) {
      sum += standardOptionMargin(priceOf(spot) * move, [short], standard).maintenance;
    }
    return sum;
  };
  const now = owed(1);
  return (move) => (move === 1 ? above : above + moving * (move - 1) + owed(move) - now);
}
