import { BALANCES, BUCKETS } from '../projections/balances/balances.projection.js';
import { POSITIONS } from '../projections/positions/positions.projection.js';
import type { Table } from '../projections/table.js';
import type { Row } from '../read-store/row.entity.js';
import type { Edge } from './edge.js';
import type { Shown } from './read-route.js';
import { readModelsOf } from './read-rows.js';
import { shownAccount, shownBucket } from './shown.js';

/**
 * Everything that the read models owe and hold, in lines that a rebuild from the logs can be
 * compared with; but for the parked accounts, whose lines may be old or missing.
 */
export async function ledgerLines(edge: Edge): Promise<Shown> {
  const { store, parked } = await readModelsOf(edge);
  const all = (table: Table): Promise<Row[]> => store.source.getRepository<Row>(table.name).find();
  const lines: string[] = [];
  for (const row of await all(BALANCES)) {
    lines.push(`${placeOf(row)} cash ${row['asset']} ${row['available']} ${row['reserved']}`);
  }
  for (const row of await all(BUCKETS)) {
    const pots = `${row['due']} ${row['claim']} ${row['debt']}`;
    if (pots !== '0 0 0') lines.push(`${placeOf(row)} settlement ${pots}`);
  }
  for (const row of await all(POSITIONS)) {
    if (row['lots'] === '0') continue;
    lines.push(`${placeOf(row)} position ${row['instrument']} ${row['lots']}`);
  }
  return { items: lines.toSorted(), parked: [...parked.keys()].map(shownAccount) };
}

const placeOf = (row: Row): string =>
  `${shownAccount(row['account'])} ${shownBucket(row['bucket'])}`;
