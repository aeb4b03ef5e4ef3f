import type { FastifyInstance } from 'fastify';
import { describeIfFound, startStack, type Stack } from '@ringfence/stack';
import type { ReadModels } from '../projections/read-models.js';
import { caughtUp, SpecHouse, until } from '../projections/spec-house.fixture.js';
import { databaseAt } from '../read-store/postgres.fixture.js';
import { getFrom, ROW_PATHS, serveReads } from './reads-server.fixture.js';

const START_MS = 120_000;
describeIfFound(['postgres'], 'reads while the database of the read models is away', () => {
  let stack: Stack<'postgres'>;
  let server: FastifyInstance;
  let models: ReadModels;
  const house = new SpecHouse();
  const faults: unknown[] = [];
  beforeAll(async () => {
    stack = await startStack({ parts: ['postgres'] });
    models = house.readModels(databaseAt(stack.postgres.url, { connectTimeoutMs: 500 }));
    await caughtUp(models);
    server = serveReads(models, (fault) => faults.push(fault));
  }, START_MS);
  afterAll(async () => {
    await server.close();
    await house.end();
    await stack.stop();
  });
  const get = (url: string) => getFrom(server, url);

  it(
    'are answered 503 at once, before and after the outage is noted, then again',
    async () => {
      for (const path of ROW_PATHS) expect((await get(path)).statusCode).toBe(200);
      await stack.postgres.kill();
      // nothing is being written: reads find out first, `/health` a little later
      for (let round = 0; round < 2; round++) {
        for (const path of ROW_PATHS) {
          const { statusCode, headers, body } = await get(path);
          expect(faults).toEqual([]);
          expect([path, statusCode, headers['retry-after']]).toEqual([path, 503, '1']);
          expect(headers['content-type']).toContain('application/problem+json');
          expect(JSON.parse(body)).toMatchObject({ code: 'read-models-away' });
        }
        await until('the outage is noted', () => models.outage !== undefined);
      }
      await stack.postgres.restart();
      await until('the outage is over', () => models.outage === undefined);
      await caughtUp(models);
      for (const path of ROW_PATHS) expect((await get(path)).statusCode).toBe(200);
      expect(faults).toEqual([]);
    },
    START_MS,
  );
});
