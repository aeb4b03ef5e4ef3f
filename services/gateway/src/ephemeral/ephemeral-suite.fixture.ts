import type { Ephemeral } from './ephemeral.js';

const WINDOW_MS = 60_000;
/** One a minute after the burst: none comes back while a test runs. */
const SLOW = { perSecond: 1 / 60, burst: 3 };

/** What every ephemeral memory does, whatever it lives in. */
export function describeEphemeral(name: string, open: () => Promise<Ephemeral>): void {
  describe(`an ephemeral memory: ${name}`, () => {
    let memory: Ephemeral;
    beforeAll(async () => {
      memory = await open();
    });
    afterAll(() => memory.close());

    keepsValues(() => memory);
    countsUses(() => memory);
  });
}

let keys = 0;
const fresh = (): string => `key ${++keys}`;

function keepsValues(of: () => Ephemeral): void {
  it('gives back a value with its stamp', async () => {
    const key = fresh();
    expect(await of().get(key, 0)).toBeUndefined();
    await of().put(key, { stamp: 7, value: '{"a":"é\\n"}' });
    expect(await of().get(key, 7)).toEqual({ stamp: 7, value: '{"a":"é\\n"}' });
    expect(await of().get(fresh(), 0)).toBeUndefined();
  });
  it('never puts an older value in the place of a newer one', async () => {
    const key = fresh();
    await of().put(key, { stamp: 10, value: 'newer' });
    await of().put(key, { stamp: 9, value: 'older' });
    expect(await of().get(key, 0)).toEqual({ stamp: 10, value: 'newer' });
    await of().put(key, { stamp: 11, value: 'newest' });
    expect(await of().get(key, 0)).toEqual({ stamp: 11, value: 'newest' });
  });
  it('keeps the newest of many that come at once, in whatever order', async () => {
    const key = fresh();
    const stamps = [5, 100, 3, 99, 2 ** 40, 2 ** 40 - 1, 1];
    await Promise.all(stamps.map((stamp) => of().put(key, { stamp, value: `at ${stamp}` })));
    expect(await of().get(key, 0)).toEqual({ stamp: 2 ** 40, value: `at ${2 ** 40}` });
  });
  it('does not show what is older than the caller has seen', async () => {
    const key = fresh();
    await of().put(key, { stamp: 10, value: 'ten' });
    expect(await of().get(key, 11)).toBeUndefined();
    expect(await of().get(key, 10)).toMatchObject({ value: 'ten' });
  });
}

function countsUses(of: () => Ephemeral): void {
  it('lets a burst pass, then says how long to wait', async () => {
    const key = fresh();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) waits.push(await of().admit(key, SLOW));
    expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
    for (const wait of waits.slice(3)) {
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
    expect(await of().admit(fresh(), SLOW)).toBe(0);
  });
  it('lets no more than the burst pass of many that come at once', async () => {
    const key = fresh();
    const asked = Array.from({ length: 20 }, () => of().admit(key, SLOW));
    const waits = await Promise.all(asked);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  });
  it('knows a key the second time, and only that one', async () => {
    const key = fresh();
    expect(await of().once(key, WINDOW_MS)).toBe(true);
    expect(await of().once(key, WINDOW_MS)).toBe(false);
    expect(await of().once(fresh(), WINDOW_MS)).toBe(true);
  });
  it('lets one of many that use a key at once have it', async () => {
    const key = fresh();
    const uses = await Promise.all(Array.from({ length: 10 }, () => of().once(key, WINDOW_MS)));
    expect(uses.filter(Boolean)).toHaveLength(1);
  });
}
