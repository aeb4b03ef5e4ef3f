import type { RateRule } from '@ringfence/margin';
import { PPM } from '@ringfence/money';
import { BacktestProblem } from './problem.js';

/** What turns prices into the initial rate; part of the parameters of an instrument. */
export interface RateParameters extends RateRule {
  /** weight of the past per price frame; 0 ≤ lambda < 1 */
  readonly lambdaPpm: number;
}

const FIELDS = [
  'lambdaPpm',
  'multiplierPpm',
  'floorPpm',
  'capPpm',
  'stepPpm',
  'hysteresisPpm',
] as const;

/**
 * Reads parameters as `SetInstrumentParameters` takes them; other fields are left alone.
 *
 * @param text   JSON of one object
 * @param where  named in the message
 * @throws BacktestProblem naming the field and the rule
 */
export function parseParameters(text: string, where: string): RateParameters {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BacktestProblem(`${where}: is no JSON`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new BacktestProblem(`${where}: must be one object of parameters`);
  }
  const given = json as Readonly<Record<string, unknown>>;
  const must = (isMet: boolean, field: string, rule: string): void => {
    if (!isMet) throw new BacktestProblem(`${where}: ${field} ${rule}`);
  };
  const read = (field: (typeof FIELDS)[number]): number => {
    const value = given[field];
    must(
      Number.isSafeInteger(value) && Number(value) >= 0,
      field,
      'must be whole and not negative',
    );
    return Number(value);
  };
  const [lambdaPpm, multiplierPpm, floorPpm, capPpm, stepPpm, hysteresisPpm] = FIELDS.map(read);
  must(lambdaPpm < PPM, 'lambdaPpm', 'must be below 1000000');
  must(multiplierPpm > 0, 'multiplierPpm', 'must be above 0');
  must(floorPpm > 0, 'floorPpm', 'must be above 0');
  must(capPpm >= floorPpm, 'capPpm', 'must not be below floorPpm');
  must(stepPpm > 0, 'stepPpm', 'must be above 0');
  return { lambdaPpm, multiplierPpm, floorPpm, capPpm, stepPpm, hysteresisPpm };
}
