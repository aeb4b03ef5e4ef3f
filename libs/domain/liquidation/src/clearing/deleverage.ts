import { present, type AccountId, type BucketId, type InstrumentId } from '@ringfence/kernel';
import { waterFill } from '@ringfence/margin';
import { bucketKey, byBucket } from './bucket-order.js';
import type { LaneReport } from './state.js';

/** Lots of a failing bucket that it offers to an opposite holder; `lots` > 0. */
export interface Close {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly instrument: InstrumentId;
  readonly lots: number;
  readonly against: AccountId;
  readonly againstBucket: BucketId;
}
type FailingLine = LaneReport['failing'][number];
type CandidateLine = LaneReport['candidates'][number];
/** In one decision a bucket either offers or takes: who offers takes no new leg meanwhile. */
type Role = 'offers' | 'takes';

/** What of one position can still be closed, in lots whichever way it points. */
interface Holding {
  readonly account: AccountId;
  readonly bucket: BucketId;
  readonly key: string;
  left: number;
}
/** A holder that may be closed against failing ones. */
interface Candidate extends Holding {
  readonly equity: bigint;
}
interface Sides<T> {
  readonly long: T[];
  readonly short: T[];
}
/** All that concerns one instrument, in bucket-id order. */
interface Book {
  readonly instrument: InstrumentId;
  readonly failing: Sides<Holding>;
  readonly candidates: Sides<Candidate>;
}
/** What is decided so far, over all instruments. */
interface Plan {
  readonly closes: Close[];
  readonly roles: Map<string, Role>;
}

/**
 * Which failing positions are closed against whom, instrument by instrument.
 *
 * Failing ones close against each other first, in bucket-id order: the side with more lots offers,
 * so that what is left over may still be offered. Then candidates give up lots by water-filling at
 * the round's marks. Buckets of one account meet only when nobody else is left.
 *
 * @param failing     positions of failing buckets, signed lots
 * @param candidates  the most leveraged holders, signed lots; failing ones do not count
 * @returns closes by instrument and then as matched; what finds nobody waits for the next round
 * @source DESIGN 6.6
 */
export function deleverage(
  failing: readonly FailingLine[],
  candidates: readonly CandidateLine[],
): Close[] {
  const plan: Plan = { closes: [], roles: new Map() };
  if (failing.length === 0) return plan.closes;
  for (const book of booksOf(failing, candidates)) closeBook(book, plan);
  return plan.closes;
}

function booksOf(failing: readonly FailingLine[], candidates: readonly CandidateLine[]): Book[] {
  const books = new Map<InstrumentId, Book>();
  const failingKeys = new Set<string>();
  for (const line of [...failing].sort(byBucket)) {
    if (line.lots === 0) continue;
    const key = bucketKey(line);
    failingKeys.add(key);
    const { account, bucket, instrument, lots } = line;
    const holding = { account, bucket, key, left: Math.abs(lots) };
    const book = books.get(instrument) ?? emptyBook(instrument);
    books.set(instrument, book);
    book.failing[lots > 0 ? 'long' : 'short'].push(holding);
  }
  for (const line of [...candidates].sort(byBucket)) {
    const { account, bucket, lots, equity } = line;
    const key = bucketKey(line);
    if (lots === 0 || failingKeys.has(key)) continue;
    const candidate = { account, bucket, key, left: Math.abs(lots), equity };
    books.get(line.instrument)?.candidates[lots > 0 ? 'long' : 'short'].push(candidate);
  }
  return [...books.values()].sort((a, b) => a.instrument - b.instrument);
}

const emptyBook = (instrument: InstrumentId): Book => ({
  instrument,
  failing: { long: [], short: [] },
  candidates: { long: [], short: [] },
});

function closeBook(book: Book, plan: Plan): void {
  const { long, short } = book.failing;
  const longsOffer = mayOffer(long, plan);
  const shortsTake = mayTake(short, plan);
  const longsLead = lotsOf(longsOffer) >= lotsOf(shortsTake);
  const offerers = longsLead ? longsOffer : mayOffer(short, plan);
  const takers = longsLead ? shortsTake : mayTake(long, plan);
  match(book, plan, { offerers, takers, own: false });
  closeAgainstCandidates(book, plan, long, book.candidates.short);
  closeAgainstCandidates(book, plan, short, book.candidates.long);
  match(book, plan, {
    offerers: mayOffer(offerers, plan),
    takers: mayTake(takers, plan),
    own: true,
  });
}

function closeAgainstCandidates(
  book: Book,
  plan: Plan,
  failing: readonly Holding[],
  candidates: readonly Candidate[],
): void {
  const offerers = mayOffer(failing, plan);
  fill(book, plan, { offerers, candidates, own: false });
  for (const offerer of mayOffer(offerers, plan)) {
    const left = candidates.filter((candidate) => candidate.left > 0);
    if (left.length === 0) return;
    // its lots would have met a bucket of its own account: others first, then that one
    const others = left.filter(({ account }) => account !== offerer.account);
    fill(book, plan, { offerers: [offerer], candidates: others, own: false });
    fill(book, plan, { offerers: [offerer], candidates: left, own: true });
  }
}

/** Takes what is offered from the candidates by water-filling. */
function fill(
  book: Book,
  plan: Plan,
  sides: {
    readonly offerers: Holding[];
    readonly candidates: readonly Candidate[];
    readonly own: boolean;
  },
): void {
  const { offerers, candidates, own } = sides;
  const quantity = lotsOf(offerers);
  if (quantity === 0) return;
  // the place in bucket-id order is the id, so ties go by it; one instrument: the mark cancels out
  const accounts = candidates
    .map(({ left, equity }, id) => ({ id, lots: left, equity }))
    .filter(({ lots }) => lots > 0);
  const takers: Holding[] = [];
  for (const { id, lots } of waterFill({ accounts, quantity })) {
    const candidate = present(candidates[id], 'candidate');
    candidate.left -= lots;
    takers.push({ ...candidate, left: lots });
  }
  match(book, plan, { offerers, takers, own });
  const byKey = new Map(candidates.map((candidate) => [candidate.key, candidate]));
  for (const { key, left } of takers) {
    if (left > 0) present(byKey.get(key), 'candidate').left += left;
  }
}

const mayOffer = (holdings: readonly Holding[], { roles }: Plan): Holding[] =>
  holdings.filter(({ key, left }) => left > 0 && roles.get(key) !== 'takes');
const mayTake = (holdings: readonly Holding[], { roles }: Plan): Holding[] =>
  holdings.filter(({ key, left }) => left > 0 && roles.get(key) !== 'offers');
const lotsOf = (holdings: readonly Holding[]): number =>
  holdings.reduce((sum, { left }) => sum + left, 0);

/** Closes offerers against takers, both in their order; `own`: also buckets of one account. */
function match(
  { instrument }: Book,
  { closes, roles }: Plan,
  pairs: { readonly offerers: Holding[]; readonly takers: Holding[]; readonly own: boolean },
): void {
  const { offerers, takers, own } = pairs;
  let first = 0;
  for (const offerer of offerers) {
    while (takers[first]?.left === 0) first++;
    for (let i = first; i < takers.length && offerer.left > 0; i++) {
      const taker = takers[i];
      if (!taker || taker.left === 0) continue;
      if (!own && taker.account === offerer.account) continue;
      const lots = Math.min(offerer.left, taker.left);
      offerer.left -= lots;
      taker.left -= lots;
      roles.set(offerer.key, 'offers');
      roles.set(taker.key, 'takes');
      const { account, bucket } = offerer;
      const against = taker.account;
      closes.push({ account, bucket, instrument, lots, against, againstBucket: taker.bucket });
    }
  }
}
