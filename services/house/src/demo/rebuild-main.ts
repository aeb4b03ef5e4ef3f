import { rebuildPart } from './rebuild.js';

/** A rebuilding process: `rebuild-main.js <folder> <partitions> <part>`; prints what it found. */
const [folder, partitions, part] = process.argv.slice(2);
const found = await rebuildPart({ folder, partitions: Number(partitions), part: Number(part) });
process.stdout.write(`${JSON.stringify(found)}\n`);
