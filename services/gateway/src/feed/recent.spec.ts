import type { LogRecord } from '@ringfence/lane';
import { Recent } from './recent.js';

/** A record of so many messages. */
const record = (seq: number, messages = 1): LogRecord => {
  const decided = Array.from({ length: messages }, () => ({ events: [] }));
  return { head: { seq }, hash: '', offset: seq, decided } as unknown as LogRecord;
};
const seqs = (records: readonly LogRecord[] | undefined): number[] | undefined =>
  records?.map(({ head }) => head.seq);

describe('the newest records of a log', () => {
  it('gives what came behind a position, and nothing when some of it is gone', () => {
    const recent = new Recent(3);
    for (let seq = 1; seq <= 5; seq++) recent.push(record(seq));
    expect(recent.floor).toBe(2);
    expect(seqs(recent.since(2))).toEqual([3, 4, 5]);
    expect(seqs(recent.since(4))).toEqual([5]);
    expect(seqs(recent.since(5))).toEqual([]);
    expect(recent.since(1)).toBeUndefined();
  });
  it('counts messages, and keeps the newest record however large it is', () => {
    const recent = new Recent(10);
    for (const [seq, messages] of [
      [1, 4],
      [2, 4],
      [3, 50],
    ]) {
      recent.push(record(seq, messages));
    }
    expect([recent.floor, seqs(recent.since(2))]).toEqual([2, [3]]);
  });
  it('begins anew behind what was passed over', () => {
    const recent = new Recent(10);
    recent.push(record(1));
    recent.skip(7);
    expect([recent.since(6), seqs(recent.since(7))]).toEqual([undefined, []]);
    recent.push(record(8));
    expect(seqs(recent.since(7))).toEqual([8]);
  });
  it('holds no more than it must over a long time', () => {
    const recent = new Recent(5);
    for (let seq = 1; seq <= 1000; seq++) recent.push(record(seq));
    expect(seqs(recent.since(recent.floor))).toEqual([996, 997, 998, 999, 1000]);
  });
});
