import { LogTruncated } from './cursor.js';
import { hash } from './head.js';
import { MemoryJournal } from './memory.js';
import type { Stream } from './port.js';
import { openOptions, takeOver, write } from './suite-scene.js';
import { ChainWriter } from './writer.js';

const STREAM: Stream = { topic: 'log.suite', partition: 0 };
const ALTERED = 2;

/** Five records; what the log holds of them is copied into another one, changed. */
async function changed(
  change: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Promise<{ journal: MemoryJournal; entries: readonly Uint8Array[] }> {
  const original = new MemoryJournal();
  const writer = await takeOver(original.session('A'), STREAM, openOptions('A'));
  for (const content of ['one', 'two', 'three', 'four']) await write(writer, content);
  const { entries } = original.log(STREAM);
  const journal = new MemoryJournal();
  for (const bytes of change(entries)) journal.land(STREAM, bytes);
  return { journal, entries };
}
const open = (journal: MemoryJournal) =>
  ChainWriter.open(journal.session('B'), STREAM, openOptions('B'));

it('refuses a log in which one byte was altered, and names the record (JRNL-060)', async () => {
  const { journal, entries } = await changed((all) =>
    all.map((bytes, at) => {
      const copy = Uint8Array.from(bytes);
      if (at === ALTERED) copy[copy.length - 2] ^= 1;
      return copy;
    }),
  );
  const opened = open(journal);
  await expect(opened).rejects.toBeInstanceOf(LogTruncated);
  await expect(opened).rejects.toThrow(
    `log.suite/0: the record at offset 3 of this log has seen sequence 3, hash ${hash(entries[2])}`,
  );
});

it('refuses a log that lost a record in its middle (JRNL-061)', async () => {
  const { journal, entries } = await changed((all) => all.filter((_, at) => at !== ALTERED));
  await expect(open(journal)).rejects.toThrow(`sequence 3, hash ${hash(entries[2])}`);
});

it('opens a log with repeats and what an overtaken writer sent late (JRNL-062)', async () => {
  const { journal } = await changed((all) => [...all, ...all.slice(1), Buffer.from('noise')]);
  const { kind } = await open(journal);
  expect(kind).toBe('active');
});
