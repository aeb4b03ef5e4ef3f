import type { Holding } from './coverage.js';
import { TARGETS, uncovered, type CoverageRow } from './table.js';

const WIDTHS = [27, 6, 9, 8, 6, 10, 9] as const;
const TEST_WIDTHS = [9, 8, 7] as const;
const WHEN = { close: 'at the end of the next', worst: 'at the worst price of the next' };
const percent = (share: number, places: number): string => `${(share * 100).toFixed(places)} %`;

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => {
      const tests = at - WIDTHS.length;
      const width = WIDTHS[at] ?? TEST_WIDTHS[tests % TEST_WIDTHS.length] ?? 0;
      return at < 3 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('')
    .trimEnd();

/** The table as lines of text, and what it comes to. */
export function linesOf(rows: readonly CoverageRow[], { horizon, lossAt }: Holding): string[] {
  const heads = TARGETS.flatMap((target) => [
    `LR ${percent(target, 1)}`.replace(' %', ''),
    'p',
    '',
  ]);
  const whole = rows.filter(({ window }) => window === 'whole');
  const outcomes = TARGETS.map((target, at) => {
    const count = (verdict: string): number =>
      whole.filter(({ tests }) => tests[at]?.verdict === verdict).length;
    const counts = `met ${count('met')}, high ${count('high')}, low ${count('low')}`;
    return `against ${percent(target, 1)}: ${counts}`;
  });
  return [
    `initial margin of one position against its loss ${WHEN[lossAt]} ${horizon} h`,
    'met: agrees with the target at 5 % (Kupiec)',
    'low: margin was too small; high: larger than the target asks',
    '',
    line(['series', 'side', 'window', 'seen', 'over', 'covered', 'rate', ...heads]),
    ...rows.map((row) =>
      line([
        row.series,
        row.side,
        row.window,
        String(row.observations),
        String(row.exceedances),
        percent(row.coverage, 3),
        percent(row.ratePpm / 1e6, 2),
        ...row.tests.flatMap(({ ratio, pValue, verdict }) => [
          ratio.toFixed(2),
          pValue.toFixed(4),
          verdict,
        ]),
      ]),
    ),
    '',
    `whole series, both sides: ${whole.length}; ${outcomes.join('; ')}`,
    ...uncovered(rows).map(
      ({ series, side }) => `TOO SMALL for ${percent(TARGETS[0], 1)}: ${series} ${side}`,
    ),
  ];
}
