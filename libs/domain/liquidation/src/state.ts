import { present, type AccountId, type BucketId, type DomainId } from '@ringfence/kernel';
import { closeOutKey, type OfBucket } from './close-out-key.js';
import type { PortfolioCloseOut } from './close-out/portfolio-notes.js';
import { newPaces, type Paces } from './close-out/pace.js';
import { newClearing, type Clearing } from './clearing/state.js';
import { newAuctions, type Auctions } from './auction/state.js';
import { newAccountsView, type AccountsView } from './views/accounts.js';
import { newDatedView, type DatedView } from './views/dated.js';
import { newReferenceView, type ReferenceView } from './views/reference.js';
import { newRiskView, type RiskView } from './views/risk.js';

/**
 * Where a bucket stands. `called`: its owner was told; `reducing`: it is closed out by slices;
 * `failing`: the next round must deleverage it; `deficit`: nothing is left to close, a round must
 * take the loss; `ended`: over, but the answer to a slice or sale is still to come.
 */
export type CloseOutStatus = 'called' | 'reducing' | 'failing' | 'deficit' | 'ended';

/** Accounts had a newer frame than the plan: it is made anew, and nobody refused it. */
export const STALE = 'stale-slice';

/** A planned slice whose answer is not here yet; `lots` > 0. */
export interface OpenSlice {
  readonly slice: number;
  readonly lots: number;
}

/** One bucket in trouble. */
export interface CloseOut {
  readonly account: AccountId;
  readonly bucket: BucketId;
  status: CloseOutStatus;
  /** number of the last call noted, 0 for none */
  call: number;
  slice: OpenSlice | null;
  /** tick of the last slice: the next one is sized later */
  sizedTick: number;
  /** slices refused in a row */
  refusals: number;
  /** most lots of the next slice after a refusal; 0: no such bound */
  lotsMax: number;
  /** accounts was told to mark the bucket failing */
  adl: boolean;
  /** a round after this one was asked for; −1: none was */
  wantedAfter: number;
  /** number of the open sale of collateral; 0: none */
  sale: number;
  soldTick: number;
  /** tick of the first order that nobody took since the last sale; 0: none */
  saleSince: number;
}

/** Numbers that the lane gives, and how much it sized on one tick. */
interface Counters {
  slice: number;
  sale: number;
  tick: number;
  sized: number;
}
/** Digests of the own aggregates as last computed; no aggregate itself. */
export interface Prints {
  sum: bigint;
  readonly of: Map<string, bigint>;
  readonly changed: Set<string>;
}

/** Plain data: own aggregates, then the views of other lanes' logs. */
export interface LiquidationState {
  readonly partition: number;
  readonly partitions: number;
  /** by `closeOutKey`; only what is in trouble is here */
  readonly closeOuts: Map<number, CloseOut>;
  /** of the domains whose clearing this lane is: domain mod partitions */
  readonly clearings: Map<DomainId, Clearing>;
  readonly counters: Counters;
  readonly paces: Paces;
  /** slices of portfolios, by `closeOutKey`; nothing where none was sized */
  readonly portfolios: Map<number, PortfolioCloseOut>;
  readonly auctions: Auctions;
  readonly prints: Prints;
  readonly reference: ReferenceView;
  readonly dated: DatedView;
  readonly accounts: AccountsView;
  readonly risk: RiskView;
}

export const initialLiquidation = (partition: number, partitions: number): LiquidationState => ({
  partition,
  partitions,
  closeOuts: new Map(),
  clearings: new Map(),
  counters: { slice: 0, sale: 0, tick: 0, sized: 0 },
  paces: newPaces(),
  portfolios: new Map(),
  auctions: newAuctions(),
  prints: { sum: 0n, of: new Map(), changed: new Set() },
  reference: newReferenceView(),
  dated: newDatedView(),
  accounts: newAccountsView(),
  risk: newRiskView(),
});

export const newCloseOut = ({ account, bucket }: OfBucket): CloseOut => ({
  account,
  bucket,
  status: 'called',
  call: 0,
  slice: null,
  sizedTick: 0,
  refusals: 0,
  lotsMax: 0,
  adl: false,
  wantedAfter: -1,
  sale: 0,
  soldTick: 0,
  saleSince: 0,
});

export const closeOutOf = (state: LiquidationState, of: OfBucket): CloseOut | undefined =>
  state.closeOuts.get(closeOutKey(of));

/** All close-outs in the order of account and bucket. */
export function closeOutsInOrder({ closeOuts }: LiquidationState): CloseOut[] {
  return [...closeOuts.keys()]
    .sort((a, b) => a - b)
    .map((key) => present(closeOuts.get(key), 'close-out'));
}

/** Called is not yet closed out, ended is no longer. */
export const isOpen = ({ status }: CloseOut): boolean =>
  status === 'reducing' || status === 'failing' || status === 'deficit';

/** Its next lots are closed by rounds: what deleveraging closes of it is its fill. */
export const isGivenUp = (closeOut: CloseOut): boolean => isOpen(closeOut) && closeOut.adl;

/** The clearing of a domain as it stands; a domain without rounds yet has an idle one. */
export const clearingOf = (state: LiquidationState, domain: DomainId): Clearing =>
  state.clearings.get(domain) ?? newClearing(domain);

/** Whether this lane decides the rounds of the domain. */
export const clears = (state: LiquidationState, domain: DomainId): boolean =>
  domain % state.partitions === state.partition;
