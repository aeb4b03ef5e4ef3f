import { rebuildPart, type Part } from './rebuild.js';

/** A rebuilding process: `rebuild-main.js <Part as JSON>`; prints what it found. */
const found = await rebuildPart(JSON.parse(process.argv[2] ?? '{}') as Part);
process.stdout.write(`${JSON.stringify(found)}\n`);
