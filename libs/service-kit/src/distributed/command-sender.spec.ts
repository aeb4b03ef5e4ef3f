import type { Command } from '@ringfence/contracts';
import { MemoryJournal, type AppendFault } from '@ringfence/journal';
import { SYSTEM, type Address, type By, type CommandId, type MemberId } from '@ringfence/kernel';
import {
  commandStream,
  unpackCommands,
  type Answer,
  type ClientCommand,
  type HouseDecided,
  type LogRecord,
} from '@ringfence/lane';
import type { BatchAnswer } from '../command-bus.js';
import { CommandSender } from './command-sender.js';

const LANE: Address = { service: 'reference', partition: 0 };
const STREAM = commandStream(LANE.service, LANE.partition);
const DEADLINE_MS = 5_000;

const idOf = (no: number): CommandId =>
  String.fromCharCode(...Array.from({ length: 16 }, () => no)) as CommandId;
const order = (no: number, time = no, by: By = SYSTEM): ClientCommand => ({
  id: idOf(no),
  by,
  command: { type: 'Tick', time, source: 'spec' },
});
/** A record of the lane that decided these orders. */
function recordOf(seq: number, orders: readonly ClientCommand[]): LogRecord {
  const decided = orders.map(({ id, by, command }): HouseDecided => ({
    origin: { kind: 'client', id, by },
    command,
    outcome: { kind: 'accepted' },
    events: [],
  }));
  return { head: { seq }, hash: `h${seq}`, offset: seq, decided } as unknown as LogRecord;
}

function senderOn(journal = new MemoryJournal(), answerMs?: number) {
  const said: string[] = [];
  const sender = new CommandSender({
    journal,
    address: LANE,
    sender: 'a gateway',
    say: (line) => said.push(line),
    answerMs,
  });
  return { sender, journal, said };
}
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to pass');
    await new Promise((resume) => setImmediate(resume));
  }
}
const sent = async (journal: MemoryJournal): Promise<Command[]> =>
  (await journal.read(STREAM, 0)).flatMap(({ bytes }) =>
    unpackCommands(bytes).flatMap(({ command }) => (command ? [command] : [])),
  );
const kindsOf = (answer: BatchAnswer): string[] =>
  answer.kind === 'answers' ? answer.answers.map(({ kind }) => kind) : [answer.kind];
const repeat = { kind: 'answered', repeated: true } as unknown as Answer;

describe('orders on their way to a lane of another process', () => {
  it('travel together, in order, and are answered by the log (KIT-101)', async () => {
    const { sender, journal } = senderOn();
    const first = sender.send([order(1), order(2)]);
    const second = sender.send([order(3)]);
    await until(async () => (await sent(journal)).length === 3);
    expect(await journal.end(STREAM)).toBe(1);
    sender.hear(recordOf(7, [order(1), order(9), order(2)]));
    sender.hear(recordOf(8, [order(3)]));
    expect(await first).toMatchObject({
      kind: 'answers',
      answers: [{ receipt: { seq: 7, hash: 'h7', offset: 7 } }, { receipt: { seq: 7 } }],
    });
    expect(await second).toMatchObject({ answers: [{ receipt: { seq: 8 }, repeated: false }] });
    expect(sender.isIdle).toBe(true);
  });

  it('are sent again, the same bytes, until the stream holds them (KIT-102)', async () => {
    const appends: AppendFault[] = ['lost-append', 'lost-ack', 'lost-append'];
    const journal = new MemoryJournal({ faults: { appends } });
    const { sender } = senderOn(journal);
    const answered = sender.send([order(1)]);
    await until(async () => (await journal.end(STREAM)) === 2);
    sender.hear(recordOf(1, [order(1)]));
    expect(kindsOf(await answered)).toEqual(['answered']);
    const [one, other] = await journal.read(STREAM, 0);
    expect(other.bytes).toEqual(one.bytes);
  });

  it('conflict when the log has it of another, or with other content (KIT-103)', async () => {
    const { sender } = senderOn();
    const stranger: By = { key: 9, member: 4 as MemberId, role: 'venue' };
    const own = sender.send([order(1), order(2)]);
    sender.hear(recordOf(1, [order(1, 77), order(2, 2, stranger)]));
    expect(kindsOf(await own)).toEqual(['conflict', 'conflict']);
  });

  it('are the same where the log leaves out what is nothing (KIT-104)', async () => {
    const { sender } = senderOn();
    const command = { type: 'Tick', time: 1, source: 'spec', note: undefined, list: [1n] };
    const asked = { ...order(1), command: command as never };
    const kept = { ...order(1), command: { type: 'Tick', time: 1, source: 'spec', list: [1n] } };
    const own = sender.send([asked]);
    sender.hear(recordOf(1, [kept as never]));
    expect(kindsOf(await own)).toEqual(['answered']);
  });

  it('that came again are answered at their place in the stream (KIT-105)', async () => {
    const { sender, journal } = senderOn();
    const first = sender.send([order(1)]);
    await until(async () => (await journal.end(STREAM)) === 1);
    const again = sender.send([order(2), order(1, 5)]);
    await until(async () => (await journal.end(STREAM)) === 2);
    await until(() => sender.awaited({ offset: 1, index: 1 }) !== undefined);
    sender.hear(recordOf(3, [order(1), order(2)]));
    expect(kindsOf(await first)).toEqual(['answered']);
    expect(sender.awaited({ offset: 0, index: 0 })).toBeUndefined();
    sender.hearRepeat({ offset: 1, index: 1 }, { kind: 'conflict' });
    sender.hearRepeat({ offset: 1, index: 1 }, repeat);
    expect(kindsOf(await again)).toEqual(['answered', 'conflict']);
    expect(sender.isIdle).toBe(true);
  });

  it('may be told of by their lane before the broker says that it has them (KIT-109)', async () => {
    const journal = new MemoryJournal();
    const append = journal.append.bind(journal);
    let acknowledge = (): void => {};
    journal.append = async (...asked) => {
      const answer = await append(...asked);
      await new Promise<void>((resume) => (acknowledge = resume));
      return answer;
    };
    const { sender } = senderOn(journal);
    const answered = sender.send([order(1)]);
    await until(async () => (await journal.end(STREAM)) === 1);
    expect(sender.awaited({ offset: 0, index: 0 })).toBeUndefined();
    const noted = sender.noted();
    acknowledge();
    await noted;
    expect(sender.awaited({ offset: 0, index: 0 })).toMatchObject({ id: idOf(1) });
    sender.hearRepeat({ offset: 0, index: 0 }, repeat);
    expect(kindsOf(await answered)).toEqual(['answered']);
  });

  it('are pending, never failed, when nobody answers or the process ends (KIT-106)', async () => {
    const { sender } = senderOn(new MemoryJournal(), 1);
    expect(kindsOf(await sender.send([order(1)]))).toEqual(['pending']);
    const { sender: other } = senderOn();
    const left = other.send([order(1), order(2)]);
    other.close();
    expect(kindsOf(await left)).toEqual(['pending', 'pending']);
    expect(other.isIdle).toBe(true);
  });

  it('are refused as busy when too many wait, and nothing of them is sent (KIT-107)', async () => {
    const { sender, journal } = senderOn();
    const many = Array.from({ length: 20_000 }, (_, i) => order(i % 250));
    const waiting = sender.send(many);
    expect(kindsOf(await sender.send([order(251)]))).toEqual(['busy']);
    await until(async () => (await journal.end(STREAM)) === 20);
    sender.close();
    await waiting;
  });

  it('wait in a stalled stream: known ones pending, new ones not taken (KIT-108)', async () => {
    const journal = new MemoryJournal();
    let isDown = true;
    const append = journal.append.bind(journal);
    journal.append = (stream, bytes) =>
      isDown ? Promise.resolve({ kind: 'unknown', reason: 'no broker' }) : append(stream, bytes);
    const { sender, said } = senderOn(journal);
    const early = sender.send([order(1)]);
    expect(kindsOf(await early)).toEqual(['pending']);
    expect(sender.stall).toBe('no broker');
    expect(kindsOf(await sender.send([order(2)]))).toEqual(['stalled']);
    isDown = false;
    while ((await journal.end(STREAM)) === 0) await new Promise((go) => setImmediate(go));
    await until(() => sender.stall === '');
    expect(said).toHaveLength(2);
    sender.hear(recordOf(1, [order(1)]));
    expect(sender.isIdle).toBe(true);
  });
});
