import { failureOf } from './shard.fixture.js';

/** Seeds that once found a bug; each is kept. */
describe('seeds that found a bug', () => {
  it.each([
    [3, 'a slice sized from before a fill that outlived its close-out'],
    [201, 'risk counted a late leg twice in what the next round settles'],
    [2056, 'a slice sized before the cure traded after it, and breached the cured bucket'],
  ])('%i stays clean: %s (SIM-303)', async (seed) => {
    expect(await failureOf(seed, () => undefined)).toBeNull();
  });
});
