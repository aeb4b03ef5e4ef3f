import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  DISTRIBUTED_VARIABLES,
  journalFolder,
  openJournal,
  partitionsAt,
  placeOf,
  readConfig,
  SERVICE_VARIABLES,
  type JournalPlace,
  type KafkaPlace,
} from '@ringfence/service-kit';
import type { BackupFile } from '../backup/backup-file.js';
import { restoreToFolder, restoreToKafka } from '../backup/restore-backup.js';
import { takeBackup } from '../backup/take-backup.js';
import { HOUSE_FILE, openHouseFolder } from '../house-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** There is no house where one was to be read, or nothing says where. */
export class NoSuchHouse extends Error {
  override readonly name = 'NoSuchHouse';
}

/** A folder that is named wins; else brokers of the environment, else its folder. */
function houseOf(
  folder: string | undefined,
  environment: Environment,
): KafkaPlace | { readonly kind: 'folder'; readonly folder: string } {
  const config = readConfig({ ...SERVICE_VARIABLES, ...DISTRIBUTED_VARIABLES }, environment);
  const place = placeOf(config);
  if (folder === undefined && place.kind === 'kafka') return place;
  return { kind: 'folder', folder: folder ?? config.RINGFENCE_FOLDER };
}

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
  const { place, partitions } = await foundHouse(houseOf(folder, environment));
  const writer = `backup-${process.pid}`;
  const source = await openJournal(place, { writer, partitions, readOnly: true });
  try {
    return await takeBackup({ source, partitions, folder: to });
  } finally {
    await source.close();
  }
}

async function foundHouse(
  house: ReturnType<typeof houseOf>,
): Promise<{ readonly place: JournalPlace; readonly partitions: number }> {
  if (house.kind === 'kafka') {
    const partitions = await partitionsAt(house, `backup-${process.pid}`);
    if (partitions > 0) return { place: house, partitions };
    throw new NoSuchHouse(`the brokers have no topic ${house.topicPrefix ?? ''}log.accounts`);
  }
  const { folder } = house;
  if (!existsSync(join(folder, HOUSE_FILE)))
    throw new NoSuchHouse(`${folder} has no ${HOUSE_FILE}`);
  const { partitions } = openHouseFolder(folder, undefined);
  return { place: { kind: 'segments', folder: journalFolder(folder) }, partitions };
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
