import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '@ringfence/kernel';
import { GENESIS } from '@ringfence/journal';
import type { Saved } from '@ringfence/lane';
import { FileSnapshotStore } from './file-snapshots.js';

const LANE: Address = { service: 'accounts', partition: 3 };
const saved = (seq: number): Saved => ({
  foldVersion: 1,
  head: { ...GENESIS, seq },
  state: { balances: new Map([[7, 12n]]), names: ['a'] },
  channels: new Map(),
  inputs: new Map(),
  ids: {
    form: 2,
    seed: 1,
    sealed: [{ name: '1-9.ids', hash: 'ab', first: 1, last: 9, count: 20 }],
    open: [{ first: 10, last: 10, parts: [{ slots: new Uint32Array([1, 2, 3]), used: 1 }] }],
  },
  offsets: new Uint32Array([0, 5]),
  time: 9,
  ticks: 2,
});

describe('snapshots in files', () => {
  let folder: string;
  let skipped: string[];
  let store: FileSnapshotStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringfence-snapshots-'));
    skipped = [];
    store = new FileSnapshotStore(folder, (file, why) => skipped.push(`${file}: ${why}`));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const files = async (): Promise<string[]> =>
    (await readdir(join(folder, 'accounts-3'))).toSorted();
  const damage = async (name: string): Promise<void> => {
    const path = join(folder, 'accounts-3', name);
    const bytes = await readFile(path);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(path, bytes);
  };

  it('give back what was saved, and keep the newest two', async () => {
    expect(await store.load(LANE)).toBeUndefined();
    for (const seq of [9, 10, 110]) await store.save(LANE, saved(seq));
    expect(await store.load(LANE)).toEqual(saved(110));
    expect(await files()).toEqual(['0000000000000010.snapshot', '0000000000000110.snapshot']);
  });

  it('fall back to the one before when the newest does not verify', async () => {
    for (const seq of [10, 110]) await store.save(LANE, saved(seq));
    await damage('0000000000000110.snapshot');
    expect((await store.load(LANE))?.head.seq).toBe(10);
    expect(skipped).toEqual([expect.stringContaining('its hash does not fit')]);
    await damage('0000000000000010.snapshot');
    expect(await store.load(LANE)).toBeUndefined();
  });

  it('take no notice of a file that was never finished', async () => {
    await store.save(LANE, saved(10));
    await writeFile(join(folder, 'accounts-3', '0000000000000110.snapshot.tmp'), 'half');
    expect((await store.load(LANE))?.head.seq).toBe(10);
    expect(skipped).toEqual([]);
  });
});
