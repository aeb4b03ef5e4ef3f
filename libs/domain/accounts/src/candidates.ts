import { invariant, type InstrumentId } from '@ringfence/kernel';
import type { EventOf } from '@ringfence/contracts';
import { byBucket } from './close-out.js';
import { otherCollateral } from './collateral-value.js';
import { optionCover } from './option-value.js';
import type { Candidate, Round, Sides } from './round-state.js';
import { settlementOf } from './reference-view.js';
import {
  bucketAt,
  availableOf,
  lotsOf,
  ownAccount,
  type AccountsState,
  type Bucket,
  type BucketKey,
} from './state.js';

/** Holders of one side that a report names: what one failing bucket can need, with room. */
export const CANDIDATES_MAX = 64;

/**
 * Order of deleveraging in one instrument: more lots per equity first, without equity before all,
 * ties by bucket id.
 *
 * @source arXiv 2603.15963; DESIGN 6.6
 */
export function byLeverage(a: Candidate, b: Candidate): number {
  const endless = Number(b.equity <= 0n) - Number(a.equity <= 0n);
  if (endless !== 0) return endless;
  if (a.equity <= 0n) return byBucket(a, b);
  const difference = BigInt(Math.abs(b.lots)) * a.equity - BigInt(Math.abs(a.lots)) * b.equity;
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return byBucket(a, b);
}

/**
 * A bucket as a holder of one instrument, now: free cash, other collateral after haircut, net value
 * of options, claim less debt.
 */
function candidate(
  state: AccountsState,
  round: Round,
  place: BucketKey & { readonly instrument: InstrumentId },
): Candidate | null {
  const bucket = bucketAt(ownAccount(state, place.account), place.bucket);
  if (!bucket || bucket.isFailing || bucket.isReported) return null;
  const { account, bucket: id, instrument } = place;
  const lots = lotsOf(bucket, instrument);
  if (lots === 0) return null;
  const settlement = settlementOf(state, round.domain);
  const cash = availableOf(state, bucket, settlement);
  const collateral = otherCollateral(state, bucket, settlement, round.collateral);
  const options = optionCover(state, bucket, round);
  const equity = cash + collateral + options + bucket.claim - bucket.debt;
  return { account, bucket: id, instrument, lots, equity, claim: bucket.claim };
}

function sidesOf(round: Round, instrument: InstrumentId): Sides {
  for (const sides of round.sides) if (sides.instrument === instrument) return sides;
  const sides: Sides = { instrument, long: [], short: [] };
  round.sides.push(sides);
  return sides;
}
/** Puts a holder in its place; the list keeps the first 64. */
function insert(list: Candidate[], holder: Candidate): void {
  const last = list.at(-1);
  if (list.length === CANDIDATES_MAX && last && byLeverage(holder, last) > 0) return;
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    invariant(other !== undefined, 'inside the list');
    if (byLeverage(other, holder) < 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, holder);
  if (list.length > CANDIDATES_MAX) list.pop();
}

/**
 * A bucket settled without a deficit: its positions may be deleveraged. Only `evolve` may call it.
 */
export function noteCandidates(
  state: AccountsState,
  round: Round,
  place: BucketKey,
  bucket: Bucket,
): void {
  for (const { instrument } of bucket.positions) {
    const { account, bucket: id } = place;
    const holder = candidate(state, round, { account, bucket: id, instrument });
    if (!holder) continue;
    const sides = sidesOf(round, instrument);
    insert(holder.lots > 0 ? sides.long : sides.short, holder);
  }
}

/**
 * The most leveraged holders at the report: those noted while settling, as they stand now; whoever
 * failed, closed or turned
 * around since is none.
 */
export function candidatesNow(
  state: AccountsState,
  round: Round,
): EventOf<'RoundReported'>['candidates'] {
  const failed = new Set(round.failed.map(({ account, bucket }) => `${account}.${bucket}`));
  const now: Candidate[] = [];
  const ordered = [...round.sides].sort((a, b) => a.instrument - b.instrument);
  for (const { long, short } of ordered) {
    for (const side of [long, short]) {
      const holders: Candidate[] = [];
      for (const noted of side) {
        if (failed.has(`${noted.account}.${noted.bucket}`)) continue;
        const holder = candidate(state, round, noted);
        if (holder && Math.sign(holder.lots) === Math.sign(noted.lots)) holders.push(holder);
      }
      now.push(...holders.sort(byLeverage));
    }
  }
  return now;
}
