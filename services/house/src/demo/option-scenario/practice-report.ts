import { formatUnits } from '@ringfence/money';
import type { PracticeTally } from '../tally.js';
import type { Requirements } from './practice-crowd.js';
import { PRACTICES } from './traders.js';

/** What the table of practices is made from. */
export interface PracticeShown {
  /** sums over all clients, whole settlement units: after the positions were taken, and the most */
  readonly requirements: { readonly first: Requirements; readonly most: Requirements };
  readonly tallies: Readonly<Record<string, PracticeTally>>;
}

const SETTLEMENT_SCALE = 6;
const WIDTHS = [14, 16, 16, 10, 22, 8, 14] as const;
const HEADS = [
  'practice',
  'requirement',
  'at most',
  'saves',
  'loss reaching others',
  'calls',
  'liquidations',
];

const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
const line = (cells: readonly string[]): string => {
  const padded = cells.map((cell, at) =>
    at === 0 ? cell.padEnd(WIDTHS[at]) : cell.padStart(WIDTHS[at]),
  );
  return `  ${padded.join('')}`;
};

/**
 * The table of practices: the same portfolios, margined as isolated positions, in one cross bucket,
 * as one portfolio. `saves`: of the requirement of isolated.
 */
export function practiceLines({ requirements, tallies }: PracticeShown): string[] {
  const { first, most } = requirements;
  const rows = PRACTICES.map((practice) => {
    const { calls, liquidations, deficits } = tallies[practice] ?? NOTHING;
    const saved = first.isolated === 0 ? 0 : 1 - first[practice] / first.isolated;
    const loss = Number(formatUnits(BigInt(deficits), SETTLEMENT_SCALE));
    return line([
      practice,
      grouped(first[practice]),
      grouped(most[practice]),
      `${(saved * 100).toFixed(1)} %`,
      grouped(loss),
      grouped(calls),
      grouped(liquidations),
    ]);
  });
  return ['', line(HEADS), ...rows, ''];
}
const NOTHING: PracticeTally = { calls: 0, liquidations: 0, deficits: '0' };
