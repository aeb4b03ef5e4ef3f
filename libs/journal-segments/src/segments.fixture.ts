import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal, Stream } from '@ringfence/journal';
import type { JournalUnderTest } from '@ringfence/journal/suite';
import { type Files, nodeFiles } from './files.js';
import { SegmentJournal, type SegmentOptions } from './segment-journal.js';

export const stream: Stream = { topic: 'log.accounts', partition: 3 };
/** Small enough that a handful of records fills several files. */
export const SMALL = { firstBytes: 4096, maxBytes: 16 * 1024 };

export const newFolder = (): string => fs.mkdtempSync(join(tmpdir(), 'segments-'));
export const dropFolder = (folder: string): void =>
  fs.rmSync(folder, { recursive: true, force: true });

/** What a process that dies now leaves to the next: everything but its lock. */
export function leftBehind(folder: string): string {
  const copy = newFolder();
  fs.cpSync(folder, copy, { recursive: true, filter: (from) => !from.includes('lock.') });
  return copy;
}

export async function segmentsUnderTest(options: SegmentOptions): Promise<JournalUnderTest> {
  const folder = newFolder();
  let journal = await SegmentJournal.open(folder, options);
  return {
    journal: () => journal,
    stream: (partition) => ({ topic: 'log.suite', partition }),
    reopen: async () => {
      await journal.close();
      journal = await SegmentJournal.open(folder, options);
    },
    dispose: async () => {
      await journal.close();
      dropFolder(folder);
    },
  };
}

/** @returns the offset; fails the test when the outcome is unknown */
export async function add(journal: Journal, content: string): Promise<number> {
  const result = await journal.append(stream, Buffer.from(content));
  if (result.kind !== 'appended') throw new Error(result.reason);
  return result.offset;
}

export async function contents(journal: Journal): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const entries = await journal.read(stream, found.length);
    if (entries.length === 0) return found;
    found.push(...entries.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
}

/** Opens, does something, closes. */
export async function using<T>(
  folder: string,
  work: (journal: SegmentJournal) => Promise<T>,
  options: SegmentOptions = {},
): Promise<T> {
  const journal = await SegmentJournal.open(folder, options);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

/** For tests that open hundreds of logs: nothing waits for the disk. */
export const UNSYNCED: Files = {
  ...nodeFiles,
  open: (path, mode) => (mode === 'update' ? fs.openSync(path, 'r+') : nodeFiles.open(path, mode)),
  sync: () => undefined,
  syncLater: async () => undefined,
  syncFolder: () => undefined,
};

/** What happens to a write: how many of its bytes land, and what it then says. */
export interface WriteFault {
  readonly lands: number;
  /** undefined: it says truly how much it wrote, as a short write does */
  readonly error?: 'ENOSPC' | 'EIO';
}

/** A file system whose writes fail when a test says so. */
export class FailingFiles {
  /** decides about each write, in order, by its size and place */
  fault: (bytes: number, position: number) => WriteFault | undefined = () => undefined;
  isReadable = true;

  readonly files: Files = {
    ...nodeFiles,
    read: (file, into, position) => {
      if (!this.isReadable) throw errorOf('EIO');
      return nodeFiles.read(file, into, position);
    },
    write: (file, bytes, position) => this.#write(file, bytes, position),
    writeLater: async (file, bytes, position) => this.#write(file, bytes, position),
  };

  #write(file: number, bytes: Uint8Array, position: number): number {
    const fault = this.fault(bytes.length, position);
    if (!fault) return nodeFiles.write(file, bytes, position);
    const landing = bytes.subarray(0, fault.lands);
    const written = landing.length > 0 ? nodeFiles.write(file, landing, position) : 0;
    if (fault.error) throw errorOf(fault.error);
    return written;
  }
}

const errorOf = (code: string): Error => Object.assign(new Error(`${code}: a test`), { code });
