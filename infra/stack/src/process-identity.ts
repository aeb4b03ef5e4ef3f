import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

/** Field 22 of /proc/<pid>/stat, counted from the state that follows the name in brackets. */
const START_TIME_FIELD = 19;

/** A process as it was recorded: enough to know it from a later one of the same number. */
export interface ProcessIdentity {
  pid: number;
  identity: string;
}

/**
 * Tells one process from a later one that was given the same number.
 *
 * @param pid  a process number
 * @returns text that two processes share only when they are the same one (the start time as the
 *          system gives it); undefined when no such process runs, or only its remains (zombie)
 */
export function identityOf(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxIdentity(pid) : listedIdentity(pid);
}

/** Whether the process of that number is still the one that was recorded. */
export function isAlive(recorded: ProcessIdentity): boolean {
  return identityOf(recorded.pid) === recorded.identity;
}

/** Numbers of the processes that a process has started and that still run. */
export function childrenOf(parent: number): number[] {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return listing
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid);
}

/**
 * Start time of a process by the text of its /proc/<pid>/stat.
 *
 * @returns undefined for a zombie: it runs nothing any more
 */
export function startTimeIn(stat: string): string | undefined {
  // The name may hold spaces and brackets; the last bracket ends it.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : fields[START_TIME_FIELD - 1];
}

function linuxIdentity(pid: number): string | undefined {
  try {
    const startTime = startTimeIn(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return startTime && `${boot} ${startTime}`;
  } catch {
    // ENOENT or ESRCH: it ended before or while it was read.
    return undefined;
  }
}

function listedIdentity(pid: number): string | undefined {
  try {
    const options = ['-o', 'stat=,lstart=', '-p', String(pid)];
    const line = execFileSync('ps', options, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const [state, ...started] = line.split(/\s+/);
    return state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    // ps ends with 1 when it has no such process.
    return undefined;
  }
}
