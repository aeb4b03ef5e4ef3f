import { hash, MemoryJournal } from '@ringfence/journal';
import { logStream } from '@ringfence/lane';
import { holdsRecord } from './proof.js';
import { SpecHouse } from './spec-house.fixture.js';

const STREAM = logStream('accounts', 1);

/** A log of `EpochOpened` and two records, and the hash of each. */
async function log(): Promise<{ journal: MemoryJournal; hashes: readonly string[] }> {
  const house = new SpecHouse();
  await house.trade(1, 1);
  await house.trade(1, 1);
  const entries = await house.journal.read(STREAM, 0);
  return { journal: house.journal, hashes: entries.map(({ bytes }) => hash(bytes)) };
}

describe('what the rows reflect last', () => {
  it('is found in the log that holds it, and so is nothing (RM-072)', async () => {
    const { journal, hashes } = await log();
    expect(hashes).toHaveLength(3);
    for (const [i, each] of hashes.entries()) {
      expect(await holdsRecord(journal, STREAM, { seq: i + 1, hash: each })).toBe(true);
    }
    expect(await holdsRecord(new MemoryJournal(), STREAM, { seq: 0, hash: '' })).toBe(true);
  });

  it('is found behind records that do not count (RM-073)', async () => {
    const { journal, hashes } = await log();
    const again = new MemoryJournal();
    for (const { bytes } of await journal.read(STREAM, 0)) {
      await again.append(STREAM, bytes);
      await again.append(STREAM, bytes); // a late twin
    }
    expect(await holdsRecord(again, STREAM, { seq: 3, hash: hashes[2] })).toBe(true);
  });

  it('is not in a log that ends before, or has another record there (RM-074)', async () => {
    const { journal, hashes } = await log();
    expect(await holdsRecord(journal, STREAM, { seq: 3, hash: hashes[1] })).toBe(false);
    expect(await holdsRecord(journal, STREAM, { seq: 4, hash: hashes[2] })).toBe(false);
    journal.read = () => Promise.reject(new Error('away'));
    expect(await holdsRecord(journal, STREAM, { seq: 3, hash: hashes[2] })).toBe(false);
  });
});
