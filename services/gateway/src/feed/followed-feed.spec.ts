import { GENESIS, type ChainHead } from '@ringfence/journal';
import type { LogRecord } from '@ringfence/lane';
import type { FollowedLog } from '@ringfence/service-kit';
import { FollowedFeed } from './followed-feed.js';

/** A log that somebody follows. */
class Followed implements FollowedLog {
  head: ChainHead = GENESIS;
  isCurrent = true;
  hearers: ((record: LogRecord) => void)[] = [];

  listen(hear: (record: LogRecord) => void): () => void {
    this.hearers.push(hear);
    return () => (this.hearers = this.hearers.filter((each) => each !== hear));
  }
  catchUp(): Promise<void> {
    return Promise.resolve();
  }
  read(...seqs: readonly number[]): void {
    this.head = { ...GENESIS, seq: seqs.at(-1) ?? 0 };
  }
  tell(...seqs: readonly number[]): void {
    for (const seq of seqs) {
      const record = { head: { seq }, decided: [] } as unknown as LogRecord;
      for (const hear of this.hearers) hear(record);
    }
  }
  grow(...seqs: readonly number[]): void {
    this.read(...seqs);
    this.tell(...seqs);
  }
}

const scene = () => {
  const log = new Followed();
  const feed = new FollowedFeed({ service: 'risk', partition: 1, log, messagesMax: 100 });
  const heard: number[] = [];
  feed.listen(({ head }) => heard.push(head.seq));
  const since = (seq: number) => feed.recent.since(seq)?.map(({ head }) => head.seq);
  return { log, feed, heard, since };
};

describe('a log that the gateway follows anyway', () => {
  it('tells every record once, in order, and keeps the newest (GW-080)', () => {
    const { log, feed, heard, since } = scene();
    log.grow(8, 9);
    log.grow(10);
    expect(heard).toEqual([8, 9, 10]);
    expect(feed.seq).toBe(10);
    expect(since(8)).toEqual([9, 10]);
    expect(since(7)).toEqual([8, 9, 10]);
    expect(since(6)).toBeUndefined(); // following began behind record 7
  });

  it('stands where following began while nothing happens (GW-081)', () => {
    const { log, feed, since } = scene();
    log.read(41);
    expect([feed.seq, feed.recent.floor]).toEqual([41, 41]);
    log.grow(42);
    expect([feed.seq, since(41)]).toEqual([42, [42]]);
  });

  it('begins behind what was read and not yet told when it was first asked (GW-082)', () => {
    const { log, feed, heard, since } = scene();
    log.read(7, 8);
    expect(feed.seq).toBe(8);
    log.tell(7, 8);
    expect([heard, since(8)]).toEqual([[], []]);
    log.grow(9);
    expect([heard, since(8)]).toEqual([[9], [9]]);
  });

  it('is asleep while its log cannot be read, and lets it go at the end (GW-083)', () => {
    const { log, feed } = scene();
    log.isCurrent = false;
    expect(feed.isAwake).toBe(false);
    feed.close();
    expect(log.hearers).toEqual([]);
  });
});
