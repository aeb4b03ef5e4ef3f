import { parseArgs } from 'node:util';
import { Report } from './bench.js';
import { BENCHES } from './benches.js';

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const chosen = BENCHES.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(`no bench "${values.only}"; there are: ${BENCHES.map((b) => b.name).join(', ')}`);
  process.exitCode = 2;
}
const report = new Report((line) => console.log(JSON.stringify(line)));
for (const bench of chosen) {
  try {
    await bench.run({ quick: values.quick }, report);
  } catch (fault) {
    console.error(`${bench.name}:`, fault);
    process.exitCode = 1;
  }
}
