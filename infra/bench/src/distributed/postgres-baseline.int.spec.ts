import pg from 'pg';
import { describeWith, freshDatabase } from '@ringfence/stack';
import { BASELINE_SCHEMA, TRANSFER } from './postgres-schema.js';

type Transfer = readonly [id: number, from: number, to: number, amount: number];
const uuid = (id: number): string => `00000000-0000-0000-0000-${String(id).padStart(12, '0')}`;

// The comparison is worth something only if it does what the house does.
describeWith(['postgres'], 'the baseline in PostgreSQL', ({ postgres }) => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client({ connectionString: await freshDatabase(postgres.url, 'baseline') });
    await client.connect();
    await client.query(BASELINE_SCHEMA);
  });
  beforeEach(async () => {
    await client.query('truncate balances, transfers, journal');
    await client.query('insert into balances values (1, 1, 100), (2, 1, 0)');
  });
  afterAll(() => client.end());

  const transfer = async (...items: Transfer[]): Promise<boolean[]> => {
    const column = (place: number): number[] => items.map((item) => item[place]);
    const ids = items.map(([id]) => uuid(id));
    const assets = items.map(() => 1);
    const { rows } = await client.query<{ id: string; accepted: boolean }>(TRANSFER, [
      ids,
      column(1),
      column(2),
      assets,
      column(3),
    ]);
    return ids.map((id) => rows.find((row) => row.id === id)?.accepted ?? false);
  };
  const balances = async (): Promise<string[]> => {
    const sql = 'select available from balances order by account';
    return (await client.query<{ available: string }>(sql)).rows.map((row) => row.available);
  };
  const legs = async (): Promise<number> =>
    Number((await client.query<{ n: string }>('select count(*) n from journal')).rows[0].n);

  it('takes each transfer that its source covers, and refuses the others', async () => {
    expect(await transfer([1, 1, 2, 60], [2, 1, 2, 60], [3, 2, 1, 1])).toEqual([
      true,
      false,
      false,
    ]);
    expect(await balances()).toEqual(['40', '60']);
    expect(await legs()).toBe(2);
  });

  it('gives the first answer the second time, and moves nothing', async () => {
    await transfer([1, 1, 2, 60], [2, 1, 2, 60]);
    await transfer([3, 2, 1, 60]);
    expect(await transfer([1, 1, 2, 60], [2, 1, 2, 60])).toEqual([true, false]);
    expect(await balances()).toEqual(['100', '0']);
    expect(await legs()).toBe(4);
  });

  it('moves once when one call has an id twice', async () => {
    expect(await transfer([1, 1, 2, 30], [1, 1, 2, 30])).toEqual([true, true]);
    expect(await balances()).toEqual(['70', '30']);
  });

  it('refuses what would go nowhere', async () => {
    expect(await transfer([1, 1, 9, 10])).toEqual([false]);
    expect(await balances()).toEqual(['100', '0']);
  });
});
