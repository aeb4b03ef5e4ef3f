import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUSE_FILE } from '../house-file.js';
import { mustBeEmpty, parseOptions, WrongOption } from './options.js';

describe('options of the demo', () => {
  it('are the defaults but for what is given (DEMO-001)', () => {
    const { accounts, partitions, json } = parseOptions(['crash', '--accounts', '7', '--json']);
    expect({ accounts, partitions, json }).toEqual({ accounts: 7, partitions: 2, json: true });
  });
  it('have defaults of their own where practices are compared (DEMO-004)', () => {
    const { scenario, accounts, insurance } = parseOptions(['options', '--insurance', '5']);
    expect({ scenario, accounts, insurance }).toEqual({
      scenario: 'options',
      accounts: 3000,
      insurance: 5,
    });
  });
  it.each([
    [['--account', '7'], '--account is no option; there are crash, options, --accounts'],
    [['--accounts'], '--accounts needs a value'],
    [['--accounts', '1'], '--accounts is a whole number from 2 to 200000'],
    [['--seed', '1e3x'], '--seed is a whole number from 0'],
    [['--partitions', '0.5'], '--partitions is a whole number from 1 to 64'],
    [['options', '--bars', 'x'], '--bars is an option of crash alone'],
    [['options', '--accounts', '5'], '--accounts of options is at least 6'],
    [['optoins'], 'optoins is no option; there are crash, options'],
  ])('%j are refused by name and rule (DEMO-002)', (args, said) => {
    expect(() => parseOptions(args)).toThrow(WrongOption);
    expect(() => parseOptions(args)).toThrow(said);
  });
  it('want a folder without a house, and say how the one in it starts (DEMO-003)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringfence-options-'));
    expect(() => mustBeEmpty(folder)).not.toThrow();
    writeFileSync(join(folder, HOUSE_FILE), '{}');
    expect(() => mustBeEmpty(folder)).toThrow(`main.js --folder ${folder}`);
    rmSync(folder, { recursive: true });
  });
});
