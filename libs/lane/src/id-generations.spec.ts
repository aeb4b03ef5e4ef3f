import { LogTruncated } from '@ringfence/journal';
import { addressText, present } from '@ringfence/kernel';
import { CLOCK, ClockHouse, idOf, rest, tick, ticks } from './clock.fixture.js';
import { MemoryIdFiles } from './id-files.js';
import { HEAD_BYTES } from './id-generation.js';
import { IdTable } from './id-table.js';
import { foldLane, NO_SNAPSHOTS } from './load.js';
import { logStream } from './log-tail.js';

const FULL = 8;
const ALL = 3 * FULL;
const house = (): ClockHouse => new ClockHouse(new MemoryIdFiles(FULL));

type Damage = (bytes: Uint8Array) => Uint8Array | undefined;
/** Changes the file of the first generation. */
function damage(ids: MemoryIdFiles, how: Damage): void {
  const [[name, bytes]] = ids.files;
  const damaged = how(bytes);
  if (damaged) ids.files.set(name, damaged);
  else ids.files.delete(name);
}
/** @param at  from the end when negative */
const flip =
  (at: number): Damage =>
  (bytes) => {
    const changed = bytes.slice();
    const place = at < 0 ? bytes.length + at : at;
    changed[place] = present(changed[place], 'a byte') ^ 4;
    return changed;
  };

describe('an id in a sealed generation', () => {
  it('gets its first answer; other content is a conflict (LANE-014)', async () => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    expect(clock.ids.files.size).toBe(2);
    const again = await tick(lane, 3);
    expect(again).toMatchObject({ kind: 'answered', repeated: true, receipt: receipts[2] });
    expect(await tick(lane, 3, 999)).toEqual({ kind: 'conflict' });
    expect(await lane.answerOf(idOf(5))).toMatchObject({ receipt: receipts[4] });
    expect(await lane.answerOf(idOf(ALL + 1))).toBeUndefined();
    expect(lane.state.ticks).toBe(ALL);
  });

  it('is the same after a restart from a snapshot and from zero (LANE-015)', async () => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    await lane.close();
    const files = new Map(clock.ids.files);
    const { ids } = await clock.snapshot();
    expect(ids.sealed.map(({ count }) => count)).toEqual([FULL, FULL]);
    expect(ids.open).toHaveLength(1);
    expect(clock.ids.files).toEqual(files);
    const taken = await clock.open();
    expect(await tick(taken, 3)).toMatchObject({ repeated: true, receipt: receipts[2] });
    await ticks(taken, ALL + 1, ALL + 2);
    await taken.close();
    const cores = await Promise.all(
      [true, false].map((fromZero) => foldLane({ ...clock.options(), fromZero })),
    );
    const [zero, again] = cores.map(({ core }) => core);
    expect(zero.digest()).toBe(again.digest());
    expect(zero.digest()).toBe((await foldBare(clock)).digest());
    expect(zero.ids.save().sealed).toEqual(again.ids.save().sealed);
    for (let no = 1; no <= ALL + 5; no++) {
      expect(zero.ids.find(idOf(no))).toEqual(again.ids.find(idOf(no)));
      expect(zero.ids.find(idOf(no))).toHaveLength(no <= ALL + 2 ? 1 : 0);
    }
    expect(clock.ids.heard).toEqual([]);
  });
  /** Without a place for files. */
  const foldBare = async (clock: ClockHouse) =>
    (await foldLane({ ...clock.options(), snapshots: NO_SNAPSHOTS })).core;

  it.each<[string, Damage, RegExp]>([
    ['missing', () => undefined, /not there/],
    ['cut short', (bytes) => bytes.slice(0, -1), /bytes instead of/],
    ['empty', () => new Uint8Array(), /bytes instead of/],
    ['too long', (bytes) => new Uint8Array(bytes.length + 1), /bytes instead of/],
    ['of another seed', (bytes) => withSeed(bytes), /head or index/],
    ['flipped in its head', flip(HEAD_BYTES - 5), /head or index/],
    ['flipped in its filter', flip(HEAD_BYTES + 1), /head or index/],
    ['flipped in a row', flip(-3), /page 0/],
  ])('is made anew from the log when its file is %s (LANE-016)', async (_, how, why) => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    await lane.close();
    await clock.snapshot();
    const whole = new Map(clock.ids.files);
    damage(clock.ids, how);
    expect(clock.ids.files).not.toEqual(whole);
    const taken = await clock.open();
    expect(clock.ids.heard).toEqual([expect.stringMatching(why)]);
    expect(clock.ids.files).toEqual(whole);
    expect(await tick(taken, 3)).toMatchObject({ repeated: true, receipt: receipts[2] });
    expect(await tick(taken, ALL + 1)).toMatchObject({ repeated: false });
  });
  function withSeed(bytes: Uint8Array): Uint8Array {
    const text = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
    const other = text.replace(/"seed":(\d)/, (_, digit) => `"seed":${(Number(digit) + 1) % 10}`);
    const changed = bytes.slice();
    changed.set(new TextEncoder().encode(other));
    return changed;
  }

  it('is never decided twice when its file changes under the lane (LANE-017)', async () => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    await clock.snapshot();
    damage(clock.ids, flip(-3));
    const answer = await tick(lane, 3);
    expect(answer).toMatchObject({ kind: 'pending', reason: expect.stringMatching('IdsDamaged') });
    expect(await tick(lane, ALL + 1)).toMatchObject({ kind: 'answered', repeated: false });
    await rest();
    expect(await tick(lane, 3)).toMatchObject({ repeated: true, receipt: receipts[2] });
    expect(lane.status).toBe('active');
    expect(lane.state.ticks).toBe(ALL + 1);
    expect(clock.ids.heard).toEqual([expect.stringContaining('page 0 does not fit')]);
  });

  it('stays in memory when its file is damaged and cannot be written (LANE-026)', async () => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    await lane.close();
    await clock.snapshot();
    damage(clock.ids, () => undefined);
    clock.ids.save = () => Promise.reject(new Error('no room'));
    const taken = await clock.open();
    expect(clock.ids.heard).toContainEqual(expect.stringContaining('no room'));
    expect(await tick(taken, 3)).toMatchObject({ repeated: true, receipt: receipts[2] });
    expect(await tick(taken, FULL + 2)).toMatchObject({ repeated: true });
  });

  it('is a witness: a log that ends before it does not open (LANE-018)', async () => {
    const clock = house();
    const lane = await clock.open();
    await ticks(lane, 1, ALL);
    await lane.close();
    await clock.snapshot();
    damage(clock.ids, () => undefined);
    clock.journal.truncate(logStream(CLOCK.service, 0), FULL - 2);
    await expect(clock.open()).rejects.toBeInstanceOf(LogTruncated);
  });

  it('is looked for in the log alone when the snapshot names other ids (LANE-019)', async () => {
    const clock = house();
    const lane = await clock.open();
    const receipts = await ticks(lane, 1, ALL);
    await lane.close();
    const saved = await clock.snapshot();
    const [first, ...later] = saved.ids.sealed;
    const forged = { ...first, hash: '0'.repeat(64) };
    clock.snapshots.saved = { ...saved, ids: { ...saved.ids, sealed: [forged, ...later] } };
    const taken = await clock.open();
    expect(clock.ids.heard).toContainEqual(
      `${addressText(CLOCK)}/${first.name}: the log has other ids`,
    );
    expect(await tick(taken, 3)).toMatchObject({ repeated: true, receipt: receipts[2] });
    expect(taken.state.ticks).toBe(ALL);
  });

  it('is not taken from a snapshot whose files nobody can read (LANE-020)', async () => {
    const clock = house();
    const lane = await clock.open();
    await ticks(lane, 1, ALL);
    await lane.close();
    const saved = await clock.snapshot();
    const bare = { load: async () => saved, save: async () => undefined };
    const { core } = await foldLane({ ...clock.options(), snapshots: bare });
    expect(core.ids.size).toBe(ALL);
    expect(core.ids.find(idOf(3))).toHaveLength(1);
  });

  it('means nothing under another form of the prints (LANE-021)', async () => {
    const clock = house();
    const lane = await clock.open();
    await ticks(lane, 1, ALL);
    await lane.close();
    const saved = await clock.snapshot();
    const ids = { ...new IdTable(1).save(), form: saved.ids.form - 1 };
    clock.snapshots.saved = { ...saved, ids };
    expect((await foldLane(clock.options())).core.ids.find(idOf(3))).toHaveLength(1);
  });
});
