import { describeIfFound, query, startStack, type Stack } from '@ringfence/stack';
import { databaseAt } from '../read-store/postgres.fixture.js';
import { OpeningReadModels } from './opening-read-models.js';
import type { ReadModels } from './read-models.js';
import { readModelsSign } from './read-models-sign.js';
import { caughtUp, creditedIn, rowsIn, SpecHouse, until } from './spec-house.fixture.js';

const START_MS = 120_000;
const ACCOUNTS = 40;
const RECORDS_PER_ROUND = 25;
const EVENTS = 30;

describeIfFound(['postgres'], 'read models that lose their PostgreSQL', () => {
  let stack: Stack<'postgres'>;
  let house: SpecHouse;
  beforeAll(async () => {
    stack = await startStack({ parts: ['postgres'] });
  }, START_MS);
  afterAll(() => stack.stop());
  beforeEach(async () => {
    house = new SpecHouse();
    await stack.postgres.restart();
  });
  afterEach(() => house.end());

  const database = (schema: string) =>
    databaseAt(stack.postgres.url, { schema, connectTimeoutMs: 500 });
  const isWaiting = (models: ReadModels) => () => models.outage !== undefined;

  /** As a fresh projection has them, and every credit once. */
  async function expectWhole(models: ReadModels): Promise<void> {
    await caughtUp(models);
    expect(house.faults).toEqual([]);
    const credited = [...house.credited.values()].reduce((sum, each) => sum + each, 0n);
    expect(await creditedIn(models.store)).toBe(String(credited));
    expect(await rowsIn(models.store)).toEqual(await house.freshRows(models.options.database));
  }
  async function load(rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) await house.trade(EVENTS, ACCOUNTS);
  }

  it(
    'outlast kill -9 under load, say why and since when, and catch up to equality',
    async () => {
      const models = house.readModels(database('killed'));
      await load(RECORDS_PER_ROUND);
      for (let kill = 0; kill < 3; kill++) {
        const before = Date.now();
        const loading = load(RECORDS_PER_ROUND);
        models.hurry();
        await until('rows move', () => models.isOpen && (models.lag() ?? 0) >= 0);
        await stack.postgres.kill();
        await loading;
        await load(1);
        await until('the outage is noted', isWaiting(models));
        expect(models.outage?.since).toBeGreaterThanOrEqual(before);
        const sign = readModelsSign(new OpeningReadModels(models));
        expect(sign).toMatchObject({
          isUp: false,
          shown: { attempts: expect.any(Number) as number },
        });
        expect(String(sign.shown['waitsFor'])).toMatch(/ECONN|terminat|connection|closed/i);
        await stack.postgres.restart();
        await until('the outage is over', () => models.outage === undefined);
      }
      await expectWhole(models);
      expect(models.outage).toBeUndefined();
      expect(house.lines).toContainEqual(expect.stringContaining('the read models go on'));
    },
    START_MS,
  );

  it(
    'wait for one that is not there when they start, and open when it comes',
    async () => {
      await stack.postgres.kill();
      await load(2);
      const models = house.readModels(database('late'));
      const opening = new OpeningReadModels(models);
      expect(await opening.opened()).toBeUndefined();
      expect(readModelsSign(opening)).toMatchObject({ isUp: false });
      expect(String(models.outage?.fault)).toContain('ECONNREFUSED');
      await stack.postgres.restart();
      await expectWhole(models);
      expect(await opening.opened()).toBe(models);
    },
    START_MS,
  );

  it(
    'outlast connections that are cut again and again',
    async () => {
      const models = house.readModels(database('cut'));
      await until('they are open', () => models.isOpen);
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'spec'`;
      for (let round = 0; round < 15; round++) {
        const loading = load(5);
        models.hurry();
        await query(stack.postgres.url, cut);
        await loading;
      }
      await expectWhole(models);
    },
    START_MS,
  );

  it(
    'close while the database is away',
    async () => {
      const models = house.readModels(database('closing'));
      await until('they are open', () => models.isOpen);
      await stack.postgres.kill();
      await load(1);
      await until('the outage is noted', isWaiting(models));
      await models.close();
      expect(house.faults).toEqual([]);
    },
    START_MS,
  );
});
