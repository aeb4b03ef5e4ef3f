import type { Journal, Stream } from '@ringfence/journal';
import { addressText, type Address } from '@ringfence/kernel';
import { LogTail, channelStream, commandStream, logStream } from '@ringfence/lane';

const RETRY_MS = 100;
const wait = (): Promise<void> => new Promise((resume) => setTimeout(resume, RETRY_MS));

/** What goes to a lane: orders of clients, and packets of other lanes. */
export const intakesOf = (address: Address): readonly Stream[] => [
  commandStream(address.service, address.partition),
  channelStream(address),
];

/**
 * Appends what a stream holds from an offset on once more, as a transport does that delivers twice.
 *
 * @returns entries appended
 */
export async function deliverAgain(journal: Journal, stream: Stream, from = 0): Promise<number> {
  const end = await journal.end(stream);
  let next = from;
  while (next < end) {
    for (const { offset, bytes } of await journal.read(stream, next)) {
      next = offset + 1;
      if (offset >= end) break;
      const answer = await journal.append(stream, bytes);
      if (answer.kind !== 'appended') throw new Error(`${answer.reason}`);
    }
  }
  return Math.max(0, end - from);
}

/** A log from its beginning: what counts, and how much does not. */
export interface LogCount {
  /** `service/partition` */
  readonly lane: string;
  readonly seq: number;
  /** of the newest record that decided something */
  readonly decidedSeq: number;
  readonly decisions: number;
  /** entries that the rule of the chain leaves out */
  readonly ignored: number;
}
export async function countLog(journal: Journal, address: Address): Promise<LogCount> {
  const { service, partition } = address;
  const tail = new LogTail(journal, service, logStream(service, partition));
  let [decisions, decidedSeq] = [0, 0];
  for (;;) {
    const records = await tail.poll(wait);
    if (records.length === 0) break;
    for (const { decided, head } of records) {
      decisions += decided.length;
      if (decided.length > 0) decidedSeq = head.seq;
    }
  }
  const { head, ignored } = tail;
  return { lane: addressText(address), seq: head.seq, decidedSeq, decisions, ignored };
}
