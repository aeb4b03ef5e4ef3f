import type { SelectQueryBuilder } from 'typeorm';
import type { Service } from '@ringfence/kernel';
import { parseAccount, type AccountId } from '@ringfence/kernel';
import { faultText, problem } from '@ringfence/service-kit';
import type { ReadModels } from '../projections/read-models.js';
import { isDatabaseAway } from '../read-store/database-away.js';
import type { Table } from '../projections/table.js';
import type { Row } from '../read-store/row.entity.js';
import { Refused } from './callers.js';
import type { Edge } from './edge.js';
import { numberOf, wrongField, type Call } from './read-route.js';

const POLL_MS = 5;
const WAIT_FOR_MS = 5000;
const PAGE = 100;
const PAGE_MAX = 1000;
const RETRY_AFTER_SECONDS = 1;

/**
 * @throws Refused `read-models-off`, also when they stopped, `read-models-away` while their
 *   database cannot be asked, `read-models-checking` before they were compared with the logs; the
 *   detail says why
 */
export async function readModelsOf({ readModels }: Edge): Promise<ReadModels> {
  const models = await readModels().opened();
  const { fault, outage, isComparing } = readModels();
  if (fault === undefined && outage && (!models || isDatabaseAway(outage.fault))) {
    throw databaseAway(outage.fault);
  }
  if (models && fault === undefined) return models;
  if (isComparing && fault === undefined) {
    throw new Refused(problem('read-models-checking'), RETRY_AFTER_SECONDS);
  }
  const detail = fault === undefined ? undefined : `they stopped: ${faultText(fault)}`;
  throw new Refused(problem('read-models-off', { detail }));
}

/** What a query answers whose database cannot be asked, or was lost while it ran. */
export const databaseAway = (fault: unknown): Refused =>
  new Refused(problem('read-models-away', { detail: faultText(fault) }), RETRY_AFTER_SECONDS);

/** Marks what is shown of a parked account: it may be older than `asOf` and the lists say. */
export const staleOf = ({ parked }: ReadModels, row: Row): { stale?: true } =>
  parked.has(Number(row['account'])) ? { stale: true } : {};

/** A page of rows: its bound, and where it goes on. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}
export function pageOf({ query }: Call): Page {
  return {
    limit: numberOf(query['limit'], 'limit', { standard: PAGE, most: PAGE_MAX }),
    offset: numberOf(query['offset'], 'offset', { standard: 0 }),
  };
}
/** Members of an answer that tell how to read on. */
export const nextOf = ({ limit, offset }: Page, rows: readonly unknown[]): { next?: number } =>
  rows.length === limit ? { next: offset + limit } : {};

export const rowsOf = (models: ReadModels, table: Table): SelectQueryBuilder<Row> =>
  models.store.source.getRepository<Row>(table.name).createQueryBuilder('row');

/** The account of a path or query. @throws Refused `malformed-account` */
export function accountOf(text: string | undefined, field: string): AccountId {
  const account = parseAccount(text ?? '');
  if (account !== undefined) return account;
  const rule = 'must be an account with its check digit, like "w-03-00F2K7-6"';
  throw wrongField(field, rule, 'malformed-account');
}

/**
 * Waits until the rows reflect a log as far as the query's `minSeq` asks.
 *
 * @returns the position that they reflect
 * @throws Refused `not-caught-up`
 */
export async function caughtUp(
  models: ReadModels,
  service: Service,
  partition: number,
  { query }: Call,
): Promise<{ readonly service: Service; readonly partition: number; readonly seq: number }> {
  const minSeq = numberOf(query['minSeq'], 'minSeq', { standard: 0 });
  const end = performance.now() + WAIT_FOR_MS;
  for (;;) {
    const { seq } = models.positionOf(service, partition) ?? { seq: 0 };
    if (seq >= minSeq) return { service, partition, seq };
    models.hurry();
    if (models.outage && isDatabaseAway(models.outage.fault))
      throw databaseAway(models.outage.fault);
    if (performance.now() > end || models.fault !== undefined) {
      throw new Refused(problem('not-caught-up', { facts: { seq: String(seq) } }));
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}
