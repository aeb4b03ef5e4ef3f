import type { EventOf } from '@ringfence/contracts';
import type { AssetId, DomainId, InstrumentId } from '@ringfence/kernel';

/** View of reference. Lists are indexed by the dense ids; null where there is nothing. */
export interface Market {
  /** log time: ms UTC of the last tick, 0 before the first */
  now: number;
  /** number of the newest frame, 0 before the first */
  frame: number;
  /** ms UTC of the newest frame: what expiries are counted from */
  frameTime: number;
  callWindowMs: number;
  /** ms of all outages so far */
  outageMs: number;
  readonly instruments: (Instrument | null)[];
  readonly assets: (Asset | null)[];
  readonly domains: (AssetId | null)[];
  /** by domain: versions of its portfolio parameters, in the order in which they were set */
  readonly rules: (RulesVersion[] | null)[];
  /** instruments by symbol: what prices an asset */
  readonly symbols: Map<string, InstrumentId>;
}
/** Margin rates in parts per million of notional, as the frame published them. */
export interface Rates {
  initialPpm: number;
  callPpm: number;
  maintenancePpm: number;
  releasePpm: number;
}
export interface Instrument extends Rates {
  readonly id: InstrumentId;
  readonly domain: DomainId;
  readonly settlement: AssetId;
  /** settlement-asset units per lot and tick */
  readonly unit: bigint;
  /** settlement-asset units per tick of one whole base unit: what prices collateral */
  readonly tickUnits: bigint;
  /** null for a perpetual */
  readonly terms: Terms | null;
  /** ticks; of an option its recorded model value, which may be 0 */
  mark: number;
  /** mark × unit */
  lotValue: bigint;
  /** whether it ever had a mark */
  isPriced: boolean;
  /** it ended: the mark is its settlement price, and nothing is required for it */
  isFinal: boolean;
  /** ms UTC of the frame that the mark is from, and to which it may be used */
  markedAt: number;
  validUntil: number;
  /** per year, of an option; 0 for the rest */
  volatilityPpm: number;
}
/** What a dated instrument ends by. */
export interface Terms {
  /** of a future its perpetual, of an option what its forward is the price of */
  readonly underlying: InstrumentId;
  /** ms UTC */
  readonly expiry: number;
  /** strike in ticks of the underlying; null for a future */
  readonly option: { readonly isCall: boolean; readonly strike: number } | null;
}
export interface RulesVersion {
  readonly version: number;
  /** ms UTC from which on it is in force */
  readonly effective: number;
  readonly rules: EventOf<'PortfolioParametersSet'>['parameters'];
}
export interface Asset {
  readonly haircutPpm: number;
  readonly pricedBy: string;
  /** 10^scale smallest units are one whole unit */
  readonly whole: bigint;
}

export const emptyMarket = (): Market => ({
  now: 0,
  frame: 0,
  frameTime: 0,
  callWindowMs: 0,
  outageMs: 0,
  instruments: [],
  assets: [],
  domains: [],
  rules: [],
  symbols: new Map(),
});

/** Whether its value is by model, not by variation: a live option. */
export const isLiveOption = ({ terms, isFinal }: Instrument): boolean =>
  !isFinal && (terms?.option ?? null) !== null;

/**
 * The parameters that a domain's options are margined by at the newest frame.
 *
 * @returns the last set of those in force; null when there is none
 */
export function rulesAt({ rules, frameTime }: Market, domain: DomainId): RulesVersion | null {
  return rules[domain]?.findLast(({ effective }) => effective <= frameTime) ?? null;
}
