import type { EventOf } from '@ringfence/contracts';
import type { DomainId, InstrumentId } from '@ringfence/kernel';
import type { LiquidationState } from '../state.js';

type Rules = EventOf<'PortfolioParametersSet'>['parameters'];

/** How a future or option ends; perpetuals have no such terms. */
export interface TermsView {
  readonly underlying: InstrumentId;
  /** ms UTC */
  readonly expiry: number;
  /** null for a future */
  readonly right: 'call' | 'put' | null;
  /** in ticks of the underlying; 0 for a future */
  readonly strike: number;
  /** of the newest frame that had one; 0 before, and for a future */
  volatilityPpm: number;
  /** it ended: the next round closes what is held of it */
  isOver: boolean;
}
/** Portfolio parameters by version, the first being 1. */
export type RulesByVersion = Rules[];

/** What of the reference log only portfolios need. */
export interface DatedView {
  /** ms UTC of the newest frame */
  frameTime: number;
  readonly terms: Map<InstrumentId, TermsView>;
  readonly portfolioRules: Map<DomainId, RulesByVersion>;
}
export const newDatedView = (): DatedView => ({
  frameTime: 0,
  terms: new Map(),
  portfolioRules: new Map(),
});

/** Notes the terms of a dated instrument. */
export function noteTerms(
  { dated }: LiquidationState,
  event: EventOf<'FutureListed'> | EventOf<'OptionListed'>,
): void {
  const { instrument, underlying, expiry } = event;
  const option = event.type === 'OptionListed' ? event : { right: null, strike: 0 };
  const { right, strike } = option;
  dated.terms.set(instrument, {
    underlying,
    expiry,
    right,
    strike,
    volatilityPpm: 0,
    isOver: false,
  });
}
export function noteVolatilities(
  { dated }: LiquidationState,
  { prices }: EventOf<'OptionsPriced'>,
): void {
  for (const { instrument, volatilityPpm } of prices) {
    const terms = dated.terms.get(instrument);
    if (terms) terms.volatilityPpm = volatilityPpm;
  }
}
export function noteOver(
  { dated }: LiquidationState,
  { instrument }: EventOf<'InstrumentExpired'>,
): void {
  const terms = dated.terms.get(instrument);
  if (terms) terms.isOver = true;
}
export function notePortfolioRules(
  { dated }: LiquidationState,
  { domain, parameters }: EventOf<'PortfolioParametersSet'>,
): void {
  const versions = dated.portfolioRules.get(domain);
  if (versions) versions.push(parameters);
  else dated.portfolioRules.set(domain, [parameters]);
}
