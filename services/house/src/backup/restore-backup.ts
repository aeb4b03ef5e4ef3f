import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { topicsOf } from '@ringfence/contracts';
import { LogTruncated, streamText, type Journal, type Stream } from '@ringfence/journal';
import { SegmentJournal } from '@ringfence/journal-segments';
import { addressesOf, SERVICES } from '@ringfence/kernel';
import { commandStream, logStream } from '@ringfence/lane';
import { journalFolder, openJournal, type KafkaPlace } from '@ringfence/service-kit';
import { openHouseFolder } from '../house-file.js';
import { BACKUP_FILE, BackupUnfit, readBackupFile, type BackupFile } from './backup-file.js';
import { addEntry, entriesOf } from './copy.js';
import { LogScan } from './log-scan.js';

/** There is something already where a backup was to be restored. */
export class TargetNotEmpty extends Error {
  override readonly name = 'TargetNotEmpty';
}

/** A stream of a backup and how many entries of it there are. */
interface Part {
  readonly stream: Stream;
  readonly entries: number;
}

/**
 * Restores a backup as the folder of an embedded house. The folder appears whole or not at all.
 *
 * @throws TargetNotEmpty; BackupUnfit, LogTruncated, LogDamaged when the backup is not whole
 */
export async function restoreToFolder(backup: string, folder: string): Promise<BackupFile> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new TargetNotEmpty(`${folder} is not empty: give a new folder`);
  }
  const draft = `${folder.replace(/\/+$/, '')}.restoring-${process.pid}`;
  try {
    const restored = await reading(backup, async (file, source) => {
      openHouseFolder(draft, file.partitions);
      const target = await SegmentJournal.open(journalFolder(draft), { writes: 'blocking' });
      try {
        await copyAll(file, source, target);
      } finally {
        await target.close();
      }
      return file;
    });
    renameSync(draft, folder);
    return restored;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Restores a backup into the topics of a house on Kafka, which are made when they are missing. A
 * restore that was interrupted leaves topics that no house opens: every log names the reference
 * log, which is copied last.
 *
 * @throws TargetNotEmpty; BackupUnfit, LogTruncated, LogDamaged when the backup is not whole
 * @throws CopyFailed: begin again under another prefix
 */
export async function restoreToKafka(backup: string, place: KafkaPlace): Promise<BackupFile> {
  return reading(backup, async (file, source) => {
    const { partitions } = file;
    const writer = `restore-${process.pid}`;
    const target = await openJournal(place, { writer, partitions });
    try {
      await checkEmpty(target, partitions, place);
      await copyAll(file, source, target);
    } finally {
      await target.close();
    }
    return file;
  });
}

/** Opens a backup and makes sure, before anything is written, that it is what it says. */
async function reading<T>(
  backup: string,
  use: (file: BackupFile, source: Journal) => Promise<T>,
): Promise<T> {
  const file = readBackupFile(backup);
  if (!file) throw new BackupUnfit(`${backup} has no ${BACKUP_FILE}: it is no whole backup`);
  const source = await SegmentJournal.open(journalFolder(backup), { readOnly: true });
  try {
    for (const log of logsOf(file)) await verify(file, log, source);
    return await use(file, source);
  } finally {
    await source.close();
  }
}

/** @throws LogTruncated when the entries do not lead to the record that the backup's file names */
async function verify(file: BackupFile, { stream, entries }: Part, source: Journal): Promise<void> {
  const { seq, hash } = file.logs[streamText(stream)];
  const scan = new LogScan(stream);
  const to = Math.min(entries, await source.end(stream));
  for await (const entry of entriesOf(source, stream, { from: 0, to })) scan.take(entry);
  if (to === entries && scan.head.hash === hash) return;
  const found = scan.head.seq === seq ? { seq, hash: scan.head.hash } : { seq: scan.head.seq };
  throw new LogTruncated(stream, { seq, hash, who: BACKUP_FILE }, found);
}

async function copyAll(file: BackupFile, source: Journal, target: Journal): Promise<void> {
  const logs = logsOf(file);
  const isReference = ({ stream }: Part): boolean => stream.topic === 'log.reference';
  const copy = async ({ stream, entries }: Part): Promise<void> => {
    for await (const entry of entriesOf(source, stream, { from: 0, to: entries })) {
      await addEntry(target, stream, entry);
    }
  };
  const first = [...commandsOf(file), ...logs.filter((log) => !isReference(log))];
  await Promise.all(first.map(copy));
  await Promise.all(logs.filter(isReference).map(copy));
}

function logsOf(file: BackupFile): readonly Part[] {
  return addressesOf(SERVICES, file.partitions).map(({ service, partition }) => {
    const stream = logStream(service, partition);
    const position = (file.logs as Partial<BackupFile['logs']>)[streamText(stream)];
    if (!position) throw new BackupUnfit(`${BACKUP_FILE}: logs.${streamText(stream)} is missing`);
    return { stream, entries: position.entries };
  });
}
const commandsOf = (file: BackupFile): readonly Part[] =>
  addressesOf(SERVICES, file.partitions).map(({ service, partition }) => {
    const stream = commandStream(service, partition);
    return { stream, entries: file.commands[streamText(stream)] ?? 0 };
  });

async function checkEmpty(
  target: Journal,
  partitions: number,
  { topicPrefix = '' }: KafkaPlace,
): Promise<void> {
  for (const { topic, partitions: count } of topicsOf(partitions)) {
    for (let partition = 0; partition < count; partition++) {
      const end = await target.end({ topic, partition });
      if (end === 0) continue;
      const where = `${topicPrefix}${topic}/${partition}`;
      throw new TargetNotEmpty(`${where} has ${end} entries: give another topic prefix`);
    }
  }
}
