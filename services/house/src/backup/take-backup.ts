import { catalogue } from '@ringfence/contracts';
import {
  LogTruncated,
  streamText,
  type Entry,
  type Journal,
  type Stream,
} from '@ringfence/journal';
import { SegmentJournal } from '@ringfence/journal-segments';
import { addressesOf, SERVICES } from '@ringfence/kernel';
import { commandStream, logStream } from '@ringfence/lane';
import { journalFolder } from '@ringfence/service-kit';
import { BackupUnfit, readBackupFile, writeBackupFile, type BackupFile } from './backup-file.js';
import { addEntry, entriesOf } from './copy.js';
import { consistentCut, type LogEnd, type Trailing } from './cut.js';
import { LogScan } from './log-scan.js';

export interface BackupOrder {
  /** the logs of a house, which may be running */
  readonly source: Journal;
  readonly partitions: number;
  /** a new one, or one that has an earlier backup of the same house */
  readonly folder: string;
}

/** A log under way into the backup. */
interface Copying {
  readonly name: string;
  readonly stream: Stream;
  readonly scan: LogScan;
  /** entries that the backup has */
  has: number;
  /** entries when all logs were looked at first, and when they were looked at again */
  readonly first: number;
  readonly second: number;
  readonly trailing: { readonly entry: Entry; readonly record: Trailing | undefined }[];
}

/**
 * Copies the logs and command streams of a house at one consistent cut. The house may go on: ends
 * are looked at twice, what was there at the first look stays, and of what came between them
 * records are taken back until none names what is not in the backup. Commands are copied after the
 * logs: those that no record decides will be decided where the backup is restored.
 *
 * What the folder has of an earlier backup stays; only what is new is added.
 *
 * @throws LogTruncated when a log lacks what another one, or an earlier backup, has seen of it
 * @throws MalformedRecord, LogDamaged, BackupUnfit, CopyFailed, FolderInUse
 */
export async function takeBackup(order: BackupOrder): Promise<BackupFile> {
  const { source, partitions, folder } = order;
  const before = readBackupFile(folder);
  if (before && before.partitions !== partitions) {
    const asked = `this house has ${partitions}`;
    throw new BackupUnfit(`${folder} is of ${before.partitions} partitions, ${asked}`);
  }
  const target = await SegmentJournal.open(journalFolder(folder), { writes: 'blocking' });
  try {
    const logs = await lookTwice(order, target, before);
    for (const log of logs) await resume(log, source, target, folder);
    for (const log of logs) await copyFirst(log, source, target);
    const cut = consistentCut(new Map(logs.map((log) => [log.name, endOf(log)])));
    for (const log of logs) checkNamed(log, cut);
    for (const log of logs) await copyTrailing(log, target, cut.get(log.name) ?? 0);
    const commands = await copyCommands(order, target);
    return writeBackupFile(folder, {
      taken: new Date().toISOString(),
      partitions,
      contracts: catalogue.fingerprint,
      logs: Object.fromEntries(
        logs.map(({ name, scan, has }) => [name, { ...scan.head, entries: has }]),
      ),
      commands,
    });
  } finally {
    await target.close();
  }
}

async function lookTwice(
  { source, partitions }: BackupOrder,
  target: Journal,
  before: BackupFile | undefined,
): Promise<readonly Copying[]> {
  const streams = addressesOf(SERVICES, partitions).map(({ service, partition }) =>
    logStream(service, partition),
  );
  const ends = (): Promise<number[]> => Promise.all(streams.map((stream) => source.end(stream)));
  const first = await ends();
  const second = await ends();
  const has = await Promise.all(streams.map((stream) => target.end(stream)));
  return streams.map((stream, i): Copying => {
    const name = streamText(stream);
    const scan = new LogScan(stream, before?.logs[name]);
    return { name, stream, scan, has: has[i], first: first[i], second: second[i], trailing: [] };
  });
}

/** Makes sure that a log goes on from what the backup has of it; nothing is written before. */
async function resume(
  log: Copying,
  source: Journal,
  target: Journal,
  folder: string,
): Promise<void> {
  const { stream, scan, first } = log;
  // what an interrupted backup left behind is read anew
  const resumed = { from: scan.head.offset + 1, to: log.has };
  for await (const entry of entriesOf(target, stream, resumed)) scan.keep(entry);
  await scan.checkHead(target, 'the backup');
  await scan.checkHead(source, `the backup in ${folder}`);
  if (log.has > first) throw shrunk(log, folder);
}

/** Copies what was there at the first look, and reads what came until the second. */
async function copyFirst(log: Copying, source: Journal, target: Journal): Promise<void> {
  const { stream, scan, first, second, trailing } = log;
  for await (const entry of entriesOf(source, stream, { from: log.has, to: first })) {
    scan.keep(entry);
    await addEntry(target, stream, entry);
    log.has++;
  }
  const ahead = new LogScan(stream, scan.head);
  for await (const entry of entriesOf(source, stream, { from: first, to: second })) {
    trailing.push({ entry, record: ahead.take(entry) });
  }
}

const shrunk = ({ stream, scan, first, has }: Copying, folder: string): LogTruncated => {
  const { seq, hash } = scan.head;
  const who = `the backup in ${folder}, which has ${has} entries, not ${first},`;
  return new LogTruncated(stream, { seq, hash, who }, {});
};

const endOf = ({ scan, trailing }: Copying): LogEnd => ({
  base: scan.head.seq,
  trailing: trailing.flatMap(({ record }) => record ?? []),
});

/** What was there at the first look can only name what is in the cut, unless a log lost it. */
function checkNamed({ name, scan }: Copying, cut: ReadonlyMap<string, number>): void {
  for (const { log, seq, hash } of scan.named.values()) {
    const end = cut.get(log);
    if (end !== undefined && end >= seq) continue;
    const [topic = '', partition] = log.split('/');
    const stream = { topic, partition: Number(partition) };
    throw new LogTruncated(stream, { seq, hash, who: name }, { seq: end ?? 0 });
  }
}

/** Adds the records of the cut, and what lies between them; nothing behind the last. */
async function copyTrailing(log: Copying, target: Journal, to: number): Promise<void> {
  const { stream, scan, trailing } = log;
  for (const { entry, record } of trailing) {
    if (record ? record.seq > to : scan.head.seq >= to) return;
    scan.keep(entry);
    await addEntry(target, stream, entry);
    log.has++;
  }
}

async function copyCommands(
  { source, partitions }: BackupOrder,
  target: Journal,
): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  for (const { service, partition } of addressesOf(SERVICES, partitions)) {
    const stream = commandStream(service, partition);
    const to = await source.end(stream);
    const range = { from: await target.end(stream), to };
    for await (const entry of entriesOf(source, stream, range)) {
      await addEntry(target, stream, entry);
    }
    ends[streamText(stream)] = Math.max(range.from, to);
  }
  return ends;
}
