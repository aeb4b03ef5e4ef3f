import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM, type Address, type CommandId } from '@ringfence/kernel';
import { MemoryJournal } from '@ringfence/journal';
import { IdTable, Lane, LocalExchange, takeSnapshot, type Answer } from '@ringfence/lane';
import { clockLane } from '@ringfence/lane/clock';
import { FileIdStore } from './file-ids.js';
import { FileSnapshotStore } from './file-snapshots.js';

const LANE: Address = { service: 'accounts', partition: 3 };
const NAME = '1-9.ids';
const tick = (lane: Lane<{ ticks: number }>, no: number): Promise<Answer> =>
  new Promise((resolve) => {
    const command = { type: 'Tick', time: no, source: 'test' } as const;
    lane.submit([{ id: idOf(no), by: SYSTEM, command }], ([answer]) => resolve(answer));
  });
const idOf = (no: number): CommandId => String(no).padStart(16, '0') as CommandId;

describe('ids in files', () => {
  let folder: string;
  let skipped: string[];
  let store: FileIdStore;
  const reopened = (full?: number): FileIdStore =>
    new FileIdStore(folder, full, (file, why) => skipped.push(`${file}: ${why}`));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringfence-ids-'));
    skipped = [];
    store = reopened(100);
  });
  afterEach(async () => {
    store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const files = async (): Promise<string[]> => readdir(join(folder, 'accounts-3'));

  it('keep one seed for a lane, until it is lost (LANE-022)', async () => {
    expect(await store.seed(LANE, 0xa1)).toBe(0xa1);
    expect(await reopened().seed(LANE, 7)).toBe(0xa1);
    expect(await store.seed({ ...LANE, partition: 4 }, 9)).toBe(9);
    await writeFile(join(folder, 'accounts-3', 'ids.seed'), 'half');
    expect(await reopened().seed(LANE, 0xffffffff)).toBe(0xffffffff);
    expect(await store.seed(LANE, 1)).toBe(0xffffffff);
  });

  it('are found again by another process, and leave nothing half written (LANE-023)', async () => {
    const table = new IdTable(await store.seed(LANE, 1), { files: store, address: LANE });
    for (let no = 0; no < 250; no++) table.add(idOf(no), no + 1);
    table.reached(250);
    await table.settled();
    const [first, second] = table.sealed.map(({ name }) => name);
    expect((await files()).toSorted()).toEqual([first, second, 'ids.seed']);
    for (let no = 0; no < 250; no++) expect(table.find(idOf(no))).toEqual([no + 1]);
    const other = reopened();
    expect(await other.load(LANE, first)).toEqual(
      await readFile(join(folder, 'accounts-3', first)),
    );
    other.close();
  });

  it('are read in pieces, with their folder cleared too (LANE-024)', async () => {
    await store.save(LANE, NAME, [new Uint8Array([1, 2]), new Uint8Array([3, 4, 5])]);
    await store.save(LANE, NAME, [new Uint8Array([1, 2]), new Uint8Array([3, 4, 6])]);
    await rm(folder, { recursive: true });
    expect(store.read(LANE, NAME, 1, 3)).toEqual(new Uint8Array([2, 3, 4]));
    expect(store.read(LANE, NAME, 4, 9)).toEqual(new Uint8Array([6]));
    expect(() => reopened().read(LANE, NAME, 0, 1)).toThrow('opened');
  });

  it('go through a snapshot of one process to a lane of another (LANE-027)', async () => {
    const journal = new MemoryJournal();
    const process = (seed: number) => ({
      definition: clockLane,
      partition: 0,
      partitions: 1,
      journal,
      snapshots: new FileSnapshotStore(folder, (file, why) => skipped.push(`${file} ${why}`), 8),
      exchange: new LocalExchange(),
      writer: `process ${seed}`,
      seed,
      wait: async () => undefined,
    });
    const open = async (seed: number) =>
      (await Lane.open(process(seed))) as Lane<{ ticks: number }>;
    const first = await open(1);
    for (let no = 1; no <= 20; no++) await tick(first, no);
    await first.close();
    await takeSnapshot(process(2));
    const names = (await readdir(join(folder, 'reference-0'))).filter((name) =>
      name.endsWith('.ids'),
    );
    expect(names).toHaveLength(2);
    const second = await open(3);
    expect(await tick(second, 4)).toMatchObject({ repeated: true });
    await second.close();
    expect(skipped).toEqual([]);
    const path = join(folder, 'reference-0', names[0]);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, -8));
    const third = await open(4);
    expect(skipped).toEqual([expect.stringContaining('bytes instead of')]);
    expect(await readFile(path)).toEqual(bytes);
    expect(await tick(third, 4)).toMatchObject({ repeated: true });
    expect(third.state.ticks).toBe(20);
    await third.close();
  });

  it('say what is not there or cannot be written (LANE-025)', async () => {
    expect(await store.load(LANE, NAME)).toBeUndefined();
    expect(skipped).toEqual([expect.stringContaining('ENOENT')]);
    await writeFile(join(folder, 'accounts-3'), 'a file where the folder should be');
    await expect(store.save(LANE, NAME, [new Uint8Array(1)])).rejects.toThrow('EEXIST');
    expect(await store.seed(LANE, 5)).toBe(5);
    expect(skipped).toHaveLength(2);
  });
});
