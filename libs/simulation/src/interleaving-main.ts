import { HOUSE_LANES } from './definitions.js';
import { differences } from './interleaving.js';

/**
 * `node libs/simulation/dist/interleaving-main.js --seeds N --from S --steps K --clients C
 * --schedules M --partitions P --rough --dated`: stories of seeds S to S + N − 1, each under M schedules,
 * and where they part.
 */
const value = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  const given = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(given) || given < 0)
    throw new Error(`--${name} takes a whole number from 0`);
  return given;
};
const [from, count] = [value('from', 1), value('seeds', 10)];
const seeds = Array.from({ length: value('schedules', 3) }, (_, i) => i + 1);
const rough = process.argv.includes('--rough');
let parted = 0;
for (let seed = from; seed < from + count; seed++) {
  const partitions = value('partitions', 1 + (seed % 3));
  const sizes = { clientsPerPartition: value('clients', 8), steps: value('steps', 60) };
  const dated = process.argv.includes('--dated');
  const story = { seed, partitions, ...sizes, dated };
  const found = await differences(story, { seeds, definitions: HOUSE_LANES, rough });
  for (const line of found.slice(0, 20)) console.log(`seed ${seed}: ${line}`);
  if (found.length > 0) parted++;
}
console.log(`${count} stories under ${seeds.length} schedules, ${parted} come out differently`);
process.exitCode = parted > 0 ? 1 : 0;
