import { bucketAt, keyOf, type Bucket, type RiskState } from './state.js';

/** Evaluations in one decision, some 0.3 ms: no gate and no transfer waits long. */
export const PIECE = 16;
/** Gone entries at the front of a list before it is cut. */
const CUT_AT = 4096;

/** Something to say about the bucket, now or at its last evaluation. Otherwise nobody asks. */
export const matters = ({ lines, debt, standing }: Bucket): boolean =>
  lines.length > 0 || debt > 0n || standing.watched;

/**
 * What a bucket comes to is not known yet: a leg is pending, it takes over slices, or a round or
 * deleveraging is at work on it. Its evaluations are recorded, but they call, breach and cure
 * nobody unless a frame or an even tick asks: what is seen half way depends on who reads faster.
 */
export const isProvisional = ({ isAsked, unsettled, slices, legs }: Bucket): boolean =>
  !isAsked && (unsettled || slices.length > 0 || legs.some(({ counts }) => counts));

/** A round or deleveraging touches the bucket. */
export function unsettle(state: RiskState, slot: number): void {
  bucketAt(state.book, slot).unsettled = true;
  state.work.provisional.add(slot);
}

/** An even tick asks everyone who was left open, and slices begin anew. */
export function askProvisional(state: RiskState): void {
  const { book, work } = state;
  for (const slot of work.takers) bucketAt(book, slot).slices = [];
  work.takers.clear();
  const asked = [...work.provisional].filter((slot) => matters(bucketAt(book, slot)));
  for (const slot of work.provisional) bucketAt(book, slot).unsettled = false;
  work.provisional.clear();
  ask(state, asked);
  work.isReviewing = waiting(state) > 0;
}

/** Marks buckets whose next evaluation draws consequences, whatever is under way. */
export function ask(state: RiskState, slots: readonly number[]): void {
  for (const slot of slots) bucketAt(state.book, slot).isAsked = true;
  if (slots.length > 0) touchAll(state, slots);
}

/** A bucket was evaluated. */
export function answered(state: RiskState, slot: number, bucket: Bucket): void {
  const { work } = state;
  if (isProvisional(bucket)) work.provisional.add(slot);
  else {
    work.provisional.delete(slot);
    bucket.unsettled = false;
    bucket.isAsked = false;
  }
  untouch(state, bucket);
  if (waiting(state) === 0) work.isReviewing = false;
}

/** Marks a bucket for evaluation, unless there is nothing in it to evaluate. */
export function touch(state: RiskState, slot: number): void {
  const bucket = bucketAt(state.book, slot);
  if (bucket.queued || !matters(bucket)) return;
  const key = keyOf(bucket.account, bucket.id);
  if (isUnwatched(state, bucket)) return;
  bucket.queued = true;
  const { work } = state;
  const last = work.queue.length - 1;
  if (last < work.head || (work.queue[last] ?? 0) < key) work.queue.push(key);
  else work.queue.splice(placeOf(state, key), 0, key);
}

/** Marks many at once: one sort instead of as many insertions. */
export function touchAll(state: RiskState, slots: Iterable<number>): void {
  const { work } = state;
  const added: number[] = [];
  for (const slot of slots) {
    const bucket = bucketAt(state.book, slot);
    if (bucket.queued || !matters(bucket) || isUnwatched(state, bucket)) continue;
    bucket.queued = true;
    added.push(keyOf(bucket.account, bucket.id));
  }
  if (added.length === 0) return;
  const rest = work.head < work.queue.length ? work.queue.slice(work.head) : [];
  work.queue = [...Float64Array.from(rest.concat(added)).sort()];
  work.head = 0;
}

/** Takes an evaluated bucket out of the queue. */
function untouch(state: RiskState, bucket: Bucket): void {
  if (!bucket.queued) return;
  bucket.queued = false;
  const { work } = state;
  const key = keyOf(bucket.account, bucket.id);
  if (work.queue[work.head] === key) work.head++;
  else work.queue.splice(placeOf(state, key), 1);
  if (work.head === work.queue.length || work.head > CUT_AT) {
    work.queue = work.queue.slice(work.head);
    work.head = 0;
  }
}

export const waiting = ({ work }: RiskState): number => work.queue.length - work.head;

/** The first keys of the queue, at most a piece. */
export const piece = ({ work }: RiskState): number[] =>
  work.queue.slice(work.head, work.head + PIECE);

const isUnwatched = ({ book }: RiskState, { account }: Bucket): boolean =>
  book.unwatched.size > 0 && book.unwatched.has(account);

/** Where a key stands, or would stand. */
function placeOf({ work }: RiskState, key: number): number {
  let low = work.head;
  let high = work.queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((work.queue[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
