import type { CommandOf, Event } from '@ringfence/contracts';
import type { Decision, DomainId } from '@ringfence/kernel';
import { STARTING_RULES } from '@ringfence/margin';
import { DOMAIN, LISTED, VENUE, by, given, house, tick } from './house.fixture.js';

type Command = CommandOf<'SetPortfolioParameters'>;
const parameters: Command['parameters'] = {
  ...STARTING_RULES,
  scenarios: [...STARTING_RULES.scenarios],
};
const set = (
  changes: Partial<Command['parameters']> = {},
  more: Partial<Command> = {},
): Command => ({
  type: 'SetPortfolioParameters',
  domain: DOMAIN,
  effective: 9_000,
  parameters: { ...parameters, ...changes },
  ...more,
});
const rejectionOf = (decision: Decision<Event>): unknown =>
  decision.accepted ? 'accepted' : decision.rejection;
const refused = (changes: Partial<Command['parameters']>): unknown =>
  rejectionOf(given(...LISTED).when(set(changes)));

describe('portfolio parameters', () => {
  it('are versioned by domain and say from when they hold', () => {
    const decision = given(...LISTED, set()).when(set({}, { effective: 10_000 }));
    expect(decision).toMatchObject({
      events: [{ type: 'PortfolioParametersSet', domain: DOMAIN, version: 2, effective: 10_000 }],
    });
    expect(house(...LISTED, set()).portfolios.get(DOMAIN)).toMatchObject({ version: 1 });
  });
  it('are not recorded below a legal floor', () => {
    const below = (field: string): unknown => ({
      code: 'parameter-out-of-range',
      detail: { field, rule: 'below-legal-floor' },
    });
    expect(refused({ confidencePpm: 989_999 })).toEqual(below('confidencePpm'));
    expect(refused({ bufferPpm: 249_999 })).toEqual(below('bufferPpm'));
    expect(refused({ marginPeriodMs: 86_399_999 })).toEqual(below('marginPeriodMs'));
    expect(refused({ confidencePpm: 990_000, bufferPpm: 250_000 })).toBe('accepted');
  });
  it('are not recorded with scenarios that do not fit', () => {
    expect(refused({ scenarios: [] })).toMatchObject({ detail: { rule: 'no-scenario' } });
    const rises = parameters.scenarios.filter(({ spotPpm }) => spotPpm >= 1_000_000);
    expect(refused({ scenarios: rises })).toMatchObject({ detail: { rule: 'one-sided' } });
  });
  it('are of operators, of an open domain and of the future', () => {
    const code = (decision: Decision<Event>): unknown =>
      decision.accepted ? 'accepted' : decision.rejection.code;
    expect(code(given(...LISTED).when(by(VENUE, set())))).toBe('role-not-allowed');
    const domain = 9 as DomainId;
    expect(code(given(...LISTED).when(set({}, { domain })))).toBe('domain-unknown');
    expect(code(given(...LISTED, tick(9_001)).when(set()))).toBe('effective-in-the-past');
    expect(code(given(...LISTED, tick(9_000)).when(set()))).toBe('accepted');
  });
});
