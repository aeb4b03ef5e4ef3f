import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '@ringfence/journal';
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
import { HOUSE_FILE, openHouseFolder } from '../house-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** There is no house where one was to be read, or nothing says where. */
export class NoSuchHouse extends Error {
  override readonly name = 'NoSuchHouse';
}

/** Where a house is, or is to be. */
export type HousePlace = KafkaPlace | { readonly kind: 'folder'; readonly folder: string };

/** A folder that is named wins; else brokers of the environment, else its folder. */
export function houseOf(folder: string | undefined, environment: Environment): HousePlace {
  const config = readConfig({ ...SERVICE_VARIABLES, ...DISTRIBUTED_VARIABLES }, environment);
  const place = placeOf(config);
  if (folder === undefined && place.kind === 'kafka') return place;
  return { kind: 'folder', folder: folder ?? config.RINGFENCE_FOLDER };
}

/** A house's logs, as a reader beside it has them. */
export interface OpenedHouse {
  readonly journal: Journal;
  readonly partitions: number;
}

/**
 * Opens the logs of a house for reading; it may be running.
 *
 * @param folder  of an embedded house; else the environment says where it is
 * @param what  reads it, such as `backup`
 * @throws NoSuchHouse; KafkaUnavailable
 */
export async function openHouseLogs(
  folder: string | undefined,
  environment: Environment,
  what: string,
): Promise<OpenedHouse> {
  const writer = `${what}-${process.pid}`;
  const { place, partitions } = await foundHouse(houseOf(folder, environment), writer);
  const journal = await openJournal(place, { writer, partitions, readOnly: true });
  return { journal, partitions };
}

/** Opens the logs of a house like {@link openHouseLogs} for as long as the work lasts. */
export async function withHouseLogs<T>(
  folder: string | undefined,
  environment: Environment,
  what: string,
  work: (house: OpenedHouse) => Promise<T>,
): Promise<T> {
  const house = await openHouseLogs(folder, environment, what);
  try {
    return await work(house);
  } finally {
    await house.journal.close();
  }
}

async function foundHouse(
  house: HousePlace,
  writer: string,
): Promise<{ readonly place: JournalPlace; readonly partitions: number }> {
  if (house.kind === 'kafka') {
    const partitions = await partitionsAt(house, writer);
    if (partitions > 0) return { place: house, partitions };
    throw new NoSuchHouse(`the brokers have no topic ${house.topicPrefix ?? ''}log.accounts`);
  }
  const { folder } = house;
  if (!existsSync(join(folder, HOUSE_FILE)))
    throw new NoSuchHouse(`${folder} has no ${HOUSE_FILE}`);
  const { partitions } = openHouseFolder(folder, undefined);
  return { place: { kind: 'segments', folder: journalFolder(folder) }, partitions };
}
