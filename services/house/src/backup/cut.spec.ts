import fc from 'fast-check';
import { consistentCut, type LogEnd, type Trailing } from './cut.js';

const record = (seq: number, names: Readonly<Record<string, number>> = {}): Trailing => ({
  seq,
  names: Object.entries(names).map(([log, of]) => ({ log, seq: of, hash: '' })),
});
const cut = (logs: Readonly<Record<string, LogEnd>>): Readonly<Record<string, number>> =>
  Object.fromEntries(consistentCut(new Map(Object.entries(logs))));

describe('the cut of a backup', () => {
  it('keeps everything when no log has read beyond another (BACK-001)', () => {
    const a = { base: 3, trailing: [record(4, { b: 8 })] };
    const b = { base: 7, trailing: [record(8, { a: 3 })] };
    expect(cut({ a, b })).toEqual({ a: 4, b: 8 });
  });

  it('takes back a record that names what is not in it, and all behind it (BACK-002)', () => {
    const a = { base: 3, trailing: [record(4), record(5, { b: 9 }), record(6)] };
    expect(cut({ a, b: { base: 8, trailing: [] } })).toEqual({ a: 4, b: 8 });
  });

  it('takes back whoever read what was taken back (BACK-003)', () => {
    const a = { base: 1, trailing: [record(2, { b: 2 })] };
    const b = { base: 1, trailing: [record(2, { c: 2 })] };
    const c = { base: 1, trailing: [record(2, { d: 1 })] };
    expect(cut({ a, b, c, d: { base: 0, trailing: [] } })).toEqual({ a: 1, b: 1, c: 1, d: 0 });
  });
});

interface History {
  readonly logs: number;
  /** which log each record goes to, in the order of time, and which others it has just read */
  readonly steps: readonly { readonly log: number; readonly reads: readonly number[] }[];
  /** when the first look at all logs was over, and when each was looked at again: 0 to 1 */
  readonly first: number;
  readonly looks: readonly number[];
}

const LOGS = 4;
const histories: fc.Arbitrary<History> = fc.record({
  logs: fc.integer({ min: 2, max: LOGS }),
  steps: fc.array(
    fc.record({ log: fc.nat(LOGS - 1), reads: fc.array(fc.nat(LOGS - 1), { maxLength: 3 }) }),
    { maxLength: 14 },
  ),
  first: fc.double({ min: 0, max: 1, noNaN: true }),
  looks: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: LOGS, maxLength: LOGS }),
});

/** What somebody saw of the logs who looked at them while they grew. */
function seen({ logs, steps, first, looks }: History): Map<string, LogEnd> {
  const grown: { at: number; record: Trailing }[][] = Array.from({ length: logs }, () => []);
  steps.forEach((step, at) => {
    const own = step.log % logs;
    const others = step.reads.map((read) => read % logs).filter((read) => read !== own);
    const names = Object.fromEntries(others.map((each) => [`${each}`, grown[each].length]));
    grown[own].push({ at, record: record(grown[own].length + 1, names) });
  });
  const before = Math.floor(first * steps.length);
  return new Map(
    grown.map((records, log) => {
      const look = before + Math.floor(looks[log] * (steps.length - before));
      // a log may first have been looked at long before the last of them was
      const base = Math.floor(
        records.filter(({ at }) => at < before).length * looks[LOGS - 1 - log],
      );
      const trailing = records.filter(({ at }) => at < look).slice(base);
      return [`${log}`, { base, trailing: trailing.map((each) => each.record) }];
    }),
  );
}

/** Tries every cut there is: slow and plain. */
function latestOf(logs: ReadonlyMap<string, LogEnd>): Record<string, number> {
  let cuts: Record<string, number>[] = [{}];
  for (const [log, { base, trailing }] of logs) {
    const ends = Array.from({ length: trailing.length + 1 }, (_, kept) => base + kept);
    cuts = cuts.flatMap((each) => ends.map((end) => ({ ...each, [log]: end })));
  }
  const isConsistent = (ends: Record<string, number>): boolean =>
    [...logs].every(([log, { trailing }]) =>
      trailing.every(
        ({ seq, names }) => seq > ends[log] || names.every((named) => named.seq <= ends[named.log]),
      ),
    );
  const consistent = cuts.filter(isConsistent);
  return Object.fromEntries(
    [...logs.keys()].map((log) => [log, Math.max(...consistent.map((each) => each[log]))]),
  );
}

describe('any history of logs that read each other', () => {
  it('gives the latest cut in which nobody names what is missing (BACK-004)', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const logs = seen(history);
        expect(Object.fromEntries(consistentCut(logs))).toEqual(latestOf(logs));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('keeps all that was there when the first look was over (BACK-005)', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const whole = seen({ ...history, looks: Array.from({ length: LOGS }, () => 0) });
        const ends = consistentCut(seen(history));
        for (const [log, { base, trailing }] of whole) {
          expect(ends.get(log)).toBeGreaterThanOrEqual(base + trailing.length);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
