import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describeWith, freshDatabase, uniqueName } from '@ringfence/stack';
import { accountPerPartition, walkOn } from '../backup/backup.fixture.js';
import { furnish, type Json, type Walk } from '../journey/walk.fixture.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const OPEN_MS = 180_000;
const RUN_MS = 120_000;
const PARTITIONS = 2;
const NODE = ['--disable-warning=TimeoutNegativeWarning'];

interface Ran {
  readonly code: number | null;
  readonly lines: readonly Json[];
  readonly error: string;
}

describeWith(['kafka', 'postgres'], 'the command line beside a house on Kafka', (servers) => {
  const topicPrefix = `${uniqueName('cli')}.`;
  let folder: string;
  let databaseUrl: string;
  let walk: Walk;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringfence-cli-'));
    chmodSync(folder, 0o755);
    databaseUrl = await freshDatabase(servers.postgres.url);
    const { brokers } = servers.kafka;
    const partitions = PARTITIONS;
    ({ walk } = await walkOn({ folder, partitions, brokers, topicPrefix, databaseUrl }));
    await furnish(walk);
    for (const account of await accountPerPartition(walk, PARTITIONS)) {
      await walk.deposit(account, 'USDT', '25');
    }
  }, OPEN_MS);
  afterAll(async () => {
    await walk.house.close();
    rmSync(folder, { recursive: true, force: true });
  }, OPEN_MS);

  /** Runs it where the environment names the brokers of the house. */
  async function ringfence(args: readonly string[], prefix = topicPrefix): Promise<Ran> {
    const env = {
      ...process.env,
      RINGFENCE_KAFKA_BROKERS: servers.kafka.brokers.join(','),
      RINGFENCE_KAFKA_TOPIC_PREFIX: prefix,
      RINGFENCE_DATABASE_URL: databaseUrl,
    };
    const child = spawn(process.execPath, [...NODE, CLI, ...args], { env, timeout: RUN_MS });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number | null];
    const [out, error] = await said;
    const lines = out.split('\n').filter((line) => line !== '');
    return { code, lines: lines.map((line) => JSON.parse(line) as Json), error };
  }
  const seqOf = ({ head }: Json): unknown => (head as Json)['seq'];

  it(
    'prints the log of a lane to its end, and a part of it (HOUSE-064)',
    async () => {
      for (const lane of ['accounts/1', 'reference/0']) {
        await walk.quiet();
        const { body } = await walk.get('/v1/lanes');
        const own = (body['items'] as Json[]).find((each) => each['lane'] === lane);
        const { code, lines, error } = await ringfence(['log', 'cat', lane]);
        expect([code, error]).toEqual([0, '']);
        expect(lines.map(seqOf)).toEqual(lines.map((_, i) => i + 1));
        expect([seqOf(lines[lines.length - 1]), lines.at(-1)?.['hash']]).toEqual([
          own?.['seq'],
          own?.['hash'],
        ]);
      }
      const part = await ringfence(['log', 'cat', 'accounts/1', '--from', '2', '--to', '3']);
      expect(part.lines.map(seqOf)).toEqual([2, 3]);
    },
    RUN_MS,
  );

  it(
    'names what is not there, and what is no number (HOUSE-065)',
    async () => {
      const none = await ringfence(['log', 'cat', 'accounts/2']);
      expect([none.code, none.error]).toEqual([
        1,
        'NoSuchLane: accounts/2: the house has accounts/0 to 1\n',
      ]);
      const nowhere = await ringfence(['log', 'cat', 'accounts/0'], 'nobody.');
      expect([nowhere.code, nowhere.error]).toEqual([
        1,
        'NoSuchHouse: the brokers have no topic nobody.log.accounts\n',
      ]);
      const wrong = await ringfence(['log', 'cat', 'accounts/0', '--from', 'x']);
      expect([wrong.code, wrong.error]).toEqual([
        1,
        'TypeError: --from: give the number of a record, 1 or more\n',
      ]);
    },
    RUN_MS,
  );

  it(
    'rebuilds the read models while gateways show them (HOUSE-066)',
    async () => {
      const ledger = async (): Promise<unknown> =>
        (await walk.get('/v1/house/ledger')).body['items'];
      await walk.get('/v1/house/quiet?wait=20000&projections=true');
      const before = await ledger();
      const { code, lines, error } = await ringfence(['rebuild', 'all']);
      expect([code, error.includes('Error')]).toEqual([0, false]);
      const [{ swapped, differences, positions }] = lines;
      expect(swapped).toBe(true);
      expect(JSON.stringify(differences)).not.toMatch(/[1-9]/);
      expect(Object.keys(positions as Json)).toContain('accounts/1');
      expect(await ledger()).toEqual(before);

      // the running gateway goes on with the new tables
      const [account] = await accountPerPartition(walk, PARTITIONS);
      await walk.deposit(account, 'USDT', '3');
      await walk.get('/v1/house/quiet?wait=20000&projections=true');
      expect(await ledger()).toContainEqual(expect.stringContaining(`${account} excess cash 1 3`));
    },
    RUN_MS,
  );
});
