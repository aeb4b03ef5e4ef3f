import type { Event } from '@ringfence/contracts';
import { HOUSE_LANES } from './definitions.js';
import { Run } from './run.js';

export const STEPS = 500;
/** The seeds that `npm test` runs, divided among spec files so that all workers share them. */
const SHARDS = 4;
const SEEDS_PER_SHARD = 50;
/** A shard takes minutes when everything else runs beside it. */
const TIME_MAX = 900_000;

/** Every fact that some lane of the house folds. */
const FACTS = HOUSE_LANES.flatMap(({ evolve }) => Object.keys(evolve) as Event['type'][]);
/** Facts of what ends, of portfolios and switches, which only the dated stories have. */
const DATED: ReadonlySet<Event['type']> = new Set([
  'FutureListed',
  'OptionListed',
  'OptionsPriced',
  'InstrumentExpired',
  'ExpiryNoted',
  'PositionExpired',
  'SwitchReserved',
  'BucketSwitched',
  'SwitchReleased',
  'PortfolioParametersSet',
  'PortfolioEvaluated',
  'PortfolioSliceSized',
  'PortfolioSliceFilled',
  'PortfolioSliceRefused',
]);
/** Facts that must be no part of any honest run. */
const NEVER: ReadonlySet<Event['type']> = new Set(['BreakFound']);

/** What one seed comes to: how to see it again, and what is wrong; null when nothing is. */
export async function failureOf(
  seed: number,
  count: (run: Run) => void,
  dated = false,
): Promise<string | null> {
  const story = dated ? ' --dated' : '';
  const again = `npm run sim -- --seeds 1 --from ${seed} --steps ${STEPS}${story}`;
  const run = new Run({ seed, steps: STEPS, definitions: HOUSE_LANES, dated });
  try {
    const { violations } = await run.go();
    count(run);
    const [first] = violations;
    if (!first) return null;
    const { guarantee, rule, detail } = first;
    return `${again}\n  step ${run.step}: guarantee ${guarantee}: ${rule}: ${detail}`;
  } catch (fault) {
    return `${again}\n  step ${run.step}: ${String(fault)}`;
  }
}

const DATED_SEEDS = 30;
/** Seeds with futures, options, expiries, portfolios and switches besides everything else. */
export function describeDated(): void {
  describe(`the house of futures and options under seeds 1 to ${DATED_SEEDS}`, () => {
    const seen = new Set<Event['type']>();
    it(
      'keeps every guarantee (SIM-307)',
      async () => {
        const failures: string[] = [];
        for (let seed = 1; seed <= DATED_SEEDS; seed++) {
          const count = ({ events }: Run): void => {
            for (const type of events.keys()) seen.add(type);
          };
          const failure = await failureOf(seed, count, true);
          if (failure !== null) failures.push(failure);
        }
        expect(failures).toEqual([]);
      },
      TIME_MAX,
    );
    it('meets every fact of what ends, of portfolios and of switches (SIM-308)', () => {
      expect([...DATED].filter((type) => !seen.has(type))).toEqual([]);
      expect([...seen].filter((type) => NEVER.has(type))).toEqual([]);
    });
  });
}

/** One shard of the seeds: each keeps every guarantee, and together they see every fact. */
export function describeShard(shard: number): void {
  const from = 1 + (shard - 1) * SEEDS_PER_SHARD;
  const to = from + SEEDS_PER_SHARD - 1;
  describe(`the house under seeds ${from} to ${to} of ${SHARDS * SEEDS_PER_SHARD}`, () => {
    const seen = new Set<Event['type']>();
    it(
      'keeps every guarantee (SIM-301)',
      async () => {
        const failures: string[] = [];
        for (let seed = from; seed <= to; seed++) {
          const failure = await failureOf(seed, ({ events }) => {
            for (const type of events.keys()) seen.add(type);
          });
          if (failure !== null) failures.push(failure);
        }
        expect(failures).toEqual([]);
      },
      TIME_MAX,
    );

    it('meets every fact that the house knows (SIM-302)', () => {
      const expected = FACTS.filter((type) => !DATED.has(type));
      expect(expected.filter((type) => !seen.has(type) && !NEVER.has(type))).toEqual([]);
      expect([...seen].filter((type) => NEVER.has(type))).toEqual([]);
    });
  });
}
