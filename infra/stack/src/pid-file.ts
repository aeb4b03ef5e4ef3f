import * as fs from 'node:fs';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js';

/**
 * Records a running process of ours.
 *
 * @returns undefined when it has ended already; then nothing is written
 */
export function writePidFile(file: string, pid: number): ProcessIdentity | undefined {
  const identity = identityOf(pid);
  if (identity === undefined) return undefined;
  const record = { pid, identity };
  fs.writeFileSync(file, `${JSON.stringify(record)}\n`);
  return record;
}

/**
 * Claims a file for this process, so that only one starter works in a folder.
 *
 * @returns undefined when it is claimed now; else the living process that holds it
 */
export function claim(file: string): ProcessIdentity | undefined {
  // Written aside and linked, so that nobody ever reads half a claim.
  const mine = `${file}.${process.pid}`;
  const identity = identityOf(process.pid);
  fs.writeFileSync(mine, `${JSON.stringify({ pid: process.pid, identity })}\n`);
  try {
    for (;;) {
      if (linked(mine, file)) return undefined;
      const holder = readPidFile(file);
      if (holder && isAlive(holder)) return holder;
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function linked(existing: string, name: string): boolean {
  try {
    fs.linkSync(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** @returns undefined when there is no such file, or it was not written to its end */
export function readPidFile(file: string): ProcessIdentity | undefined {
  try {
    return parseRecord(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns undefined for a text that is no whole record: its writer died over it */
export function parseRecord(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, identity } = (value ?? {}) as Partial<ProcessIdentity>;
  const whole = Number.isSafeInteger(pid) && Number(pid) > 1 && typeof identity === 'string';
  return whole ? ({ pid, identity } as ProcessIdentity) : undefined;
}
