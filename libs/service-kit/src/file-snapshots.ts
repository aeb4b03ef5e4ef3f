import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { hash } from '@ringfence/journal';
import { type Address } from '@ringfence/kernel';
import type { Saved, SnapshotStore } from '@ringfence/lane';
import { FileIdStore } from './file-ids.js';
import { writeWhole } from './file-writing.js';

/** So many of each lane are kept: if the newest does not verify, there is the one before. */
const KEPT = 2;
const HASH_BYTES = 64;
const NAME = /^\d{16}\.snapshot$/;

/**
 * Snapshots as files, one folder per lane: the SHA-256 of the rest, then the state as the engine's
 * own structured copy. They may be lost or deleted at any time: the log is the truth.
 */
export class FileSnapshotStore implements SnapshotStore {
  readonly ids: FileIdStore;

  /** @param idsPerGeneration  of the ids beside the snapshots */
  constructor(
    readonly folder: string,
    /** hears of files that could not be used */
    readonly onSkipped: (file: string, why: string) => void = () => {},
    idsPerGeneration?: number,
  ) {
    this.ids = new FileIdStore(folder, idsPerGeneration, onSkipped);
  }

  async load(address: Address): Promise<Saved | undefined> {
    const folder = this.#folderOf(address);
    for (const name of (await namesIn(folder)).toReversed()) {
      const saved = await this.#read(join(folder, name));
      if (saved) return saved;
    }
    return undefined;
  }

  async save(address: Address, saved: Saved): Promise<void> {
    const folder = this.#folderOf(address);
    await mkdir(folder, { recursive: true });
    const body = serialize(saved);
    const name = `${String(saved.head.seq).padStart(16, '0')}.snapshot`;
    await writeWhole(folder, name, [Buffer.from(hash(body), 'latin1'), body]);
    const names = await namesIn(folder);
    for (const old of names.slice(0, -KEPT)) await rm(join(folder, old), { force: true });
  }

  #folderOf({ service, partition }: Address): string {
    return join(this.folder, `${service}-${partition}`);
  }

  async #read(file: string): Promise<Saved | undefined> {
    try {
      const bytes = await readFile(file);
      const body = bytes.subarray(HASH_BYTES);
      if (hash(body) === bytes.toString('latin1', 0, HASH_BYTES)) {
        return deserialize(body) as Saved;
      }
      this.onSkipped(file, 'its hash does not fit');
    } catch (fault) {
      this.onSkipped(file, String(fault));
    }
    return undefined;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}
