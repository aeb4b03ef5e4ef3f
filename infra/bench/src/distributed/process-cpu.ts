import { readdirSync, readFileSync } from 'node:fs';

/** Of the clock that Linux counts a process's CPU with. */
const TICK_US = 10_000;
/** Places in the part of `/proc/<pid>/stat` that follows the name. */
const PARENT = 1;
const TIMES = [11, 12, 13, 14];

/** CPU of one process, its own and of those children that ended and were waited for. */
export interface ProcessTimes {
  readonly parent: number;
  /** in ticks of 10 ms, user and system */
  readonly ticks: number;
}

/** @param stat  a line of `/proc/<pid>/stat`; the name in it may hold blanks and brackets */
export function timesIn(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const ticks = TIMES.reduce((sum, place) => sum + Number(fields[place]), 0);
  return { parent: Number(fields[PARENT]), ticks };
}

/**
 * CPU of a process and of all that it started: the living by themselves, the ended by their
 * parents. It never falls while the process lives and waits for its children.
 *
 * @throws Error when the process is not there
 */
export function treeTicks(root: number, table: ReadonlyMap<number, ProcessTimes>): number {
  const own = table.get(root);
  if (!own) throw new Error(`process ${root} has ended: its CPU cannot be read`);
  let { ticks } = own;
  for (const [pid, { parent }] of table) {
    if (parent === root && pid !== root) ticks += treeTicks(pid, table);
  }
  return ticks;
}

/** CPU used so far by each named group of processes and their descendants, µs. */
export function cpuOf(roots: ReadonlyMap<string, readonly number[]>): Map<string, number> {
  const table = processTable();
  const used = new Map<string, number>();
  for (const [name, pids] of roots) {
    const ticks = pids.reduce((sum, pid) => sum + treeTicks(pid, table), 0);
    used.set(name, ticks * TICK_US);
  }
  return used;
}

function processTable(): Map<number, ProcessTimes> {
  const table = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      table.set(Number(name), timesIn(readFileSync(`/proc/${name}/stat`, 'utf8')));
    } catch {
      // it ended between the two looks: its parent has its time
    }
  }
  return table;
}
