import { readFileSync } from 'node:fs';
import { EVENT_TOPICS } from './events/index.js';
import { runThroughEvents } from './events/run-events.js';
import { parseCases, type CasesFile } from './format.js';
import { ownFiles } from './own-files.js';
import { runFile } from './run.js';
import { TOPICS } from './topics/index.js';

const files = ownFiles().map((path) => parseCases(readFileSync(path, 'utf8')));

describe('published figures', () => {
  const groups = files
    .flatMap((file) => runFile(file, TOPICS))
    .map((report) => [report.group, report] as const);
  it.each(groups)('%s is matched in full', (_, report) => {
    expect(report.mismatches).toEqual([]);
    expect(report.matched + report.facts).toBeGreaterThan(0);
  });

  it('every topic is answered', () => {
    const missing = files.filter(({ topic }) => !Object.hasOwn(TOPICS, topic));
    expect(missing.map(({ topic }) => topic)).toEqual([]);
    expect(groups.length).toBeGreaterThanOrEqual(55);
  });
});

describe('published figures through events', () => {
  const groups = files
    .flatMap((file) => runThroughEvents(file, EVENT_TOPICS))
    .map((report) => [report.group, report] as const);
  it.each(groups)('%s is read from the fold, and again after a replay', (_, report) => {
    expect(report.mismatches).toEqual([]);
    expect(report.matched).toBeGreaterThan(0);
  });

  it('catches a figure that the fold does not hold', () => {
    const file = files.find(({ topic }) => topic === 'loss-allocation');
    const wrong = JSON.stringify(file).replace(
      '"paidLargestRemainder":["50","5030"]',
      '"paidLargestRemainder":["49","5031"]',
    );
    const [report] = runThroughEvents(JSON.parse(wrong) as CasesFile, EVENT_TOPICS);
    expect(report?.mismatches.map(({ id }) => id)).toEqual(['case1']);
    expect(report?.mismatches[0]?.differences).toHaveLength(4); // two figures, read twice
  });
});

describe('a kernel or a rule that is a little off', () => {
  it('is seen in every group that rests on numbers', () => {
    for (const file of files) {
      for (const report of runFile(shifted(file), TOPICS)) {
        expect([report.group, report.matched]).toEqual([report.group, 0]);
      }
    }
  });
});

/** Every expected value replaced by another one, far beyond any tolerance of the files. */
function shifted(file: CasesFile): CasesFile {
  const shift = (value: unknown): unknown => {
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return `1${plain(value)}`;
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'string') return `not ${value}`;
    if (value === null) return '1';
    if (Array.isArray(value)) return [...value.map(shift), '1'];
    const entries = Object.entries(value as object).map(([name, each]) => [name, shift(each)]);
    return Object.fromEntries(entries) as unknown;
  };
  const plain = (text: string): string => text.replace('-', '');
  return {
    ...file,
    groups: file.groups.map((group) => ({
      ...group,
      cases: group.cases.map((each) => ({ ...each, out: shift(each.out) as typeof each.out })),
    })),
  };
}
