import type { ChainHead, Rule } from './chain.js';
import { LogTruncated } from './cursor.js';
import { FaultyJournal } from './faulty-journal.js';
import { encodeRecord, hash, JSON_BODY, MalformedRecord } from './head.js';
import {
  body,
  chainOf,
  contentOf,
  type JournalUnderTest,
  last,
  openOptions,
  plainHead,
  recordFor,
  type Scenario,
  takeOver,
  write,
} from './suite-scene.js';
import { ChainTail } from './tail.js';
import { ChainWriter, Fenced } from './writer.js';

const FAULTS = ['lost-ack', 'lost-append', 'late-twin', 'duplicate'] as const;
const withRule = (rule?: Rule) => (rule ? { rule } : {});

/** A writer on the first stream, on a journal whose bad days the scenario chooses. */
async function start(under: JournalUnderTest, name: string, rule?: Rule) {
  const journal = new FaultyJournal(under.journal());
  const writer = await takeOver(journal, under.stream(0), openOptions(name, withRule(rule)));
  return { journal, writer };
}

const readBack = (under: JournalUnderTest, rule?: Rule) =>
  chainOf(under.journal(), under.stream(0), rule);

const taking: Readonly<Record<string, Scenario>> = {
  'a new log is opened at sequence 1 in epoch 1': async (under, rule) => {
    const { writer } = await start(under, 'A', rule);
    expect(writer.head).toMatchObject({ seq: 1, epoch: 1, offset: 0 });
    expect(writer.next()).toEqual({ seq: 2, epoch: 1, prev: writer.head.hash });
    const receipt = await write(writer, 'one');
    expect(receipt).toEqual({ seq: 2, hash: writer.head.hash, offset: 1 });
    const { contents, records, ignored } = await readBack(under, rule);
    expect(contents).toEqual(['opened by A', 'one']);
    expect(last(records).hash).toBe(receipt.hash);
    expect(ignored + writer.ignored).toBe(0);
  },

  'the next owner folds everything, its own opening too, and goes on': async (under, rule) => {
    const first = await start(under, 'A', rule);
    await write(first.writer, 'one');
    await write(first.writer, 'two');
    await under.reopen();
    const folded: string[] = [];
    const writer = await takeOver(
      under.journal(),
      under.stream(0),
      openOptions('B', { onRecord: (r) => void folded.push(contentOf(r)), ...withRule(rule) }),
    );
    expect(folded).toEqual(['opened by A', 'one', 'two', 'opened by B']);
    expect(writer.head).toMatchObject({ seq: 4, epoch: 2 });
    expect(await write(writer, 'three')).toMatchObject({ seq: 5 });
  },

  'a snapshot spares the replay up to it': async (under, rule) => {
    const { writer } = await start(under, 'A', rule);
    await write(writer, 'one');
    const from = writer.head;
    await write(writer, 'two');
    const folded: string[] = [];
    await takeOver(
      under.journal(),
      under.stream(0),
      openOptions('B', {
        from,
        onRecord: (r) => void folded.push(contentOf(r)),
        ...withRule(rule),
      }),
    );
    expect(folded).toEqual(['two', 'opened by B']);
  },

  'a zombie is fenced and what it wrote counts for nobody': async (under, rule) => {
    const zombie = await start(under, 'A', rule);
    await write(zombie.writer, 'one');
    const next = await start(under, 'B', rule);
    await expect(write(zombie.writer, 'too late')).rejects.toThrow(Fenced);
    await expect(write(next.writer, 'two')).resolves.toMatchObject({ seq: 4 });
    expect(() => zombie.writer.next()).toThrow(/B holds epoch 2 since sequence 3/);
    const { contents, ignored } = await readBack(under, rule);
    expect(contents).toEqual(['opened by A', 'one', 'opened by B', 'two']);
    expect(ignored).toBe(1);
    expect(next.writer.ignored).toBe(1);
  },

  'of two who take over at once, exactly one can write on': async (under, rule) => {
    const { writer } = await start(under, 'A', rule);
    await write(writer, 'one');
    const [journal, stream] = [under.journal(), under.stream(0)];
    const names = ['B', 'C', 'D'];
    const opened = await Promise.all(
      names.map((name) => ChainWriter.open(journal, stream, openOptions(name, withRule(rule)))),
    );
    const written = await Promise.allSettled(
      opened.map((o, n) =>
        o.kind === 'active' ? write(o.writer, `by ${names[n]}`) : Promise.reject(new Error('down')),
      ),
    );
    expect(written.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = names[written.findIndex(({ status }) => status === 'fulfilled')];
    const { contents } = await readBack(under, rule);
    expect(contents.slice(-2)).toEqual([`opened by ${winner}`, `by ${winner}`]);
  },

  'an opening overtaken by the last owner is made anew': async (under, rule) => {
    const zombie = await start(under, 'A', rule);
    const journal = new FaultyJournal(under.journal());
    const overtaken: typeof journal.append = async (stream, bytes) => {
      if (journal.sent.length === 0) await write(zombie.writer, 'just in time');
      return FaultyJournal.prototype.append.call(journal, stream, bytes);
    };
    journal.append = overtaken;
    const writer = await takeOver(journal, under.stream(0), openOptions('B', withRule(rule)));
    expect(writer.head).toMatchObject({ seq: 3, epoch: 2 });
    expect((await readBack(under, rule)).contents).toEqual([
      'opened by A',
      'just in time',
      'opened by B',
    ]);
  },
};

type Place = ReturnType<ChainWriter['next']>;

/** Somebody else appends a record that has one thing wrong; owner and readers pass over it. */
async function ignoresForgery(
  under: JournalUnderTest,
  forge: (next: Place) => Place,
  rule: Rule | undefined,
): Promise<void> {
  const { writer } = await start(under, 'Z', rule);
  await write(writer, 'one');
  const forged = { ...plainHead, ...forge(writer.next()), writer: 'forger' };
  await under.journal().append(under.stream(0), encodeRecord(forged, body('forged'), JSON_BODY));
  await write(writer, 'two');
  const { contents, ignored } = await readBack(under, rule);
  expect(contents.slice(-3)).toEqual(['opened by Z', 'one', 'two']);
  expect(ignored).toBe(1);
}

const appending: Readonly<Record<string, Scenario>> = {
  'records queue behind the one in flight and are linked before it is answered': async (
    under,
    rule,
  ) => {
    const { writer } = await start(under, 'A', rule);
    const answers = ['one', 'two', 'three'].map((content) => write(writer, content));
    expect(writer.next().seq).toBe(5);
    expect((await Promise.all(answers)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect((await readBack(under, rule)).contents).toEqual(['opened by A', 'one', 'two', 'three']);
  },

  ...Object.fromEntries(
    FAULTS.map((fault): [string, Scenario] => [
      `a record counts once through: ${fault}`,
      async (under, rule) => {
        const { journal, writer } = await start(under, 'A', rule);
        journal.inject(fault);
        const bytes = recordFor(writer, 'one');
        const receipt = await writer.append(bytes);
        await write(writer, 'two');
        const { contents, records } = await readBack(under, rule);
        expect(contents).toEqual(['opened by A', 'one', 'two']);
        expect(receipt).toEqual({ seq: 2, hash: hash(bytes), offset: records[1]?.offset });
        for (const again of journal.sent.slice(1, -1)) expect(again).toEqual(bytes);
      },
    ]),
  ),

  ...Object.fromEntries(
    FAULTS.map((fault): [string, Scenario] => [
      `an epoch opens once through: ${fault}`,
      async (under, rule) => {
        await start(under, 'A', rule);
        const journal = new FaultyJournal(under.journal());
        journal.inject(fault, fault);
        const writer = await takeOver(journal, under.stream(0), openOptions('B', withRule(rule)));
        await write(writer, 'one');
        expect((await readBack(under, rule)).contents).toEqual([
          'opened by A',
          'opened by B',
          'one',
        ]);
      },
    ]),
  ),

  'a long bad day loses and doubles nothing': async (under, rule) => {
    const { journal, writer } = await start(under, 'A', rule);
    const contents = FAULTS.flatMap((one) => FAULTS.map((two) => `${one}, ${two}`));
    for (const content of contents) {
      const [one, two] = content.split(', ') as [(typeof FAULTS)[number], (typeof FAULTS)[number]];
      journal.inject(one, two);
      await write(writer, content);
    }
    expect((await readBack(under, rule)).contents).toEqual(['opened by A', ...contents]);
  },

  'a late twin that lands in the next epoch counts for nobody': async (under, rule) => {
    const journal = new FaultyJournal(under.journal());
    const givesUp = openOptions('A', { wait: () => Promise.reject(new Error('gone')) });
    const zombie = await takeOver(journal, under.stream(0), { ...givesUp, ...withRule(rule) });
    journal.inject('late-twin');
    await expect(write(zombie, 'late')).rejects.toThrow('gone');
    const next = await start(under, 'B', rule);
    await journal.landLate();
    await write(next.writer, 'one');
    const { contents, ignored } = await readBack(under, rule);
    expect(contents).toEqual(['opened by A', 'opened by B', 'one']);
    expect(ignored).toBe(1);
  },

  'what an owner could not get answered may still count for the next': async (under, rule) => {
    const journal = new FaultyJournal(under.journal());
    const givesUp = openOptions('A', { wait: () => Promise.reject(new Error('gone')) });
    const zombie = await takeOver(journal, under.stream(0), { ...givesUp, ...withRule(rule) });
    journal.inject('late-twin');
    await expect(write(zombie, 'late')).rejects.toThrow('gone');
    expect(() => zombie.next()).toThrow('gone');
    await journal.landLate();
    await start(under, 'B', rule);
    expect((await readBack(under, rule)).contents).toEqual(['opened by A', 'late', 'opened by B']);
  },

  'a record of another history is ignored, though its numbers fit': (under, rule) =>
    ignoresForgery(under, (next) => ({ ...next, prev: 'f'.repeat(64) }), rule),
  'a record that leaves a sequence number out is ignored, though it links': (under, rule) =>
    ignoresForgery(under, (next) => ({ ...next, seq: next.seq + 1 }), rule),
  'a record of an epoch gone by is ignored, though it links': async (under, rule) => {
    await start(under, 'A', rule);
    await ignoresForgery(under, (next) => ({ ...next, epoch: next.epoch - 1 }), rule);
  },

  'what is no record at all is ignored and counted': async (under, rule) => {
    const { writer } = await start(under, 'A', rule);
    await under.journal().append(under.stream(0), Buffer.from('noise'));
    expect(await write(writer, 'one')).toMatchObject({ seq: 2, offset: 2 });
    expect((await readBack(under, rule)).ignored).toBe(1);
  },
};

async function truncation(under: JournalUnderTest, from: ChainHead | undefined, seen: object) {
  const options = openOptions('B', {
    ...(from ? { from } : {}),
    witnesses: [{ seq: 0, who: 'nobody', ...seen }],
  });
  const fault: unknown = await ChainWriter.open(under.journal(), under.stream(0), options).catch(
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof LogTruncated)) throw new Error(`opened, or ${String(fault)}`);
  return fault;
}

const reading: Readonly<Record<string, Scenario>> = {
  'a log that ends before what a witness has seen is not opened': async (under) => {
    const { writer } = await start(under, 'A');
    const { hash: seen } = await write(writer, 'one');
    const short = await truncation(under, undefined, { seq: 3, hash: seen, who: 'receipt 7' });
    expect(short.message).toContain(`receipt 7 has seen sequence 3, hash ${seen}`);
    expect(short.message).toContain(`/${under.stream(0).partition}: `);
    expect(short.message).toContain('ends at sequence 2');
    const other = await truncation(under, undefined, { seq: 2, hash: 'e'.repeat(64), who: 'risk' });
    expect(other.message).toContain(`has ${seen} there`);
    expect(await under.journal().end(under.stream(0))).toBe(2);
    const honest = [
      { seq: 2, hash: seen, who: 'risk' },
      { seq: 1, who: 'gateway' },
    ];
    await takeOver(under.journal(), under.stream(0), openOptions('C', { witnesses: honest }));
  },

  'a log without the record of the snapshot is not opened, nor tailed': async (under) => {
    const { writer } = await start(under, 'A');
    await write(writer, 'one');
    const beyond = { ...writer.head, seq: 9, offset: 9 };
    const other = { ...writer.head, hash: 'e'.repeat(64) };
    for (const from of [beyond, other]) {
      expect((await truncation(under, from, {})).witness).toMatchObject({ who: 'the snapshot' });
      const tail = new ChainTail(under.journal(), under.stream(0), { from, who: 'ledger view' });
      await expect(tail.poll()).rejects.toThrow(/ledger view has seen/);
    }
  },

  'a tail goes on from its checkpoint and hears what comes': async (under, rule) => {
    const { writer } = await start(under, 'A', rule);
    await write(writer, 'one');
    const tail = new ChainTail(under.journal(), under.stream(0), {
      from: writer.head,
      ...withRule(rule),
    });
    expect(await tail.poll()).toEqual([]);
    await write(writer, 'two');
    await write(writer, 'three');
    const found = [...(await tail.poll(1)), ...(await tail.poll())];
    expect(found.map(contentOf)).toEqual(['two', 'three']);
    expect(tail.head).toEqual(writer.head);
    expect(await tail.poll()).toEqual([]);
  },

  'a record that counts but cannot be decoded stops every reader before it': async (under) => {
    const { writer } = await start(under, 'A');
    const strange = encodeRecord({ ...plainHead, ...writer.next() }, body('x'), JSON_BODY);
    strange[0] = 0x07;
    await under.journal().append(under.stream(0), strange);
    const tail = new ChainTail(under.journal(), under.stream(0));
    expect((await tail.poll()).map(contentOf)).toEqual(['opened by A']);
    await expect(tail.poll()).rejects.toThrow(MalformedRecord);
    await expect(tail.poll()).rejects.toThrow(/offset 1: unknown format byte 7/);
    const opening = ChainWriter.open(under.journal(), under.stream(0), openOptions('B'));
    await expect(opening).rejects.toThrow(MalformedRecord);
  },
};

/** What the chain rule, its writer and its readers do on any journal. */
export const chainScenarios: Readonly<Record<string, Scenario>> = {
  ...taking,
  ...appending,
  ...reading,
};
