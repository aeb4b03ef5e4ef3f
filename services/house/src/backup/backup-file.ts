import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChainHead } from '@ringfence/journal';

/** Its name: a folder that has one is a backup. */
export const BACKUP_FILE = 'backup.json';
const FORMAT = 1;

/** Where one log stands in a backup. */
export interface LogPosition extends ChainHead {
  /** all entries, also those that do not count: offsets are kept */
  readonly entries: number;
}

/** What a backup is; the entries lie beside it in `log/`, as a house's own. */
export interface BackupFile {
  readonly format: number;
  /** when the cut was made, ISO 8601 UTC */
  readonly taken: string;
  readonly partitions: number;
  /** print of the field tables of the build that took it */
  readonly contracts: string;
  /** per log, such as `log.accounts/1` */
  readonly logs: Readonly<Record<string, LogPosition>>;
  /** entries per command stream, such as `cmd.accounts/1` */
  readonly commands: Readonly<Record<string, number>>;
}

/** The folder is no backup that can be used; says which file and what it lacks. */
export class BackupUnfit extends Error {
  override readonly name = 'BackupUnfit';
}

/** @returns undefined when the folder has none. @throws BackupUnfit when it does not read */
export function readBackupFile(folder: string): BackupFile | undefined {
  const path = join(folder, BACKUP_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
  let found: BackupFile;
  try {
    found = JSON.parse(text) as BackupFile;
  } catch (cause) {
    throw new BackupUnfit(`${path} is not JSON`, { cause });
  }
  const { format, partitions, logs, commands } = found;
  if (format !== FORMAT) throw new BackupUnfit(`${path}: format ${format} is not known here`);
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new BackupUnfit(`${path}: partitions must be a whole number from 1`);
  }
  if (!logs || !commands) throw new BackupUnfit(`${path}: logs and commands must be there`);
  return found;
}

/** Replaces it at once: a backup that was interrupted is the one before it. */
export function writeBackupFile(folder: string, file: Omit<BackupFile, 'format'>): BackupFile {
  const written: BackupFile = { format: FORMAT, ...file };
  const path = join(folder, BACKUP_FILE);
  const draft = `${path}.draft-${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(written, undefined, 2)}\n`, { flush: true });
  renameSync(draft, path);
  return written;
}
