import { WrongOption } from '../demo/options.js';

/** What `npm run chaos` takes. */
export interface ChaosOptions {
  readonly rounds: number;
  /** chooses faults, targets and moments; as far as processes allow, the same run again */
  readonly seed: number;
  readonly brokers: 1 | 3;
}

const DEFAULTS: ChaosOptions = { rounds: 5, seed: 1, brokers: 1 };
const MOST: Readonly<Record<keyof ChaosOptions, number>> = {
  rounds: 100_000,
  seed: 1_000_000,
  brokers: 3,
};

/** @throws WrongOption naming the option and the rule */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const given: Record<string, number> = { ...DEFAULTS };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!args[i].startsWith('--') || !Object.hasOwn(DEFAULTS, name)) {
      throw new WrongOption(`${args[i]} is no option; there are --rounds, --seed, --brokers`);
    }
    const most = MOST[name as keyof ChaosOptions];
    const value = Number(args[i + 1] ?? NaN);
    if (!Number.isSafeInteger(value) || value < 1 || value > most) {
      throw new WrongOption(`--${name} is a whole number from 1 to ${most}`);
    }
    given[name] = value;
  }
  if (given['brokers'] === 2) throw new WrongOption('--brokers is 1 or 3');
  return given as unknown as ChaosOptions;
}
