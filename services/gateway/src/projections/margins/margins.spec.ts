import type { Event } from '@ringfence/contracts';
import { ReferenceNames } from '../../api/names.js';
import { marginShown } from '../../api/reads-margin.js';
import type { Row } from '../../read-store/row.entity.js';
import { RowSet } from '../rows.js';
import { MARGINS, marginsProjection } from './margins.projection.js';

const place = { service: 'risk', partition: 0, time: 0 } as const;
const ACCOUNT = 1024;
const CROSS = 6;
const PORTFOLIO = 7;

/** BTC perpetual with a tick of 0.50, a call on it with one of 0.01; USD with two decimals. */
function names(): ReferenceNames {
  const known = new ReferenceNames();
  const sizes = { settlement: 1, unit: 1n, tickUnits: 1n, lotSteps: 1, lotScale: 2 };
  const facts: unknown[] = [
    { type: 'AssetListed', asset: 1, caip: 'x', symbol: 'USD', scale: 2 },
    { type: 'DomainOpened', domain: 1, name: 'linear', settlement: 1 },
    { type: 'InstrumentListed', instrument: 1, symbol: 'P', ...sizes, tickSteps: 5, tickScale: 1 },
    {
      type: 'OptionListed',
      instrument: 2,
      symbol: 'C',
      underlying: 1,
      ...sizes,
      tickSteps: 1,
      tickScale: 2,
    },
    { type: 'FrameAccepted', frame: 9, time: 0, prices: [{ instrument: 1, price: 100_000 }] },
  ];
  for (const fact of facts) known.fold(fact as never);
  return known;
}

const LEVELS = { maintenance: 50n, call: 60n, initial: 75n, release: 90n };
const SHARED = { account: ACCOUNT, collateral: 500n, debt: 0n, equity: -120n, free: 10n };
const linear = (more: object = {}): Event =>
  ({
    type: 'MarginEvaluated',
    ...SHARED,
    ...LEVELS,
    bucket: CROSS,
    level: 'healthy',
    lines: [
      {
        instrument: 1,
        lots: -150,
        worst: -150,
        mark: 100_000,
        initial: 75n,
        maintenance: 50n,
        pnl: -7n,
      },
    ],
    delta: -3n,
    liquidationPrice: 110_000,
    accountsSeq: 41,
    frame: 9,
    inputs: 0xabcn,
    ...more,
  }) as unknown as Event;
const portfolio = (more: object = {}): Event =>
  ({
    type: 'PortfolioEvaluated',
    ...SHARED,
    ...LEVELS,
    bucket: PORTFOLIO,
    level: 'called',
    lines: [
      {
        instrument: 2,
        lots: 200,
        low: 200,
        high: 200,
        mark: 1234,
        volatilityPpm: 655_000,
        value: 2468n,
        pnl: 0n,
      },
    ],
    requirements: [
      { line: 'scenario', maintenance: 40n, initial: 60n },
      { line: 'futures-basis', maintenance: 10n, initial: 15n },
    ],
    worstScenario: 4,
    netOptionValue: 2468n,
    delta: 1n,
    gamma: 2n,
    vega: 3n,
    theta: -4n,
    rho: 5n,
    vanna: 6n,
    volga: 7n,
    liquidationPrice: 90_000,
    liquidationOf: 1,
    riskScorePpm: 1_250_000,
    isKept: true,
    missing: [2],
    parameters: 3,
    accountsSeq: 42,
    frame: 9,
    inputs: 0xdefn,
    ...more,
  }) as unknown as Event;

/** Folds events one by one and gives the rows as a database would: the last one of each bucket. */
function rowsAfter(...events: readonly Event[]): Row[] {
  const rows = new Map<string, Row>();
  for (const event of events) {
    const set = new RowSet();
    marginsProjection.fold(event, place, set);
    const arrays = set.of(MARGINS).arrays();
    if (set.of(MARGINS).count === 0) continue;
    const cells = MARGINS.columns.map(({ name, type }, at) => {
      const [, text] = /^\{(.*)\}$/s.exec(arrays[at]) ?? [];
      const plain = type === 'text' ? (JSON.parse(text ?? '') as string) : (text ?? '');
      return [name, type === 'boolean' ? plain === 'true' : plain];
    });
    const row = Object.fromEntries(cells) as Row;
    rows.set(`${row['account']}/${row['bucket']}`, row);
  }
  return [...rows.values()];
}

describe('the newest evaluation of a bucket', () => {
  it('shows what a linear one says: a requirement per instrument, no score (GATE-080)', () => {
    const [shown] = rowsAfter(linear()).map((row) => marginShown(names(), row));
    expect(shown).toMatchObject({
      bucket: 'cross:1',
      asset: 'USD',
      level: 'healthy',
      equity: '-1.20',
      initial: '0.75',
      requirements: [{ line: 'linear', instrument: 'P', maintenance: '0.50', initial: '0.75' }],
      positions: [{ instrument: 'P', lots: '-1.50', mark: '50000.0', value: '0.00', pnl: '-0.07' }],
      greeks: { delta: '-0.03', gamma: '0.00', volga: '0.00' },
      worstScenario: null,
      liquidation: { instrument: 'P', price: '55000.0', distance: '0.100000' },
      riskScore: null,
      isKept: false,
      missing: [],
      accountsSeq: 41,
      frame: 9,
      inputs: 'abc',
    });
  });
  it('shows lines, Greeks, worst scenario and score of a portfolio (GATE-081)', () => {
    const [shown] = rowsAfter(portfolio()).map((row) => marginShown(names(), row));
    expect(shown).toMatchObject({
      bucket: 'portfolio:1',
      level: 'called',
      netOptionValue: '24.68',
      requirements: [
        { line: 'scenario', maintenance: '0.40', initial: '0.60' },
        { line: 'futures-basis', maintenance: '0.10', initial: '0.15' },
      ],
      positions: [{ instrument: 'C', lots: '2.00', mark: '12.34', volatility: '0.655000' }],
      greeks: { delta: '0.01', gamma: '0.02', theta: '-0.04', volga: '0.07' },
      worstScenario: 4,
      liquidation: { instrument: 'P', price: '45000.0', distance: '-0.100000' },
      riskScore: '1.250000',
      isKept: true,
      missing: ['C'],
      parameters: 3,
    });
  });
  it('keeps nothing of the one before, where the new one says "none" (GATE-082)', () => {
    const nothing = { liquidationPrice: null, liquidationOf: null, worstScenario: null };
    const [row, ...others] = rowsAfter(portfolio(), portfolio({ ...nothing, missing: [] }));
    expect(others).toEqual([]);
    const shown = marginShown(names(), row);
    expect(shown).toMatchObject({ liquidation: null, worstScenario: null, missing: [] });
    // no column may be null: an upsert would keep what stood there
    expect(Object.values(row)).not.toContain('NULL');
  });
  it('is one per bucket, and of no other fact (GATE-083)', () => {
    const other = { type: 'BucketCured', account: ACCOUNT, bucket: CROSS, frame: 9 };
    const rows = rowsAfter(linear(), portfolio(), other as unknown as Event, linear({ frame: 10 }));
    expect(rows.map((row) => [row['bucket'], row['frame']])).toEqual([
      ['6', '10'],
      ['7', '9'],
    ]);
  });
});
