import { rebuild } from './rebuild.js';

/**
 * The second process of the demo: `rebuild-main.js <folder> <partitions>`; prints what it found as
 * one line.
 */
const [folder, partitions] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await rebuild(folder, Number(partitions)))}\n`);
