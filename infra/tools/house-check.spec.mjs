import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from './house-check.mjs';

/** Written in pieces, so that this file passes the check itself. */
const FOCUS = ['it', 'only'].join('.');
const TODO = ['TO', 'DO'].join('');
const VAGUE = ['class', 'OrderManager'].join(' ');
const MACHINE = ['', 'home', 'someone', 'house'].join('/');

const SRC = 'libs/kernel/src';

describe('the house check', () => {
  let house;

  beforeEach(() => (house = fs.mkdtempSync(join(tmpdir(), 'ringfence-house-'))));
  afterEach(() => fs.rmSync(house, { recursive: true, force: true }));

  it('finds nothing in a house in order', () => {
    write('README.md', '# A house\n');
    write('.editorconfig', 'root = true\n');
    write(`${SRC}/envelope.ts`, 'export const one = 1;\n');
    write(`${SRC}/envelope.int.spec.ts`, 'it("is one", () => undefined);\n');
    expect(inspect(house)).toEqual([]);
  });

  it.each([
    ['a stray file at the top', 'notes.txt', 'x\n', /top level/],
    ['a name that is not kebab-case', `${SRC}/myEnvelope.ts`, '', /not kebab-case/],
    ['a folder that is not kebab-case', `${SRC}/My_Folder/envelope.ts`, '', /not kebab-case/],
    ['a name that says nothing', `${SRC}/date-utils.ts`, '', /says nothing/],
    ['a folder that says nothing', `${SRC}/common/envelope.ts`, '', /says nothing/],
    ['a class that says nothing', `${SRC}/x.ts`, `${VAGUE} {}\n`, /OrderManager says/],
    ['a suffix of its own', `${SRC}/envelope.thing.ts`, '', /closed list/],
    ['a focused test', `${SRC}/x.spec.ts`, `${FOCUS}("x", () => 1);\n`, /focused/],
    ['a promise without an issue', `${SRC}/x.ts`, `// ${TODO}: later\n`, /needs its issue/],
    ['a path of one machine', 'docs/tour.md', `see ${MACHINE}\n`, /one machine/],
    ['a line of 101', `${SRC}/x.ts`, `${'x'.repeat(101)}\n`, /101 columns/],
    ['a file of 401 lines', `${SRC}/x.ts`, 'x;\n'.repeat(401), /401 lines, at most 400/],
    ['a spec of 601 lines', `${SRC}/x.spec.ts`, 'x;\n'.repeat(601), /601 lines, at most 600/],
  ])('finds %s', (_what, file, text, finding) => {
    write(file, text);
    expect(inspect(house)).toEqual([expect.stringMatching(finding)]);
  });

  it.each([
    ['a line of 100', `${SRC}/x.ts`, `${'x'.repeat(100)}\n`],
    ['a file of 400 lines', `${SRC}/x.ts`, 'x;\n'.repeat(400)],
    ['a spec of 600 lines', `${SRC}/x.spec.ts`, 'x;\n'.repeat(600)],
    ['a promise with its issue', `${SRC}/x.ts`, `// ${TODO}(#12): later\n`],
    ['a path of a web address', 'docs/tour.md', 'https://example.org/home/page\n'],
    ['what is compiled or installed', 'libs/kernel/dist/myEnvelope.js', 'x\n'],
    ['what a run recorded', 'data/lane-0/myFile.ts', 'x\n'],
  ])('lets %s pass', (_what, file, text) => {
    write(file, text);
    expect(inspect(house)).toEqual([]);
  });

  function write(file, text) {
    const path = join(house, file);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, text);
  }
});
