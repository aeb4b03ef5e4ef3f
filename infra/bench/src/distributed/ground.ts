import type { Part, Stack } from '@ringfence/stack';
import type { Report, Scale } from '../bench.js';

/** What the groups of a run share. */
export interface Ground {
  /** the servers; those that the group needs are there */
  readonly stack: Stack<Part>;
  /** of this run, removed at its end */
  readonly folder: string;
  /** values of earlier lines by name, for later ones to compare with */
  readonly known: Map<string, number>;
}

/** A group of lines that needs real servers. */
export interface DistributedBench {
  readonly name: string;
  readonly needs: readonly Part[];
  /** runs only when it is asked for by name */
  readonly isOptional?: boolean;
  run(scale: Scale, report: Report, ground: Ground): Promise<void>;
}

/** How long the groups wait for something that must come, ms. */
export const DEADLINE_MS = 120_000;
