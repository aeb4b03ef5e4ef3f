import type { EventOf } from '@ringfence/contracts';
import { EXCESS } from '@ringfence/kernel';
import type { Book } from './book.js';
import { bucketName } from './house.js';
import { otherWorth } from './settlements.js';
import { sum } from './shares.js';

type Report = EventOf<'RoundReported'>;
interface Settling {
  readonly settled: readonly EventOf<'VariationSettled'>[];
  readonly insurance: readonly EventOf<'InsuranceReserved'>[];
  /** buckets that were failing when they settled, even if they fail no longer */
  readonly failing: ReadonlySet<string>;
  readonly book: Book;
}
type Wrong = readonly [rule: string, detail: unknown];

/**
 * A lane's report is what it settled and what it holds: totals, every deficit, every bucket that
 * holds or owes something settled, all insurance kept ready, failing positions whole, candidates
 * with their own claims.
 *
 * @returns the rules that are broken, with the figures
 */
export function checkReport(report: Report, settling: Settling): Wrong[] {
  return [
    ...checkTotals(report, settling),
    ...checkComplete(report, settling),
    ...checkInsurance(report, settling.book),
    ...checkFailing(report, settling.book),
    ...checkCandidates(report, settling),
  ];
}

function checkTotals(report: Report, { settled, insurance }: Settling): Wrong[] {
  const failed = settled.filter(({ deficit }) => deficit > 0n);
  const totals = {
    collected: sum(settled.map((each) => each.collected)),
    claims: sum(settled.map((each) => each.claim)),
    debts: sum(settled.map((each) => each.debt)),
    deficits: sum(failed.map((each) => each.deficit)),
    insurance: sum(insurance.map((each) => each.amount)),
  };
  const holds = Object.entries(totals).every(
    ([name, total]) => report[name as keyof typeof totals] === total,
  );
  const wrong: Wrong[] = holds ? [] : [['reports-what-it-settled', { report, totals }]];
  const listed = new Map(report.failed.map((each) => [bucketName(each), each.deficit]));
  const every = failed.every((each) => listed.get(bucketName(each)) === each.deficit);
  if (!every || listed.size !== failed.length) wrong.push(['reports-every-deficit', report]);
  return wrong;
}

function checkComplete(report: Report, { settled, book }: Settling): Wrong[] {
  const done = new Set(settled.map(bucketName));
  const wrong: Wrong[] = [];
  for (const bucket of book.ofDomain(report.domain)) {
    const { account, id, due, debt } = bucket;
    if (done.has(bucketName({ account, bucket: id }))) continue;
    const holds = [...bucket.lines.values()].some((line) => {
      const { lots, cost } = line.before(report.round);
      return lots !== 0 || cost !== 0n;
    });
    if (holds || due + debt > 0n) wrong.push(['settles-every-bucket', { account, id, due, debt }]);
  }
  return wrong;
}

function checkInsurance(report: Report, book: Book): Wrong[] {
  const asset = book.listing.settlement(report.domain);
  const wrong: Wrong[] = [];
  for (const [account, owner] of book.owners) {
    if (owner.class !== 'insurance' || owner.domain !== report.domain) continue;
    const left = book.bucket(account, EXCESS).available(asset);
    if (left > 0n) wrong.push(['all-insurance-is-kept-ready', { account, left }]);
  }
  return wrong;
}

function checkFailing(report: Report, book: Book): Wrong[] {
  const listed = new Map<string, number>();
  for (const each of report.failing)
    listed.set(`${bucketName(each)}/${each.instrument}`, each.lots);
  const failed = new Set(report.failed.map(bucketName));
  const wrong: Wrong[] = [];
  let lines = 0;
  for (const bucket of book.ofDomain(report.domain)) {
    const name = bucketName({ account: bucket.account, bucket: bucket.id });
    if (!bucket.failing && !failed.has(name)) continue;
    for (const [instrument, { lots }] of bucket.lines) {
      if (lots === 0) continue;
      lines++;
      if (listed.get(`${name}/${instrument}`) !== lots) {
        wrong.push(['reports-failing-positions', { name, instrument, lots, report }]);
      }
    }
  }
  if (lines !== listed.size) wrong.push(['reports-failing-positions', report]);
  return wrong;
}

/** Candidates are holders as they stand: whole positions, equity at the round's values, claims. */
function checkCandidates(report: Report, settling: Settling): Wrong[] {
  const { book } = settling;
  const failed = new Set([...report.failed, ...report.failing].map(bucketName));
  const settlement = book.listing.settlement(report.domain);
  const wrong: Wrong[] = [];
  for (const each of report.candidates) {
    const bucket = book.bucket(each.account, each.bucket);
    const worth = bucket.available(settlement) + otherWorth(report.domain, bucket, book);
    const equity = worth + bucket.claim - bucket.debt;
    const holds =
      each.lots === bucket.lots(each.instrument) &&
      each.claim === bucket.claim &&
      each.equity === equity &&
      !failed.has(bucketName(each)) &&
      !bucket.failing;
    if (!holds) wrong.push(['candidates-are-solvent-holders', { each, equity }]);
  }
  return [...wrong, ...checkEveryCandidate(report, settling)];
}

/** As long as there is room, every solvent bucket that settled and holds something is named. */
function checkEveryCandidate(report: Report, settling: Settling): Wrong[] {
  const { settled, failing, book } = settling;
  const named = new Set<string>();
  const sides = new Map<string, number>();
  for (const each of report.candidates) {
    named.add(`${bucketName(each)}/${each.instrument}`);
    const side = `${each.instrument}/${Math.sign(each.lots)}`;
    sides.set(side, (sides.get(side) ?? 0) + 1);
  }
  const failed = new Set([...report.failed, ...report.failing].map(bucketName));
  const wrong: Wrong[] = [];
  for (const each of settled) {
    const bucket = book.bucket(each.account, each.bucket);
    const name = bucketName(each);
    if (failed.has(name) || failing.has(name) || bucket.failing) continue;
    for (const [instrument, line] of bucket.lines) {
      const full = (sides.get(`${instrument}/${Math.sign(line.lots)}`) ?? 0) >= CANDIDATES_MAX;
      const steady = line.lots !== 0 && line.before(report.round).lots === line.lots;
      if (full || !steady || named.has(`${name}/${instrument}`)) continue;
      wrong.push(['names-every-candidate', { each, instrument, report }]);
    }
  }
  return wrong;
}
/** Holders of one side that a report names. */
const CANDIDATES_MAX = 64;
