import { present } from '@ringfence/kernel';
import { type ChainHead } from './chain.js';
import { MemoryJournal, type MemorySession, type Scheduler } from './memory.js';
import { chainOf, openOptions, write } from './suite-scene.js';
import { ChainWriter, type Receipt } from './writer.js';

const stream = { topic: 'log.accounts', partition: 0 };
const SEEDS = 40;
const LIVES = 12;
const RECORDS_PER_LIFE = 8;
const LIFE_TURNS_MAX = 800;
const STEPS_MAX = 20_000;
const RATES = {
  'lost-ack': 0.1,
  'lost-append': 0.1,
  'late-twin': 0.1,
  duplicate: 0.05,
  delayed: 0.2,
  'partial-read': 0.3,
  'failed-read': 0.05,
};

/** Mulberry32: a small sequence that is the same for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Runs what was deferred in an order that only the seed decides. */
class SeededScheduler implements Scheduler {
  readonly #waiting: (() => void)[] = [];
  constructor(private readonly chance: () => number) {}

  defer(_label: string, run: () => void): void {
    this.#waiting.push(run);
  }
  async run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (let step = 0; this.#waiting.length > 0; step++) {
      if (step > STEPS_MAX) throw new Error('the storm does not end');
      const at = Math.floor(this.chance() * this.#waiting.length);
      present(this.#waiting.splice(at, 1)[0], 'a waiting thunk')();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

class Storm {
  readonly chance: () => number;
  readonly scheduler: SeededScheduler;
  readonly journal: MemoryJournal;
  readonly acked: { readonly content: string; readonly receipt: Receipt }[] = [];
  readonly faults: unknown[] = [];
  #lives = 0;

  constructor(readonly seed: number) {
    this.chance = chanceOf(seed);
    this.scheduler = new SeededScheduler(this.chance);
    const faults = { chance: this.chance, rates: RATES };
    this.journal = new MemoryJournal({ scheduler: this.scheduler, faults });
  }

  /** One process after another on the same log; they overlap with those of other places. */
  async place(name: string): Promise<void> {
    while (this.#lives < LIVES) {
      const life = `${name}${this.#lives++}`;
      const session = this.journal.session(life);
      const killed = new Promise<void>((resolve) => this.#dieSomeTime(session, resolve));
      await Promise.race([this.#live(session), killed]);
    }
  }

  async #live(session: MemorySession): Promise<void> {
    const wait = () => new Promise<void>((resolve) => this.scheduler.defer('wait', resolve));
    const witnesses = this.acked.map(({ receipt }) => ({ ...receipt, who: 'a client' }));
    try {
      const options = openOptions(session.name, { wait, witnesses });
      const opened = await ChainWriter.open(session, stream, options);
      if (opened.kind === 'stood-down') return;
      for (let n = 0; n < RECORDS_PER_LIFE; n++) {
        const content = `${session.name}-${n}`;
        this.acked.push({ content, receipt: await write(opened.writer, content) });
      }
    } catch (fault) {
      if (!(fault instanceof Error) || fault.name !== 'Fenced') this.faults.push(fault);
    }
  }

  #dieSomeTime(session: MemorySession, died: () => void): void {
    let turns = Math.floor(this.chance() * LIFE_TURNS_MAX);
    const turn = (): void => {
      if (turns-- > 0) return this.scheduler.defer('life', turn);
      session.kill();
      died();
    };
    this.scheduler.defer('life', turn);
  }
}

/** The auditor's reads fail too now and then. */
async function audit(journal: MemoryJournal): Promise<Awaited<ReturnType<typeof chainOf>>> {
  return chainOf(journal.session('auditor'), stream).catch(() => audit(journal));
}

async function weather(seed: number) {
  const storm = new Storm(seed);
  const places = Promise.all(['A', 'B', 'C'].map((name) => storm.place(name)));
  await storm.scheduler.run();
  await places;
  const reading = audit(storm.journal);
  await storm.scheduler.run();
  return { storm, read: await reading };
}

describe('many owners in a storm of faults', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'keep every acknowledged record once, seed %d',
    async (seed) => {
      const { storm, read } = await weather(seed);
      expect(storm.faults).toEqual([]);
      expect(new Set(read.contents).size).toBe(read.contents.length);
      for (const { content, receipt } of storm.acked) {
        const record = read.records[receipt.seq - 1];
        expect(record).toMatchObject({ hash: receipt.hash, offset: receipt.offset });
        expect(read.contents[receipt.seq - 1]).toBe(content);
      }
      const heads: Pick<ChainHead, 'seq'>[] = read.records.map(({ head }) => head);
      expect(heads.map(({ seq: n }) => n)).toEqual(heads.map((_, i) => i + 1));
    },
  );

  it('are in a storm: records were acknowledged, ignored and owners changed', async () => {
    const { storm, read } = await weather(7);
    expect(storm.acked.length).toBeGreaterThan(10);
    expect(read.ignored).toBeGreaterThan(5);
    expect(read.records.at(-1)?.head.epoch).toBeGreaterThan(3);
  });

  it('do the same again for the same seed', async () => {
    const [one, two] = [await weather(11), await weather(11)];
    expect(one.read.contents).toEqual(two.read.contents);
  });
});
