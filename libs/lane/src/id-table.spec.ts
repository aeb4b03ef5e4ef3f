import { CLOCK as address, idOf } from './clock.fixture.js';
import { MemoryIdFiles } from './id-files.js';
import { seal } from './id-sealing.js';
import { IdSlots } from './id-slots.js';
import { IdTable } from './id-table.js';

const SEED = 77;
const PER_RECORD = 10;
const seqOf = (no: number): number => Math.floor(no / PER_RECORD) + 1;
/** Ten ids a record, each record durable before the next. */
async function add(table: IdTable, from: number, to: number): Promise<void> {
  for (let no = from; no < to; no++) {
    table.add(idOf(no), seqOf(no));
    if (no % PER_RECORD === PER_RECORD - 1) table.reached(seqOf(no));
  }
  await table.settled();
}
const make = (files: MemoryIdFiles): IdTable => new IdTable(SEED, { files, address });
const misfits = (table: IdTable, from: number, to: number): number[] => {
  const wrong: number[] = [];
  for (let no = from; no < to; no++) {
    const seqs = table.find(idOf(no));
    if (seqs.length !== 1 || seqs[0] !== seqOf(no)) wrong.push(no);
  }
  return wrong;
};
const hits = (table: IdTable, from: number, to: number): number => {
  let count = 0;
  for (let no = from; no < to; no++) count += table.find(idOf(no)).length;
  return count;
};

describe('ids of a lane', () => {
  it('are found in every generation, and no other is (LANE-008)', async () => {
    const files = new MemoryIdFiles(1000);
    const table = make(files);
    await add(table, 0, 5500);
    expect(table.sealed.map(({ first, last }) => [first, last])).toEqual(
      [0, 1, 2, 3, 4].map((no) => [no * 100 + 1, no * 100 + 100]),
    );
    expect(files.files.size).toBe(5);
    expect(table.size).toBe(5500);
    expect(misfits(table, 0, 5500)).toEqual([]);
    expect(hits(table, 5500, 9000)).toBe(0);
  });

  it('take less than two bytes each once they are sealed, and few looks (LANE-009)', async () => {
    const ids = 200_000;
    const files = new MemoryIdFiles(ids);
    const table = make(files);
    await add(table, 0, ids);
    const open = table.bytes;
    await add(table, ids, ids + PER_RECORD);
    const current = new IdTable(SEED).bytes;
    expect(open / ids).toBeGreaterThan(12);
    expect(table.sealed[0].count).toBe(ids);
    expect((table.bytes - current) / ids).toBeLessThan(2);
    let looks = 0;
    const read = files.read.bind(files);
    files.read = (...place) => {
      looks++;
      return read(...place);
    };
    expect(hits(table, ids * 2, ids * 2 + 20_000)).toBe(0);
    expect(looks / 20_000).toBeLessThan(0.02);
    looks = 0;
    expect(misfits(table, 1000, 1100)).toEqual([]);
    expect(looks).toBeLessThan(110);
  });

  it('are sealed to the same bytes, wherever a snapshot cut in (LANE-010)', async () => {
    const [whole, cut] = [new MemoryIdFiles(300), new MemoryIdFiles(300)];
    await add(make(whole), 0, 1000);
    const before = make(cut);
    await add(before, 0, 250);
    const { seed, open } = before.save();
    const current = new IdSlots(open[0]);
    await add(new IdTable(seed, { files: cut, address }, { full: [], current }), 250, 1000);
    expect([...whole.files.keys()]).toHaveLength(3);
    expect(cut.files).toEqual(whole.files);
  });

  it('may share half a print or all of it (LANE-011)', async () => {
    const slots = new IdSlots();
    const prints = [5, 1, 3].map((low) => ({ high: 0xab000001, low }));
    for (let seq = 1; seq <= 400; seq++) {
      slots.begin(seq);
      for (const { high, low } of prints) slots.add(high, low);
    }
    const files = new MemoryIdFiles(1);
    const generation = await seal(slots, { files, address, seed: SEED });
    const all = Array.from({ length: 400 }, (_, i) => i + 1);
    for (const { high, low } of prints) {
      expect([...slots.find(high, low)].toSorted((a, b) => a - b)).toEqual(all);
      expect(generation.find(high, low)).toEqual(all);
    }
    expect(generation.find(0xab000001, 2)).toEqual([]);
    expect(generation.find(0xab000000, 3)).toEqual([]);
  });

  it('are sealed when they are durable, not before (LANE-012)', async () => {
    const files = new MemoryIdFiles(PER_RECORD);
    const table = make(files);
    for (let no = 0; no < 3 * PER_RECORD; no++) table.add(idOf(no), seqOf(no));
    expect(table.unsealed).toBe(2);
    table.reached(1);
    await table.settled();
    expect([table.sealed.length, table.unsealed]).toEqual([1, 1]);
    expect(misfits(table, 0, 3 * PER_RECORD)).toEqual([]);
  });

  it('stay in memory while their file cannot be written (LANE-013)', async () => {
    const files = new MemoryIdFiles(100);
    const save = files.save.bind(files);
    files.save = () => Promise.reject(new Error('no room'));
    const table = make(files);
    await add(table, 0, 150);
    expect(files.heard).toEqual([expect.stringContaining('no room')]);
    expect([table.sealed.length, table.unsealed]).toEqual([0, 1]);
    expect(misfits(table, 0, 150)).toEqual([]);
    files.save = save;
    await add(table, 150, 350);
    expect([table.sealed.length, table.unsealed]).toEqual([3, 0]);
    expect(misfits(table, 0, 350)).toEqual([]);
  });
});
