import { hash } from '@ringfence/journal';
import type { IdFiles } from './id-files.js';
import {
  bytesOf,
  headOf,
  IdGeneration,
  IdIndex,
  indexWords,
  nameOf,
  PAGE_WORDS,
  type IdOwner,
  type ReadIds,
  type SealedIds,
} from './id-generation.js';
import { PARTS, ROW_WORDS, type IdSlots } from './id-slots.js';

export interface Sealing extends IdOwner {
  readonly files: IdFiles;
  /** lets the process serve others; a part of four million ids takes some ms */
  readonly breathe?: () => Promise<void>;
}

/** A full generation in the order of its file, not yet written. */
interface Sorted {
  readonly sealed: SealedIds;
  readonly index: IdIndex;
  readonly parts: readonly Uint8Array[];
}

/**
 * Writes a full generation to its file.
 *
 * @returns the generation, durable
 */
export const seal = async (slots: IdSlots, sealing: Sealing): Promise<IdGeneration> =>
  keep(await sort(slots, sealing), sealing);

/**
 * Writes a generation again whose file is gone.
 *
 * @returns undefined, and writes nothing, when the ids are not those that were sealed
 */
export async function sealAgain(
  slots: IdSlots,
  sealing: Sealing,
  before: SealedIds,
): Promise<IdGeneration | undefined> {
  const sorted = await sort(slots, sealing);
  return sorted.sealed.hash === before.hash ? keep(sorted, sealing) : undefined;
}

async function keep({ sealed, index, parts }: Sorted, sealing: Sealing): Promise<IdGeneration> {
  await sealing.files.save(sealing.address, sealed.name, parts);
  return new IdGeneration(sealed, index, readerOf(sealed.name, sealing));
}
export const readerOf =
  (name: string, { address, files }: Pick<Sealing, 'address' | 'files'>): ReadIds =>
  (at, length) =>
    files.read(address, name, at, length);

/**
 * What is written follows from the log, the seed and the size of a generation alone: whoever seals
 * the same ids writes the same bytes.
 */
async function sort(slots: IdSlots, sealing: Sealing): Promise<Sorted> {
  const { index, rows } = await inOrder(slots, sealing);
  const range = { first: slots.first, last: slots.last, count: slots.size };
  const head = headOf(sealing, range, bytesOf(index.words));
  const sealed = { ...range, name: nameOf(sealing, range), hash: hash(head) };
  return { sealed, index, parts: [head, bytesOf(index.words), bytesOf(rows)] };
}

async function inOrder(
  slots: IdSlots,
  { breathe }: Sealing,
): Promise<{ index: IdIndex; rows: Uint32Array }> {
  const rows = new Uint32Array(slots.size * ROW_WORDS);
  const index = new IdIndex(new Uint32Array(indexWords(slots.size)), slots.size);
  let filled = 0;
  let noted = 0;
  for (let part = 0; part < PARTS; part++) {
    const sorted = slots.sorted(part);
    for (let at = 0; at < sorted.length; at += ROW_WORDS) {
      index.filter.add(sorted[at], sorted[at + 1]);
    }
    rows.set(sorted, filled);
    filled += sorted.length;
    const whole = part === PARTS - 1 ? index.pages : Math.floor(filled / PAGE_WORDS);
    for (; noted < whole; noted++) {
      index.note(noted, rows.subarray(noted * PAGE_WORDS, (noted + 1) * PAGE_WORDS));
    }
    if (breathe) await breathe();
  }
  return { index, rows };
}
