import { readdirSync } from 'node:fs';
import { catalogue } from '@ringfence/contracts';
import { follow, GENESIS, MemoryJournal } from '@ringfence/journal';
import { decodeRecord, foldLane, logStream, NO_SNAPSHOTS } from '@ringfence/lane';
import type { Address, Service } from '@ringfence/kernel';
import { HOUSE_LANES } from './definitions.js';
import { readGolden, type GoldenHouse, type GoldenLane } from './golden.js';

const FOLDER = new URL('../golden/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.golden'));

const addressOf = (lane: string): Address => {
  const [service, partition] = lane.split('/');
  return { service: service as Service, partition: Number(partition) };
};
const bytesOf = (entry: string): Uint8Array => new Uint8Array(Buffer.from(entry, 'base64'));

function journalOf({ lanes }: GoldenHouse): MemoryJournal {
  const journal = new MemoryJournal();
  for (const { lane, entries } of lanes) {
    const { service, partition } = addressOf(lane);
    for (const entry of entries) journal.land(logStream(service, partition), bytesOf(entry));
  }
  return journal;
}

/** Bodies of the records that count, and the same decisions packed anew. */
function* packedAnew({ entries }: GoldenLane): Generator<{ old: Uint8Array; anew: Uint8Array }> {
  let head = GENESIS;
  for (const [offset, entry] of entries.entries()) {
    const followed = follow(head, offset, bytesOf(entry));
    if (followed.kind === 'ignored') continue;
    head = followed.head;
    if (followed.record.head.n === 0) continue;
    const { decided } = decodeRecord(followed.record);
    yield { old: followed.record.body, anew: catalogue.encode(decided) };
  }
}

describe.each(FILES)('the golden house of %s', (file) => {
  const golden = readGolden(new URL(file, FOLDER));
  const journal = journalOf(golden);

  it.each(golden.lanes)('folds $lane to the state of that day (GOLD-001)', async (kept) => {
    const { service, partition } = addressOf(kept.lane);
    const definition = HOUSE_LANES.find((each) => each.service === service);
    if (!definition) throw new Error(`no lane definition of ${service}`);
    const { partitions } = golden;
    const wait = (): Promise<void> => Promise.reject(new Error('a stored log always reads'));
    const place = { definition, partition, partitions, snapshots: NO_SNAPSHOTS, seed: 1 };
    const { core } = await foldLane({ ...place, journal: journal.session('golden'), wait });
    expect(core.digest()).toBe(kept.digest);
  });
  it.each(golden.lanes)('packs what $lane decided to the same bytes (GOLD-002)', (kept) => {
    let records = 0;
    for (const { old, anew } of packedAnew(kept)) {
      expect(Buffer.from(anew)).toEqual(Buffer.from(old));
      records++;
    }
    expect(records).toBeGreaterThan(0);
  });
});

it('there is a golden house (GOLD-003)', () => {
  expect(FILES.length).toBeGreaterThan(0);
});
