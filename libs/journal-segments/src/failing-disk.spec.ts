import { chainOf, openOptions, recordFor, takeOver, write } from '@ringfence/journal/suite';
import { SegmentJournal } from './segment-journal.js';
import {
  add,
  contents,
  dropFolder,
  FailingFiles,
  leftBehind,
  newFolder,
  SMALL,
  stream,
  using,
  type WriteFault,
} from './segments.fixture.js';

const zero = { topic: 'log.accounts', partition: 0 };
const bytes = (content: string): Uint8Array => Buffer.from(content);

describe.each(['blocking', 'beside'] as const)('a disk that fails, writes %s', (writes) => {
  let folder: string;
  let disk: FailingFiles;
  let journal: SegmentJournal;
  beforeEach(async () => {
    folder = newFolder();
    disk = new FailingFiles();
    journal = await SegmentJournal.open(folder, { writes, sizes: SMALL, files: disk.files });
    await add(journal, 'before');
  });
  afterEach(async () => {
    await journal.close();
    dropFolder(folder);
  });

  /** What the next process finds if this one dies now. */
  async function afterCrash(): Promise<string[]> {
    const copy = leftBehind(folder);
    try {
      return await using(copy, contents);
    } finally {
      dropFolder(copy);
    }
  }
  const failsOnce = (fault: WriteFault): void => {
    disk.fault = () => {
      disk.fault = () => undefined;
      return fault;
    };
  };

  it('that writes in small pieces loses nothing', async () => {
    let writes = 0;
    disk.fault = (size) => (++writes % 3 ? { lands: Math.min(size, 7) } : undefined);
    for (const content of ['one', 'x'.repeat(5000), 'three']) await add(journal, content);
    disk.fault = () => undefined;
    expect(await afterCrash()).toEqual(['before', 'one', 'x'.repeat(5000), 'three']);
  });

  it('that takes nothing acknowledges nothing', async () => {
    disk.fault = () => ({ lands: 0 });
    const result = await journal.append(stream, bytes('one'));
    expect(result).toMatchObject({ kind: 'unknown' });
    expect(await contents(journal)).toEqual(['before']);
  });

  it.each([0, 1, 4, 35, 36, 50, 600])(
    'that is full after %d bytes of a record takes the next in its place',
    async (lands) => {
      failsOnce({ lands, error: 'ENOSPC' });
      const result = await journal.append(stream, bytes('n'.repeat(1000)));
      expect(result).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('ENOSPC') });
      expect(await contents(journal)).toEqual(['before']);
      expect(await afterCrash()).toEqual(['before']);
      expect(await add(journal, 'short')).toBe(1);
      expect(await contents(journal)).toEqual(['before', 'short']);
      expect(await afterCrash()).toEqual(['before', 'short']);
    },
  );

  it('that fails but kept the record does not take it back from those who saw it', async () => {
    failsOnce({ lands: 4096, error: 'EIO' });
    expect(await journal.append(stream, bytes('seen'))).toMatchObject({ kind: 'unknown' });
    const reader = await SegmentJournal.open(folder, { readOnly: true });
    expect(await contents(reader)).toEqual(['before', 'seen']);
    expect(await add(journal, 'next')).toBe(2);
    expect(await contents(journal)).toEqual(['before', 'seen', 'next']);
    expect(await contents(reader)).toEqual(['before', 'seen', 'next']);
    await reader.close();
  });

  it('that fails but kept the record counts it once when it is sent again', async () => {
    failsOnce({ lands: 4096, error: 'EIO' });
    expect(await journal.append(stream, bytes('again'))).toMatchObject({ kind: 'unknown' });
    expect(await add(journal, 'again')).toBe(1);
    expect(await contents(journal)).toEqual(['before', 'again']);
  });

  it('that cannot even be read is written again when it can', async () => {
    disk.fault = () => ({ lands: 20, error: 'EIO' });
    disk.isReadable = false;
    expect(await journal.append(stream, bytes('lost?'))).toMatchObject({ kind: 'unknown' });
    expect(await journal.append(stream, bytes('other'))).toMatchObject({ kind: 'unknown' });
    disk.isReadable = true;
    disk.fault = () => undefined;
    expect(await add(journal, 'next')).toBe(2);
    expect(await afterCrash()).toEqual(['before', 'lost?', 'next']);
  });

  it('without room for a new file goes on when there is room', async () => {
    const isZeros = (size: number): boolean => size >= SMALL.firstBytes;
    disk.fault = (size) => (isZeros(size) ? { lands: 100, error: 'ENOSPC' } : undefined);
    const kept = ['before'];
    const results: string[] = [];
    for (let n = 0; n < 20; n++) {
      const content = `${n}${'x'.repeat(400)}`;
      const { kind } = await journal.append(stream, bytes(content));
      results.push(kind);
      if (kind === 'appended') kept.push(content);
    }
    expect(new Set(results.slice(0, 8))).toEqual(new Set(['appended']));
    expect(new Set(results.slice(-8))).toEqual(new Set(['unknown']));
    expect(await afterCrash()).toEqual(kept);
    disk.fault = () => undefined;
    await add(journal, 'x'.repeat(1000));
    expect(await afterCrash()).toEqual([...kept, 'x'.repeat(1000)]);
  });

  it('at any one write breaks no chain', async () => {
    const faults: WriteFault[] = [0, 10, 64, 300, 9999].map((lands) => ({ lands, error: 'EIO' }));
    for (let at = 0; at < 40; at++) {
      const fault = faults[at % faults.length];
      const place = { topic: `log.fault-${at}`, partition: 0 };
      let writes = 0;
      disk.fault = () => (writes++ === at % 14 ? fault : undefined);
      const writer = await takeOver(journal, place, openOptions('A'));
      const expected = ['opened by A'];
      for (let n = 0; n < 12; n++) {
        const content = `${n}${'x'.repeat(600)}`;
        await write(writer, content);
        expected.push(content);
      }
      disk.fault = () => undefined;
      expect((await chainOf(journal, place)).contents).toEqual(expected);
    }
  });

  it('for good stops the owner without a false answer, and the next owner goes on', async () => {
    const writer = await takeOver(journal, zero, openOptions('A'));
    await write(writer, 'kept');
    disk.fault = () => ({ lands: 30, error: 'ENOSPC' });
    const pending = writer.append(recordFor(writer, 'unanswered'));
    await expect(pending).rejects.toThrow('waits for ever');
    disk.fault = () => undefined;
    await write(await takeOver(journal, zero, openOptions('B')), 'goes on');
    const { contents: chain } = await chainOf(journal, zero);
    expect(chain).toEqual(['opened by A', 'kept', 'opened by B', 'goes on']);
  });
});
