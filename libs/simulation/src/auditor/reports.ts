import type { EventOf } from '@ringfence/contracts';
import { EXCESS } from '@ringfence/kernel';
import type { Book } from './book.js';
import { bucketName } from './house.js';
import { sum } from './shares.js';

type Report = EventOf<'RoundReported'>;
interface Settling {
  readonly settled: readonly EventOf<'VariationSettled'>[];
  readonly insurance: readonly EventOf<'InsuranceReserved'>[];
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

function checkCandidates(report: Report, { settled }: Settling): Wrong[] {
  const claims = new Map(settled.map((each) => [bucketName(each), each.claim]));
  const failed = new Set([...report.failed, ...report.failing].map(bucketName));
  return report.candidates
    .filter(
      (each) => (claims.get(bucketName(each)) ?? 0n) !== each.claim || failed.has(bucketName(each)),
    )
    .map((each) => ['candidates-are-solvent-holders', each] as const);
}
