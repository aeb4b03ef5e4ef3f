import type { EventOf, OptionRight } from '@ringfence/contracts';
import { present, type AssetId, type DomainId, type InstrumentId } from '@ringfence/kernel';
import type { MemberId } from '@ringfence/kernel';

/** Margin parameters of an instrument in force. */
export type InstrumentParameters = EventOf<'InstrumentParametersSet'>['parameters'];
/** Times, windows and approvals of the house in force. */
export type HouseParameters = EventOf<'HouseParametersSet'>['parameters'];

/** Parameters of portfolio margin of a domain, as last set. */
export interface PortfolioParameters {
  readonly version: number;
  /** ms UTC */
  readonly effective: number;
  readonly parameters: EventOf<'PortfolioParametersSet'>['parameters'];
}

/** A member of the clearing house; number 0 is the house itself. */
export interface Member {
  readonly name: string;
}
/** An API key: who may act, and as what. Its secret is never here, only the print of it. */
export interface Key {
  readonly member: MemberId;
  readonly role: EventOf<'KeyIssued'>['role'];
  readonly print: string;
  revoked: boolean;
}
/** An asset that the house holds as collateral or settles in. */
export interface Asset {
  readonly caip: string;
  readonly symbol: string;
  readonly scale: number;
  readonly haircutPpm: number;
  readonly confirmations: number;
  /** symbol of the instrument that prices it; empty for a settlement asset */
  readonly pricedBy: string;
}
/** Instruments that are settled and mutualised together. */
export interface Domain {
  readonly name: string;
  readonly settlement: AssetId;
  /** last round opened, 0 before the first */
  round: number;
}
/** Any instrument with its parameters, its newest used price and what follows from it. */
export interface Instrument {
  readonly symbol: string;
  readonly domain: DomainId;
  readonly settlement: AssetId;
  /** settlement-asset units per lot and tick */
  readonly unit: bigint;
  /** settlement-asset units of one tick for one whole base unit */
  readonly tickUnits: bigint;
  readonly tickSteps: number;
  readonly tickScale: number;
  parameters: InstrumentParameters | null;
  /** of the parameters, 0 before the first */
  version: number;
  /** newest used price in ticks, 0 before the first */
  price: number;
  /** parts of 1e-12 */
  variance: number;
  /** rate in force, 0 before the first price */
  initialPpm: number;
  /** off-band price in ticks that waits for its confirmation, 0 for none */
  held: number;
}

/** Rules of an instrument, and what they must remember from frame to frame. */
export interface Ruled {
  readonly version: number;
  readonly rules: EventOf<'RiskRulesSet'>['rules'];
  /** rate that volatility asked for, and after the rules against procyclicality; 0: no frame yet */
  readonly basePpm: number;
  readonly guardedPpm: number;
  /** last observed, lots; 0 before */
  readonly openInterest: number;
}
/** How an instrument is auctioned; null: not at all. */
export interface Auctioned {
  readonly version: number;
  readonly auction: EventOf<'AuctionRulesSet'>['auction'];
}
/** How an instrument ends. Futures and options have such terms, perpetuals have none. */
export interface Terms {
  readonly underlying: InstrumentId;
  /** ms UTC */
  readonly expiry: number;
  /** null for a future */
  readonly right: OptionRight | null;
  /** in ticks of the underlying; 0 for a future */
  readonly strike: number;
  /** last published, 0 before the first and for a future */
  volatilityPpm: number;
  /** its last mark in its own ticks; null while it lives */
  settled: number | null;
  /** rounds of the domain that were open or past when it ended */
  settledAfter: number;
}

/** Everything that the reference lane knows: plain data, written by `evolve` alone. */
export interface ReferenceState {
  readonly members: Map<MemberId, Member>;
  readonly keys: Map<number, Key>;
  readonly assets: Map<AssetId, Asset>;
  readonly domains: Map<DomainId, Domain>;
  readonly instruments: Map<InstrumentId, Instrument>;
  /** rules beyond the parameters; most instruments have none */
  readonly ruled: Map<InstrumentId, Ruled>;
  /** rules of auctions; most instruments have none */
  readonly auctions: Map<InstrumentId, Auctioned>;
  readonly terms: Map<InstrumentId, Terms>;
  /** options that live, in the order of their numbers */
  options: readonly InstrumentId[];
  /** portfolio parameters of each domain, the newest version */
  readonly portfolios: Map<DomainId, PortfolioParameters>;
  /** what is unique, by its text: prints of keys, keys of CAIP-19 ids, symbols */
  readonly prints: Set<string>;
  readonly caips: Set<string>;
  readonly assetSymbols: Set<string>;
  readonly symbols: Map<string, InstrumentId>;
  readonly house: {
    parameters: HouseParameters | null;
    version: number;
    /** number and time (ms UTC) of the last tick, 0 before the first */
    tick: number;
    now: number;
    /** number of the last frame with a used price; time of the last frame, held ones too */
    frame: number;
    frameTime: number;
  };
  /** digest of every aggregate as of the last call, their sum, and what changed since */
  readonly digests: {
    sum: bigint;
    readonly of: Map<string, bigint>;
    readonly changed: Set<string>;
  };
}

/** The house before its first fact: member 0 and nothing else. */
export function initialReference(): ReferenceState {
  return {
    members: new Map([[0 as MemberId, { name: 'house' }]]),
    keys: new Map(),
    assets: new Map(),
    domains: new Map(),
    instruments: new Map(),
    ruled: new Map(),
    auctions: new Map(),
    terms: new Map(),
    options: [],
    portfolios: new Map(),
    prints: new Set(),
    caips: new Set(),
    assetSymbols: new Set(),
    symbols: new Map(),
    house: { parameters: null, version: 0, tick: 0, now: 0, frame: 0, frameTime: 0 },
    digests: { sum: 0n, of: new Map(), changed: new Set() },
  };
}

/** Numbers are dense: the next one after those that were given, the first being 1. */
export const nextNumber = (given: ReadonlyMap<unknown, unknown>): number => given.size + 1;

/** An instrument that an own fact names. */
export const instrumentOf = (state: ReferenceState, id: InstrumentId): Instrument =>
  present(state.instruments.get(id), 'a listed instrument');
/** Rules that an own fact names. */
export const ruledOf = (state: ReferenceState, id: InstrumentId): Ruled =>
  present(state.ruled.get(id), 'rules of an instrument');
/** The terms of a future or option that an own fact names. */
export const termsOf = (state: ReferenceState, id: InstrumentId): Terms =>
  present(state.terms.get(id), 'a dated instrument');
/** A domain that an own fact names. */
export const domainOf = (state: ReferenceState, id: DomainId): Domain =>
  present(state.domains.get(id), 'an opened domain');
