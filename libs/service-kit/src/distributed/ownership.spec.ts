import { GENESIS, MemoryJournal } from '@ringfence/journal';
import type { Address } from '@ringfence/kernel';
import { jest } from '@jest/globals';
import type { HostedStatus } from '../hosted-lanes.js';
import { BeatBoard } from './beat-board.js';
import { beatStream, packSign, unpackSign, type Beat } from './beat.js';
import { Ownership } from './ownership.js';

const LANE: Address = { service: 'accounts', partition: 1 };

const beat = (writer: string, epoch: number, status: HostedStatus = 'active'): Beat => ({
  kind: 'beat',
  ...LANE,
  writer,
  status,
  fault: '',
  failingMs: 0,
  head: { ...GENESIS, seq: 10, epoch },
  queued: 0,
  unacked: 0,
  ignored: 0,
  outstanding: 0,
  inputs: [],
  repeated: 0,
  faulted: 0,
  quarantined: 0,
  time: 0,
  url: `http://${writer}`,
  at: 0,
  gauges: [{ name: 'amount', value: 1 }],
});

async function boardOn(journal: MemoryJournal, ...beats: Beat[]): Promise<BeatBoard> {
  for (const each of beats) await journal.append(beatStream(LANE), packSign(each));
  const board = new BeatBoard({ journal, addresses: [LANE] });
  await board.start();
  return board;
}

describe('signs of life', () => {
  it('come out as they went in; anything else is no sign (KIT-110)', () => {
    const { head } = beat('a', 3);
    expect(unpackSign(packSign(beat('a', 3)))).toMatchObject({ writer: 'a', head });
    const repeats = { kind: 'repeats', ...LANE, items: [{ offset: 3, index: 0 }] } as const;
    expect(unpackSign(packSign(repeats))).toMatchObject(repeats);
    expect(unpackSign(new Uint8Array([1, 2, 3]))).toBeUndefined();
    expect(unpackSign(new TextEncoder().encode('{"v":2,"kind":"beat"}'))).toBeUndefined();
  });

  it('tell the owner: of the latest epoch, and no standby (KIT-111)', async () => {
    const journal = new MemoryJournal();
    const board = await boardOn(journal, beat('a', 3), beat('b', 4), beat('a', 3));
    expect(board.ownerOf(LANE)?.writer).toBe('b');
    board.note(LANE, beat('a', 3, 'standby'));
    expect(board.ownerOf(LANE)?.writer).toBe('b');
    expect(board.processesOf(LANE).map(({ writer, status }) => [writer, status])).toEqual([
      ['b', 'active'],
      ['a', 'standby'],
    ]);
    board.note(LANE, beat('b', 4, 'fenced'));
    expect(board.ownerOf(LANE)).toBeUndefined();
    board.close();
  });

  it('tell what others have seen of a log, the newest of each (KIT-116)', async () => {
    const journal = new MemoryJournal();
    const seen = { kind: 'seen', ...LANE, who: 'the read models' } as const;
    for (const seq of [4, 7, 6]) {
      await journal.append(beatStream(LANE), packSign({ ...seen, seq, hash: `h${seq}` }));
    }
    const board = await boardOn(journal);
    const stream = { topic: 'log.accounts', partition: 1 };
    expect(board.seen).toEqual([{ stream, seq: 7, hash: 'h7', who: 'the read models' }]);
    board.close();
  });

  it('go on being heard after the journal could not be read (KIT-112)', async () => {
    const journal = new MemoryJournal();
    const board = await boardOn(journal);
    const read = journal.read.bind(journal);
    let isDown = true;
    journal.read = (...asked) => (isDown ? Promise.reject(new Error('away')) : read(...asked));
    await journal.append(beatStream(LANE), packSign(beat('a', 1)));
    await new Promise((resume) => setImmediate(resume));
    expect(board.ownerOf(LANE)).toBeUndefined();
    expect(board.hearingMs).toBeLessThan(1000);
    isDown = false;
    while (!board.ownerOf(LANE)) await new Promise((resume) => setImmediate(resume));
    expect(board.ownerOf(LANE)?.writer).toBe('a');
    board.close();
  });
});

describe('a lane is taken over', () => {
  let now = 0;
  beforeEach(() => {
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
      now += ms;
      queueMicrotask(run);
      return 0;
    }) as never);
  });
  afterEach(() => jest.restoreAllMocks());

  const ownershipOf = (board: BeatBoard, instance = 0): Ownership =>
    new Ownership({ board, writer: `p${instance}`, instance, instances: 2, silenceMs: 1_000 });
  const waitsFor = async (ownership: Ownership): Promise<number> => {
    const from = now;
    while (!(await ownership.mayOpen(LANE))) if (now - from > 60_000) return Infinity;
    return now - from;
  };

  it('at once by the process it is meant for when nobody was ever heard (KIT-113)', async () => {
    const board = new BeatBoard({ journal: new MemoryJournal(), addresses: [LANE] });
    expect(await waitsFor(ownershipOf(board, 1))).toBe(0);
    expect(await waitsFor(ownershipOf(board, 0))).toBe(1_000);
  });

  it('when its owner is silent, not while it beats (KIT-114)', async () => {
    const board = new BeatBoard({ journal: new MemoryJournal(), addresses: [LANE] });
    const ownership = ownershipOf(board, 1);
    board.note(LANE, beat('a', 1));
    expect(await ownership.mayOpen(LANE)).toBe(false);
    now += 800;
    board.note(LANE, beat('a', 1));
    expect(await waitsFor(ownership)).toBe(1_000);
  });

  it('sooner by a process that starts after its owner fell silent (KIT-118)', async () => {
    const journal = new MemoryJournal();
    const aged = (ms: number): Beat => ({ ...beat('a', 1), at: Date.now() - ms });
    await journal.append(beatStream(LANE), packSign(aged(60_000)));
    const board = new BeatBoard({ journal, addresses: [LANE] });
    await board.start();
    expect(board.silenceOf(LANE)).toBeGreaterThanOrEqual(60_000);
    const ownership = new Ownership({
      board,
      writer: 'p1',
      instance: 1,
      instances: 2,
      silenceMs: 4_000,
    });
    expect(await waitsFor(ownership)).toBe(1_500);
    // what is heard as it is given is heard now, whatever its sender's clock says
    board.note(LANE, aged(60_000));
    expect(await waitsFor(ownership)).toBe(4_000);
    board.close();
  });

  it('at once when its owner said that it closed it in order (KIT-117)', async () => {
    const board = new BeatBoard({ journal: new MemoryJournal(), addresses: [LANE] });
    const ownership = ownershipOf(board, 0);
    board.note(LANE, beat('a', 1));
    board.note(LANE, beat('b', 0, 'closed')); // it owned nothing
    expect(await ownership.mayOpen(LANE)).toBe(false);
    board.note(LANE, beat('a', 1, 'closed'));
    expect(await waitsFor(ownership)).toBe(0);
    board.note(LANE, beat('c', 2));
    expect(await ownership.mayOpen(LANE)).toBe(false);
    board.note(LANE, beat('c', 2, 'fenced')); // it does not know who follows
    expect(await ownership.mayOpen(LANE)).toBe(false);
  });

  it('later by a process that just took it over, or was frozen itself (KIT-115)', async () => {
    const board = new BeatBoard({ journal: new MemoryJournal(), addresses: [LANE] });
    const ownership = ownershipOf(board, 1);
    board.note(LANE, beat('a', 1));
    await waitsFor(ownership);
    ownership.noteTaken(LANE);
    board.note(LANE, beat('b', 2));
    ownership.noteTaken(LANE);
    expect(await waitsFor(ownership)).toBe(2_000);
    board.note(LANE, beat('c', 3));
    const asleep = ownership.mayOpen(LANE);
    now += 100_000; // SIGSTOP while it waited
    expect(await asleep).toBe(false);
    expect(ownership.isContested(LANE, 2)).toBe(true);
    expect(ownership.isContested(LANE, 3)).toBe(false);
  });
});
