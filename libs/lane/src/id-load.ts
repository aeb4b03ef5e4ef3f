import type { LaneDefinition } from '@ringfence/contracts';
import {
  decodeHead,
  GENESIS,
  hash,
  JournalBroken,
  LogTruncated,
  type ChainHead,
} from '@ringfence/journal';
import { addressText, present, type Address } from '@ringfence/kernel';
import type { LaneCore, Saved } from './core.js';
import { IdGeneration, type SealedIds } from './id-generation.js';
import { readerOf, sealAgain, type Sealing } from './id-sealing.js';
import { IdSlots } from './id-slots.js';
import { IDS_FORM, IdTable } from './id-table.js';
import { IdPrint } from './id-print.js';
import type { LoadOptions } from './load.js';
import { LogTail, logStream, type Wait } from './log-tail.js';

type IdOptions = Omit<LoadOptions<never>, 'definition'> & {
  readonly definition: Pick<LaneDefinition<never>, 'service'>;
};

/** An empty table for a lane that folds its log from the beginning. */
export async function freshIds(options: IdOptions): Promise<IdTable> {
  const how = placeOf(options);
  return new IdTable(how ? await how.files.seed(how.address, options.seed) : options.seed, how);
}

/**
 * The ids of a snapshot. A generation whose file is missing, damaged or another lane's is made anew
 * from the log.
 *
 * @returns undefined when the snapshot says something else than the log: fold from the beginning
 * @throws LogTruncated when the log does not hold what was sealed
 */
export async function savedIds(
  { ids, offsets }: Saved,
  options: IdOptions,
): Promise<IdTable | undefined> {
  const how = placeOf(options);
  if (ids.form !== IDS_FORM) return undefined;
  const sealing = how && { ...how, seed: ids.seed };
  const full: (IdGeneration | IdSlots)[] = [];
  for (const one of ids.sealed) {
    if (!sealing) return undefined;
    const generation =
      (await verified(one, sealing)) ?? (await anew(one, sealing, offsets[one.first - 1], options));
    if (!generation) return undefined;
    full.push(generation);
  }
  const open = ids.open.map((saved) => new IdSlots(saved));
  const current = present(open.pop(), 'the current generation of ids');
  return new IdTable(ids.seed, how, { full: [...full, ...open], current });
}

/** A generation made anew whose file was damaged while its lane used it. */
export async function mendedIds<State>(
  sealed: SealedIds,
  core: LaneCore<State>,
  options: IdOptions,
): Promise<IdGeneration | IdSlots | undefined> {
  const { how, seed } = core.ids;
  return how && anew(sealed, { ...how, seed }, core.offsetOf(sealed.first - 1), options);
}

/**
 * @param before  offset of the record before the generation
 * @returns undefined when the log has other ids; in memory when the file cannot be written
 */
async function anew(
  sealed: SealedIds,
  sealing: Sealing,
  before: number,
  options: IdOptions,
): Promise<IdGeneration | IdSlots | undefined> {
  const { address, files, seed } = sealing;
  const slots = await idsInLog(sealed, seed, before, options);
  try {
    const generation = await sealAgain(slots, sealing, sealed);
    if (!generation) files.skipped(address, sealed.name, 'the log has other ids');
    return generation;
  } catch (fault) {
    files.skipped(address, sealed.name, String(fault));
    return slots;
  }
}

function placeOf({ definition, partition, snapshots, breathe }: IdOptions) {
  const address: Address = { service: definition.service, partition };
  return snapshots.ids && { files: snapshots.ids, address, breathe };
}

async function verified(sealed: SealedIds, sealing: Sealing): Promise<IdGeneration | undefined> {
  const { files, address } = sealing;
  const bytes = await files.load(address, sealed.name);
  const read = readerOf(sealed.name, sealing);
  const found = bytes ? IdGeneration.from(bytes, sealed, sealing, read) : 'it is not there';
  if (typeof found !== 'string') return found;
  files.skipped(address, sealed.name, found);
  return undefined;
}

/**
 * The ids of a range of the log, read by its chain from the record before.
 *
 * @param before  offset of that record
 */
async function idsInLog(
  { first, last }: SealedIds,
  seed: number,
  before: number,
  options: IdOptions,
): Promise<IdSlots> {
  const { journal, definition, partition, rule, wait } = options;
  const { service } = definition;
  const stream = logStream(service, partition);
  const who = `the ids of ${addressText({ service, partition })}`;
  const from = await headAt(first - 1, before, who, options);
  const tail = new LogTail(journal, service, stream, { from, who, rule });
  const print = new IdPrint(seed);
  const slots = new IdSlots();
  while (tail.head.seq < last) {
    const records = await tail.poll(wait);
    if (records.length === 0) {
      throw new LogTruncated(stream, { seq: last, who }, { seq: tail.head.seq });
    }
    for (const { head, decided } of records) {
      if (head.seq > last) break;
      for (const { origin } of decided) {
        if (origin.kind !== 'client') continue;
        slots.begin(head.seq);
        print.take(origin.id);
        slots.add(print.high, print.low);
      }
    }
  }
  return slots;
}

async function headAt(
  seq: number,
  offset: number,
  who: string,
  { journal, definition, partition, wait }: IdOptions,
): Promise<ChainHead> {
  if (seq === 0) return GENESIS;
  const stream = logStream(definition.service, partition);
  const [entry] = await patiently(() => journal.read(stream, offset, 1), wait);
  if (entry?.offset !== offset) throw new LogTruncated(stream, { seq, who }, {});
  const { epoch } = decodeHead(entry.bytes).head;
  return { seq, epoch, hash: hash(entry.bytes), offset };
}
async function patiently<T>(read: () => Promise<T>, wait: Wait): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (fault) {
      if (fault instanceof JournalBroken) throw fault;
      await wait(attempt);
    }
  }
}
