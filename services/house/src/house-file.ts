import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTITIONS_MAX } from '@ringfence/kernel';

/** Its name: a folder that has one is a house's. */
export const HOUSE_FILE = 'house.json';

/** What a folder of logs is, written once when it is made. */
export interface HouseFile {
  /** of the folder's layout: 1 */
  readonly format: number;
  /** never fewer and, so far, never more: accounts are numbered by partition */
  readonly partitions: number;
}

/** The folder does not fit what it is opened as. */
export class HouseFolderUnfit extends Error {
  override readonly name = 'HouseFolderUnfit';
}

/**
 * Makes a folder a house's, or checks that it is one of that many partitions.
 *
 * @param partitions  undefined: as the folder says, or one in a new folder
 * @throws HouseFolderUnfit
 */
export function openHouseFolder(folder: string, partitions: number | undefined): HouseFile {
  const path = join(folder, HOUSE_FILE);
  const found = read(path);
  if (found === undefined) {
    mkdirSync(folder, { recursive: true });
    const made: HouseFile = { format: 1, partitions: partitions ?? 1 };
    check(path, made);
    writeFileSync(path, `${JSON.stringify(made)}\n`, { flag: 'wx' });
    return made;
  }
  check(path, found);
  if (partitions !== undefined && partitions !== found.partitions) {
    const asked = `this was started with ${partitions}`;
    throw new HouseFolderUnfit(`${path}: the house has ${found.partitions} partitions, ${asked}`);
  }
  return found;
}

/**
 * How many partitions a house was made for.
 *
 * @throws HouseFolderUnfit when the folder is no house's; nothing is made
 */
export function partitionsOf(folder: string): number {
  const path = join(folder, HOUSE_FILE);
  const found = read(path);
  if (found === undefined) throw new HouseFolderUnfit(`${path} is missing: not a house's folder`);
  check(path, found);
  return found.partitions;
}

function read(path: string): HouseFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
  try {
    return JSON.parse(text) as HouseFile;
  } catch (cause) {
    throw new HouseFolderUnfit(`${path} is not JSON`, { cause });
  }
}

function check(path: string, { format, partitions }: HouseFile): void {
  if (format !== 1) throw new HouseFolderUnfit(`${path}: format ${format} is not known here`);
  const fits = Number.isInteger(partitions) && partitions >= 1 && partitions < PARTITIONS_MAX;
  if (!fits) throw new HouseFolderUnfit(`${path}: partitions from 1 to ${PARTITIONS_MAX - 1}`);
}
