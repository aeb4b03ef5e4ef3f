import { openOptions, takeOver } from '@ringfence/journal/suite';
import { LogTail, logStream } from '@ringfence/lane';
import { LogTruncated } from '@ringfence/journal';
import { describeWith } from '@ringfence/stack';
import { CheckpointMoved, type ReadStore } from '../read-store/read-store.js';
import { checkpointWitnesses } from '../read-store/checkpoint-witnesses.js';
import { databaseAt, emptyDatabase } from '../read-store/postgres.fixture.js';
import type { ReadModels } from './read-models.js';
import { caughtUp, creditedIn, rowsIn, SpecHouse, until } from './spec-house.fixture.js';

const SPEC_MS = 90_000;
const EVENTS = 20;
const ACCOUNTS = 30;

let house: SpecHouse;
beforeEach(() => {
  house = new SpecHouse();
});
afterEach(() => house.end());

const load = async (records: number): Promise<void> => {
  for (let i = 0; i < records; i++) await house.trade(EVENTS, ACCOUNTS);
};
async function expectWhole(...all: readonly [ReadModels, ...ReadModels[]]): Promise<void> {
  for (const models of all) await caughtUp(models);
  const credited = [...house.credited.values()].reduce((sum, each) => sum + each, 0n);
  const fresh = await house.freshRows(all[0].options.database);
  for (const { store } of all) {
    expect(await creditedIn(store)).toBe(String(credited));
    expect(await rowsIn(store)).toEqual(fresh);
  }
  expect(house.faults).toEqual([]);
}

/** Counts the writes that another process was quicker with. */
function conflictsOf(store: ReadStore): () => number {
  let count = 0;
  const write = store.write.bind(store);
  store.write = (...batch) =>
    write(...batch).catch((fault: unknown) => {
      if (fault instanceof CheckpointMoved) count++;
      throw fault;
    });
  return () => count;
}

describeWith(['postgres'], 'two processes that project into one database', ({ postgres }) => {
  it(
    'both run: one writes, the other follows and goes on when it ends',
    async () => {
      const database = await emptyDatabase(postgres.url);
      const first = house.readModels(database, { silentMs: 300 });
      await load(5);
      await caughtUp(first);
      const second = house.readModels(database, { silentMs: 300 });
      await until('both are open', () => second.isOpen);
      await load(30);
      await expectWhole(first, second);
      await first.close();
      await load(10);
      await expectWhole(second);
    },
    SPEC_MS,
  );

  it(
    'apply nothing twice when both write at once, again and again',
    async () => {
      const database = await emptyDatabase(postgres.url);
      // who falls behind never waits: they meet at every batch
      const join = (): ReadModels => house.readModels(database, { silentMs: 0 });
      const all = [join(), join(), join()] as const;
      await until('all are open', () => all.every(({ isOpen }) => isOpen));
      const conflicts = all.map(({ store }) => conflictsOf(store));
      for (let i = 0; i < 40; i++) {
        await load(1);
        for (const models of all) models.hurry();
        await until('one is there', () => all.some((models) => models.lag() === 0));
      }
      await expectWhole(...all);
      expect(conflicts.reduce((sum, count) => sum + count(), 0)).toBeGreaterThan(0);
    },
    SPEC_MS,
  );

  it(
    'follow a database that was put back to an older copy',
    async () => {
      const database = await emptyDatabase(postgres.url);
      await load(3);
      const models = house.readModels(database, { silentMs: 0 });
      await caughtUp(models);
      const tables = 'checkpoints, accounts, balances, buckets, positions, calls, legs';
      await models.store.source.query(`truncate ${tables}`);
      await models.store.source.query(
        `insert into checkpoints
         select 'accounts', p, 0, repeat('0', 64) from generate_series(0, 1) as p`,
      );
      await load(1);
      await expectWhole(models);
    },
    SPEC_MS,
  );
});

describeWith(['postgres'], 'checkpoints as witnesses', ({ postgres }) => {
  it(
    'name what the read models have seen of each log',
    async () => {
      const database = await emptyDatabase(postgres.url);
      expect(await checkpointWitnesses(database)).toEqual([]);
      await load(3);
      const models = house.readModels(database);
      await caughtUp(models);
      await models.close();
      const stream = logStream('accounts', 1);
      const tail = new LogTail(house.journal, 'accounts', stream);
      const records = await tail.poll(() => Promise.reject(new Error('no read fails here')));
      expect(records).toHaveLength(4);
      const who = 'the read models in schema ringfence';
      const witnesses = await checkpointWitnesses(database);
      expect(witnesses.map(({ stream, seq }) => [stream.partition, seq])).toEqual([
        [0, 4],
        [1, 4],
      ]);
      expect(witnesses[1]).toEqual({ stream, seq: 4, hash: records[3].hash, who });

      // what a lane does that takes the log over
      house.journal.truncate(stream, 3);
      const taking = takeOver(
        house.journal,
        stream,
        openOptions('lane', { witnesses: [witnesses[1]] }),
      );
      await expect(taking).rejects.toMatchObject({
        name: 'LogTruncated',
        witness: { who, seq: 4 },
      });
    },
    SPEC_MS,
  );

  it.each(['ends before it', 'has another record there'])(
    'refuse to open the read models on a log that %s',
    async (how) => {
      const database = await emptyDatabase(postgres.url);
      await load(3);
      const models = house.readModels(database);
      await caughtUp(models);
      const before = await rowsIn(models.store);
      await models.close();
      const stream = logStream('accounts', 1);
      house.journal.truncate(stream, 3);
      if (how !== 'ends before it') {
        await takeOver(house.journal, stream, openOptions('another lane'));
      }
      const again = house.readModels(database);
      await until('they stop', () => again.fault !== undefined);
      expect(again.fault).toBeInstanceOf(LogTruncated);
      expect(String(again.fault)).toContain("the read models' checkpoint of accounts/1 has seen");
      expect(await rowsIn(again.store)).toEqual(before);
    },
    SPEC_MS,
  );

  it('cannot be had of a database that is away', async () => {
    const away = databaseAt('postgres://nobody@127.0.0.1:1/nowhere');
    await expect(checkpointWitnesses(away)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
