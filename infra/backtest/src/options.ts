import type { Holding, LossAt } from './coverage.js';
import { BacktestProblem } from './problem.js';
import type { WindowLength } from './table.js';

/** What the command line asks for. */
export interface BacktestOptions extends Holding {
  /** folder of bars; without one, the extract that the project carries */
  readonly data?: string;
  /** JSON of the parameters of an instrument; without one, those of the demo */
  readonly parameters?: string;
  readonly window: WindowLength;
  readonly json: boolean;
}
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  loss: ['close', 'worst'],
  window: ['year', 'quarter', 'month'],
};
const NAMES = '--data, --parameters, --hours, --loss, --window, --json';

/** @throws BacktestProblem naming the argument and the rule */
export function parseOptions(args: readonly string[]): BacktestOptions {
  const given = new Map<string, string>();
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    const name = argument.replace(/^--/, '');
    if (argument === '--json') json = true;
    else if (['--data', '--parameters', '--hours', '--loss', '--window'].includes(argument)) {
      const value = args[++i];
      if (value === undefined) throw new BacktestProblem(`${argument}: needs a value`);
      const choices = CHOICES[name];
      if (choices && !choices.includes(value)) {
        throw new BacktestProblem(`${argument}: is one of ${choices.join(', ')}`);
      }
      given.set(name, value);
    } else throw new BacktestProblem(`${argument}: unknown, there are ${NAMES}`);
  }
  return {
    data: given.get('data'),
    parameters: given.get('parameters'),
    horizon: hoursOf(given.get('hours') ?? '1'),
    lossAt: (given.get('loss') ?? 'close') as LossAt,
    window: (given.get('window') ?? 'year') as WindowLength,
    json,
  };
}

/** The rule speaks of hours: a call is answered in one, a settlement round comes every eight. */
const HOURS_MAX = 24;

function hoursOf(text: string): number {
  const hours = Number(text);
  if (!Number.isInteger(hours) || hours < 1 || hours > HOURS_MAX) {
    throw new BacktestProblem(`--hours: is a whole number from 1 to ${HOURS_MAX}`);
  }
  return hours;
}
