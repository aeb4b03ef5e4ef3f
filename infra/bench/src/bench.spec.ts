import { BENCHES } from './benches.js';
import { Report } from './bench.js';
import type { Line, Skipped } from './line.js';

/** Children start, and full logs are read: more than a unit takes. */
const TIMEOUT_MS = 120_000;

describe('the benches', () => {
  it.each(BENCHES.map((bench) => [bench.name, bench] as const))(
    'measure something: %s',
    async (_name, bench) => {
      const lines: (Line | Skipped)[] = [];
      await bench.run({ quick: true }, new Report((line) => lines.push(line)));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        if ('skipped' in line) continue;
        expect(Number.isFinite(line.value)).toBe(true);
        expect(line.ok === null).toBe(line.floor === null);
      }
      expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length);
    },
    TIMEOUT_MS,
  );
});
