import type { EventOf } from '@ringfence/contracts';
import {
  bucketKind,
  bucketNumber,
  indexOf,
  invariant,
  type AccountId,
  type AssetId,
  type BucketId,
  type DomainId,
  type InstrumentId,
} from '@ringfence/kernel';
import { emptyMarket, type Instrument, type Market } from './market-state.js';
import { emptyTriggers, type Triggers } from './triggers.js';

export type { Asset, Instrument, Market, Rates, RulesVersion, Terms } from './market-state.js';

/**
 * What one lane of risk knows: a view of the reference log, a view of the accounts log of its
 * partition, and its own judgements. Plain data; buckets name each other by slot, never by
 * reference, so that any copy is a snapshot.
 */
export interface RiskState {
  readonly partition: number;
  readonly market: Market;
  readonly book: Book;
  readonly work: Work;
  readonly own: Own;
}

/** View of accounts. */
export interface Book {
  /** number of the last record of accounts that changed this view */
  seq: number;
  /** slots of an account's margin buckets in bucket order, by account index */
  readonly accounts: (number[] | null)[];
  /** accounts that are never evaluated: insurance walls */
  readonly unwatched: Set<number>;
  readonly buckets: Bucket[];
  /** by domain */
  readonly rounds: (Round | null)[];
  /** slot of the bucket that each open reservation stands in */
  readonly reservations: Map<number, number>;
  /** switches of buckets that wait for their verdict or their end, by reservation */
  readonly switches: Map<number, PendingSwitch>;
  /** by instrument: how many hold it */
  readonly holders: (Holders | null)[];
}
export interface Round {
  /** last round this lane of accounts joined, and the last one all its buckets settled */
  joined: number;
  settled: number;
  marks: Map<InstrumentId, number>;
}
export interface Holders {
  /** buckets with a long, and with a short position */
  longs: number;
  shorts: number;
}

/** A margin bucket, as it stands in the accounts log, and what risk said about it. */
export interface Bucket {
  readonly account: AccountId;
  readonly id: BucketId;
  /** what is available, per asset; reserved amounts do not count */
  readonly balances: Balance[];
  /** in instrument order */
  readonly lines: Line[];
  readonly legs: PendingLeg[];
  readonly moves: PendingMove[];
  due: bigint;
  claim: bigint;
  debt: bigint;
  /** the last round that settled this bucket */
  settled: number;
  /** waits in the queue of evaluations */
  queued: boolean;
  /** a round or deleveraging touched it since the last even tick: more of it may come */
  unsettled: boolean;
  /** a frame or a tick asks: its next evaluation draws consequences, whatever is under way */
  isAsked: boolean;
  /** legs of slices that it took over since the last even tick; see `beforeSlices` */
  slices: PendingLeg[];
  readonly standing: Standing;
}
export interface Balance {
  readonly asset: AssetId;
  amount: bigint;
}
/** An instrument in a bucket. `settling` is the part of it that the next round to settle takes. */
export interface Line {
  readonly instrument: InstrumentId;
  lots: number;
  cost: bigint;
  settlingLots: number;
  settlingCost: bigint;
  /** lots ≥ 0 of pending legs that may still be applied */
  buys: number;
  sells: number;
}
export interface PendingLeg {
  readonly reservation: number;
  readonly instrument: InstrumentId;
  readonly lots: number;
  /** ticks; 0: the mark at which it will be applied */
  readonly price: number;
  readonly asset: AssetId;
  readonly fee: bigint;
  /** false until the gate let it pass: what was not judged is not at risk yet */
  counts: boolean;
  /** of a slice that this bucket is to take over */
  readonly isSlice: boolean;
}
export interface PendingMove {
  readonly reservation: number;
  readonly asset: AssetId;
  readonly amount: bigint;
  judged: boolean;
}
export interface PendingSwitch {
  readonly account: AccountId;
  readonly source: BucketId;
  readonly target: BucketId;
  judged: boolean;
}
/** Own: where a bucket stands between healthy and close-out. */
export interface Standing {
  /** evaluations so far; triggers of an older one are void */
  evaluation: number;
  level: Level;
  /** number of the open call, 0 for none */
  call: number;
  /** a call lapsed or maintenance was breached, and the bucket is not cured yet */
  closing: boolean;
  /** the last evaluation had something to watch */
  watched: boolean;
  /** funding that this bucket may still pay before it must be looked at again */
  reserve: bigint;
  /** what its last evaluation by portfolio parameters asked for; null when the last was by rates */
  requirement: Requirement | null;
  print: bigint;
}
/** A requirement that is kept while a price is missing. */
export type Requirement = Pick<
  EventOf<'PortfolioEvaluated'>,
  'requirements' | 'maintenance' | 'call' | 'initial' | 'release'
>;
export type Level = 'healthy' | 'called' | 'breached';

/** Derived: what waits to be evaluated, and what will wake it. */
export interface Work {
  /** keys of queued buckets, ascending from `head` on; see `keyOf` */
  queue: number[];
  head: number;
  /** slots that every frame evaluates */
  readonly restless: Set<number>;
  /** by instrument: prices at which a bucket must be looked at again */
  readonly triggers: (Triggers | null)[];
  /** by instrument: slots evaluated by portfolio parameters that its price can change */
  readonly watchers: (Set<number> | null)[];
  /** frames whose coverage is not recorded yet */
  coverage: Coverage[];
  /** slots whose last evaluation drew no consequences: the next even tick asks again */
  readonly provisional: Set<number>;
  /** slots that took over slices since the last even tick */
  readonly takers: Set<number>;
  /** a tick asked, and not everyone is answered yet */
  isReviewing: boolean;
}
export interface Coverage {
  readonly frame: number;
  readonly observations: number;
  readonly exceedances: number;
}

/** Own: calls. */
export interface Own {
  lastCall: number;
  readonly calls: Map<number, Call>;
  /** deadlines in ascending order with the call that had it; from `head` on, some are void */
  deadlines: number[];
  deadlineCalls: number[];
  deadlineHead: number;
  /** open calls that a recorded outage has not moved yet */
  outdated: number;
  /** sum of the prints of own aggregates, 64 bits */
  digest: bigint;
}
export interface Call {
  readonly slot: number;
  deadline: number;
  /** the market's `outageMs` that the deadline includes */
  outageMs: number;
}

export const initialState = (partition: number): RiskState => ({
  partition,
  market: emptyMarket(),
  book: {
    seq: 0,
    accounts: [],
    unwatched: new Set(),
    buckets: [],
    rounds: [],
    reservations: new Map(),
    switches: new Map(),
    holders: [],
  },
  work: {
    queue: [],
    head: 0,
    restless: new Set(),
    triggers: [],
    watchers: [],
    coverage: [],
    provisional: new Set(),
    takers: new Set(),
    isReviewing: false,
  },
  own: {
    lastCall: 0,
    calls: new Map(),
    deadlines: [],
    deadlineCalls: [],
    deadlineHead: 0,
    outdated: 0,
    digest: 0n,
  },
});

/** Above every bucket id: numbers in buckets stay below a million, times four kinds. */
const BUCKETS_MAX = 2 ** 22;
/**
 * Order of evaluation: account, then bucket. A safe integer, since an account index is below 2^30.
 */
export const keyOf = (account: AccountId, bucket: BucketId): number =>
  indexOf(account) * BUCKETS_MAX + bucket;

/** Writes a dense list without leaving holes behind. */
export function put<T>(list: (T | null)[], index: number, value: T): T {
  while (list.length <= index) list.push(null);
  list[index] = value;
  return value;
}

/** The slot of a margin bucket, or -1 when nothing was ever in it. */
export const slotOf = (book: Book, account: AccountId, bucket: BucketId): number =>
  slotIn(book, indexOf(account), bucket);
/** The slot behind a key of the queue. */
export const slotAt = (book: Book, key: number): number =>
  slotIn(book, Math.floor(key / BUCKETS_MAX), key % BUCKETS_MAX);

function slotIn(book: Book, index: number, bucket: number): number {
  const slots = book.accounts[index];
  if (!slots) return -1;
  for (const slot of slots) if (bucketAt(book, slot).id === bucket) return slot;
  return -1;
}

export const emptyLine = (instrument: InstrumentId): Line => ({
  instrument,
  lots: 0,
  cost: 0n,
  settlingLots: 0,
  settlingCost: 0n,
  buys: 0,
  sells: 0,
});

export function bucketAt(book: Book, slot: number): Bucket {
  const bucket = book.buckets[slot];
  invariant(bucket !== undefined, 'a slot names a bucket');
  return bucket;
}

/** A margin bucket in which nothing ever was. */
export const emptyBucket = (account: AccountId, id: BucketId): Bucket => ({
  account,
  id,
  balances: [],
  lines: [],
  legs: [],
  moves: [],
  due: 0n,
  claim: 0n,
  debt: 0n,
  settled: 0,
  queued: false,
  unsettled: false,
  isAsked: false,
  slices: [],
  standing: {
    evaluation: 0,
    level: 'healthy',
    call: 0,
    closing: false,
    watched: false,
    reserve: 0n,
    requirement: null,
    print: 0n,
  },
});

/** A margin bucket as it is, for reading; an empty one when nothing was ever in it. */
export function bucketOf(book: Book, account: AccountId, id: BucketId): Bucket {
  const slot = slotOf(book, account, id);
  return slot < 0 ? emptyBucket(account, id) : bucketAt(book, slot);
}
/** The slot of a margin bucket, opened when it is touched for the first time. */
export function slotFor(book: Book, account: AccountId, id: BucketId): number {
  const known = slotOf(book, account, id);
  if (known >= 0) return known;
  invariant(id < BUCKETS_MAX, 'a bucket id below 2^22');
  const slot = book.buckets.length;
  book.buckets.push(emptyBucket(account, id));
  const index = indexOf(account);
  const slots = book.accounts[index] ?? put(book.accounts, index, []);
  const place = slots.findIndex((other) => bucketAt(book, other).id > id);
  slots.splice(place < 0 ? slots.length : place, 0, slot);
  return slot;
}

/** The domain that a margin bucket settles in; null while its instrument is not known here. */
export function domainOf(market: Market, id: BucketId): DomainId | null {
  const number = bucketNumber(id);
  if (bucketKind(id) !== 'isolated') return number as DomainId;
  return market.instruments[number]?.domain ?? null;
}
export function instrumentAt(market: Market, id: InstrumentId): Instrument | null {
  return market.instruments[id] ?? null;
}
export const watchersOf = (work: Work, id: InstrumentId): Set<number> =>
  work.watchers[id] ?? put(work.watchers, id, new Set());
export const holdersOf = (book: Book, id: InstrumentId): Holders =>
  book.holders[id] ?? put(book.holders, id, { longs: 0, shorts: 0 });
export const triggersOf = (work: Work, id: InstrumentId): Triggers =>
  work.triggers[id] ?? put(work.triggers, id, emptyTriggers());
