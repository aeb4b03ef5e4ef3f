import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '@ringfence/journal';
import { SegmentJournal } from '@ringfence/journal-segments';

/** Opens the journal that the embedded house runs on. */
export async function openJournal(folder: string): Promise<Journal> {
  return SegmentJournal.open(folder);
}

/** Does something in a folder of its own that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
