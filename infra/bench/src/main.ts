import { parseArgs } from 'node:util';
import { Report, type Scale } from './bench.js';
import { BENCHES } from './benches.js';

const { values } = parseArgs({
  options: {
    distributed: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const report = new Report((line) => console.log(JSON.stringify(line)));
await (values.distributed ? benchDistributed(values) : benchHere(values));

async function benchHere(scale: Scale): Promise<void> {
  for (const bench of chosen(BENCHES)) {
    try {
      await bench.run(scale, report);
    } catch (fault) {
      failed(bench.name, fault);
    }
  }
}

async function benchDistributed(scale: Scale): Promise<void> {
  const { DISTRIBUTED } = await import('./distributed/groups.js');
  const { runDistributed } = await import('./distributed/run.js');
  const groups = chosen(DISTRIBUTED).filter(
    ({ name, isOptional }) => !isOptional || name === values.only || values.profile,
  );
  const { size: failures } = await runDistributed(groups, scale, report);
  if (failures > 0) process.exitCode = 1;
}

/** All of them, or the one that was named. */
function chosen<B extends { readonly name: string }>(benches: readonly B[]): readonly B[] {
  const found = benches.filter(({ name }) => values.only === undefined || name === values.only);
  if (found.length > 0) return found;
  console.error(`no bench "${values.only}"; there are: ${benches.map((b) => b.name).join(', ')}`);
  process.exitCode = 2;
  return [];
}

function failed(name: string, fault: unknown): void {
  console.error(`${name}:`, fault);
  process.exitCode = 1;
}
