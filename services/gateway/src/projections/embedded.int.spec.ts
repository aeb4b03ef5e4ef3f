import type { PglitePool } from '../read-store/pglite-pool.js';
import type { ReadStore } from '../read-store/read-store.js';
import { caughtUp, creditedIn, rowsIn, SpecHouse, until } from './spec-house.fixture.js';

const SPEC_MS = 120_000;

let house: SpecHouse;
beforeEach(() => {
  house = new SpecHouse();
});
afterEach(() => house.end());

const poolOf = ({ source }: ReadStore): PglitePool =>
  (source.driver as unknown as { readonly master: PglitePool }).master;

it(
  'read models in memory are built anew when the process of their database ends',
  async () => {
    const models = house.readModels();
    await house.trade(20, 5);
    await caughtUp(models);
    const before = await rowsIn(models.store);
    const { store } = models;
    process.kill(poolOf(store).pid ?? 0, 'SIGKILL');
    await house.trade(1, 5);
    models.hurry();
    await until('it is noted', () => models.outage !== undefined);
    await until('another one is there', () => models.outage === undefined);
    expect(models.store).not.toBe(store);
    await caughtUp(models);
    const after = await rowsIn(models.store);
    expect(after['balances']).toHaveLength(before['balances'].length);
    const credited = [...house.credited.values()].reduce((sum, each) => sum + each, 0n);
    expect(await creditedIn(models.store)).toBe(String(credited));
    expect(house.faults).toEqual([]);
    expect(house.lines[0]).toContain('EmbeddedEnded');
  },
  SPEC_MS,
);
