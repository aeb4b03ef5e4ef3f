import { GENESIS } from '@ringfence/journal';
import { describeWith } from '@ringfence/stack';
import { ACCOUNTS } from '../projections/accounts/accounts.projection.js';
import { BALANCES, BUCKETS } from '../projections/balances/balances.projection.js';
import { CALLS } from '../projections/calls/calls.projection.js';
import { POSITIONS } from '../projections/positions/positions.projection.js';
import { ROUNDS } from '../projections/rounds/rounds.projection.js';
import { RowSet } from '../projections/rows.js';
import { LEGS } from '../projections/trades/trades.projection.js';
import { WITHDRAWALS } from '../projections/withdrawals/withdrawals.projection.js';
import type { DatabaseConfig } from './database.config.js';
import { emptyDatabase } from './postgres.fixture.js';
import { ReadStore, type Step } from './read-store.js';

const TABLES = [ACCOUNTS, BALANCES, BUCKETS, CALLS, POSITIONS, ROUNDS, LEGS, WITHDRAWALS];

let store: ReadStore;

const step = (from: Step['from'], seq: number): Step => ({
  service: 'accounts',
  partition: 0,
  from,
  to: { seq, hash: `h${seq}` },
});
function credit(account: number, amount: bigint): RowSet {
  const set = new RowSet();
  const rows = set.of(BALANCES);
  rows.add(rows.row(account, 0, 1), 'available', amount);
  return set;
}
const available = async (account: number): Promise<unknown> => {
  const [row] = await store.source.query<{ available: string }[]>(
    'select available from balances where account = $1',
    [account],
  );
  return row?.available;
};

/**
 * What the store of the read models does, on any engine.
 *
 * @param open  an empty database, or undefined for memory
 */
function readStoreSuite(open: () => Promise<DatabaseConfig | undefined>): void {
  beforeAll(async () => {
    store = await ReadStore.open(TABLES, await open());
    await store.begin('accounts', 0);
  }, 60_000);
  afterAll(() => store.close());

  it('adds rows up and moves the checkpoint with them, exactly once', async () => {
    const large = 10n ** 38n - 1n;
    await store.write(credit(7, large), [step(GENESIS, 3)]);
    await store.write(credit(7, large), [step({ seq: 3, hash: 'h3' }, 4)]);
    expect(await available(7)).toBe(String(2n * large));
    const stale = store.write(credit(7, 1n), [step({ seq: 3, hash: 'h3' }, 5)]);
    await expect(stale).rejects.toMatchObject({ name: 'CheckpointMoved' });
    const other = store.write(credit(7, 1n), [step({ seq: 4, hash: 'another' }, 5)]);
    await expect(other).rejects.toMatchObject({ name: 'CheckpointMoved' });
    expect(await available(7)).toBe(String(2n * large));
    expect(await store.checkpoints()).toEqual([
      { service: 'accounts', partition: 0, seq: '4', hash: 'h4' },
    ]);
  });

  it('keeps what a later event does not speak of', async () => {
    const opened = new RowSet();
    const rows = opened.of(ACCOUNTS);
    rows.set(rows.row(9), 'owner', 'a "quoted" \\ owner, {of} two');
    rows.set(rows.row(9), 'status', 'open');
    await store.write(opened, [step({ seq: 4, hash: 'h4' }, 5)]);
    const closed = new RowSet();
    closed.of(ACCOUNTS).set(closed.of(ACCOUNTS).row(9), 'status', 'closed');
    await store.write(closed, [step({ seq: 5, hash: 'h5' }, 6)]);
    const found = await store.source.getRepository(ACCOUNTS.name).find();
    expect(found).toMatchObject([
      { account: '9', owner: 'a "quoted" \\ owner, {of} two', status: 'closed', member: null },
    ]);
  });

  it('lets transactions take turns: two that overlap do not mix', async () => {
    const [one, two] = [store.source.createQueryRunner(), store.source.createQueryRunner()];
    await one.startTransaction();
    await one.query('insert into accounts (account) values (100)');
    const later = two
      .startTransaction()
      .then(() => two.query('select 1 from accounts where account = 100'));
    await one.rollbackTransaction();
    await one.release();
    expect(await later).toEqual([]);
    await two.rollbackTransaction();
    await two.release();
  });

  it('has the columns that its entities say', async () => {
    const { upQueries } = await store.source.driver.createSchemaBuilder().log();
    // names of constraints are the database's own
    const drift = upQueries.filter(({ query }) => /^(CREATE|ALTER) TABLE/.test(query));
    const isName = ({ query }: { query: string }): boolean => / (DROP|ADD) CONSTRAINT /.test(query);
    expect(drift.filter((each) => !isName(each)).map(({ query }) => query)).toEqual([]);
  });
}

describe('the read store in memory', () => {
  readStoreSuite(() => Promise.resolve(undefined));
});
describeWith(['postgres'], 'the read store on PostgreSQL', ({ postgres }) => {
  readStoreSuite(() => emptyDatabase(postgres.url));
});
