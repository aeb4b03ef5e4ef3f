import { Breaker } from './breaker.js';
import { describeEphemeral } from './ephemeral-suite.fixture.js';
import { VALUE_LIFE_MS, type Ephemeral } from './ephemeral.js';
import { GuardedEphemeral } from './guarded-ephemeral.js';
import { MemoryEphemeral } from './memory-ephemeral.js';
import { admit } from './rate.js';

const memory = (): Promise<Ephemeral> => Promise.resolve(new MemoryEphemeral());
describeEphemeral('of this process', memory);
describeEphemeral('guarded', async () => new GuardedEphemeral(await memory(), 10_000));

describe('a rate', () => {
  it('lets pass what its buckets hold, and one more per interval', () => {
    const rate = { perSecond: 10, burst: 2 };
    let level: number | undefined;
    const at = (now: number): number => {
      const { waitMs, full } = admit(level, now, rate);
      level = full;
      return waitMs;
    };
    expect([at(0), at(0), at(0), at(99), at(100), at(100)]).toEqual([0, 0, 100, 1, 0, 100]);
    expect([at(1_000), at(1_000), at(1_000)]).toEqual([0, 0, 100]);
  });
  it('locks nobody out when the clock is set back', () => {
    const rate = { perSecond: 1, burst: 1 };
    expect(admit(1_000_000, 0, rate)).toEqual({ waitMs: 1_000, full: 1_000 });
  });
});

describe('the memory of this process', () => {
  it('forgets values and nonces when their time is over', async () => {
    let now = 0;
    const memory = new MemoryEphemeral(() => now);
    await memory.put('a', { stamp: 1, value: 'x' });
    expect(await memory.once('n', 100)).toBe(true);
    now = 99;
    expect(await memory.once('n', 100)).toBe(false);
    now = 100;
    expect(await memory.once('n', 100)).toBe(true);
    now = VALUE_LIFE_MS;
    expect(await memory.get('a', 0)).toBeUndefined();
  });
});

/** Answers when it is told to, or fails. */
class Slow extends MemoryEphemeral {
  asked = 0;
  mode: 'well' | 'silent' | 'failing' = 'well';

  override get(key: string, atLeast: number) {
    return this.#in(() => super.get(key, atLeast));
  }
  override admit(...args: Parameters<MemoryEphemeral['admit']>) {
    return this.#in(() => super.admit(...args));
  }
  override once(key: string, windowMs: number) {
    return this.#in(() => super.once(key, windowMs));
  }
  #in<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    this.asked++;
    if (this.mode === 'failing') return Promise.reject(new Error('planted'));
    return this.mode === 'silent' ? new Promise<Answer>(() => undefined) : answer();
  }
}

describe('a guarded memory', () => {
  const RATE = { perSecond: 1 / 60, burst: 2 };
  function guarded() {
    const time = { now: 0 };
    const slow = new Slow();
    const breaker = new Breaker(() => time.now);
    return { slow, time, memory: new GuardedEphemeral(slow, 5, new MemoryEphemeral(), breaker) };
  }

  it.each(['silent', 'failing'] as const)('goes on alone while the other is %s', async (mode) => {
    const { slow, memory } = guarded();
    slow.mode = mode;
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) waits.push(await memory.admit('key', RATE));
    expect(waits.map((wait) => wait > 0)).toEqual([false, false, true]);
    expect(await memory.once('n', 1000)).toBe(true);
    expect(await memory.once('n', 1000)).toBe(false);
    expect(await memory.get('a', 0)).toBeUndefined();
    expect([memory.isReachable, slow.asked]).toEqual([false, 3]);
  });
  it('asks again after a while, longer each time, and trusts the first answer', async () => {
    const { slow, time, memory } = guarded();
    slow.mode = 'failing';
    for (let i = 0; i < 10; i++) await memory.get('a', 0);
    expect(slow.asked).toBe(3);
    for (const [ms, asked] of [
      [99, 3],
      [100, 4],
      [299, 4],
      [300, 5],
      [699, 5],
    ]) {
      time.now = ms;
      for (let i = 0; i < 3; i++) await memory.get('a', 0);
      expect([ms, slow.asked]).toEqual([ms, asked]);
    }
    slow.mode = 'well';
    time.now = 700;
    await memory.get('a', 0);
    expect(memory.isReachable).toBe(true);
    await memory.get('a', 0);
    expect(slow.asked).toBe(7);
  });
  it('still knows the nonces it saw when the other forgot them', async () => {
    const slow = new Slow();
    const memory = new GuardedEphemeral(slow, 1000);
    expect(await memory.once('n', 1000)).toBe(true);
    const flushed = new GuardedEphemeral(new MemoryEphemeral(), 1000, memory.own);
    expect(await flushed.once('n', 1000)).toBe(false);
  });
});
