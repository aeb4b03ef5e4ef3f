import { catalogue } from '@ringfence/contracts';
import { SegmentJournal } from '@ringfence/journal-segments';
import { SERVICES, type Address } from '@ringfence/kernel';
import { LogTail, logStream, type LogRecord } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';

const ATTEMPTS_MAX = 20;
const WAIT_MS = 50;

/** The name that was given is no lane's. */
export class NoSuchLane extends Error {
  override readonly name = 'NoSuchLane';
}

/** Reads `accounts/3`. @throws NoSuchLane */
export function placeOf(text = ''): Address {
  const [, name, partition] = /^([a-z]+)\/(\d{1,4})$/.exec(text) ?? [];
  const service = SERVICES.find((each) => each === name);
  if (service === undefined || partition === undefined) {
    throw new NoSuchLane(`"${text}": give <service>/<partition>, services: ${SERVICES.join(', ')}`);
  }
  return { service, partition: Number(partition) };
}

export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Records of a lane's log in plain JSON: head, hash, and every decision with its command and
 * events.
 */
export async function* catLog(
  folder: string,
  { service, partition }: Address,
  { from, to }: SeqRange,
): AsyncGenerator<string> {
  const journal = await SegmentJournal.open(journalFolder(folder), { readOnly: true });
  try {
    const tail = new LogTail(journal, service, logStream(service, partition));
    for (;;) {
      const records = await tail.poll(waitForLog);
      if (records.length === 0) return;
      for (const record of records) {
        if (record.head.seq > to) return;
        if (record.head.seq >= from) yield lineOf(record);
      }
    }
  } finally {
    await journal.close();
  }
}

const lineOf = ({ head, hash, decided }: LogRecord): string =>
  JSON.stringify({ head, hash, d: decided.map((each) => catalogue.toJson(each)) });

/** Pauses before a log is read once more. @throws when it was tried too often */
export async function waitForLog(attempt: number): Promise<void> {
  if (attempt > ATTEMPTS_MAX) throw new Error('the log cannot be read');
  await new Promise((resume) => setTimeout(resume, WAIT_MS));
}
