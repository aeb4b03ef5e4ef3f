import { defineLane, type Event, type LaneDefinition } from '@ringfence/contracts';
import { accept, SYSTEM, type Address, type CommandId } from '@ringfence/kernel';
import { MemoryJournal, type Receipt } from '@ringfence/journal';
import { LocalExchange } from './channels.js';
import type { Saved } from './core.js';
import { MemoryIdFiles } from './id-files.js';
import { Lane } from './lane.js';
import type { LaneOptions } from './lane-options.js';
import { takeSnapshot, type SnapshotStore } from './load.js';
import type { Answer } from './batch.js';

interface Clock {
  ticks: number;
}
export const CLOCK: Address = { service: 'reference', partition: 0 };

/** Counts ticks: the smallest lane whose answers differ. */
export const clockLane: LaneDefinition<Clock> = defineLane<Clock>({
  service: 'reference',
  foldVersion: 1,
  initial: () => ({ ticks: 0 }),
  deciders: {
    Tick: ({ time, source }, { ticks }) =>
      accept<Event>({ type: 'Ticked', tick: ticks + 1, time, outageMs: 0, source }),
  },
  evolve: { Ticked: (clock, { tick }) => void (clock.ticks = tick) },
  views: {},
  reactions: {},
  next: () => null,
  digest: ({ ticks }) => BigInt(ticks),
  reducing: new Set(),
});

/** The id with that number. */
export const idOf = (no: number): CommandId =>
  String.fromCharCode(
    ...Array.from({ length: 16 }, (_, i) => (no >>> ((i % 4) * 8)) & 255),
  ) as never;

/** Snapshots of a lane without Maps in its state. */
export class KeptSnapshot implements SnapshotStore {
  saved: Saved | undefined;
  constructor(readonly ids: MemoryIdFiles) {}
  load = async (): Promise<Saved | undefined> => this.saved && copyOf(this.saved);
  save = async (_: Address, saved: Saved): Promise<void> => void (this.saved = copyOf(saved));
}
const copyOf = (saved: Saved): Saved => ({ ...saved, state: { ...(saved.state as Clock) } });

/** One clock over a log in memory, with files of ids and a snapshot beside it. */
export class ClockHouse {
  readonly journal = new MemoryJournal();
  readonly snapshots: KeptSnapshot;
  #owners = 0;
  #seeds = 41;

  constructor(readonly ids: MemoryIdFiles) {
    this.snapshots = new KeptSnapshot(ids);
  }

  options(): LaneOptions<Clock> {
    return {
      definition: clockLane,
      partition: 0,
      partitions: 1,
      journal: this.journal,
      snapshots: this.snapshots,
      exchange: new LocalExchange(),
      writer: `owner ${++this.#owners}`,
      seed: ++this.#seeds,
      wait: async () => undefined,
    };
  }
  async open(): Promise<Lane<Clock>> {
    const lane = await Lane.open(this.options());
    if (lane === 'stood-down') throw new Error('somebody else owns the clock');
    return lane;
  }
  async snapshot(): Promise<Saved> {
    await takeSnapshot(this.options());
    return this.snapshots.saved as Saved;
  }
}

/** Ticks once, under the id `no`, and waits for the answer. */
export const tick = (lane: Lane<Clock>, no: number, time = no): Promise<Answer> =>
  new Promise((resolve) => {
    const command = { type: 'Tick', time, source: 'test' } as const;
    lane.submit([{ id: idOf(no), by: SYSTEM, command }], ([answer]) => resolve(answer));
  });
/** Lets everything come to its end that was begun. */
export const rest = (): Promise<void> => new Promise((done) => setImmediate(done));
/** Ticks under the ids `from` to `to`, one record each. */
export async function ticks(lane: Lane<Clock>, from: number, to: number): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let no = from; no <= to; no++) {
    const answer = await tick(lane, no);
    if (answer.kind === 'answered') receipts.push(answer.receipt);
  }
  await rest();
  return receipts;
}
