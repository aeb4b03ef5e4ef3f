import type { Entry } from '@ringfence/journal';
import { ReadAhead, Window } from './window.js';

const entry = (offset: number, bytes = 10): Entry => ({ offset, bytes: new Uint8Array(bytes) });
const run = (from: number, to: number, bytes = 10): Entry[] =>
  Array.from({ length: to - from }, (_, n) => entry(from + n, bytes));
const offsets = (entries: readonly Entry[] | undefined) => entries?.map(({ offset }) => offset);

describe('a window on a stream', () => {
  it('gives entries from any offset that it holds, in pieces that suit the limit', () => {
    const window = new Window(5, 1_000);
    window.push(run(5, 10), 10);
    expect(offsets(window.from(5, 1_000))).toEqual([5, 6, 7, 8, 9]);
    expect(offsets(window.from(7, 20))).toEqual([7, 8]);
    expect(offsets(window.from(7, 19))).toEqual([7]);
    expect(offsets(window.from(7, 1))).toEqual([7]);
  });

  it('ends where the next entry will come, and knows nothing of what is outside', () => {
    const window = new Window(5, 1_000);
    expect(window.from(5, 10)).toEqual([]);
    window.push(run(5, 7), 7);
    expect(window.from(7, 10)).toEqual([]);
    expect(window.from(4, 10)).toBeUndefined();
    expect(window.from(8, 10)).toBeUndefined();
  });

  it('forgets the oldest beyond its bytes, but never the newest', () => {
    const window = new Window(0, 30);
    window.push(run(0, 200), 200);
    expect(window.from(196, 1_000)).toBeUndefined();
    expect(offsets(window.from(197, 1_000))).toEqual([197, 198, 199]);
    window.push([entry(200, 100)], 201);
    expect(offsets(window.from(200, 1))).toEqual([200]);
    expect(window.from(199, 1)).toBeUndefined();
  });

  it('takes nothing twice', () => {
    const window = new Window(0, 1_000);
    window.push(run(0, 4), 4);
    window.push(run(2, 6), 6);
    window.push(run(2, 3), 3);
    expect(offsets(window.from(0, 1_000))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(window.end).toBe(6);
  });

  it('steps over offsets that hold no entry', () => {
    const window = new Window(0, 1_000);
    window.push([entry(0), entry(3)], 5);
    expect(offsets(window.from(1, 1_000))).toEqual([3]);
    expect(window.from(4, 1_000)).toEqual([]);
    expect(window.end).toBe(5);
  });
});

describe('what was read ahead', () => {
  const held = (from: number, to: number): Window => {
    const window = new Window(from, Infinity);
    window.push(run(from, to), to);
    return window;
  };

  it('is given to whoever reads on, each stream by itself, and then forgotten', () => {
    const ahead = new ReadAhead();
    ahead.put('log.a/0', held(3, 6));
    expect(ahead.take('log.a/1', 3, 100)).toBeUndefined();
    expect(ahead.take('log.a/0', 2, 100)).toBeUndefined();
    expect(offsets(ahead.take('log.a/0', 3, 20))).toEqual([3, 4]);
    expect(offsets(ahead.take('log.a/0', 5, 20))).toEqual([5]);
    expect(ahead.take('log.a/0', 3, 20)).toBeUndefined();
  });

  it('is never an end of the stream', () => {
    const ahead = new ReadAhead();
    ahead.put('log.a/0', held(3, 6));
    expect(ahead.take('log.a/0', 6, 100)).toBeUndefined();
  });

  it('is kept for two readers at different places, and for few', () => {
    const ahead = new ReadAhead();
    ahead.put('log.a/0', held(3, 6));
    ahead.put('log.a/0', held(50, 60));
    expect(offsets(ahead.take('log.a/0', 50, 10))).toEqual([50]);
    expect(offsets(ahead.take('log.a/0', 4, 10))).toEqual([4]);
    for (let n = 0; n < 7; n++) ahead.put('log.b/0', held(n * 10, n * 10 + 5));
    expect(ahead.take('log.a/0', 5, 10)).toBeUndefined();
    expect(offsets(ahead.take('log.a/0', 51, 10))).toEqual([51]);
  });
});
