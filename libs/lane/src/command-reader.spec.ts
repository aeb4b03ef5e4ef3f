import { SYSTEM } from '@ringfence/kernel';
import { ClockHouse, idOf } from './clock.fixture.js';
import type { Answer, Submitted } from './batch.js';
import { CommandReader } from './command-reader.js';
import { commandStream, packCommands, unpackCommands } from './command-stream.js';
import { MemoryIdFiles } from './id-files.js';
import { Lane } from './lane.js';

const STREAM = commandStream('reference', 0);
const TURNS_MAX = 2_000;

const tickOf = (no: number): Submitted => ({
  id: idOf(no),
  by: SYSTEM,
  command: { type: 'Tick', time: no, source: 'test' },
});
const entry = (...numbers: number[]): Uint8Array =>
  packCommands('a gateway', numbers.map(tickOf) as never);

/** Waits for a condition, turn by turn. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    if (holds()) return;
    await new Promise((resume) => setImmediate(resume));
  }
  throw new Error('it did not come to pass');
}

/** Reads the command stream for one lane, as a process does that owns it. */
function readerFor<State>(house: ClockHouse, lane: Lane<State>) {
  const heard: { offset: number; answers: readonly Answer[] }[] = [];
  const reader = new CommandReader({
    journal: house.journal,
    stream: STREAM,
    position: () => (lane.status === 'active' ? lane.nextCommands : undefined),
    take: (commands, offset) =>
      new Promise((resolve) => {
        if (!lane.submit(commands, resolve, offset)) resolve(undefined);
      }),
    onAnswers: (_, offset, answers) => heard.push({ offset, answers }),
    wait: () => new Promise((resume) => setImmediate(resume)),
  });
  return { reader, heard };
}

describe('a command stream', () => {
  it('packs orders and gives them back; garbage is one order to be quarantined (LANE-030)', () => {
    const bytes = entry(1, 2);
    expect(unpackCommands(bytes)).toEqual([tickOf(1), tickOf(2)]);
    const [garbage, ...rest] = unpackCommands(bytes.subarray(0, -1));
    expect(rest).toEqual([]);
    expect(garbage).toMatchObject({ command: null, by: SYSTEM });
    expect(unpackCommands(bytes.subarray(0, -1))[0]).toEqual(garbage);
    expect(unpackCommands(new Uint8Array())).toMatchObject([{ command: null }]);
  });

  it('is taken in order, and its position stands in the records (LANE-031)', async () => {
    const house = new ClockHouse(new MemoryIdFiles(1000));
    const lane = await house.open();
    const { reader, heard } = readerFor(house, lane);
    for (let n = 1; n <= 40; n++) await house.journal.append(STREAM, entry(2 * n - 1, 2 * n));
    await until(() => heard.length === 40);
    expect(lane.state).toEqual({ ticks: 80 });
    expect(heard.map(({ offset }) => offset)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await reader.close();
    await lane.close();
    const next = await house.open();
    expect(next.nextCommands).toBe(40);
    await next.close();
  });

  it('loses nothing and doubles nothing over the deaths of its owner (LANE-032)', async () => {
    const house = new ClockHouse(new MemoryIdFiles(1000));
    for (let n = 1; n <= 200; n++) await house.journal.append(STREAM, entry(n));
    for (let life = 0; life < 12; life++) {
      const lane = await house.open();
      const { reader, heard } = readerFor(house, lane);
      await until(() => heard.length > life || lane.nextCommands === 200);
      // the process dies: another opens the next epoch while this one is still at work
      const heir = await house.open();
      await reader.close();
      await lane.close();
      await heir.close();
    }
    const last = await house.open();
    const { reader } = readerFor(house, last);
    await until(() => last.nextCommands === 200 && reader.idle);
    expect(last.state).toEqual({ ticks: 200 });
    await reader.close();
    await last.close();
  });

  it('read again from zero changes nothing: every id is known (LANE-033)', async () => {
    const house = new ClockHouse(new MemoryIdFiles(1000));
    for (let n = 1; n <= 30; n++) await house.journal.append(STREAM, entry(n));
    const lane = await house.open();
    const { reader, heard } = readerFor(house, lane);
    await until(() => heard.length === 30);
    for (let n = 1; n <= 30; n++) await house.journal.append(STREAM, entry(n));
    await until(() => heard.length === 60);
    expect(lane.state).toEqual({ ticks: 30 });
    const again = heard.slice(30).flatMap(({ answers }) => answers);
    expect(again.every((answer) => answer.kind === 'answered' && answer.repeated)).toBe(true);
    await reader.close();
    await lane.close();
  });

  it('refuses an entry out of turn (LANE-034)', async () => {
    const house = new ClockHouse(new MemoryIdFiles(1000));
    const lane = await house.open();
    expect(lane.submit([tickOf(1)], () => undefined, 1)).toBe(false);
    expect(lane.submit([tickOf(1)], () => undefined, 0)).toBe(true);
    expect(lane.submit([tickOf(2)], () => undefined, 0)).toBe(false);
    expect(lane.submit([tickOf(2)], () => undefined, 1)).toBe(true);
    await until(() => lane.head.seq > 1 && lane.queued === 0);
    await lane.close();
    expect(lane.state).toEqual({ ticks: 2 });
  });
});

describe('a standby', () => {
  it('reads on until it may open, and hears the witnesses only then (LANE-035)', async () => {
    const house = new ClockHouse(new MemoryIdFiles(1000));
    const owner = await house.open();
    let asked = 0;
    let mayOpen = false;
    const heard: number[] = [];
    const opening = (async () => {
      return Lane.open({
        ...house.options(),
        mayOpen: async () => {
          asked++;
          await new Promise((resume) => setImmediate(resume));
          return mayOpen;
        },
        witnesses: async () => {
          heard.push(owner.head.seq);
          return [{ seq: owner.head.seq, hash: owner.head.hash, who: 'a peer' }];
        },
      });
    })();
    const { reader } = readerFor(house, owner);
    for (let n = 1; n <= 5; n++) await house.journal.append(STREAM, entry(n));
    await until(() => owner.nextCommands === 5 && reader.idle && asked > 3);
    expect(owner.status).toBe('active');
    expect(heard).toEqual([]);
    mayOpen = true;
    const lane = await opening;
    if (lane === 'stood-down') throw new Error('nobody else opened');
    expect(heard).toHaveLength(1);
    expect(lane.state).toEqual({ ticks: 5 });
    await owner.lookForSuccessor();
    expect(owner.status).toBe('fenced');
    await reader.close();
    await owner.close();
    await lane.close();
  });
});
