import { HOUSE_LANES } from './definitions.js';
import { differences, type Story } from './interleaving.js';
import { HASTY } from './faults/interleaving.fixture.js';

const TIME_MAX = 300_000;
const storyOf = (seed: number): Story => ({
  seed,
  partitions: 1 + (seed % 3),
  clientsPerPartition: 8,
  steps: 60,
});
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('the same inputs at quiet points', () => {
  it.each(SEEDS)(
    'come to the same, whatever the order of lanes (SIM-304), seed %i',
    async (seed) => {
      const found = await differences(storyOf(seed), {
        seeds: [1, 2, 3],
        definitions: HOUSE_LANES,
      });
      expect(found).toEqual([]);
    },
    TIME_MAX,
  );

  it.each([1, 2, 3])(
    'and whatever dies or is lost on the way (SIM-305), seed %i',
    async (seed) => {
      const schedules = { seeds: [1, 2, 3], definitions: HOUSE_LANES, rough: true };
      expect(await differences(storyOf(seed), schedules)).toEqual([]);
    },
    TIME_MAX,
  );
});

describe('the same inputs of futures, options and portfolios', () => {
  const dated = (seed: number): Story => ({ ...storyOf(seed), dated: true });
  it.each([1, 2, 4, 5])(
    'come to the same, whatever the order of lanes (SIM-309), seed %i',
    async (seed) => {
      const schedules = { seeds: [1, 2, 3], definitions: HOUSE_LANES };
      expect(await differences(dated(seed), schedules)).toEqual([]);
    },
    TIME_MAX,
  );
  it.each([1, 2])(
    'and whatever dies or is lost on the way (SIM-310), seed %i',
    async (seed) => {
      const schedules = { seeds: [1, 2], definitions: HOUSE_LANES, rough: true };
      expect(await differences(dated(seed), schedules)).toEqual([]);
    },
    TIME_MAX,
  );
});

describe('a rule that depends on the order of lanes is found (SIM-306)', () => {
  it.each(HASTY)(
    '$name',
    async ({ definitions = HOUSE_LANES, alter, seed, schedules }) => {
      const found = await differences(storyOf(seed), { seeds: schedules, definitions, alter });
      expect(found).not.toEqual([]);
    },
    TIME_MAX,
  );
});
