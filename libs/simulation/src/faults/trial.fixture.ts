import type { Climate } from '../climate.js';
import { HOUSE_LANES } from '../definitions.js';
import { Run, type RunOptions } from '../run.js';
import type { Planted } from './plant.fixture.js';

/** Times in which everything that can go wrong does so soon. */
export const HARSH: Partial<Climate> = {
  liquidity: 3_000_000_000n,
  insurance: 200_000_000n,
  trend: 0,
  move: 0.05,
  jump: 0.4,
  jumps: 0.15,
};

export interface Trial {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly partitions: number;
  readonly climate: Partial<Climate>;
  /** with futures, options, expiries, portfolios and switches */
  readonly dated?: boolean;
  /** what happens first, besides what the seed brings */
  readonly first?: (run: Run) => Promise<void>;
}
/** Most faults show within a few of these. */
export const USUAL: Trial = {
  seeds: [1, 2, 3, 4, 5, 6, 7, 8],
  steps: 160,
  partitions: 2,
  climate: HARSH,
};

const optionsOf = ({ steps, partitions, climate, dated }: Trial, seed: number): RunOptions => ({
  seed,
  steps,
  partitions,
  climate,
  dated: dated === true,
  definitions: HOUSE_LANES,
});

/** What one seed comes to: broken rules as `guarantee: rule`, or why a lane stopped. */
async function outcomeOf(options: RunOptions, { first }: Trial): Promise<readonly string[]> {
  try {
    const run = new Run(options);
    const { violations } = await run.go(first);
    return violations.map(({ guarantee, rule }) => `${guarantee}: ${rule}`);
  } catch (fault) {
    return [`stopped: ${String(fault)}`];
  }
}

/**
 * Runs the seeds with a fault planted, one after another, until one comes out as foreseen.
 *
 * @returns what was found: in that seed, or in all when none was as foreseen
 */
export async function found(planted: Planted, foreseen: RegExp, trial = USUAL): Promise<string[]> {
  const all: string[] = [];
  for (const seed of trial.seeds) {
    const outcome = await outcomeOf({ ...optionsOf(trial, seed), ...planted }, trial);
    if (outcome.some((each) => foreseen.test(each))) return [...outcome];
    all.push(...outcome.map((each) => `seed ${seed}: ${each}`));
  }
  return all;
}

/** What the same seeds come to when nothing is planted: nothing. */
export async function without(trial = USUAL): Promise<string[]> {
  const all: string[] = [];
  for (const seed of trial.seeds) {
    const outcome = await outcomeOf(optionsOf(trial, seed), trial);
    all.push(...outcome.map((each) => `seed ${seed}: ${each}`));
  }
  return all;
}
