import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describeIfFound } from './describe-with.js';
import { brokersSeenAt } from './kafka-wire.js';
import { query } from './postgres-wire.js';
import { identityOf } from './process-identity.js';
import { command } from './redis-wire.js';
import { startStack, type Stack } from './stack.js';
import { until } from './until.js';

const START_MS = 180_000;
const ANSWER_MS = 5_000;
const END_MS = 30_000;
const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'ringfence-stack-spec-'));
  fs.chmodSync(folder, 0o755);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Processes that name a folder among their arguments: every server of a stack in it does. */
function runningIn(place: string): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && identityOf(Number(name)) !== undefined)
    .map((pid) => commandLine(pid))
    .filter((line) => line.includes(place));
}

function commandLine(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended between the listing and this look.
    return '';
  }
}
