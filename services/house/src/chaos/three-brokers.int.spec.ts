import { describeIfFound } from '@ringfence/stack';
import { Arena, OPEN_MS, ROUND_MS } from './chaos.fixture.js';
import { killBroker, RECOVERY_MS } from './faults.js';

describeIfFound(['kafka', 'postgres', 'redis'], 'a house on three brokers, under load', () => {
  let arena: Arena;
  beforeAll(async () => (arena = await Arena.open({ brokers: 3, instances: 1 }, 6)), OPEN_MS);
  afterAll(() => arena.house.close(), OPEN_MS);

  it.each([0, 1, 2])(
    'writes on within ten seconds when broker %i of them is killed, and loses nothing',
    async (index) => {
      const { recoveredMs } = await arena.play((scene) => killBroker(scene, index));
      expect(recoveredMs).toBeLessThan(RECOVERY_MS);
    },
    ROUND_MS,
  );
});
