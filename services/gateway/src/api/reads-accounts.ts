import { partitionOf, type AccountId } from '@ringfence/kernel';
import { ACCOUNTS } from '../projections/accounts/accounts.projection.js';
import { BALANCES, BUCKETS } from '../projections/balances/balances.projection.js';
import { CALLS } from '../projections/calls/calls.projection.js';
import { POSITIONS } from '../projections/positions/positions.projection.js';
import { WITHDRAWALS } from '../projections/withdrawals/withdrawals.projection.js';
import type { Row } from '../read-store/row.entity.js';
import type { AssetId } from '@ringfence/kernel';
import { problem } from '@ringfence/service-kit';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';
import {
  ANYONE,
  notFound,
  numberOf,
  OVERSEERS,
  type Call,
  type ReadRoute,
  type Shown,
} from './read-route.js';
import { accountOf, caughtUp, nextOf, pageOf, readModelsOf, rowsOf, staleOf } from './read-rows.js';
import {
  balanceShown,
  bucketShown,
  positionShown,
  settlementOf,
  shownAccount,
  shownAmount,
  shownAsset,
  shownBucket,
} from './shown.js';

const PARKED = 'its newest rows are refused by their database; an operator sees why in /health';
const OPEN_POSITION = '(row.lots <> 0 or row.cost <> 0)';

const titleShown = (row: Row): Shown => ({
  account: shownAccount(row['account']),
  member: row['member'],
  owner: row['owner'],
  class: row['class'],
  domain: row['domain'],
  reference: row['reference'],
  status: row['status'],
});

/** A venue sees its own member's; the house's people see all. */
const restricted = ({ by }: Call): boolean => by.role === 'venue';

async function oneAccount(edge: Edge, call: Call): Promise<Shown> {
  const account = accountOf(call.params['account'], 'account');
  const models = await readModelsOf(edge);
  const hot = await hotAccount(edge, call, account);
  if (hot) return hot;
  const asOf = await caughtUp(models, 'accounts', partitionOf(account), call);
  const of = { account };
  const title = await rowsOf(models, ACCOUNTS).where('row.account = :account', of).getOne();
  if (title && restricted(call) && title['member'] !== call.by.member) throw notFound('account');
  if (models.parked.has(account)) throw new Refused(problem('account-parked', { detail: PARKED }));
  if (!title) throw notFound('account');
  const shown = { ...titleShown(title), ...(await contentsOf(edge, account)) };
  void edge.live.hot.keep(account, { stamp: asOf.seq, value: JSON.stringify(shown) });
  return { ...shown, asOf };
}

/**
 * What was shown before and still holds, as far as the caller has seen and the read models have
 * come; undefined when they must be asked.
 */
async function hotAccount(edge: Edge, call: Call, account: AccountId): Promise<Shown | undefined> {
  const partition = partitionOf(account);
  const models = await readModelsOf(edge);
  if (partition >= edge.ground.partitions || models.parked.has(account)) return undefined;
  const rows = models.positionOf('accounts', partition)?.seq ?? 0;
  const minSeq = numberOf(call.query['minSeq'], 'minSeq', { standard: 0 });
  const found = await edge.live.hot.find(account, Math.max(rows, minSeq));
  if (!found) return undefined;
  const shown = JSON.parse(found.value) as Shown;
  if (restricted(call) && shown['member'] !== call.by.member) throw notFound('account');
  return { ...shown, asOf: { service: 'accounts', partition, seq: found.seq } };
}

async function contentsOf(edge: Edge, account: AccountId): Promise<Shown> {
  const models = await readModelsOf(edge);
  const { names } = edge.reference;
  const of = { account };
  const [balances, buckets, positions] = await Promise.all([
    rowsOf(models, BALANCES).where('row.account = :account', of).orderBy('row.bucket').getMany(),
    rowsOf(models, BUCKETS).where('row.account = :account', of).orderBy('row.bucket').getMany(),
    rowsOf(models, POSITIONS)
      .where(`row.account = :account and ${OPEN_POSITION}`, of)
      .orderBy('row.bucket')
      .getMany(),
  ]);
  return {
    balances: balances.map((row) => balanceShown(names, row)),
    settlement: buckets.map((row) => bucketShown(names, row)),
    positions: positions.map((row) => positionShown(names, row)),
  };
}

async function manyAccounts(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const models = await readModelsOf(edge);
  const query = rowsOf(models, ACCOUNTS).orderBy('row.account');
  if (restricted(call)) query.where('row.member = :member', { member: call.by.member });
  const rows = await query.limit(page.limit).offset(page.offset).getMany();
  const items = rows.map((row) => ({ ...titleShown(row), ...staleOf(models, row) }));
  return { items, ...nextOf(page, rows) };
}

async function manyBalances(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const { names } = edge.reference;
  const models = await readModelsOf(edge);
  const rows = await rowsOf(models, BALANCES)
    .orderBy('row.account')
    .addOrderBy('row.bucket')
    .addOrderBy('row.asset')
    .limit(page.limit)
    .offset(page.offset)
    .getMany();
  const items = rows.map((row) => ({ ...balanceShown(names, row), ...staleOf(models, row) }));
  return { items, ...nextOf(page, rows) };
}

async function manyPositions(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const { names } = edge.reference;
  const models = await readModelsOf(edge);
  const rows = await rowsOf(models, POSITIONS)
    .where(OPEN_POSITION)
    .orderBy('row.account')
    .addOrderBy('row.bucket')
    .addOrderBy('row.instrument')
    .limit(page.limit)
    .offset(page.offset)
    .getMany();
  const items = rows.map((row) => ({ ...positionShown(names, row), ...staleOf(models, row) }));
  return { items, ...nextOf(page, rows) };
}

async function manyCalls(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const { names } = edge.reference;
  const models = await readModelsOf(edge);
  const query = rowsOf(models, CALLS)
    .orderBy('row.partition')
    .addOrderBy('row.call')
    .limit(page.limit)
    .offset(page.offset);
  const { status } = call.query;
  if (status !== undefined) query.andWhere('row.status = :status', { status });
  if (restricted(call)) {
    const own = 'row.account in (select account from accounts where member = :member)';
    query.andWhere(own, { member: call.by.member });
  }
  const rows = await query.getMany();
  const items = rows.map((row) => {
    const asset = settlementOf(names, row['bucket']) ?? (0 as AssetId);
    return {
      call: `${row['partition']}-${row['call']}`,
      account: shownAccount(row['account']),
      bucket: shownBucket(row['bucket']),
      asset: shownAsset(names, asset),
      amount: shownAmount(names, asset, row['amount']),
      calledAt: Number(row['called_at']),
      deadline: Number(row['deadline']),
      status: row['status'],
      ...staleOf(models, row),
    };
  });
  return { items, ...nextOf(page, rows) };
}

async function manyWithdrawals(edge: Edge, call: Call): Promise<Shown> {
  const page = pageOf(call);
  const { names } = edge.reference;
  const models = await readModelsOf(edge);
  const query = rowsOf(models, WITHDRAWALS)
    .orderBy('row.partition')
    .addOrderBy('row.withdrawal')
    .limit(page.limit)
    .offset(page.offset);
  const { status } = call.query;
  if (status !== undefined) query.andWhere('row.status = :status', { status });
  const rows = await query.getMany();
  const items = rows.map((row) => ({
    partition: row['partition'],
    withdrawal: Number(row['withdrawal']),
    account: shownAccount(row['account']),
    asset: shownAsset(names, Number(row['asset']) as AssetId),
    amount: shownAmount(names, Number(row['asset']) as AssetId, row['amount']),
    destination: row['destination'],
    approvals: row['approvals'] ?? 0,
    needed: row['needed'],
    status: row['status'],
    reason: row['reason'],
    transaction: row['transaction'],
    ...staleOf(models, row),
  }));
  return { items, ...nextOf(page, rows) };
}

const PAGES = ['limit', 'offset'];

/** What is behind the walls, from the read models. */
export const ACCOUNT_READS: readonly ReadRoute[] = [
  {
    method: 'GET',
    path: '/v1/accounts/:account',
    roles: ANYONE,
    query: ['minSeq'],
    summary: 'One account with its balances and positions, and the position that they reflect',
    answer: oneAccount,
  },
  {
    method: 'GET',
    path: '/v1/accounts',
    roles: ANYONE,
    query: PAGES,
    summary: 'Accounts, page by page',
    answer: manyAccounts,
  },
  {
    method: 'GET',
    path: '/v1/balances',
    roles: OVERSEERS,
    query: PAGES,
    summary: 'All balances, page by page',
    answer: manyBalances,
  },
  {
    method: 'GET',
    path: '/v1/positions',
    roles: OVERSEERS,
    query: PAGES,
    summary: 'All open positions, page by page',
    answer: manyPositions,
  },
  {
    method: 'GET',
    path: '/v1/calls',
    roles: ANYONE,
    query: ['status', ...PAGES],
    summary: 'Margin calls',
    answer: manyCalls,
  },
  {
    method: 'GET',
    path: '/v1/withdrawals',
    roles: OVERSEERS,
    query: ['status', ...PAGES],
    summary: 'Withdrawals in custody',
    answer: manyWithdrawals,
  },
];
