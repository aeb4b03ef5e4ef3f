import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal, Stream } from '@ringfence/journal';
import { present } from '@ringfence/kernel';
import { logStream } from '@ringfence/lane';
import { journalFolder, openJournal, type JournalPlace } from '@ringfence/service-kit';
import { describeWith, freshDatabase, uniqueName } from '@ringfence/stack';
import { backUp, restore } from '../cli/backup.js';
import type { Cluster } from '../cluster/cluster.js';
import { houseConfig } from '../house.config.js';
import { furnish, OPERATOR, START, Walk, type Json } from '../journey/walk.fixture.js';
import type { BackupFile } from './backup-file.js';
import { entriesOf } from './copy.js';
import { LogScan } from './log-scan.js';
import {
  accountPerPartition,
  copyRaw,
  foldAll,
  Load,
  sendAgain,
  until,
  walkOn,
  type Acked,
} from './backup.fixture.js';

const PARTITIONS = 3;
jest.setTimeout(180_000);
/** Lanes send again what is not acked after so many ticks, and receivers answer. */
const TICKS = 6;

interface Scene {
  readonly accounts: readonly string[];
  readonly databaseUrl: string;
  /** acknowledged before the cut of the backup */
  readonly acked: readonly Acked[];
  readonly backup: BackupFile;
}

describeWith(['kafka', 'postgres'], 'a backup of a running house', ({ kafka, postgres }) => {
  let folder: string;
  let scene: Scene;
  let running: Cluster | undefined;
  const { brokers } = kafka;
  const prefix = (name: string): string => `${uniqueName(name)}.`;
  const [original, elsewhere, damaged] = ['original', 'elsewhere', 'damaged'].map(prefix);
  const backupFolder = (): string => join(folder, 'backup');
  const variables = (topicPrefix: string): Record<string, string> => ({
    RINGFENCE_KAFKA_BROKERS: brokers.join(','),
    RINGFENCE_KAFKA_TOPIC_PREFIX: topicPrefix,
  });
  const reading = async <T>(
    place: JournalPlace,
    use: (journal: Awaited<ReturnType<typeof openJournal>>) => Promise<T>,
    readOnly = true,
  ): Promise<T> => {
    const journal = await openJournal(place, { writer: 'spec', partitions: PARTITIONS, readOnly });
    try {
      return await use(journal);
    } finally {
      await journal.close();
    }
  };
  const onKafka = (topicPrefix: string): JournalPlace => ({ kind: 'kafka', brokers, topicPrefix });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringfence-backup-'));
    const databaseUrl = await freshDatabase(postgres.url, 'backup');
    const { walk, cluster } = await walkOn({
      folder: join(folder, 'cluster'),
      partitions: PARTITIONS,
      brokers,
      topicPrefix: original,
      databaseUrl,
    });
    running = cluster;
    await furnish(walk);
    const accounts = await accountPerPartition(walk, PARTITIONS);
    for (const account of accounts) await walk.deposit(account, 'USDT', '1000');
    const load = new Load(walk, accounts, OPERATOR);
    await load.more(30);
    await backUp(backupFolder(), undefined, variables(original));
    const acked = await load.more(30);
    const backup = await backUp(backupFolder(), undefined, variables(original));
    await load.more(30);
    await load.end();
    expect([load.rejected, load.others]).toEqual([[], []]);
    await walk.quiet();
    await walk.house.close();
    scene = { accounts, databaseUrl, acked, backup };
  });
  afterAll(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Every order that was acknowledged before the cut is known: it is not done again. */
  async function knowsWhatWasAcked(walk: Walk): Promise<void> {
    const orders = scene.acked.map(({ order }) => order);
    const results = await sendAgain(walk, orders, OPERATOR);
    expect(results.map(({ repeated, receipt }) => [repeated, receipt])).toEqual(
      scene.acked.map(({ receipt }) => [true, receipt]),
    );
  }
  const transferOf = (walk: Walk): Json => {
    const [from, to] = scene.accounts;
    return { id: walk.id(), from, to, asset: 'USDT', amount: '1' };
  };

  it('folds to what the original was, in a folder and on Kafka (BACK-020)', async () => {
    const house = join(folder, 'folder');
    await restore(backupFolder(), house, {});
    await restore(backupFolder(), undefined, variables(elsewhere));
    const { logs } = scene.backup;
    const was = await reading(onKafka(original), (journal) => foldAll(journal, PARTITIONS, logs));
    const place: JournalPlace = { kind: 'segments', folder: journalFolder(house) };
    for (const restored of [place, onKafka(elsewhere)]) {
      expect(await reading(restored, (journal) => foldAll(journal, PARTITIONS))).toEqual(was);
    }
    // and the original went on: it is not simply the same again
    const now = await reading(onKafka(original), (journal) => foldAll(journal, PARTITIONS));
    expect(now.lanes['accounts/0']).not.toBe(was.lanes['accounts/0']);
    expect(now.balances).toHaveLength(was.balances.length);
    const again = restore(backupFolder(), undefined, variables(elsewhere));
    await expect(again).rejects.toMatchObject({ name: 'TargetNotEmpty' });
  });

  it('starts as one process, and knows the orders of before (BACK-021)', async () => {
    const house = join(folder, 'one-process');
    await restore(backupFolder(), house, {});
    const walk = await Walk.begin({ folder: house, partitions: PARTITIONS });
    try {
      await knowsWhatWasAcked(walk);
      const { status } = await walk.post('/v1/transfers', transferOf(walk), OPERATOR);
      expect(status).toBe(202);
      // what was under way between lanes at the cut is sent again as time passes
      for (let tick = 1; tick <= TICKS; tick++) {
        const id = `c${tick}`.padStart(32, '0');
        await walk.must('/v1/ticks', { id, time: START + tick * 60_000, source: 'walk' });
      }
      await walk.quiet();
    } finally {
      await walk.house.close();
    }
  });

  it('starts as a house of processes, and knows the orders of before (BACK-022)', async () => {
    const { walk } = await walkOn({
      folder: join(folder, 'processes'),
      partitions: PARTITIONS,
      brokers,
      topicPrefix: elsewhere,
      environment: { RINGFENCE_PROJECTIONS: 'off' },
    });
    try {
      await knowsWhatWasAcked(walk);
      const { status } = await walk.post('/v1/transfers', transferOf(walk), OPERATOR);
      expect(status).toBe(202);
      await walk.quiet();
    } finally {
      await walk.house.close();
    }
  });

  it('does not serve read models that have seen more (BACK-023)', async () => {
    const house = join(folder, 'behind');
    await restore(backupFolder(), house, {});
    const environment = { RINGFENCE_DATABASE_URL: scene.databaseUrl };
    const { folder: _, operatorPrint: __, ...withRows } = houseConfig([], environment);
    const walk = await Walk.begin({ ...withRows, folder: house, partitions: PARTITIONS });
    try {
      const said = async (part: string): Promise<string> => {
        const { details } = (await walk.ask('GET', '/health', { as: '' })).body;
        return JSON.stringify((details as Readonly<Record<string, unknown>>)[part]);
      };
      const refused = /LogTruncated: log\.\w+\/\d: .*read model.* has seen sequence \d+/;
      await until('refused', async () => refused.test(await said('read-models')));
      // and no lane decides behind what was shown
      expect(await said('accounts')).toMatch(refused);
      const { status, body } = await walk.get('/v1/house/ledger');
      expect([status, body['code']]).toEqual([503, 'read-models-off']);
    } finally {
      await walk.house.close();
    }
  });

  it('stops the lanes of a shortened and of an altered log, by name (BACK-024)', async () => {
    const seen = await reading(
      { kind: 'segments', folder: journalFolder(backupFolder()) },
      (source) => seenOf(source, logStream('custody', 1), 'log.accounts/1'),
    );
    /** accounts/1 ends before what custody/1 has seen; one record of accounts/2 is altered */
    const damage = (
      { topic, partition }: Stream,
      entries: readonly Uint8Array[],
    ): readonly Uint8Array[] => {
      if (topic !== 'log.accounts' || partition === 0) return entries;
      if (partition === 1) return entries.slice(0, seen - 1);
      return entries.map((bytes, at) => (at === entries.length >> 1 ? flipped(bytes) : bytes));
    };
    const place: JournalPlace = { kind: 'segments', folder: journalFolder(backupFolder()) };
    await reading(place, (source) =>
      reading(onKafka(damaged), (target) => copyRaw(source, target, PARTITIONS, damage), false),
    );
    const { cluster, walk } = await walkOn({
      folder: join(folder, 'damaged'),
      partitions: PARTITIONS,
      brokers,
      topicPrefix: damaged,
      environment: { RINGFENCE_PROJECTIONS: 'off' },
      expectStopped: true,
    });
    try {
      const faultOf = async (lane: string): Promise<string> => {
        const { body } = await walk.get('/v1/lanes');
        const lanes = (body['items'] ?? []) as Json[];
        const found = lanes.find((each) => each['lane'] === lane);
        return found?.['status'] === 'stopped' ? String(found['fault']) : '';
      };
      for (const partition of [1, 2]) {
        const lane = `accounts/${partition}`;
        await until(`${lane} stopped`, async () => (await faultOf(lane)) !== '');
        expect(await faultOf(lane)).toMatch(
          new RegExp(`log\\.${lane}.* sequence \\d+, hash [0-9a-f]{64}`),
        );
        const health = await walk.ask('GET', '/health', { as: '' });
        expect([health.status, JSON.stringify(health.body)]).toEqual([
          503,
          expect.stringContaining(`log.${lane}`),
        ]);
      }
      const destination = { id: walk.id(), account: scene.accounts[0], destination: 'x' };
      const { status } = await walk.post('/v1/destinations', destination, OPERATOR);
      expect(status).toBe(202);
    } finally {
      await cluster.stop();
    }
  });
});

/** The furthest record of another log that a log names. */
async function seenOf(source: Journal, stream: Stream, log: string): Promise<number> {
  const scan = new LogScan(stream);
  for await (const entry of entriesOf(source, stream, { from: 0, to: await source.end(stream) })) {
    scan.keep(entry);
  }
  return present(scan.named.get(log), `${log} in a record of its neighbour`).seq;
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
}
