import type { BackupFile } from '../backup/backup-file.js';
import { restoreToFolder, restoreToKafka } from '../backup/restore-backup.js';
import { takeBackup } from '../backup/take-backup.js';
import { houseOf, openHouseLogs, type Environment } from './house-place.js';

/**
 * Takes a backup of a house, which may be running.
 *
 * @param folder  of an embedded house; else the environment says where the logs are
 * @throws NoSuchHouse, and what `takeBackup` throws
 */
export async function backUp(
  to: string,
  folder: string | undefined,
  environment: Environment,
): Promise<BackupFile> {
  const { journal: source, partitions } = await openHouseLogs(folder, environment, 'backup');
  try {
    return await takeBackup({ source, partitions, folder: to });
  } finally {
    await source.close();
  }
}

/**
 * Restores a backup into an empty place: a new folder, or topics with nothing in them.
 *
 * @throws what `restoreToFolder` and `restoreToKafka` throw
 */
export function restore(
  from: string,
  folder: string | undefined,
  environment: Environment,
): Promise<BackupFile> {
  const house = houseOf(folder, environment);
  return house.kind === 'kafka' ? restoreToKafka(from, house) : restoreToFolder(from, house.folder);
}

/** What a person wants to know of it: where every log stands, a line each. */
export const positionLines = ({ taken, partitions, logs }: BackupFile): readonly string[] => [
  JSON.stringify({ taken, partitions }),
  ...Object.entries(logs).map(([log, { seq, hash, offset }]) =>
    JSON.stringify({ log, seq, hash, offset }),
  ),
];
