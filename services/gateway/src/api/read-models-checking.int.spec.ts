import type { FastifyInstance } from 'fastify';
import { logStream } from '@ringfence/lane';
import { describeWith } from '@ringfence/stack';
import { caughtUp, SpecHouse, until } from '../projections/spec-house.fixture.js';
import { emptyDatabase } from '../read-store/postgres.fixture.js';
import { getFrom, ROW_PATHS, serveReads } from './reads-server.fixture.js';

const STREAM = logStream('accounts', 1);
const SPEC_MS = 60_000;

let house: SpecHouse;
let server: FastifyInstance | undefined;
const faults: unknown[] = [];
beforeEach(() => {
  house = new SpecHouse();
  faults.length = 0;
});
afterEach(async () => {
  await server?.close();
  await house.end();
});

/** Holds whoever reads that log from its beginning until it is let go. */
function holdFolds(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { journal } = house;
  const read = journal.read.bind(journal);
  journal.read = async (stream, from, ...rest) => {
    if (stream.partition === STREAM.partition && from === 0) await promise;
    return read(stream, from, ...rest);
  };
  return resolve;
}
const codesOf = async (of: FastifyInstance): Promise<unknown[]> => {
  const replies = await Promise.all(ROW_PATHS.map((path) => getFrom(of, path)));
  return replies.map((reply) => (reply.statusCode === 200 ? 200 : reply.json()['code']));
};
const all = (code: unknown): unknown[] => ROW_PATHS.map(() => code);

describeWith(['postgres'], 'rows that an earlier process wrote', ({ postgres }) => {
  async function written() {
    const database = await emptyDatabase(postgres.url);
    await house.trade(3, 4);
    await house.trade(3, 4);
    const models = house.readModels(database);
    await caughtUp(models);
    await models.close();
    return database;
  }

  it(
    'are shown as soon as the log was seen to hold what they show (RM-070)',
    async () => {
      const database = await written();
      const letGo = holdFolds();
      const models = house.readModels(database);
      server = serveReads(models, (fault) => faults.push(fault));
      expect(await codesOf(server)).toEqual(all(200));
      letGo();
      await caughtUp(models);
      expect(faults).toEqual([]);
    },
    SPEC_MS,
  );

  it(
    'are never shown over a log that was restored to an earlier state (RM-071)',
    async () => {
      const database = await written();
      house.journal.truncate(STREAM, 1);
      const letGo = holdFolds();
      const models = house.readModels(database);
      server = serveReads(models, (fault) => faults.push(fault));
      expect(await codesOf(server)).toEqual(all('read-models-checking'));
      const reply = await getFrom(server, '/v1/balances');
      expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '1']);
      letGo();
      const told = new Set<unknown>();
      await until('they stop', async () => {
        if (server) for (const code of await codesOf(server)) told.add(code);
        return models.fault !== undefined;
      });
      expect(told).not.toContain(200);
      expect(String(models.fault)).toContain('LogTruncated');
      expect(await codesOf(server)).toEqual(all('read-models-off'));
    },
    SPEC_MS,
  );
});
