import type { EventOf } from '@ringfence/contracts';
import { bucketName } from './house.js';
import type { DecisionParts } from './losses.js';
import { magnitude } from './shares.js';

type Close = EventOf<'RoundDecided'>['lanes'][number]['closes'][number];
type Candidate = EventOf<'RoundReported'>['candidates'][number];
type Wrong = readonly [rule: string, detail: unknown];

/**
 * What must hold of deleveraging whatever way it was computed: failing positions close only against
 * opposite failing ones or candidates, nobody past flat, nobody on both ends; candidates give up
 * from the top, so that all who were touched end on one level of leverage, give or take a lot; and
 * a claim is cut by name only for a bucket that was closed against it, at most to nothing.
 */
export function checkDeleveraging({ reports, decided }: Omit<DecisionParts, 'losses'>): Wrong[] {
  const failing = reports.flatMap((report) => report.failing);
  const candidates = reports.flatMap((report) => report.candidates);
  const closes = decided.lanes.flatMap((lane) => lane.closes);
  const cuts = decided.lanes.flatMap((lane) => lane.cuts);
  if (closes.length + cuts.length === 0) return [];
  const wrong: Wrong[] = [];
  const offering = new Set(closes.map(bucketName));
  const taking = new Set(closes.map(takerName));
  for (const name of taking) if (offering.has(name)) wrong.push(['one-end-only', { name, closes }]);
  wrong.push(...checkSizes(closes, failing, candidates));
  const claims = new Map(candidates.map((each) => [bucketName(each), each.claim]));
  for (const cut of cuts) {
    const name = bucketName(cut);
    const origin = bucketName({ account: cut.origin, bucket: cut.originBucket });
    const closed = closes.some(
      (close) => bucketName(close) === origin && takerName(close) === name,
    );
    const left = (claims.get(name) ?? 0n) - cut.amount;
    claims.set(name, left);
    if (!closed || left < 0n) wrong.push(['cut-for-what-was-closed', cut]);
  }
  return [...wrong, ...checkLevels(closes, failing, candidates)];
}
const takerName = (close: Close): string =>
  bucketName({ account: close.against, bucket: close.againstBucket });

/** Of each position no more is closed than there is, and only against the other side. */
function checkSizes(
  closes: readonly Close[],
  failing: EventOf<'RoundReported'>['failing'],
  candidates: readonly Candidate[],
): Wrong[] {
  const positions = new Map<string, number>();
  const key = (name: string, instrument: number): string => `${name}/${instrument}`;
  for (const each of candidates) positions.set(key(bucketName(each), each.instrument), each.lots);
  for (const each of failing) positions.set(key(bucketName(each), each.instrument), each.lots);
  const fails = new Set(failing.map((each) => key(bucketName(each), each.instrument)));
  const sides = new Map(positions);
  const wrong: Wrong[] = [];
  for (const close of closes) {
    const from = key(bucketName(close), close.instrument);
    const to = key(takerName(close), close.instrument);
    const opposite = Math.sign(sides.get(from) ?? 0) === -Math.sign(sides.get(to) ?? 0);
    for (const name of [from, to]) {
      const lots = positions.get(name) ?? 0;
      positions.set(name, lots - Math.sign(lots) * close.lots);
      if (Math.abs(lots) < close.lots) wrong.push(['closes-no-more-than-is-held', close]);
    }
    if (!opposite || !fails.has(from)) wrong.push(['closes-opposite-holders', close]);
  }
  return wrong;
}

/**
 * Per instrument and side: who was touched ends no lower than a lot per offering bucket below
 * anyone else. Buckets of one account meet last, so an offering account's own are left out.
 */
function checkLevels(
  closes: readonly Close[],
  failing: EventOf<'RoundReported'>['failing'],
  candidates: readonly Candidate[],
): Wrong[] {
  const taken = new Map<string, number>();
  for (const close of closes) {
    const key = `${takerName(close)}/${close.instrument}`;
    taken.set(key, (taken.get(key) ?? 0) + close.lots);
  }
  const fails = new Set(failing.map(bucketName));
  const offering = new Set(closes.map(({ account }) => account));
  const slack = BigInt(new Set(closes.map(bucketName)).size);
  const holders = candidates
    .filter((each) => each.lots !== 0 && !fails.has(bucketName(each)))
    .filter(({ account }) => !offering.has(account))
    .map((each) => ({ ...each, taken: taken.get(`${bucketName(each)}/${each.instrument}`) ?? 0 }));
  const wrong: Wrong[] = [];
  for (const low of holders) {
    if (low.taken === 0) continue;
    for (const high of holders) {
      const together = high.instrument === low.instrument && high.lots > 0 === low.lots > 0;
      if (together && !isLevel(low, high, slack))
        wrong.push(['levels-leverage-from-the-top', { low, high }]);
    }
  }
  return wrong;
}
type Holder = Candidate & { readonly taken: number };

/** Whether it was right to take from `low`, seeing what `high` keeps. */
function isLevel(low: Holder, high: Holder, slack: bigint): boolean {
  const kept = magnitude(high.lots) - BigInt(high.taken);
  if (low.equity <= 0n) return true;
  if (high.equity <= 0n) return kept === 0n;
  const keptLow = magnitude(low.lots) - BigInt(low.taken);
  return (keptLow + slack) * high.equity > (kept - slack) * low.equity;
}
