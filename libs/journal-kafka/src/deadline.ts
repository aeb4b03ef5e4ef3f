import { setTimeout as pass } from 'node:timers/promises';
import { KafkaStalled } from './faults.js';

/**
 * Waits for an answer that may never come.
 *
 * @param what  names it in the error
 * @throws KafkaStalled after `ms`; the call itself goes on, so its connection must be dropped
 */
export async function within<T>(ms: number, what: string, call: Promise<T>): Promise<T> {
  const given = new AbortController();
  const late = pass(ms, undefined, { signal: given.signal }).then(() => {
    throw new KafkaStalled(`${what}: no answer in ${ms} ms`);
  });
  late.catch(() => undefined); // ends by the abort when the answer was in time
  try {
    return await Promise.race([call, late]);
  } finally {
    given.abort();
    call.catch(() => undefined); // nobody waits for an answer that came too late
  }
}

/** A pause that `stop` ends early. */
export const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  pass(ms, undefined, { signal: stop }).catch(() => undefined);
