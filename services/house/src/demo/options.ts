import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE_FILE } from '../house-file.js';

/** What `npm run demo` takes; every amount is in whole settlement units. */
export interface DemoOptions {
  readonly scenario: 'crash' | 'options';
  readonly accounts: number;
  readonly seed: number;
  readonly partitions: number;
  /** put into the insurance walls, all partitions together */
  readonly insurance: number;
  /** put into the liquidity walls, all partitions together */
  readonly liquidity: number;
  /** folder of the house's log; a fresh one when absent */
  readonly data: string | null;
  readonly bars: string | null;
  readonly venue: string;
  readonly market: string;
  readonly json: boolean;
  /** every service a process of its own, on Kafka, PostgreSQL and Redis */
  readonly distributed: boolean;
  /** of a distributed house */
  readonly brokers: 1 | 3;
}

const DEFAULTS: DemoOptions = {
  scenario: 'crash',
  accounts: 5000,
  seed: 1,
  partitions: 2,
  insurance: 1_000_000,
  liquidity: 20_000_000,
  data: null,
  bars: null,
  venue: 'binance',
  market: 'spot',
  json: false,
  distributed: false,
  brokers: 1,
};
const LEAST: Readonly<Record<string, number>> = {
  accounts: 2,
  seed: 0,
  partitions: 1,
  insurance: 0,
  liquidity: 0,
  brokers: 1,
};
const MOST: Readonly<Record<string, number>> = {
  accounts: 200_000,
  seed: 4_294_967_295,
  partitions: 64,
  insurance: 1e12,
  liquidity: 1e12,
  brokers: 3,
};

/** A wrong option, said so that it can be mended. */
export class WrongOption extends Error {
  override readonly name = 'WrongOption';
}

/** `options` plays three practices side by side: fewer portfolios, each of them three times. */
const OPTIONS_DEFAULTS: DemoOptions = {
  ...DEFAULTS,
  scenario: 'options',
  accounts: 3000,
  insurance: 20_000_000,
  liquidity: 200_000_000,
};
/** The least that can be compared: two sides of one portfolio under three practices. */
const PAIR_OF_THREE = 6;
/** What only perpetual futures on bars know. */
const CRASH_ONLY = ['bars', 'venue', 'market'];

/** @throws WrongOption naming the option and the rule */
export function parseOptions(args: readonly string[]): DemoOptions {
  const isOptions = args[0] === 'options';
  const given: Record<string, unknown> = { ...(isOptions ? OPTIONS_DEFAULTS : DEFAULTS) };
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, '');
    if (i === 0 && (isOptions || args[i] === 'crash')) continue;
    if (isOptions && CRASH_ONLY.includes(name)) {
      throw new WrongOption(`${args[i]} is an option of crash alone`);
    }
    if (!args[i].startsWith('--') || !(name in DEFAULTS) || name === 'scenario') {
      throw new WrongOption(`${args[i]} is no option; there are crash, options, ${optionNames()}`);
    }
    if (name === 'json' || name === 'distributed') given[name] = true;
    else given[name] = valueOf(name, args[++i]);
  }
  if (isOptions && Number(given['accounts']) < PAIR_OF_THREE) {
    throw new WrongOption(`--accounts of options is at least ${PAIR_OF_THREE}`);
  }
  if (given['brokers'] === 2) throw new WrongOption('--brokers is 1 or 3');
  return given as unknown as DemoOptions;
}

const optionNames = (): string =>
  Object.keys(DEFAULTS)
    .filter((name) => name !== 'scenario')
    .map((name) => `--${name}`)
    .join(', ');

function valueOf(name: string, text: string | undefined): unknown {
  if (text === undefined) throw new WrongOption(`--${name} needs a value`);
  if (!(name in LEAST)) return text;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < LEAST[name] || value > MOST[name]) {
    throw new WrongOption(`--${name} is a whole number from ${LEAST[name]} to ${MOST[name]}`);
  }
  return value;
}

/** How the house of a demo that was stopped is started again. */
export const startsAgain = (folder: string, distributed = false): string =>
  distributed
    ? `the data of its servers is in ${folder}/stack: npm run stack -- --folder ${folder}/stack`
    : `the house in ${folder} starts again with ${mainWith(folder)}`;
const mainWith = (folder: string): string => `node services/house/dist/main.js --folder ${folder}`;

/**
 * The scenario begins with an empty house.
 *
 * @throws WrongOption when one lives in the folder already
 */
export function mustBeEmpty(folder: string): void {
  if (!existsSync(join(folder, HOUSE_FILE))) return;
  throw new WrongOption(`--data is a folder without a house; ${startsAgain(folder)}`);
}
