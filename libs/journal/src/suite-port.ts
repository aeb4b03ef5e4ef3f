import { type Journal, JournalClosed, type Stream } from './port.js';
import { type Scenario, text } from './suite-scene.js';

const bytesOf = (content: string): Uint8Array => Buffer.from(content, 'utf8');
const LARGE_BYTES = 1_500_000;

async function appended(journal: Journal, stream: Stream, content: string): Promise<number> {
  const result = await journal.append(stream, bytesOf(content));
  if (result.kind !== 'appended') throw new Error(result.reason);
  return result.offset;
}

async function everything(journal: Journal, stream: Stream, limitBytes?: number) {
  const found: string[] = [];
  for (;;) {
    const entries = await journal.read(stream, found.length, limitBytes);
    if (entries.length === 0) return found;
    for (const { offset, bytes } of entries) {
      expect(offset).toBe(found.length);
      found.push(text(bytes));
    }
  }
}

/** What the port itself promises. */
export const portScenarios: Readonly<Record<string, Scenario>> = {
  'starts empty': async (under) => {
    const journal = under.journal();
    expect(await journal.end(under.stream(0))).toBe(0);
    expect(await journal.read(under.stream(0), 0)).toEqual([]);
    expect(await journal.read(under.stream(0), 7)).toEqual([]);
  },

  'numbers records densely from 0 and gives them back from anywhere': async (under) => {
    const [journal, stream] = [under.journal(), under.stream(0)];
    for (const [offset, content] of ['a', 'b', 'c'].entries()) {
      expect(await appended(journal, stream, content)).toBe(offset);
      expect(await journal.end(stream)).toBe(offset + 1);
    }
    const tail = await journal.read(stream, 1);
    expect(tail[0]).toMatchObject({ offset: 1 });
    expect(text(tail[0]?.bytes ?? bytesOf(''))).toBe('b');
    expect(await journal.read(stream, 3)).toEqual([]);
    expect(await everything(journal, stream)).toEqual(['a', 'b', 'c']);
  },

  'keeps its own copy of what was appended': async (under) => {
    const [journal, stream] = [under.journal(), under.stream(0)];
    const bytes = bytesOf('as it was');
    await journal.append(stream, bytes);
    bytes.fill(0);
    expect(await everything(journal, stream)).toEqual(['as it was']);
  },

  'keeps streams apart under concurrent appends': async (under) => {
    const journal = under.journal();
    const rounds = Array.from({ length: 6 }, (_, n) => n);
    const partitions = [0, 1, 2, 3];
    await Promise.all(
      partitions.flatMap((p) => rounds.map((n) => appended(journal, under.stream(p), `${p}:${n}`))),
    );
    for (const p of partitions) {
      const found = await everything(journal, under.stream(p));
      expect(found.toSorted()).toEqual(rounds.map((n) => `${p}:${n}`));
    }
  },

  'gives one entry at least and whole entries always, whatever the limit': async (under) => {
    const [journal, stream] = [under.journal(), under.stream(0)];
    const contents = ['small', 'x'.repeat(LARGE_BYTES), '', 'after it'];
    for (const content of contents) await appended(journal, stream, content);
    for (const limitBytes of [1, 100, LARGE_BYTES, 10 * LARGE_BYTES]) {
      expect((await everything(journal, stream, limitBytes)).map((found) => found.length)).toEqual(
        contents.map((content) => content.length),
      );
    }
  },

  'wakes those who watch until they stop': async (under) => {
    const [journal, stream] = [under.journal(), under.stream(0)];
    let [first, second] = [0, 0];
    const woken = new Promise<void>((resolve) => {
      journal.watch(stream, () => {
        first++;
        resolve();
      });
    });
    const stop = journal.watch(stream, () => second++);
    stop();
    await appended(journal, stream, 'news');
    await woken;
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
  },

  'has everything after it was opened again, and goes on': async (under) => {
    const stream = under.stream(0);
    await appended(under.journal(), stream, 'before');
    await under.reopen();
    expect(await everything(under.journal(), stream)).toEqual(['before']);
    expect(await appended(under.journal(), stream, 'after')).toBe(1);
    await under.reopen();
    expect(await everything(under.journal(), stream)).toEqual(['before', 'after']);
  },

  'serves nobody once closed': async (under) => {
    const [journal, stream] = [under.journal(), under.stream(0)];
    await appended(journal, stream, 'kept');
    await journal.close();
    await expect(journal.append(stream, bytesOf('late'))).rejects.toThrow(JournalClosed);
    await expect(journal.read(stream, 0)).rejects.toThrow(JournalClosed);
    await expect(journal.end(stream)).rejects.toThrow(JournalClosed);
    await journal.close();
  },
};
