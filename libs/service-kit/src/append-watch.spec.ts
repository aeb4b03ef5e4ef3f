import type { CommandId } from '@ringfence/kernel';
import { AppendWatch } from './append-watch.js';
import type { BatchAnswer, CommandBatch } from './command-bus.js';

const orders = (...ids: string[]): CommandBatch['commands'] =>
  ids.map((id) => ({ id: id as CommandId }) as CommandBatch['commands'][number]);
const RECORDED: BatchAnswer = { kind: 'answers', answers: [] };
const pending = (reason: string, count: number): BatchAnswer => ({
  kind: 'answers',
  answers: Array.from({ length: count }, () => ({ kind: 'pending', reason })),
});

describe('a lane whose appends fail', () => {
  let watch: AppendWatch;
  let heard: BatchAnswer[];
  const hear = (answer: BatchAnswer): number => heard.push(answer);
  /** @returns what was said of each attempt: whether the lane is stalled from now on */
  const fail = (attempts: number, reason = 'full'): boolean[] =>
    Array.from({ length: attempts }, (_, i) => watch.noteFailed(i + 1, reason));
  beforeEach(() => {
    watch = new AppendWatch();
    heard = [];
  });

  it('is not stalled by a hiccup: its orders get their answer a little later', async () => {
    const end = watch.begin(orders('a'), hear);
    const asked = watch.orStalled(Promise.resolve('found'));
    expect(fail(5)).not.toContain(true);
    expect([watch.isStalled, watch.reason]).toEqual([false, 'full']);
    expect(watch.noteWritten()).toBeUndefined();
    end(RECORDED);
    expect(heard).toEqual([RECORDED]);
    expect(await asked).toBe('found');
    expect([watch.reason, watch.failingMs]).toEqual(['', 0]);
  });

  it('tells those who wait once it is stalled, and nobody that it failed', async () => {
    const end = watch.begin(orders('a', 'b'), hear);
    const asked = watch.orStalled(new Promise(() => undefined));
    expect(fail(8).filter(Boolean)).toHaveLength(1);
    watch.begin(orders('c'), hear);
    const why = 'not known to be recorded: full';
    expect(heard).toEqual([pending(why, 2), pending(why, 1)]);
    expect(await asked).toBe('stalled');
    expect(await watch.orStalled(Promise.resolve('found'))).toBe('stalled');
    expect(watch.holdsAny(orders('x', 'b'))).toBe(true);
    end(RECORDED);
    expect(watch.holdsAny(orders('x', 'b'))).toBe(false);
  });

  it('is as before when its record is written', async () => {
    fail(6);
    expect(watch.noteWritten()).toBeGreaterThanOrEqual(0);
    watch.begin(orders('a'), hear);
    expect([watch.isStalled, heard]).toEqual([false, []]);
    expect(await watch.orStalled(Promise.resolve('found'))).toBe('found');
    expect(fail(6)).toContain(true);
    expect(heard).toHaveLength(1);
  });
});
