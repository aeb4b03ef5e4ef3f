// The guard's own process; see guard.ts. It lives until its input ends.
import * as fs from 'node:fs';
import { createInterface } from 'node:readline';
import { end } from './ending.js';
import type { GuardLine } from './guard.js';

type Watched = Extract<GuardLine, { watch: unknown }>;

const watched = new Map<number, Watched>();
let folder: string | undefined;

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text) as GuardLine;
  if ('watch' in line) watched.set(line.watch.pid, line);
  else if ('forget' in line) watched.delete(line.forget);
  else folder = line.remove;
}
await Promise.all(
  [...watched.values()].map(({ watch, signal, graceMs }) => end([watch], signal, graceMs)),
);
if (folder) fs.rmSync(folder, { recursive: true, force: true });
