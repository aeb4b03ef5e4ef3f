import * as fs from 'node:fs';
import { join } from 'node:path';
import { chainOf, journalSuite, openOptions, takeOver, write } from '@ringfence/journal/suite';
import { ReadOnlyJournal } from './faults.js';
import { SegmentJournal } from './segment-journal.js';
import {
  add,
  contents,
  dropFolder,
  newFolder,
  segmentsUnderTest,
  SMALL,
  stream,
  using,
} from './segments.fixture.js';

for (const writes of ['paced', 'blocking', 'beside'] as const) {
  journalSuite(`segments, ${writes}`, () => segmentsUnderTest({ writes }));
  journalSuite(`small segments, ${writes}`, () => segmentsUnderTest({ sizes: SMALL, writes }));
}

const record = (n: number): string => `${n}:${'x'.repeat((n * 397) % 1500)}`;

describe('a folder of segments', () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));
  afterEach(() => dropFolder(folder));
  const files = (): string[] => fs.readdirSync(join(folder, 'log.accounts', '3')).toSorted();
  const sizeOf = (name: string): number =>
    fs.statSync(join(folder, 'log.accounts', '3', name)).size;

  it.each(['blocking', 'beside'] as const)(
    'grows by files that double up to the largest, writes %s',
    async (writes) => {
      const written = Array.from({ length: 120 }, (_, n) => record(n));
      const options = { sizes: SMALL, writes };
      await using(
        folder,
        async (journal) => {
          for (const content of written) await add(journal, content);
          expect(await contents(journal)).toEqual(written);
          expect((await journal.read(stream, 60, 1))[0]?.offset).toBe(60);
        },
        options,
      );
      expect(files().slice(0, 4).map(sizeOf)).toEqual([4096, 8192, 16384, 16384]);
      expect(files().length).toBeGreaterThan(5);
      await using(
        folder,
        async (journal) => {
          for (const from of [119, 0, 77, 1]) {
            const [entry] = await journal.read(stream, from, 1);
            expect(Buffer.from(entry?.bytes ?? []).toString()).toBe(record(from));
          }
          expect(await add(journal, 'more')).toBe(120);
        },
        options,
      );
    },
  );

  it('takes a record larger than a whole file', async () => {
    const large = 'y'.repeat(100_000);
    const written = ['a', large, 'b', large, large, 'c'];
    await using(
      folder,
      async (journal) => {
        for (const content of written) await add(journal, content);
      },
      { sizes: SMALL },
    );
    await using(folder, async (journal) => expect(await contents(journal)).toEqual(written));
  });

  it('costs an idle stream no more than its first file', async () => {
    await using(folder, (journal) => add(journal, 'one'));
    expect(files()).toEqual(['00000000.seg']);
    expect(sizeOf('00000000.seg')).toBe(1024 * 1024);
  });

  it('makes nothing for a stream that is only read', async () => {
    await using(folder, async (journal) => expect(await journal.end(stream)).toBe(0));
    expect(fs.existsSync(join(folder, 'log.accounts'))).toBe(false);
  });

  it('clears away a file that was not finished', async () => {
    await using(folder, (journal) => add(journal, 'one'));
    fs.writeFileSync(join(folder, 'log.accounts', '3', '00000001.seg.draft'), 'half');
    await using(folder, async (journal) => expect(await contents(journal)).toEqual(['one']));
    expect(files()).toEqual(['00000000.seg']);
  });
});

describe('a reader beside the writer', () => {
  let folder: string;
  let writer: SegmentJournal;
  let reader: SegmentJournal;
  beforeEach(async () => {
    folder = newFolder();
    writer = await SegmentJournal.open(folder, { sizes: SMALL });
    reader = await SegmentJournal.open(folder, { readOnly: true });
  });
  afterEach(async () => {
    await writer.close();
    await reader.close();
    dropFolder(folder);
  });

  it('sees each record once it is there, across files, and never writes', async () => {
    const seen: string[] = [];
    for (let n = 0; n < 120; n++) {
      await add(writer, record(n));
      if (n % 7 > 2) continue;
      expect(await reader.end(stream)).toBe(n + 1);
      for (const { bytes } of await reader.read(stream, seen.length)) {
        seen.push(Buffer.from(bytes).toString());
      }
    }
    expect(await contents(reader)).toEqual(await contents(writer));
    expect(seen).toEqual((await contents(writer)).slice(0, seen.length));
    await expect(reader.append(stream, Buffer.from('no'))).rejects.toThrow(ReadOnlyJournal);
  });

  it('is woken, even for a stream that was not there yet', async () => {
    const woken = new Promise<void>((resolve) => {
      reader.watch(stream, resolve);
    });
    await add(writer, 'first');
    await woken;
    const again = new Promise<void>((resolve) => {
      reader.watch(stream, resolve);
    });
    await add(writer, 'second');
    await again;
    expect(await contents(reader)).toEqual(['first', 'second']);
  });

  it('follows the chain through a takeover', async () => {
    const zero = { topic: 'log.accounts', partition: 0 };
    await write(await takeOver(writer, zero, openOptions('A')), 'one');
    await write(await takeOver(writer, zero, openOptions('B')), 'two');
    const { contents: found } = await chainOf(reader, zero);
    expect(found).toEqual(['opened by A', 'one', 'opened by B', 'two']);
  });
});
