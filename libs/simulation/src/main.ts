import { HOUSE_LANES } from './definitions.js';
import { keepGolden } from './golden.js';
import { Run } from './run.js';

/**
 * `npm run sim -- --seeds N --from S --steps K --partitions P --calm --dated --verbose`; with
 * `--keep FILE` it keeps the logs of seed S as a golden house instead.
 */
const value = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  const given = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(given) || given < 0)
    throw new Error(`--${name} takes a whole number from 0`);
  return given;
};
const has = (name: string): boolean => process.argv.includes(`--${name}`);

const [from, seeds, steps] = [value('from', 1), value('seeds', 50), value('steps', 500)];
const partitions = value('partitions', 0);
const totals = new Map<string, number>();
let failed = 0;
if (has('keep')) {
  const file = process.argv[process.argv.indexOf('--keep') + 1] ?? '';
  const made = file.slice(file.lastIndexOf('/') + 1).replace('.golden', '');
  await keepGolden(file, made, { seed: from, steps, partitions: Math.max(1, partitions) });
  process.exit(0);
}
for (let seed = from; seed < from + seeds; seed++) {
  const run = new Run({
    seed,
    steps,
    definitions: HOUSE_LANES,
    dated: has('dated'),
    calm: has('calm'),
    ...(partitions > 0 ? { partitions } : undefined),
  });
  try {
    const { violations, events, refused, heads, orders } = await run.go();
    for (const [type, count] of events) totals.set(type, (totals.get(type) ?? 0) + count);
    for (const [why, count] of refused)
      totals.set(`refused: ${why}`, (totals.get(`refused: ${why}`) ?? 0) + count);
    if (has('verbose'))
      console.log(
        `seed ${seed}: ${orders} orders, ${heads.map((hash) => hash.slice(0, 8)).join(' ')}`,
      );
    for (const { guarantee, rule, detail } of violations) {
      console.log(`seed ${seed} step ${run.step}: guarantee ${guarantee}: ${rule}: ${detail}`);
    }
    if (violations.length > 0) failed++;
  } catch (fault) {
    failed++;
    console.log(`seed ${seed} step ${run.step}:`, fault);
  }
}
if (has('verbose'))
  for (const [what, count] of [...totals].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(count).padStart(8)} ${what}`);
console.log(`${seeds - failed} seeds passed, ${failed} failed (steps ${steps}, from ${from})`);
process.exitCode = failed > 0 ? 1 : 0;
