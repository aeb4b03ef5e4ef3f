import type { Event, EventOf } from '@ringfence/contracts';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet, Value } from '../rows.js';
import { table } from '../table.js';

/**
 * The newest evaluation of every margin bucket. Amounts and Greeks in smallest units of the
 * settlement asset, prices in ticks; `lines`, `requirements` and `missing` are JSON of the same.
 * −1: there is none (a price, a scenario, a score).
 */
export const MARGINS = table('margins', {
  account: ['key', 'bigint'],
  bucket: ['key', 'integer'],
  level: ['set', 'text'],
  lines: ['set', 'text'],
  requirements: ['set', 'text'],
  worst_scenario: ['set', 'integer'],
  net_option_value: ['set', 'numeric'],
  collateral: ['set', 'numeric'],
  debt: ['set', 'numeric'],
  equity: ['set', 'numeric'],
  free: ['set', 'numeric'],
  maintenance: ['set', 'numeric'],
  call: ['set', 'numeric'],
  initial: ['set', 'numeric'],
  release: ['set', 'numeric'],
  delta: ['set', 'numeric'],
  gamma: ['set', 'numeric'],
  vega: ['set', 'numeric'],
  theta: ['set', 'numeric'],
  rho: ['set', 'numeric'],
  vanna: ['set', 'numeric'],
  volga: ['set', 'numeric'],
  liquidation_price: ['set', 'bigint'],
  liquidation_of: ['set', 'integer'],
  risk_score: ['set', 'integer'],
  is_kept: ['set', 'boolean'],
  missing: ['set', 'text'],
  parameters: ['set', 'bigint'],
  accounts_seq: ['set', 'bigint'],
  frame: ['set', 'bigint'],
  inputs: ['set', 'text'],
});

/** There is none: a column keeps its value where nothing is said, so absence is a value too. */
export const NONE = -1;

/** One position of an evaluated bucket, as `lines` holds it. */
export interface MarginLine {
  readonly instrument: number;
  readonly lots: number;
  /** ticks */
  readonly mark: number;
  /** of an option; 0 for the rest */
  readonly volatilityPpm: number;
  /** of an option: lots times mark, settlement units; 0 for the rest */
  readonly value: string;
  readonly pnl: string;
}
/** One line of a requirement, settlement units, as `requirements` holds it. */
export interface RequirementShown {
  readonly line: string;
  /** of the instrument that it is for; absent: of the whole bucket */
  readonly instrument?: number;
  readonly maintenance: string;
  readonly initial: string;
}

export type Evaluated = EventOf<'MarginEvaluated'> | EventOf<'PortfolioEvaluated'>;
const SHARED = [
  'level',
  'collateral',
  'debt',
  'equity',
  'free',
  'maintenance',
  'call',
  'initial',
  'release',
  'delta',
  'frame',
] as const;
const GREEKS = ['gamma', 'vega', 'theta', 'rho', 'vanna', 'volga'] as const;

/** Cells of the row that an evaluation makes, but for its keys: every column, none of them null. */
export function cellsOf(event: Evaluated): Readonly<Record<string, Value>> {
  return {
    ...Object.fromEntries(SHARED.map((name) => [name, event[name]])),
    ...(event.type === 'MarginEvaluated' ? linear(event) : portfolio(event)),
    accounts_seq: event.accountsSeq,
    inputs: event.inputs.toString(16),
  };
}

/** What the last evaluation of each bucket said: rewritten as a whole by every one. */
export const marginsProjection: Projection = {
  tables: [MARGINS],
  reads: ['risk'],
  fold(event: Event, _place: EventPlace, set: RowSet): void {
    if (event.type !== 'MarginEvaluated' && event.type !== 'PortfolioEvaluated') return;
    const rows = set.of(MARGINS);
    const row = rows.row(event.account, event.bucket);
    for (const [name, value] of Object.entries(cellsOf(event))) rows.set(row, name, value);
  },
};

/** A bucket without options: every position margins by itself. */
function linear(event: EventOf<'MarginEvaluated'>): Readonly<Record<string, Value>> {
  const lines = event.lines.map(({ instrument, lots, mark, pnl }): MarginLine => ({
    instrument,
    lots,
    mark,
    volatilityPpm: 0,
    value: '0',
    pnl: String(pnl),
  }));
  const requirements = event.lines.map(
    ({ instrument, maintenance, initial }): RequirementShown => ({
      line: 'linear',
      instrument,
      maintenance: String(maintenance),
      initial: String(initial),
    }),
  );
  const [only] = event.lines;
  return {
    lines: JSON.stringify(lines),
    requirements: JSON.stringify(requirements),
    worst_scenario: NONE,
    net_option_value: 0n,
    ...Object.fromEntries(GREEKS.map((greek) => [greek, 0n])),
    liquidation_price: event.liquidationPrice ?? NONE,
    liquidation_of: event.liquidationPrice === null ? NONE : (only?.instrument ?? NONE),
    risk_score: NONE,
    is_kept: false,
    missing: '[]',
    parameters: 0,
  };
}

function portfolio(event: EventOf<'PortfolioEvaluated'>): Readonly<Record<string, Value>> {
  const lines = event.lines.map(
    ({ instrument, lots, mark, volatilityPpm, value, pnl }): MarginLine => ({
      instrument,
      lots,
      mark,
      volatilityPpm,
      value: String(value),
      pnl: String(pnl),
    }),
  );
  const requirements = event.requirements.map(
    ({ line, maintenance, initial }): RequirementShown => ({
      line,
      maintenance: String(maintenance),
      initial: String(initial),
    }),
  );
  return {
    lines: JSON.stringify(lines),
    requirements: JSON.stringify(requirements),
    worst_scenario: event.worstScenario ?? NONE,
    net_option_value: event.netOptionValue,
    ...Object.fromEntries(GREEKS.map((greek) => [greek, event[greek]])),
    liquidation_price: event.liquidationPrice ?? NONE,
    liquidation_of: event.liquidationOf ?? NONE,
    risk_score: event.riskScorePpm,
    is_kept: event.isKept,
    missing: JSON.stringify(event.missing),
    parameters: event.parameters,
  };
}
