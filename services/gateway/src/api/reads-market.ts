import type { AssetId, DomainId } from '@ringfence/kernel';
import { ROUNDS } from '../projections/rounds/rounds.projection.js';
import type { Row } from '../read-store/row.entity.js';
import type { Edge } from './edge.js';
import type { ListedInstrument, ReferenceNames } from './names.js';
import {
  ANYONE,
  numberOf,
  OVERSEERS,
  type Call,
  type ReadRoute,
  type Shown,
} from './read-route.js';
import { nextOf, pageOf, readModelsOf, rowsOf } from './read-rows.js';
import { shownAmount, shownAsset, shownInstrument, shownPart, shownPrice } from './shown.js';
import { formatUnits } from '@ringfence/money';

function assetsShown({ reference }: Edge): Shown {
  const assets = [...reference.names.assets.values()];
  return {
    items: assets.map(({ asset, caip, symbol, scale, haircutPpm, confirmations, pricedBy }) => ({
      asset,
      caip,
      symbol,
      scale,
      haircutPpm,
      confirmations,
      pricedBy,
    })),
  };
}

function instrumentsShown({ reference: { names } }: Edge): Shown {
  const items = [...names.instruments.values()].map((listed) => {
    const { instrument, symbol, domain, settlement, tickSteps, tickScale, lotSteps, lotScale } =
      listed;
    const price = names.prices.get(instrument);
    const set = names.parameters.get(instrument);
    return {
      instrument,
      symbol,
      domain,
      settlement: shownAsset(names, settlement),
      tick: formatUnits(BigInt(tickSteps), tickScale),
      lot: formatUnits(BigInt(lotSteps), lotScale),
      unit: String(listed.unit),
      ...datedShown(names, listed),
      price: price && shownPrice(names, instrument, price.price),
      frame: price?.frame,
      parameters: set && { version: set.version, ...set.parameters },
    };
  });
  return { items };
}

/** What a perpetual does not have. */
function datedShown(names: ReferenceNames, listed: ListedInstrument): Shown {
  if (listed.type === 'InstrumentListed') return { kind: 'perpetual' };
  const { instrument, underlying, expiry } = listed;
  const settled = names.settlements.get(instrument);
  const dated = {
    underlying: shownInstrument(names, underlying),
    expiry,
    settlementPrice: settled === undefined ? undefined : shownPrice(names, instrument, settled),
  };
  if (listed.type === 'FutureListed') return { kind: 'future', ...dated };
  const volatility = names.volatilities.get(instrument);
  return {
    kind: 'option',
    ...dated,
    right: listed.right,
    strike: shownPrice(names, underlying, listed.strike),
    volatility: volatility === undefined ? undefined : shownPart(volatility),
  };
}

function domainsShown({ reference: { names } }: Edge): Shown {
  const items = [...names.domains.values()].map(({ domain, name, settlement }) => {
    const rules = names.portfolioRules.get(domain);
    const { version, effective, parameters } = rules ?? {};
    return {
      domain,
      name,
      settlement: shownAsset(names, settlement),
      // the newest, from its `effective` on; the worst scenario of a margin is a place in its list
      portfolioParameters: rules && { version, effective, ...parameters },
    };
  });
  return { items };
}

function houseShown({ reference: { names }, ground }: Edge): Shown {
  return {
    partitions: ground.partitions,
    parameters: names.house && { version: names.house.version, ...names.house.parameters },
    tick: names.tick && { tick: names.tick.tick, time: names.tick.time },
    frame: names.frame,
  };
}

const TOTALS = [
  'collected',
  'claims',
  'debts',
  'deficits',
  'insurance_used',
  'cut_by_adl',
  'cut',
  'paid',
  'due',
] as const;

async function roundsShown(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const query = rowsOf(await readModelsOf(edge), ROUNDS)
    .orderBy('row.domain')
    .addOrderBy('row.round')
    .limit(page.limit)
    .offset(page.offset);
  if (call.query['domain'] !== undefined) {
    const domain = numberOf(call.query['domain'], 'domain');
    query.where('row.domain = :domain', { domain });
  }
  const rows = await query.getMany();
  return { items: rows.map((row) => roundShown(edge.reference.names, row)), ...nextOf(page, rows) };
}

function roundShown(names: ReferenceNames, row: Row): Shown {
  const domain = Number(row['domain']) as DomainId;
  const asset = names.domains.get(domain)?.settlement ?? (0 as AssetId);
  const totals = TOTALS.map((total) => {
    const name = total.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return [name, row[total] === null ? null : shownAmount(names, asset, row[total])];
  });
  return {
    domain,
    round: Number(row['round']),
    cause: row['cause'],
    frame: Number(row['frame']),
    openedAt: Number(row['opened_at']),
    status: row['status'] ?? 'open',
    asset: shownAsset(names, asset),
    ...(Object.fromEntries(totals) as Shown),
  };
}

function membersShown({ reference }: Edge): Shown {
  const members = [...reference.names.members.values()];
  return { items: members.map(({ member, name }) => ({ member, name })) };
}

/** What the whole house sees in one order, and its rounds. */
export const MARKET_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/assets',
    roles: ANYONE,
    summary: 'Listed assets',
    answer: assetsShown,
  },
  {
    method: 'GET',
    path: '/v1/instruments',
    roles: ANYONE,
    summary: 'Listed instruments with price and parameters',
    answer: instrumentsShown,
  },
  {
    method: 'GET',
    path: '/v1/domains',
    roles: ANYONE,
    summary: 'Domains',
    answer: domainsShown,
  },
  {
    method: 'GET',
    path: '/v1/house',
    roles: ANYONE,
    summary: 'Parameters, time and partitions of the house',
    answer: houseShown,
  },
  {
    method: 'GET',
    path: '/v1/members',
    roles: OVERSEERS,
    summary: 'Members',
    answer: membersShown,
  },
  {
    method: 'GET',
    path: '/v1/rounds',
    roles: ANYONE,
    query: ['domain', 'limit', 'offset'],
    summary: 'Settlement rounds with their totals',
    answer: roundsShown,
  },
];
