import { present } from '@ringfence/kernel';
import type { ChainRecord, Rule } from './chain.js';
import { encodeRecord, type Head, JSON_BODY } from './head.js';
import type { Journal, Stream } from './port.js';
import { ChainTail } from './tail.js';
import type { OpenOptions } from './takeover.js';
import { ChainWriter, type Receipt } from './writer.js';

/** A journal that a suite may fill, close and open again. */
export interface JournalUnderTest {
  /** as it is now: after `reopen`, another one on the same bytes */
  journal(): Journal;
  /** a stream with nothing in it, the same one for the same partition */
  stream(partition: number): Stream;
  /** ends the process's view and starts a new one on what was stored */
  reopen(): Promise<void>;
  dispose(): Promise<void>;
}

/** @param rule  tests plant a broken one; `follow` by default */
export type Scenario = (under: JournalUnderTest, rule?: Rule) => Promise<void>;

/** More attempts than any scenario needs: who still waits then would wait for ever. */
const ATTEMPTS_MAX = 20;

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const body = (content: string): Uint8Array => Buffer.from(JSON.stringify(content), 'utf8');

/** The content that a record of these suites carries; EpochOpened carries none. */
export const contentOf = (record: ChainRecord): string =>
  record.head.opened ? `opened by ${record.head.writer}` : String(JSON.parse(text(record.body)));

export const openOptions = (writer: string, more: Partial<OpenOptions> = {}): OpenOptions => ({
  writer,
  onRecord: () => undefined,
  witnesses: [],
  contracts: 'suite',
  now: 1_700_000_000_000,
  wait: async (attempt) => {
    if (attempt >= ATTEMPTS_MAX) throw new Error('the scenario waits for ever');
  },
  ...more,
});

/** Takes the log over; fails the scenario when another process did. */
export async function takeOver(
  journal: Journal,
  stream: Stream,
  options: OpenOptions,
): Promise<ChainWriter> {
  const opened = await ChainWriter.open(journal, stream, options);
  if (opened.kind !== 'active') throw new Error(`${options.writer} stood down`);
  return opened.writer;
}

/** The record that this writer would write next. */
export function recordFor(
  writer: ChainWriter,
  content: string,
  more: Partial<Head> = {},
): Uint8Array {
  const head = { ...plainHead, ...writer.next(), ...more };
  return encodeRecord(head, body(content), JSON_BODY);
}

export const plainHead: Head = {
  v: 1,
  p: 0,
  seq: 1,
  epoch: 1,
  writer: 'suite',
  prev: '0'.repeat(64),
  ts: 1_700_000_000_000,
  in: [],
  n: 1,
  contracts: 'suite',
};

export const write = (writer: ChainWriter, content: string): Promise<Receipt> =>
  writer.append(recordFor(writer, content));

/** Everything that counts in a log, and how many entries did not. */
export async function chainOf(
  journal: Journal,
  stream: Stream,
  rule?: Rule,
): Promise<{ contents: string[]; records: ChainRecord[]; ignored: number }> {
  const tail = new ChainTail(journal, stream, rule ? { rule } : {});
  const records: ChainRecord[] = [];
  for (;;) {
    const more = await tail.poll();
    if (more.length === 0) break;
    records.push(...more);
  }
  return { contents: records.map(contentOf), records, ignored: tail.ignored };
}

export const last = <T>(items: readonly T[]): T => present(items.at(-1), 'a last item');
