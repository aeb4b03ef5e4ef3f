import { STARTING_RULES } from './default-rules.js';
import { portfolioRuleProblems } from './rule-problems.js';
import type { PortfolioRules } from './rules.js';

const problems = (change: Partial<PortfolioRules>): string[] =>
  portfolioRuleProblems({ ...STARTING_RULES, ...change }).map(
    ({ field, rule }) => `${field}: ${rule}`,
  );
const without = (keep: (scenario: PortfolioRules['scenarios'][number]) => boolean) => ({
  scenarios: STARTING_RULES.scenarios.filter(keep),
});

describe('rules of portfolio margin', () => {
  it('to start with have no problem', () => expect(problems({})).toEqual([]));

  it('below a legal floor are refused, at it they are not', () => {
    expect(problems({ confidencePpm: 989_999 })).toEqual(['confidencePpm: below-legal-floor']);
    expect(problems({ confidencePpm: 990_000 })).toEqual([]);
    expect(problems({ confidencePpm: 1_000_000 })).toEqual(['confidencePpm: out-of-range']);
    expect(problems({ bufferPpm: 249_999 })).toEqual(['bufferPpm: below-legal-floor']);
    expect(problems({ marginPeriodMs: 86_399_999 })).toEqual(['marginPeriodMs: below-legal-floor']);
    expect(problems({ initialLossPpm: 999_999 })).toEqual(['initialLossPpm: below-legal-floor']);
  });

  it('whose scenarios do not cover what they promise are refused', () => {
    // N⁻¹(0.99) = 2.3263: 18 percent in a day is a volatility of 147.8 percent, no more
    expect(problems({ volatilityPpm: 1_478_000 })).toEqual([]);
    expect(problems({ volatilityPpm: 1_479_000 })).toEqual(['scenarios: narrower-than-confidence']);
    expect(problems({ marginPeriodMs: 5 * 86_400_000 })).toEqual([
      'scenarios: narrower-than-confidence',
    ]);
  });

  it('with scenarios that do not fit are refused by name', () => {
    expect(problems({ scenarios: [] })).toEqual([
      'scenarios: no-scenario',
      'scenarios: no-regular-scenario',
    ]);
    expect(problems(without(({ volatility }) => volatility !== 'down'))).toEqual([
      'scenarios.down: one-sided',
    ]);
    expect(problems(without(({ kind, spotPpm }) => kind !== 'regular' || spotPpm >= 1e6))).toEqual([
      'scenarios.up: one-sided',
      'scenarios.down: one-sided',
      'scenarios.none: one-sided',
      'scenarios: narrower-than-confidence',
    ]);
    const { scenarios } = STARTING_RULES;
    const more = (scenario: Partial<PortfolioRules['scenarios'][number]>) => [
      ...scenarios,
      {
        spotPpm: 1_000_000,
        volatility: 'up',
        dampeningPpm: 1_000_000,
        kind: 'regular',
        ...scenario,
      } as const,
    ];
    expect(problems({ scenarios: more({ dampeningPpm: 999_999 }) })).toEqual([
      'scenarios[31].dampeningPpm: dampened',
    ]);
    expect(problems({ scenarios: more({ kind: 'skew' }) })).toEqual([
      'scenarios[31].volatility: needs-a-volatility-shock',
    ]);
    expect(
      problems({ scenarios: more({ kind: 'skew', volatility: 'linear', spotPpm: 1 }) }),
    ).toEqual(['scenarios[31].spotPpm: moves-price']);
    expect(problems({ scenarios: more({ spotPpm: NaN }) })).toEqual([
      'scenarios[31].spotPpm: not-a-whole-number',
    ]);
    expect(problems({ scenarios: Array.from({ length: 3 }, () => scenarios).flat() })).toEqual([
      'scenarios: too-many-scenarios',
    ]);
  });

  it('that are no whole number, off their range or below maintenance are refused', () => {
    expect(problems({ releasePpm: 1.5 })).toEqual(['releasePpm: not-a-whole-number']);
    expect(problems({ volRangeUpPpm: -1 })).toEqual(['volRangeUpPpm: not-a-whole-number']);
    expect(problems({ linearSkewBasePpm: -1 })).toEqual([]);
    expect(problems({ callSharePpm: 1_000_000 })).toEqual(['callSharePpm: out-of-range']);
    expect(problems({ longDiscountPpm: 1_000_001 })).toEqual(['longDiscountPpm: out-of-range']);
    expect(problems({ maintenanceLossPpm: 1_000_001 })).toEqual([
      'initialLossPpm: below-maintenance',
    ]);
    expect(problems({ standardCallPpm: 100_001 })).toEqual(['standardMinPpm: below-maintenance']);
  });
});
