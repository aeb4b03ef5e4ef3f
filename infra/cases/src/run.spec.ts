import { CaseProblem, parseCases, type CasesFile, type Group } from './format.js';
import { parseOptions } from './options.js';
import { linesOf } from './report.js';
import { runFile, type Topics } from './run.js';

const TOPICS: Topics = {
  doubles: {
    twice: (input, tables) => ({
      twice: input.figure('x').times(input.figure('factor')),
      named: tables.has('names') ? tables.text('names') : '',
    }),
    lines: (input) => input.choose('calc', { one: { y: 1n } }),
    facts: 'facts',
    later: { notHere: 'comes later' },
  },
};
const group = (rule: string, cases: Group['cases'], more: Partial<Group> = {}): Group => ({
  id: rule,
  rule,
  tolerance: { abs: '0', rel: '0' },
  cases,
  ...more,
});
const file = (...groups: Group[]): CasesFile => ({ format: 'cases/1', topic: 'doubles', groups });
const one = (id: string, input: Group['cases'][0]['in'], out: Group['cases'][0]['out']) => ({
  id,
  in: input,
  out,
});
const CONSTANTS = { constants: { factor: '2' } };

describe('running a file', () => {
  it('counts what is matched and names what is not', () => {
    const cases = [
      one('right', { x: '1.5' }, { twice: '3' }),
      one('off', { x: '1' }, { twice: '3' }),
    ];
    const [report] = runFile(file(group('twice', cases, CONSTANTS)), TOPICS);
    expect(report).toMatchObject({ matched: 1, total: 2, facts: 0 });
    expect(report?.mismatches).toEqual([{ id: 'off', differences: ['twice: got 2, expected 3'] }]);
  });

  it('lets an input replace the constant of its name, and hands over the tables', () => {
    const cases = [one('own', { x: '2', factor: '5' }, { twice: '10', named: 'T' })];
    const tables = { ...CONSTANTS, tables: { names: 'T' } };
    expect(runFile(file(group('twice', cases, tables)), TOPICS)[0]?.mismatches).toEqual([]);
  });

  it('never skips: unknown topics, groups and lines, and broken inputs are named', () => {
    const cases = [one('a', { calc: 'two' }, { y: '1' })];
    const why = (of: CasesFile): unknown => runFile(of, TOPICS)[0]?.mismatches[0]?.differences;
    expect(why({ ...file(group('twice', cases)), topic: 'else' })).toEqual(['unknown topic: else']);
    expect(why(file(group('toString', cases)))).toEqual(['unknown group: toString']);
    expect(why(file(group('later', cases)))).toEqual(['not here: comes later']);
    expect(why(file(group('lines', cases)))).toEqual([
      'CaseProblem: in.calc: unknown "two", there are one',
    ]);
    expect(why(file(group('twice', [one('a', { x: '1e3' }, { twice: '1' })])))).toEqual([
      'CaseProblem: in.x: must be a plain decimal',
    ]);
  });

  it('counts no facts as matched, and runs one group when asked to', () => {
    const facts = group('facts', [one('a', {}, { n: '1' })]);
    const other = group('lines', [one('a', { calc: 'one' }, { y: '1' })]);
    const reports = runFile(file(facts, other), TOPICS);
    expect(reports.map(({ total, facts: count }) => [total, count])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(runFile(file(facts, other), TOPICS, 'lines')).toHaveLength(1);
  });

  it('prints ids that share a reason on one line', () => {
    const cases = ['a', 'b'].map((id) => one(id, {}, { y: '1' }));
    const lines = linesOf(runFile(file(group('later', cases)), TOPICS));
    expect(lines).toEqual([
      'later      0 / 2  worst relative error 0.0e+0',
      '  later/a, later/b: not here: comes later',
    ]);
  });
});

describe('reading a file', () => {
  const wrong = (text: unknown): string => {
    try {
      parseCases(typeof text === 'string' ? text : JSON.stringify(text));
      return '';
    } catch (cause) {
      return cause instanceof CaseProblem ? cause.message : String(cause);
    }
  };
  const valid = file(group('twice', [one('a', { x: '1' }, { twice: '2' })], CONSTANTS));

  it('takes the format as published', () => {
    expect(parseCases(JSON.stringify(valid))).toEqual(valid);
  });

  it('names the place and the rule of what it refuses', () => {
    expect(wrong('{')).toContain('file: must be JSON');
    expect(wrong([])).toBe('file: must be an object');
    expect(wrong({ ...valid, format: 'cases/2' })).toBe('format: must be "cases/1"');
    expect(wrong({ ...valid, groups: {} })).toBe('groups: must be a list');
    const twice = [one('a', {}, {}), one('a', {}, {})];
    expect(wrong(file(group('g', twice)))).toBe('g/a: ids are unique inside a group');
    const numbers = [one('a', { list: [1] as never }, {})];
    expect(wrong(file(group('g', numbers)))).toBe('g/a.in.list.0: numbers are decimal strings');
    const loose = group('g', [], { tolerance: { abs: '1e-9', rel: '0' } });
    expect(wrong(file(loose))).toBe('g.tolerance.abs: must be a decimal string ≥ 0');
  });

  it('refuses an argument it does not know', () => {
    expect(parseOptions(['--json', '--file', 'a.json', '--group', 'g'])).toEqual({
      json: true,
      file: 'a.json',
      group: 'g',
    });
    expect(() => parseOptions(['--all'])).toThrow(CaseProblem);
    expect(() => parseOptions(['--file'])).toThrow(CaseProblem);
  });
});
