import { readFileSync, writeFileSync } from 'node:fs';
import { addressText } from '@ringfence/kernel';
import { logStream } from '@ringfence/lane';
import { HOUSE_LANES } from './definitions.js';
import { Run } from './run.js';

/**
 * A whole house's logs as a build of some day wrote them, and what they fold to. Never changed once
 * it is in the repository: every later build must read the same bytes to the same state.
 */
export interface GoldenHouse {
  readonly made: string;
  readonly partitions: number;
  readonly lanes: readonly GoldenLane[];
}
export interface GoldenLane {
  readonly lane: string;
  /** of the folded state, hexadecimal */
  readonly digest: string;
  /** every entry of the log in its order, base64 */
  readonly entries: readonly string[];
}

export const readGolden = (file: string | URL): GoldenHouse =>
  JSON.parse(readFileSync(file, 'utf8')) as GoldenHouse;

/**
 * Lives through a seed with all its faults and keeps its logs.
 *
 * @param made  the day, as the file's name says it
 * @throws Error when the run ends in a violation
 */
export async function keepGolden(
  file: string,
  made: string,
  { seed, steps, partitions }: { seed: number; steps: number; partitions: number },
): Promise<void> {
  const run = new Run({ seed, steps, partitions, definitions: HOUSE_LANES });
  const { violations } = await run.go();
  if (violations.length > 0) throw new Error(`seed ${seed} is no golden one`);
  const { house } = run;
  const lanes = house.addresses().map((address): GoldenLane => {
    const { entries } = house.journal.log(logStream(address.service, address.partition));
    const state = house.lane(address)?.state;
    if (state === undefined) throw new Error(`${addressText(address)} does not live`);
    return {
      lane: addressText(address),
      digest: house.definitionOf(address).digest(state).toString(16),
      entries: entries.map((bytes) => Buffer.from(bytes).toString('base64')),
    };
  });
  const golden: GoldenHouse = { made, partitions, lanes };
  writeFileSync(file, `${JSON.stringify(golden)}\n`);
}
