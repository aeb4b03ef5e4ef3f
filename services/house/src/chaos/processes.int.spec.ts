import { FileSnapshotStore } from '@ringfence/service-kit';
import { addressText, type Address } from '@ringfence/kernel';
import { describeIfFound } from '@ringfence/stack';
import { countLog, deliverAgain, intakesOf } from './again.js';
import { Arena, OPEN_MS, ROUND_MS } from './chaos.fixture.js';
import {
  disturb,
  freezeOwner,
  killAll,
  killBroker,
  killProcess,
  RECOVERY_MS,
  type Struck,
} from './faults.js';
import { POISONED } from './chaos-house.js';
import { atRest, audit } from './oracle.js';
import { StoppedLane } from './stopped-lane.fixture.js';
import { until } from './until.js';

const LANE: Address = { service: 'accounts', partition: 0 };
/** takeovers of one lane by turns; each makes the next wait longer */
const TURNS = 3;
const NAMED_MS = 20_000;

// There are no consumer groups, so nothing rebalances: a storm is a lane whose owner changes again
// and again.
describeIfFound(['kafka', 'postgres', 'redis'], 'a house of processes under load', () => {
  let arena: Arena;
  beforeAll(async () => (arena = await Arena.open({ brokers: 1 }, 5)), OPEN_MS);
  afterAll(() => arena.house.close(), OPEN_MS);

  it.each(['accounts', 'risk', 'custody', 'liquidation', 'gateway'] as const)(
    'loses and doubles nothing when %s is killed, and goes on within ten seconds',
    async (service) => {
      const { house } = arena;
      const { recoveredMs } = await arena.play((scene) => {
        const gateway = house.processes.find(({ plan }) => plan.service === 'gateway');
        const owner = service === 'gateway' ? gateway : house.ownerOf({ service, partition: 0 });
        if (!owner) throw new Error(`nobody owns ${service}/0`);
        return killProcess(scene, owner);
      });
      expect(recoveredMs).toBeLessThan(RECOVERY_MS);
    },
    ROUND_MS,
  );

  it(
    'loses and doubles nothing when all are killed, starts from snapshots, within ten seconds',
    async () => {
      const { house } = arena;
      await house.api.call('/v1/snapshots', {});
      const { recoveredMs } = await arena.play(killAll);
      expect(recoveredMs).toBeLessThan(RECOVERY_MS);
      for (const address of house.watch.addresses) {
        const stores = house.snapshotFolders(address).map((each) => new FileSnapshotStore(each));
        const saved = await Promise.all(stores.map((store) => store.load(address)));
        // what the audit compares with the fold from zero is no other fold from zero
        expect(saved.some((each) => each !== undefined)).toBe(true);
      }
    },
    ROUND_MS,
  );

  it(
    'ignores what an owner writes that was frozen and taken over, and it stands down',
    async () => {
      const { house } = arena;
      const before = await countLog(house.journal, LANE);
      const owner = house.ownerOf(LANE);
      const { recoveredMs } = await arena.play((scene) => freezeOwner(scene, LANE));
      expect(recoveredMs).toBeLessThan(RECOVERY_MS);
      expect(house.ownerOf(LANE)?.name).not.toBe(owner?.name);
      const after = await countLog(house.journal, LANE);
      expect(after.ignored).toBeGreaterThan(before.ignored);
    },
    ROUND_MS,
  );

  it(
    'goes on when the broker is killed and comes back',
    async () => {
      await arena.play((scene) => killBroker(scene, 0));
    },
    ROUND_MS,
  );

  it(
    'loses and doubles nothing when acknowledgements get lost, requests too, or arrive twice',
    async () => {
      const faults = ['lost-ack', 'twin', 'lost'] as const;
      const { house } = arena;
      const before = house.parts.network.suffered;
      await arena.play((scene) => disturb(scene, { k: 4, count: 30, faults }));
      expect(house.parts.network.suffered - before).toBeGreaterThanOrEqual(30);
    },
    ROUND_MS,
  );

  it(
    'loses and doubles nothing when requests are two seconds late',
    async () => {
      await arena.play((scene) => disturb(scene, { k: 3, count: 6, faults: ['late'] }));
    },
    ROUND_MS,
  );

  it(
    'keeps one truth while a lane changes hands again and again',
    async () => {
      const { house } = arena;
      const { epoch } = house.watch.takeoverOf(LANE);
      await arena.play(async (scene) => {
        let last: Struck | undefined;
        for (let turn = 0; turn < TURNS; turn++) last = await freezeOwner(scene, LANE);
        return last ?? { target: '', recoveredMs: 0 };
      });
      expect(house.watch.takeoverOf(LANE).epoch).toBeGreaterThanOrEqual(epoch + TURNS);
    },
    ROUND_MS,
  );

  it(
    'decides nothing twice when orders and packets are delivered twice, under load',
    async () => {
      const { house } = arena;
      await arena.play(async ({ book }) => {
        const streams = intakesOf(LANE);
        const ends = await Promise.all(streams.map((stream) => house.journal.end(stream)));
        await book.more(100, ROUND_MS);
        const since = performance.now();
        for (const [i, stream] of streams.entries()) {
          expect(await deliverAgain(house.journal, stream, ends[i])).toBeGreaterThan(0);
        }
        const { at } = await book.next(() => true, ROUND_MS);
        return { target: 'orders and packets of accounts/0', recoveredMs: at - since };
      });
    },
    ROUND_MS,
  );

  it(
    'has the same heads after all command streams were replayed from zero',
    async () => {
      const { house } = arena;
      await atRest(house);
      const { addresses } = house.watch;
      const counts = () => Promise.all(addresses.map((each) => countLog(house.journal, each)));
      const before = await counts();
      let replayed = 0;
      for (const address of addresses) {
        for (const stream of intakesOf(address)) {
          replayed += await deliverAgain(house.journal, stream);
        }
      }
      expect(replayed).toBeGreaterThan(100);
      await atRest(house);
      const [heads, headsBefore] = [await counts(), before].map((each) =>
        each.map(({ lane, decidedSeq, decisions }) => ({ lane, decidedSeq, decisions })),
      );
      expect(heads).toEqual(headsBefore);
    },
    ROUND_MS,
  );

  it(
    'names the stopped lane that a round waits for, goes on elsewhere, and resumes it whole',
    async () => {
      const { house } = arena;
      const stopped = new StoppedLane(house, arena.people);
      const [here, there] = [stopped.pair(0), stopped.pair(POISONED.partition)];
      await stopped.stop();
      expect(await stopped.try(stopped.transfer(there))).toMatchObject({
        status: 503,
        body: { code: 'lane-stopped', detail: expect.stringContaining('accounts/1 is stopped') },
      });

      await stopped.round();
      // the others cannot report before they have its marker, so the round waits for them too
      const isNamed = async (): Promise<boolean> =>
        (await stopped.waitedFor()).includes(addressText(POISONED));
      await until('the round does not name whom it waits for', isNamed, NAMED_MS);
      await stopped.complete(stopped.transfer(here));
      await stopped.complete(stopped.trade(here));
      expect(await stopped.called()).toEqual([]);
      const account = await stopped.fallBelowCall(here);
      const isCalled = async (): Promise<boolean> => (await stopped.called()).includes(account);
      await until('nobody is called for margin', isCalled, NAMED_MS);
      // all of that while the lane stood still and the round waited for it
      expect(await stopped.status()).toBe('stopped');
      expect(await stopped.waitedFor()).toContain(addressText(POISONED));

      // the fault is still there: nothing is skipped
      await stopped.resume();
      await until(
        'it meets no fault',
        async () => (await stopped.status()) === 'stopped',
        NAMED_MS,
      );
      stopped.mend();
      expect(await stopped.resume()).toMatchObject({ code: 0 });
      const { wrongs } = await audit(house, stopped.book);
      expect(wrongs).toEqual([]);
      expect(await stopped.waitedFor()).toEqual([]);
      await stopped.complete(stopped.transfer(there));
      arena.people = stopped.peopleNow;
    },
    ROUND_MS,
  );
});
