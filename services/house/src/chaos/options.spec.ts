import { parseChaosOptions } from './options.js';

describe('the options of a chaos run', () => {
  it('has defaults for all', () =>
    expect(parseChaosOptions([])).toEqual({ rounds: 5, seed: 1, brokers: 1 }));
  it('takes each', () =>
    expect(parseChaosOptions(['--rounds', '9', '--seed', '7', '--brokers', '3'])).toEqual({
      rounds: 9,
      seed: 7,
      brokers: 3,
    }));
  it.each([
    [['--rounds', '0'], '--rounds is a whole number from 1 to 100000'],
    [['--seed'], '--seed is a whole number'],
    [['--brokers', '2'], '--brokers is 1 or 3'],
    [['--speed', '1'], '--speed is no option'],
    [['rounds', '1'], 'rounds is no option'],
  ])('refuses %j by name', (args, message) =>
    expect(() => parseChaosOptions(args)).toThrow(message),
  );
});
