import { describeWith } from '@ringfence/stack';
import { emptyDatabase } from '../read-store/postgres.fixture.js';
import { caughtUp, creditedIn, rowsIn, SpecHouse } from './spec-house.fixture.js';

const SPEC_MS = 180_000;
const EVENTS_PER_RECORD = 500;
const RECORDS = 100;
const ACCOUNTS = 2000;

let house: SpecHouse;
beforeEach(() => {
  house = new SpecHouse();
});
afterEach(() => house.end());

describeWith(['postgres'], 'read models far behind', ({ postgres }) => {
  it(
    'catch up by 100,000 events to what a fresh projection shows',
    async () => {
      const database = await emptyDatabase(postgres.url);
      const before = house.readModels(database);
      await house.trade(EVENTS_PER_RECORD, ACCOUNTS);
      await caughtUp(before);
      await before.close();

      expect(house.partitions * RECORDS * EVENTS_PER_RECORD).toBe(100_000);
      for (let i = 0; i < RECORDS; i++) await house.trade(EVENTS_PER_RECORD, ACCOUNTS);
      const behind = house.readModels(database);
      await behind.opened();
      expect(behind.lag()).toBe(house.partitions * RECORDS);
      await caughtUp(behind);
      const credited = [...house.credited.values()].reduce((sum, each) => sum + each, 0n);
      expect(await creditedIn(behind.store)).toBe(String(credited));
      expect(await rowsIn(behind.store)).toEqual(await house.freshRows(database));
      expect([house.faults, house.lines]).toEqual([[], []]);
    },
    SPEC_MS,
  );
});
