import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type Decision } from '@ringfence/kernel';
import { portfolioRuleProblems } from '@ringfence/margin';
import { refuseUnlessOperator } from './permission.js';
import type { ReferenceState } from './state.js';

/**
 * Sets the portfolio parameters of a domain under the next version, in force from `effective` on.
 * Nothing is recorded that is below its legal floor or a set of scenarios that does not fit.
 *
 * @returns `PortfolioParametersSet`; or `role-not-allowed`, `domain-unknown`,
 *          `effective-in-the-past` (carries now), `parameter-out-of-range` (the first problem's
 *          `field` and `rule`; see `portfolioRuleProblems`)
 */
export function setPortfolioParameters(
  command: CommandOf<'SetPortfolioParameters'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { domain, effective, parameters } = command;
  if (!state.domains.has(domain)) return reject('domain-unknown', { domain });
  const { now } = state.house;
  if (effective < now) return reject('effective-in-the-past', { effective, now });
  const [problem] = portfolioRuleProblems(parameters);
  if (problem) return reject('parameter-out-of-range', { ...problem });
  const version = (state.portfolios.get(domain)?.version ?? 0) + 1;
  return accept<Event>({ type: 'PortfolioParametersSet', domain, version, effective, parameters });
}
