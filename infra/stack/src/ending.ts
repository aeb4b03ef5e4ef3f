import { isAlive, type ProcessIdentity } from './process-identity.js';
import { until } from './until.js';

const KILL_DEADLINE_MS = 10_000;

/**
 * Ends processes, asking first and by force after a while.
 *
 * @param processes  only those still the recorded ones are touched
 * @param signal     how they are asked; SIGKILL asks nobody
 * @param graceMs    how long they may take before SIGKILL
 * @returns those that still run at the end; empty when all are gone
 */
export async function end<T extends ProcessIdentity>(
  processes: T[],
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<T[]> {
  send(processes, signal);
  // A frozen process takes no other signal until it may run again.
  send(processes, 'SIGCONT');
  if (await until(() => !processes.some(isAlive), graceMs)) return [];
  send(processes, 'SIGKILL');
  await until(() => !processes.some(isAlive), KILL_DEADLINE_MS);
  return processes.filter(isAlive);
}

function send(processes: ProcessIdentity[], signal: NodeJS.Signals): void {
  for (const recorded of processes) {
    if (isAlive(recorded)) sendTo(recorded.pid, signal);
  }
}

/** Signals a process; one that has just ended is no error. */
export function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
