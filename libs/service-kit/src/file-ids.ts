import { closeSync, openSync, readFile as readOpen, readSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addressText, present, type Address } from '@ringfence/kernel';
import type { IdFiles } from '@ringfence/lane';
import { writeWhole } from './file-writing.js';

/** About 60 MB of a lane's memory; sealed, 6 MB of memory and 53 MB of disk. */
export const IDS_PER_GENERATION = 4_000_000;
const SEED = 'ids.seed';
const SEED_TEXT = /^[0-9a-f]{8}\n$/;

/**
 * Sealed generations of ids as files beside the snapshots, one folder per lane. A file stays open
 * from the moment it was written or verified: whoever clears the folder takes nothing away from a
 * lane that runs.
 */
export class FileIdStore implements IdFiles {
  /** descriptors by path */
  readonly #open = new Map<string, number>();

  constructor(
    readonly folder: string,
    readonly full = IDS_PER_GENERATION,
    /** hears of files that could not be used or written */
    readonly onSkipped: (file: string, why: string) => void = () => {},
  ) {}

  async seed(address: Address, proposed: number): Promise<number> {
    try {
      const found = await this.#seedIn(address);
      if (found !== undefined) return found;
      const text = `${proposed.toString(16).padStart(8, '0')}\n`;
      await this.#write(address, SEED, [Buffer.from(text, 'latin1')]);
    } catch (fault) {
      this.skipped(address, SEED, String(fault));
    }
    return proposed;
  }
  async #seedIn(address: Address): Promise<number | undefined> {
    const text = await readFile(this.#fileOf(address, SEED), 'latin1').catch(absent);
    return text !== undefined && SEED_TEXT.test(text) ? parseInt(text, 16) : undefined;
  }

  async save(address: Address, name: string, parts: readonly Uint8Array[]): Promise<void> {
    await this.#write(address, name, parts);
    this.#reopen(address, name);
  }

  async load(address: Address, name: string): Promise<Uint8Array | undefined> {
    try {
      return await promisify(readOpen)(this.#reopen(address, name));
    } catch (fault) {
      this.skipped(address, name, String(fault));
      return undefined;
    }
  }

  read(address: Address, name: string, at: number, length: number): Uint8Array {
    const fd = present(this.#open.get(this.#fileOf(address, name)), `${name}, opened`);
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
  }

  skipped(address: Address, name: string, why: string): void {
    this.onSkipped(`${addressText(address)}: ${name}`, why);
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  async #write(address: Address, name: string, parts: readonly Uint8Array[]): Promise<void> {
    const folder = this.#folderOf(address);
    await mkdir(folder, { recursive: true });
    await writeWhole(folder, name, parts);
  }
  #reopen(address: Address, name: string): number {
    const file = this.#fileOf(address, name);
    const fd = openSync(file, 'r');
    const before = this.#open.get(file);
    this.#open.set(file, fd);
    if (before !== undefined) closeSync(before);
    return fd;
  }
  #fileOf(address: Address, name: string): string {
    return join(this.#folderOf(address), name);
  }
  #folderOf({ service, partition }: Address): string {
    return join(this.folder, `${service}-${partition}`);
  }
}

function absent(fault: NodeJS.ErrnoException): undefined {
  if (fault.code !== 'ENOENT') throw fault;
}
