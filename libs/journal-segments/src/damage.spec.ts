import * as fs from 'node:fs';
import { join } from 'node:path';
import { JournalBroken } from '@ringfence/journal';
import { LogDamaged } from './faults.js';
import { frameBytes, SECTOR_BYTES, SEGMENT_HEAD_BYTES } from './frame.js';
import type { SegmentJournal, SegmentOptions } from './segment-journal.js';
import {
  add,
  contents,
  dropFolder,
  leftBehind,
  newFolder,
  SMALL,
  stream,
  UNSYNCED,
  using as usingWith,
} from './segments.fixture.js';

const SHORT = ['first', 'second', 'the third'];
/** Several sectors, no zero byte in it. */
const LONG = 'z'.repeat(2500);
const END = SEGMENT_HEAD_BYTES + SHORT.reduce((sum, { length }) => sum + frameBytes(length), 0);

let whole: string;
let work: string | undefined;
beforeAll(async () => {
  whole = newFolder();
  await using(
    whole,
    async (journal) => {
      for (const content of SHORT) await add(journal, content);
    },
    { sizes: SMALL },
  );
});
afterAll(() => dropFolder(whole));
afterEach(() => {
  if (work) dropFolder(work);
  work = undefined;
});

const using = <T>(
  folder: string,
  task: (journal: SegmentJournal) => Promise<T>,
  options: SegmentOptions = {},
): Promise<T> => usingWith(folder, task, { files: UNSYNCED, ...options });

const segment = (folder: string, number = 0): string =>
  join(folder, 'log.accounts', '3', `0000000${number}.seg`);

/** A copy of a log in which some bytes are other ones. */
function damaged(change: (bytes: Buffer) => void, from = whole, number = 0): string {
  if (work) dropFolder(work);
  work = leftBehind(from);
  const bytes = fs.readFileSync(segment(work, number));
  change(bytes);
  fs.writeFileSync(segment(work, number), bytes);
  return work;
}

const faultOf = (folder: string): Promise<unknown> =>
  using(folder, contents).catch((fault: unknown) => fault);

/** The log goes on behind its whole records as if nothing had been. */
async function goesOn(folder: string, kept: readonly string[], cut: boolean): Promise<void> {
  await using(folder, async (journal) => {
    expect(await contents(journal)).toEqual(kept);
    expect(journal.cuts.length).toBe(cut ? 1 : 0);
    expect(await add(journal, 'after')).toBe(kept.length);
  });
  await using(folder, async (journal) => {
    expect(await contents(journal)).toEqual([...kept, 'after']);
    expect(journal.cuts).toEqual([]);
  });
}

async function withLong(): Promise<string> {
  const folder = leftBehind(whole);
  await using(folder, (journal) => add(journal, LONG));
  return folder;
}

describe('an interrupted write is cut off', () => {
  it('wherever it stopped, within a short record', async () => {
    const start = END - frameBytes(SHORT[2]?.length ?? 0);
    for (let at = start; at < start + 36 + 9; at++) {
      const folder = damaged((bytes) => bytes.fill(0, at));
      await goesOn(folder, SHORT.slice(0, 2), at > start);
    }
  });

  it('whichever sectors of a long record are missing', async () => {
    const long = await withLong();
    const sectors = [0, 1, 2, 3, 4, 5];
    for (let missing = 1; missing < 2 ** sectors.length - 1; missing++) {
      const folder = damaged((bytes) => {
        for (const sector of sectors) {
          const from = Math.max(END, sector * SECTOR_BYTES);
          if (missing & (1 << sector)) bytes.fill(0, from, (sector + 1) * SECTOR_BYTES);
        }
      }, long);
      await goesOn(folder, SHORT, true);
    }
    dropFolder(long);
  });

  it('and leaves a reader at the last whole record until then', async () => {
    const folder = damaged((bytes) => bytes.fill(0, END - 20));
    const before = fs.readFileSync(segment(folder));
    const reading = { readOnly: true };
    expect(await using(folder, contents, reading)).toEqual(SHORT.slice(0, 2));
    expect(fs.readFileSync(segment(folder)).equals(before)).toBe(true);
    await using(folder, (journal) => add(journal, 'after'));
    expect(await using(folder, contents, reading)).toEqual([...SHORT.slice(0, 2), 'after']);
  });

  it('also where the head of a new file was not written whole', async () => {
    const folder = leftBehind(whole);
    fs.writeFileSync(segment(folder, 1), Buffer.alloc(8192));
    fs.writeFileSync(segment(folder, 1), 'RFSEG', { flag: 'r+' });
    await goesOn(folder, SHORT, false);
    dropFolder(folder);
  });
});

describe('damage stops the log', () => {
  it('in any bit of any record, the last one too', async () => {
    let start = SEGMENT_HEAD_BYTES;
    for (const [offset, { length }] of SHORT.entries()) {
      for (let at = start; at < start + 36 + length; at++) {
        const fault = await faultOf(damaged((bytes) => (bytes[at] = (bytes[at] ?? 0) ^ 0x10)));
        if (!(fault instanceof LogDamaged)) throw new Error(`byte ${at}: ${String(fault)}`);
        expect(fault).toMatchObject({ offset, stream, place: { position: start } });
      }
      start += frameBytes(length);
    }
  });

  it('in the head of a file', async () => {
    for (let at = 0; at < 48; at++) {
      const fault = await faultOf(damaged((bytes) => (bytes[at] = (bytes[at] ?? 0) ^ 0x10)));
      expect(fault).toBeInstanceOf(LogDamaged);
    }
    expect(await faultOf(damaged((bytes) => bytes.fill(0, 0, 64)))).toBeInstanceOf(LogDamaged);
  });

  it('where a record in the middle was wiped out', async () => {
    const from = SEGMENT_HEAD_BYTES + frameBytes(SHORT[0]?.length ?? 0);
    const to = from + frameBytes(SHORT[1]?.length ?? 0);
    expect(await faultOf(damaged((bytes) => bytes.fill(0, from, to)))).toMatchObject({
      message: expect.stringMatching(
        /^log\.accounts\/3: record 1 in .*00000000\.seg at byte 112: /,
      ),
    });
  });

  it('where a length covers later records', async () => {
    const fault = await faultOf(damaged((bytes) => bytes.writeUInt32LE(200, SEGMENT_HEAD_BYTES)));
    expect(fault).toMatchObject({ message: expect.stringContaining('but a later record') });
  });

  it('for a reader as for the writer, and is no passing fault', async () => {
    const folder = damaged((bytes) => (bytes[SEGMENT_HEAD_BYTES + 40] = 7));
    const reading = using(folder, contents, { readOnly: true });
    await expect(reading).rejects.toThrow(LogDamaged);
    await expect(reading).rejects.toThrow(JournalBroken);
    await using(folder, async (journal) => {
      await expect(journal.append(stream, Buffer.from('x'))).rejects.toThrow(LogDamaged);
    });
  });
});

describe('damage in older files', () => {
  const written = Array.from({ length: 60 }, (_, n) => `${n}:${'x'.repeat(n * 10)}`);
  let long: string;
  beforeAll(async () => {
    long = newFolder();
    await using(
      long,
      async (journal) => {
        for (const content of written) await add(journal, content);
      },
      { sizes: SMALL },
    );
  });
  afterAll(() => dropFolder(long));

  it('is met when they are read, and names the record', async () => {
    const folder = damaged((bytes) => (bytes[1000] = 0), long, 1);
    await using(folder, async (journal) => {
      const fault: unknown = await contents(journal).catch((thrown: unknown) => thrown);
      if (!(fault instanceof LogDamaged)) throw new Error(String(fault));
      const before = await journal.read(stream, fault.offset - 1);
      expect(before).toHaveLength(1);
      expect(Buffer.from(before[0]?.bytes ?? []).toString()).toBe(written[fault.offset - 1]);
      expect(fault.place.file).toContain('00000001.seg');
      expect(await journal.end(stream)).toBe(60);
    });
  });

  it('as cut short, missing, or beheaded stops the log', async () => {
    const cases: ((folder: string) => void)[] = [
      (folder) => fs.truncateSync(segment(folder, 0), 2000),
      (folder) => fs.rmSync(segment(folder, 1)),
      (folder) => fs.rmSync(segment(folder, 0)),
      (folder) => fs.copyFileSync(segment(folder, 0), segment(folder, 1)),
      (folder) => fs.writeFileSync(segment(folder, 1), Buffer.alloc(100), { flag: 'r+' }),
    ];
    for (const harm of cases) {
      const folder = leftBehind(long);
      harm(folder);
      expect(await faultOf(folder)).toBeInstanceOf(LogDamaged);
      dropFolder(folder);
    }
  });
});
