import { encodeRecord, GENESIS, MemoryJournal, type ChainWriter } from '@ringfence/journal';
import { openOptions, takeOver } from '@ringfence/journal/suite';
import type { Address } from '@ringfence/kernel';
import { DecodeCache, logStream } from '@ringfence/lane';
import { LogFollower } from './log-follower.js';

const LANE: Address = { service: 'accounts', partition: 1 };
const STREAM = logStream(LANE.service, LANE.partition);

class Scene {
  readonly journal = new MemoryJournal();
  readonly cache = new DecodeCache();
  readonly records: number[] = [];
  readonly hashes: string[] = [];
  readonly heard: number[] = [];
  readonly follower = new LogFollower({
    journal: this.journal,
    address: LANE,
    cache: this.cache,
    onRecord: ({ head, hash }) => {
      this.records.push(head.seq);
      this.hashes.push(hash);
    },
    onFault: (fault) => {
      throw fault;
    },
  });
  #writer: ChainWriter | undefined;

  /** The first one also opens an epoch. */
  async grow(): Promise<void> {
    this.#writer ??= await takeOver(this.journal, STREAM, openOptions('lane'));
    const head = { v: 1, p: 1, ts: 1, in: [], n: 0, contracts: 'spec', writer: 'lane' } as const;
    await this.#writer.append(encodeRecord({ ...head, ...this.#writer.next() }, new Uint8Array(0)));
  }
}

describe('a log that is followed', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.follower.close());

  it('is heard by all who listen from then on, decoded for the process (KIT-160)', async () => {
    const { follower, records, heard, cache, hashes } = scene;
    await scene.grow();
    expect([follower.started, follower.isCurrent]).toEqual([false, false]);
    follower.start(GENESIS);
    await follower.catchUp();
    const stop = follower.listen(({ head }) => heard.push(head.seq));
    await scene.grow();
    await follower.catchUp();
    stop();
    await scene.grow();
    await follower.catchUp();
    expect([records, heard]).toEqual([[1, 2, 3, 4], [3]]);
    expect(follower.head.seq).toBe(4);
    expect(hashes.map((hash) => cache.get(hash))).toEqual([[], [], [], []]);
  });

  it('is not current while it cannot be read, and nobody waits for it (KIT-161)', async () => {
    const { follower, journal, records } = scene;
    await scene.grow();
    follower.start(GENESIS);
    await follower.catchUp();
    expect(follower.isCurrent).toBe(true);
    const read = journal.read.bind(journal);
    let isAway = true;
    journal.read = (...asked) => (isAway ? Promise.reject(new Error('away')) : read(...asked));
    await scene.grow();
    await follower.catchUp();
    expect([follower.isCurrent, records]).toEqual([false, [1, 2]]);
    isAway = false;
    const end = performance.now() + 5_000;
    while (!follower.isCurrent && performance.now() < end) await follower.catchUp();
    expect([follower.isCurrent, records]).toEqual([true, [1, 2, 3]]);
  });

  it('lets go of who waits when the process ends (KIT-162)', async () => {
    const { follower, journal } = scene;
    await scene.grow();
    journal.read = () => new Promise(() => undefined);
    follower.start(GENESIS);
    const waits = follower.catchUp();
    follower.close();
    await waits;
    await follower.catchUp();
    expect(follower.isCurrent).toBe(false);
  });
});
