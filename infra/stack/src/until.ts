import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Waits until a condition holds.
 *
 * @param condition   asked again and again; what it throws is passed on
 * @param deadlineMs  at most this long, > 0
 * @returns true as soon as the condition held, false when the deadline came first
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= end) return false;
    await pause(POLL_MS);
  }
}
