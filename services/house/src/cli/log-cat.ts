import { catalogue } from '@ringfence/contracts';
import { SERVICES, type Address } from '@ringfence/kernel';
import { LogTail, logStream, type LogRecord } from '@ringfence/lane';
import type { OpenedHouse } from './house-place.js';

const ATTEMPTS_MAX = 20;
const WAIT_MS = 50;

/** The name that was given is no lane's. */
export class NoSuchLane extends Error {
  override readonly name = 'NoSuchLane';
}

/** Reads `accounts/3`. @throws NoSuchLane */
export function laneNamed(text = ''): Address {
  const [, name, partition] = /^([a-z]+)\/(\d{1,4})$/.exec(text) ?? [];
  const service = SERVICES.find((each) => each === name);
  if (service === undefined || partition === undefined) {
    throw new NoSuchLane(`"${text}": give <service>/<partition>, services: ${SERVICES.join(', ')}`);
  }
  return { service, partition: Number(partition) };
}

/** Record numbers, both included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Records of a lane's log in plain JSON: head, hash, and every decision with its command and
 * events; up to where the log ends now.
 *
 * @throws NoSuchLane when the house has no such partition; what a log throws that does not verify
 */
export async function* catLog(
  { journal, partitions }: OpenedHouse,
  { service, partition }: Address,
  { from, to }: SeqRange,
): AsyncGenerator<string> {
  const count = service === 'reference' ? 1 : partitions;
  if (partition >= count) {
    throw new NoSuchLane(`${service}/${partition}: the house has ${service}/0 to ${count - 1}`);
  }
  const tail = new LogTail(journal, service, logStream(service, partition));
  for (;;) {
    const records = await tail.poll(waitForLog);
    // a broker may say a moment too early that there is nothing more
    if (records.length === 0 && (await tail.isAtEnd(waitForLog))) return;
    for (const record of records) {
      if (record.head.seq > to) return;
      if (record.head.seq >= from) yield lineOf(record);
    }
  }
}

const lineOf = ({ head, hash, decided }: LogRecord): string =>
  JSON.stringify({ head, hash, d: decided.map((each) => catalogue.toJson(each)) });

/** Pauses before a log is read once more. @throws when it was tried too often */
export async function waitForLog(attempt: number): Promise<void> {
  if (attempt > ATTEMPTS_MAX) throw new Error('the log cannot be read');
  await new Promise((resume) => setTimeout(resume, WAIT_MS));
}
