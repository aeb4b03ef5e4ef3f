import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderInUse } from './faults.js';
import { codeOf, type Files } from './files.js';

/** Which process holds a folder; `started` tells it from a later process of the same number. */
interface Holder {
  readonly pid: number;
  /** boot and start time, where the system tells; empty elsewhere */
  readonly started: string;
  readonly released?: true;
}

const LOCK = /^lock\.(\d{1,15})$/;

/**
 * The right to write in a folder, held by one process of this machine at a time. Every holder has a
 * number of its own, the highest counts, and that file is never removed: so of many who find the
 * same dead holder exactly one creates the next number. Processes that cannot see each other, as in
 * two containers, are not kept apart; the chain rule above keeps even them harmless.
 */
export class FolderLock {
  #path: string | undefined;

  private constructor(
    private readonly files: Files,
    path: string,
    private readonly self: Holder,
  ) {
    this.#path = path;
  }

  /** @throws FolderInUse while a living process holds it */
  static take(files: Files, folder: string): FolderLock {
    const self = { pid: process.pid, started: startOf(process.pid) ?? '' };
    for (;;) {
      const newest = newestOf(files, folder);
      const holder = newest > 0 ? read(files, lockPath(folder, newest)) : undefined;
      if (holder && isAlive(holder)) throw new FolderInUse(folder, holder.pid);
      const mine = lockPath(folder, newest + 1);
      if (!files.createWhole(mine, JSON.stringify(self))) continue;
      if (newestOf(files, folder) > newest + 1) {
        files.remove(mine); // a number from before that was cleared away: others are further on
        continue;
      }
      for (const number of numbersOf(files, folder)) {
        if (number <= newest) files.remove(lockPath(folder, number));
      }
      return new FolderLock(files, mine, self);
    }
  }

  release(): void {
    if (!this.#path) return;
    this.files.replaceWhole(this.#path, JSON.stringify({ ...this.self, released: true }));
    this.#path = undefined;
  }
}

const lockPath = (folder: string, number: number): string => join(folder, `lock.${number}`);

const numbersOf = (files: Files, folder: string): number[] =>
  files.list(folder).flatMap((name) => {
    const number = LOCK.exec(name)?.[1];
    return number ? [Number(number)] : [];
  });

const newestOf = (files: Files, folder: string): number => Math.max(0, ...numbersOf(files, folder));

/** @returns undefined when the file has just been cleared away, or says nothing */
function read(files: Files, path: string): Holder | undefined {
  const text = files.text(path);
  if (!text) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // written by nobody of ours: a lock is put in place whole
  }
}

function isAlive({ pid, started, released }: Holder): boolean {
  if (released) return false;
  try {
    process.kill(pid, 0);
  } catch (fault) {
    if (codeOf(fault) !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return !started || now === undefined || now === started;
}

/** @returns undefined where the system does not tell */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${afterName[19]}`; // field 22 of stat, which starts at 3 after the name
  } catch {
    return undefined; // no /proc here
  }
}
