import { randomInt } from 'node:crypto';
import * as net from 'node:net';
import { LOOPBACK } from './exchange.js';
import { StackError } from './stack-error.js';

/**
 * Below the range that systems take for the near end of outgoing connections (32768 up on Linux),
 * so that the port of a server that is down for a while is still free when it comes back.
 */
const FIRST = 15_000;
const LAST = 31_999;
const TRIES = 200;

/**
 * Finds a free port on the loopback address for each name.
 *
 * They are drawn by chance: two stacks that start at once are unlikely to draw the same. They are
 * not held: a server that finds its port taken fails with that sentence in its log.
 *
 * @param names       all different
 * @param remembered  by name: taken where it is still free, so that a folder keeps its addresses
 * @throws StackError when chance found too few
 */
export async function freePorts(
  names: string[],
  remembered: Record<string, number> = {},
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const name of names) found[name] = await freePort(Object.values(found), remembered[name]);
  return found;
}

async function freePort(taken: number[], remembered: number | undefined): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = tries === 0 && remembered ? remembered : randomInt(FIRST, LAST + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new StackError(`found no free port from ${FIRST} to ${LAST} in ${TRIES} tries`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: LOOPBACK, port }, () => probe.close(() => resolve(true)));
  });
}
