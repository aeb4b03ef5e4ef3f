import { describeWith, query } from '@ringfence/stack';
import type { DatabaseConfig } from '../read-store/database.config.js';
import { emptyDatabase } from '../read-store/postgres.fixture.js';
import { caughtUp, rowsIn, SpecHouse, until } from '../projections/spec-house.fixture.js';
import type { ReadModels } from '../projections/read-models.js';
import { rebuild, RebuildRefused, type Rebuilt } from './rebuild.js';

const SPEC_MS = 90_000;
const EVENTS = 20;
const ACCOUNTS = 30;

let house: SpecHouse;
let database: DatabaseConfig;

const load = async (records: number): Promise<void> => {
  for (let i = 0; i < records; i++) await house.trade(EVENTS, ACCOUNTS);
};
async function built(records: number): Promise<ReadModels> {
  const models = house.readModels(database, { silentMs: 300 });
  await load(records);
  await caughtUp(models);
  return models;
}
const again = (
  projection: string,
  more: { acceptDifferences?: boolean; say?: (line: string) => void } = {},
): Promise<Rebuilt> =>
  rebuild({ journal: house.journal, database, projection, say: () => undefined, ...more });
const sql = (text: string) => query(database.url, text);
const schemas = async (): Promise<unknown[]> =>
  (await sql("select nspname from pg_namespace where nspname like 'ringfence%' order by 1")).flat();

describeWith(['postgres'], 'rebuilding read models', ({ postgres }) => {
  beforeEach(async () => {
    house = new SpecHouse();
    database = await emptyDatabase(postgres.url);
  });
  afterEach(() => house.end());

  it(
    'swaps an equal version while a gateway writes and readers read',
    async () => {
      const models = await built(10);
      let isDone = false;
      let reads = 0;
      const reading = (async () => {
        for (; !isDone; reads++) {
          const rows = await sql('select count(*) from ringfence.balances');
          expect(Number(rows[0][0])).toBeGreaterThan(0);
        }
      })();
      const loading = (async () => {
        while (!isDone) {
          await load(1);
          models.hurry();
          await new Promise((resume) => setTimeout(resume, 5));
        }
      })();
      const before = await sql("select 'ringfence.balances'::regclass::oid");
      const { swapped, differences, positions } = await again('balances');
      isDone = true;
      await Promise.all([reading, loading]);
      expect([swapped, differences]).toEqual([true, { count: 0, shown: [] }]);
      expect(positions['accounts/0']).toBeGreaterThanOrEqual(11);
      expect(await sql("select 'ringfence.balances'::regclass::oid")).not.toEqual(before);
      expect(await schemas()).toEqual(['ringfence']);
      expect(reads).toBeGreaterThan(0);
      await load(3);
      await caughtUp(models);
      expect(await rowsIn(models.store)).toEqual(await house.freshRows(database));
      expect(house.faults).toEqual([]);
    },
    SPEC_MS,
  );

  it(
    'lists what differs and leaves it, unless the new version is what was wanted',
    async () => {
      const models = await built(5);
      const before = await rowsIn(models.store);
      await sql(`update ringfence.balances set available = available + 1 where account =
        (select min(account) from ringfence.balances)`);
      await sql(`delete from ringfence.positions where account =
        (select max(account) from ringfence.positions)`);
      const spoiled = await rowsIn(models.store);
      const { swapped, differences } = await again('balances');
      expect([swapped, differences.count]).toEqual([false, 1]);
      expect(differences.shown[0]).toMatchObject({
        table: 'balances',
        live: { asset: 1 },
        fresh: { asset: 1 },
      });
      const missing = await again('positions');
      expect(missing.differences.shown[0]).toMatchObject({ table: 'positions', live: null });
      expect(await rowsIn(models.store)).toEqual(spoiled);
      expect(await schemas()).toEqual(['ringfence']);

      const accepted = await again('all', { acceptDifferences: true });
      expect([accepted.swapped, accepted.differences.count]).toEqual([
        true,
        1 + missing.differences.count,
      ]);
      expect(await rowsIn(models.store)).toEqual(before);
    },
    SPEC_MS,
  );

  it.each(['filling', 'comparing', 'swapping'])(
    'leaves the old version serving when its session is cut at %s, and can be started again',
    async (stage) => {
      const models = await built(5);
      const before = await rowsIn(models.store);
      const holder = `select distinct pg_terminate_backend(pid) from pg_locks where locktype =
        'advisory' and database = (select oid from pg_database where datname = current_database())`;
      let cut: Promise<unknown> = Promise.resolve();
      // somebody reads, so it cannot end before it is cut
      const reader = models.store.source.createQueryRunner();
      await reader.startTransaction();
      await reader.query('select * from balances');
      const interrupted = again('balances', {
        say: (line) => {
          if (line.startsWith(stage)) cut = sql(holder);
        },
      });
      await expect(interrupted).rejects.toThrow('the connection was lost');
      await cut;
      await reader.rollbackTransaction();
      await reader.release();
      expect(await rowsIn(models.store)).toEqual(before);
      await load(1);
      await caughtUp(models);
      const { swapped } = await again('balances');
      expect(swapped).toBe(true);
      expect(await rowsIn(models.store)).toEqual(await house.freshRows(database));
    },
    SPEC_MS,
  );

  it(
    'takes in an account again that was parked, when all is built anew',
    async () => {
      const models = house.readModels(database);
      await until('they are open', () => models.isOpen);
      await sql(`alter table ringfence.balances
        add constraint unfit check (account % 7 <> 3) not valid`);
      await load(3);
      await caughtUp(models);
      expect(models.parked.size).toBeGreaterThan(0);
      const { swapped } = await again('all');
      expect(swapped).toBe(true);
      await load(2);
      await caughtUp(models);
      expect(models.parked.size).toBe(0);
      expect(await rowsIn(models.store)).toEqual(await house.freshRows(database));
    },
    SPEC_MS,
  );

  it('keeps owner and rights of the tables', async () => {
    await built(1);
    await sql('create role spec_auditor_of_rights');
    try {
      await sql('grant select on ringfence.balances to spec_auditor_of_rights');
      await again('balances');
      const may = "select has_table_privilege('spec_auditor_of_rights', 'ringfence.balances', ";
      expect(await sql(`${may} 'select')`)).toEqual([['t']]);
      expect(await sql(`${may} 'insert')`)).toEqual([['f']]);
    } finally {
      await sql('drop owned by spec_auditor_of_rights; drop role spec_auditor_of_rights');
    }
  });

  it(
    'waits for a reader that holds a table, and gives way to it meanwhile',
    async () => {
      const models = await built(3);
      database = { ...database, lockTimeoutMs: 100 };
      const runner = models.store.source.createQueryRunner();
      await runner.startTransaction();
      await runner.query('select * from balances');
      const lines: string[] = [];
      const rebuilding = again('balances', { say: (line) => lines.push(line) });
      await until('it found the table in use', () => lines.some((line) => line.includes('in use')));
      expect(await rowsIn(models.store)).toMatchObject({ balances: expect.anything() as unknown });
      await runner.rollbackTransaction();
      await runner.release();
      expect((await rebuilding).swapped).toBe(true);
    },
    SPEC_MS,
  );

  it(
    'refuses a second one, a name that is none, and a schema without read models',
    async () => {
      await expect(again('balances')).rejects.toThrow(RebuildRefused);
      await built(2);
      await expect(again('prices')).rejects.toThrow('"prices": give all or one of accounts');
      let second: Promise<unknown> | undefined;
      await again('rounds', {
        say: (line) => {
          if (line.startsWith('filling')) second = again('trades').catch((fault: unknown) => fault);
        },
      });
      expect(await second).toMatchObject({ message: 'another rebuild is under way' });
    },
    SPEC_MS,
  );
});
