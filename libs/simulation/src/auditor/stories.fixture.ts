import { HOUSE_LANES } from '../definitions.js';
import { Run } from '../run.js';
import { findings, plant, type Draft, type Story } from './records.fixture.js';
import type { AuditedRecord } from './record.js';

/** Towns in which, between them, everything happens: losses of every layer, sales, withdrawals. */
const SEEDS = [16, 5, 8, 31, 1, 2, 4];
const STEPS = 300;
const PARTITIONS = 2;

/** A story takes seconds to live through; the first fault that needs it waits for it. */
export const STORY_MS = 120_000;

const told = new Map<number, Promise<Story>>();

/** All that became durable in one simulated house without faults, until it came to rest. */
export function tell(seed: number): Promise<Story> {
  const before = told.get(seed);
  if (before) return before;
  const story = live(seed);
  told.set(seed, story);
  return story;
}

async function live(seed: number): Promise<Story> {
  const run = new Run({
    seed,
    steps: STEPS,
    partitions: PARTITIONS,
    definitions: HOUSE_LANES,
    calm: true,
  });
  const records: AuditedRecord[] = [];
  const observe = run.auditor.observe.bind(run.auditor);
  run.auditor.observe = (record) => {
    records.push(record);
    observe(record);
  };
  const { violations } = await run.go();
  if (violations.length > 0) throw new Error(`seed ${seed}: ${violations[0].rule}`);
  return { partitions: PARTITIONS, records };
}

/** Changes records; throws when the story has no place for the fault. */
export type Fault = (records: Draft[]) => void;

/** What the auditor finds after the fault was planted into the first story that has room for it. */
export async function findingsOf(fault: Fault, rule: string, quiet = false): Promise<string[]> {
  for (const seed of SEEDS) {
    const story = await tell(seed);
    let planted: Story;
    try {
      planted = plant(story, fault);
    } catch (cause) {
      if (String(cause).includes('the story has no such')) continue;
      throw cause;
    }
    return findings(planted, quiet, rule);
  }
  throw new Error('no story has room for the fault');
}
