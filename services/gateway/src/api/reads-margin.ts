import { partitionOf, type AssetId, type InstrumentId } from '@ringfence/kernel';
import { problem } from '@ringfence/service-kit';
import { ACCOUNTS } from '../projections/accounts/accounts.projection.js';
import {
  MARGINS,
  NONE,
  type MarginLine,
  type RequirementShown,
} from '../projections/margins/margins.projection.js';
import type { Row } from '../read-store/row.entity.js';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';
import type { ReferenceNames } from './names.js';
import {
  ANYONE,
  notFound,
  OVERSEERS,
  type Call,
  type ReadRoute,
  type Shown,
} from './read-route.js';
import { accountOf, caughtUp, nextOf, pageOf, readModelsOf, rowsOf, staleOf } from './read-rows.js';
import {
  settlementOf,
  shownAccount,
  shownAmount,
  shownAsset,
  shownBucket,
  shownInstrument,
  shownLots,
  shownPart,
  shownPrice,
} from './shown.js';

const AMOUNTS = [
  'equity',
  'free',
  'collateral',
  'debt',
  'maintenance',
  'call',
  'initial',
  'release',
] as const;
const GREEKS = ['delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga'] as const;
const PPM = 1_000_000;

/** One bucket's newest evaluation in the words and decimals of the API. */
export function marginShown(names: ReferenceNames, row: Row): Shown {
  const asset = settlementOf(names, row['bucket']) ?? (0 as AssetId);
  const amount = (cell: Row[string]): string => shownAmount(names, asset, cell);
  const some = (columns: readonly string[]): Shown =>
    Object.fromEntries(columns.map((column) => [column, amount(row[column])]));
  const scenario = Number(row['worst_scenario']);
  const score = Number(row['risk_score']);
  return {
    account: shownAccount(row['account']),
    bucket: shownBucket(row['bucket']),
    asset: shownAsset(names, asset),
    level: row['level'],
    ...some(AMOUNTS),
    netOptionValue: amount(row['net_option_value']),
    requirements: listOf<RequirementShown>(row['requirements']).map(
      ({ line, instrument, maintenance, initial }) => ({
        line,
        instrument: instrument && shownInstrument(names, instrument as InstrumentId),
        maintenance: amount(maintenance),
        initial: amount(initial),
      }),
    ),
    positions: listOf<MarginLine>(row['lines']).map((line) => positionShown(names, line, amount)),
    greeks: some(GREEKS),
    worstScenario: scenario === NONE ? null : scenario,
    liquidation: liquidationShown(names, row),
    riskScore: score === NONE ? null : shownPart(score),
    isKept: row['is_kept'],
    missing: listOf<InstrumentId>(row['missing']).map((id) => shownInstrument(names, id)),
    parameters: Number(row['parameters']),
    accountsSeq: Number(row['accounts_seq']),
    frame: Number(row['frame']),
    inputs: row['inputs'],
  };
}

const listOf = <T>(cell: Row[string]): readonly T[] => JSON.parse(String(cell)) as readonly T[];

function positionShown(
  names: ReferenceNames,
  { instrument: number, lots, mark, volatilityPpm, value, pnl }: MarginLine,
  amount: (cell: string) => string,
): Shown {
  const instrument = number as InstrumentId;
  return {
    instrument: shownInstrument(names, instrument),
    lots: shownLots(names, instrument, lots),
    mark: shownPrice(names, instrument, mark),
    volatility: volatilityPpm === 0 ? undefined : shownPart(volatilityPpm),
    value: amount(value),
    pnl: amount(pnl),
  };
}

/** Where the bucket is breached, and how far that is from the newest price; null: nowhere. */
function liquidationShown(names: ReferenceNames, row: Row): Shown | null {
  const ticks = Number(row['liquidation_price']);
  const instrument = Number(row['liquidation_of']) as InstrumentId;
  if (ticks === NONE) return null;
  const now = names.prices.get(instrument)?.price;
  return {
    instrument: shownInstrument(names, instrument),
    price: shownPrice(names, instrument, ticks),
    distance: now ? shownPart(Math.round(((ticks - now) / now) * PPM)) : null,
  };
}

/** @throws Refused `not-found` unless the account is there and the caller may see it */
export async function mustSee(edge: Edge, call: Call): Promise<void> {
  const account = accountOf(call.params['account'], 'account');
  const models = await readModelsOf(edge);
  await caughtUp(models, 'accounts', partitionOf(account), { ...call, query: {} });
  const title = await rowsOf(models, ACCOUNTS)
    .where('row.account = :account', { account })
    .getOne();
  if (!title || (call.by.role === 'venue' && title['member'] !== call.by.member)) {
    throw notFound('account');
  }
  if (models.parked.has(account)) throw new Refused(problem('account-parked'));
}

async function oneMargin(edge: Edge, call: Call): Promise<Shown> {
  const account = accountOf(call.params['account'], 'account');
  await mustSee(edge, call);
  const models = await readModelsOf(edge);
  const asOf = await caughtUp(models, 'risk', partitionOf(account), call);
  const rows = await rowsOf(models, MARGINS)
    .where('row.account = :account', { account })
    .orderBy('row.bucket')
    .getMany();
  return { items: rows.map((row) => marginShown(edge.reference.names, row)), asOf };
}

async function manyMargins(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const models = await readModelsOf(edge);
  const rows = await rowsOf(models, MARGINS)
    .orderBy('row.account')
    .addOrderBy('row.bucket')
    .limit(page.limit)
    .offset(page.offset)
    .getMany();
  const items = rows.map((row) => ({
    ...marginShown(edge.reference.names, row),
    ...staleOf(models, row),
  }));
  return { items, ...nextOf(page, rows) };
}

/** What risk said last of every margin bucket. */
export const MARGIN_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/accounts/:account/margin',
    roles: ANYONE,
    query: ['minSeq'],
    summary: 'The newest evaluation of each bucket: requirement by line, Greeks, liquidation price',
    answer: oneMargin,
  },
  {
    method: 'GET',
    path: '/v1/margins',
    roles: OVERSEERS,
    query: ['limit', 'offset'],
    summary: 'The newest evaluation of all buckets, page by page',
    answer: manyMargins,
  },
];
