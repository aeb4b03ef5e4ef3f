import { HOUSE_LANES } from './definitions.js';
import { Telling, type Ending } from './interleaving.js';
const arg = (name: string, other: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? other : Number(process.argv[at + 1]);
};
const [from, count, steps] = [arg('from', 1), arg('seeds', 5), arg('steps', 120)];
const schedules = arg('schedules', 4);
const rough = process.argv.includes('--rough');
const totals = new Map<string, number>();
let bad = 0;
for (let seed = from; seed < from + count; seed++) {
  const story = {
    seed,
    partitions: arg('partitions', 1 + (seed % 3)),
    clientsPerPartition: arg('clients', 8),
    steps,
  };
  let first: Ending | null = null;
  for (let s = 1; s <= schedules; s++) {
    const schedule = { seed: s * 1000 + seed, definitions: HOUSE_LANES, rough: rough && s > 1 };
    const ending = await new Telling(story, schedule).told().catch((e: unknown) => {
      console.log(`seed ${seed} schedule ${s}: ${String(e)} ${(e as Error).stack?.slice(0, 600)}`);
      return null;
    });
    if (!ending) { bad++; continue; }
    for (const [t, n] of ending.events) totals.set(t, (totals.get(t) ?? 0) + n);
    if (!first) { first = ending; continue; }
    const a = new Set(first.facts), b = new Set(ending.facts);
    const only1 = first.facts.filter((f) => !b.has(f)), only2 = ending.facts.filter((f) => !a.has(f));
    const same = first.facts.join('\n') === ending.facts.join('\n') && first.balances.join('\n') === ending.balances.join('\n');
    if (same) continue;
    bad++;
    const n = Math.min(...[...only1, ...only2].map((f) => Number(f.slice(0, 4))));
    const money = first.balances.filter((x) => !ending.balances.includes(x)).length;
    console.log(`seed ${seed} P${story.partitions} schedule ${s}: differs at step ${n}, ${only1.length}/${only2.length} facts, ${money} balances`);
    if (process.argv.includes('--show')) {
      for (const f of only1.filter((f) => Number(f.slice(0, 4)) === n).slice(0, 6)) console.log('  - ' + f.slice(0, 400));
      for (const f of only2.filter((f) => Number(f.slice(0, 4)) === n).slice(0, 6)) console.log('  + ' + f.slice(0, 400));
    }
  }
}
if (process.argv.includes('--totals')) for (const [t, n] of [...totals].sort()) console.log(String(n).padStart(8), t);
console.log(`${bad} differ`);
