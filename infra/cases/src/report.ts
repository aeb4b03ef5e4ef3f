import type { GroupReport } from './run.js';

/** One line per group and one per mismatch, as text. */
export function linesOf(reports: readonly GroupReport[]): string[] {
  const width = Math.max(0, ...reports.map(({ group }) => group.length));
  return reports.flatMap((report) => [
    `${report.group.padEnd(width)}  ${scoreOf(report)}`,
    ...mismatchLines(report),
  ]);
}

/** One line per difference; ids that share one (a rule that is not there) share the line. */
function mismatchLines({ group, mismatches }: GroupReport): string[] {
  const ids = new Map<string, string[]>();
  for (const { id, differences } of mismatches) {
    for (const difference of differences) {
      ids.set(difference, [...(ids.get(difference) ?? []), `${group}/${id}`]);
    }
  }
  return [...ids].map(([difference, of]) => `  ${of.join(', ')}: ${difference}`);
}

function scoreOf({ matched, total, facts, worstRelative }: GroupReport): string {
  if (facts > 0) return `${facts} facts, nothing to compute`;
  const score = `${matched} / ${total}`.padStart(9);
  return `${score}  worst relative error ${worstRelative.toExponential(1)}`;
}

/** Sum over all groups. */
export function totalsOf(reports: readonly GroupReport[]): { matched: number; total: number } {
  const totals = { matched: 0, total: 0 };
  for (const { matched, total } of reports) {
    totals.matched += matched;
    totals.total += total;
  }
  return totals;
}
