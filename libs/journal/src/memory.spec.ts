import { LogTruncated } from './cursor.js';
import { memoryUnderTest } from './memory.fixture.js';
import { type AppendFault, MemoryJournal } from './memory.js';
import { journalSuite } from './suite.js';
import { chainOf, openOptions, takeOver, text, write } from './suite-scene.js';
import { ChainWriter } from './writer.js';

journalSuite('memory', async () => memoryUnderTest());

const stream = { topic: 'log.accounts', partition: 0 };
const bytes = (content: string): Uint8Array => Buffer.from(content);

async function contents(journal: MemoryJournal): Promise<string[]> {
  const entries = await journal.read(stream, 0);
  return entries.map((entry) => text(entry.bytes));
}

describe('the fault plan of the memory journal', () => {
  const afterTwo = async (fault: AppendFault) => {
    const journal = new MemoryJournal({ faults: { appends: [fault] } });
    const first = await journal.append(stream, bytes('a'));
    await journal.append(stream, bytes('b'));
    return [first.kind, ...(await contents(journal))];
  };
  it.each<[AppendFault, string[]]>([
    ['lost-ack', ['unknown', 'a', 'b']],
    ['lost-append', ['unknown', 'b']],
    ['late-twin', ['unknown', 'b', 'a']],
    ['duplicate', ['appended', 'a', 'a', 'b']],
    ['delayed', ['appended', 'a', 'b']],
  ])('%s', async (fault, seen) => expect(await afterTwo(fault)).toEqual(seen));

  it('does nothing and answers nothing until the scheduler says so', async () => {
    const waiting: [string, () => void][] = [];
    const scheduler = { defer: (label: string, run: () => void) => waiting.push([label, run]) };
    const journal = new MemoryJournal({ scheduler });
    const answers: unknown[] = [];
    void journal.append(stream, bytes('a')).then((answer) => answers.push(answer));
    void journal.end(stream).then((answer) => answers.push(answer));
    const step = async (n: number) => {
      waiting.splice(n, 1)[0]?.[1]();
      await Promise.resolve().then(() => undefined);
      await Promise.resolve();
    };
    expect(waiting.map(([label]) => label)).toEqual([
      'main append log.accounts/0',
      'main end log.accounts/0',
    ]);
    await step(1);
    expect(answers).toEqual([0]);
    await step(0);
    expect(waiting.map(([label]) => label)).toEqual(['main ack log.accounts/0']);
    expect(answers).toEqual([0]);
    await step(0);
    expect(answers).toEqual([0, { kind: 'appended', offset: 0 }]);
  });

  it.each([0, 1])('answers the dead nothing, though what they sent may land: %d', async (lands) => {
    const journal = new MemoryJournal({ faults: { killedLands: lands } });
    const session = journal.session('doomed');
    let answered = false;
    void session.append(stream, bytes('a')).finally(() => (answered = true));
    session.kill();
    void session.append(stream, bytes('b')).finally(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    expect(await contents(journal)).toEqual(lands ? ['a'] : []);
  });

  it('reads part of what is there, or fails and may be asked again', async () => {
    const rates = { 'partial-read': 1 };
    const journal = new MemoryJournal({ faults: { chance: () => 0.5, rates } });
    for (const content of ['a', 'b', 'c', 'd']) await journal.append(stream, bytes(content));
    expect(await contents(journal)).toEqual(['a', 'b']);
    const failing = new MemoryJournal({
      faults: { chance: () => 0.5, rates: { 'failed-read': 1 } },
    });
    await expect(failing.read(stream, 0)).rejects.toThrow('failed read');
  });
});

describe('damage to a log', () => {
  it('cut short is found by a witness', async () => {
    const journal = new MemoryJournal();
    const writer = await takeOver(journal, stream, openOptions('A'));
    const seen = { ...(await write(writer, 'one')), who: 'custody' };
    journal.truncate(stream, 1);
    const opening = ChainWriter.open(journal, stream, openOptions('B', { witnesses: [seen] }));
    await expect(opening).rejects.toThrow(LogTruncated);
  });

  it('is not what a read shows that lags behind a witness', async () => {
    const journal = new MemoryJournal();
    const writer = await takeOver(journal, stream, openOptions('A'));
    const seen = { ...(await write(writer, 'one')), who: 'custody' };
    const read = journal.read.bind(journal);
    let lag = 3;
    journal.read = async (of, from, most) => {
      const entries = await read(of, from, most);
      return lag > 0 && --lag >= 0 ? entries.filter(({ offset }) => offset < 1) : entries;
    };
    const options = openOptions('B', { witnesses: [seen], wait: async () => undefined });
    const { kind } = await ChainWriter.open(journal, stream, options);
    expect([kind, lag]).toEqual(['active', 0]);
  });

  it('is named even when the altered record does not fold', async () => {
    const journal = new MemoryJournal();
    const writer = await takeOver(journal, stream, openOptions('A'));
    for (const content of ['one', 'two']) await write(writer, content);
    const last = (await journal.read(stream, 1, 1))[0]?.bytes.length ?? 0;
    journal.flip(stream, 1, last - 2);
    const onRecord = ({ head }: { readonly head: { readonly seq: number } }): void => {
      if (head.seq === 2) throw new Error('no balance below zero');
    };
    const opening = ChainWriter.open(journal, stream, openOptions('B', { onRecord }));
    await expect(opening).rejects.toThrow(/the record at offset 2 has seen sequence 2, hash/);
  });

  it('in one byte breaks the chain from there on', async () => {
    const journal = new MemoryJournal();
    const writer = await takeOver(journal, stream, openOptions('A'));
    for (const content of ['one', 'two', 'three']) await write(writer, content);
    const last = (await journal.read(stream, 1, 1))[0]?.bytes.length ?? 0;
    journal.flip(stream, 1, last - 2);
    const seen = [{ seq: writer.head.seq, hash: writer.head.hash, who: 'custody' }];
    expect((await chainOf(journal, stream)).records).toHaveLength(2);
    const opening = ChainWriter.open(journal, stream, openOptions('B', { witnesses: seen }));
    // the record behind it is a witness too, and nearer
    await expect(opening).rejects.toThrow(/the record at offset 2 of this log has seen sequence 2/);
  });
});
