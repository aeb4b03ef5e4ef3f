// Published figures of QuantLib (after Haug) and OpenGamma Strata; see ../../cases/NOTICE.md.
import * as fs from 'node:fs';
import { present } from '@ringfence/kernel';
import {
  black76Greeks,
  blackScholesGreeks,
  DAYS_PER_YEAR,
  type Greeks,
  type OptionType,
} from './index.js';

interface Tolerance {
  readonly abs: string;
  readonly rel: string;
}
interface Case {
  readonly id: string;
  readonly in: Readonly<Record<string, string>>;
  readonly out: Readonly<Record<string, string>>;
}
interface Group {
  readonly id: string;
  readonly tolerance: Tolerance;
  readonly cases: readonly Case[];
}

const FILE = new URL('../../cases/pricing-and-greeks.json', import.meta.url);
const { groups } = JSON.parse(fs.readFileSync(FILE, 'utf8')) as { groups: readonly Group[] };

const number = (fields: Case['in'], name: string, otherwise?: number): number =>
  fields[name] === undefined ? present(otherwise, name) : Number(fields[name]);
const type = (fields: Case['in']): OptionType => (fields['type'] === 'P' ? 'put' : 'call');

/** Groups that give S and q price on the spot, the others on the forward. */
function greeksOf(group: string, fields: Case['in']): Greeks {
  const strike = number(fields, 'K');
  // without a time the deviation is the volatility of one year
  const years = number(fields, 'T', 1);
  if (group.startsWith('bsm')) {
    const rate = number(fields, 'r');
    const carry = rate - number(fields, 'q');
    const volatility = number(fields, 'sigma');
    const spot = number(fields, 'S');
    return blackScholesGreeks({ type: type(fields), spot, strike, years, volatility, rate, carry });
  }
  const forward = number(fields, 'F');
  const deviation = fields['stdDev'];
  const volatility =
    deviation === undefined ? number(fields, 'sigma') : Number(deviation) / Math.sqrt(years);
  const discount = number(fields, 'D', 1);
  const spot = number(fields, 'S', forward);
  return black76Greeks({ type: type(fields), forward, strike, years, volatility, discount, spot });
}

function figure(greeks: Greeks, name: string): number {
  if (name === 'thetaPerDay') return greeks.theta / DAYS_PER_YEAR;
  return present(new Map<string, number>(Object.entries(greeks)).get(name), name);
}

describe('published cases of pricing and Greeks', () => {
  it('has all six groups', () => {
    expect(groups.map(({ id, cases }) => [id, cases.length])).toEqual([
      ['black76-value', 5],
      ['black76-greeks', 2],
      ['bsm-value', 29],
      ['bsm-greeks', 7],
      ['black76-call-grid', 42],
      ['black76-limits', 4],
    ]);
  });

  it.each(
    groups.flatMap((group) => group.cases.map((one) => [group.id, one.id, group, one] as const)),
  )('matches %s %s', (_group, _id, group, one) => {
    const greeks = greeksOf(group.id, one.in);
    for (const [name, text] of Object.entries(one.out)) {
      const expected = Number(text);
      const { abs, rel } = group.tolerance;
      const allowed = Math.max(Number(abs), Number(rel) * Math.abs(expected));
      const error = Math.abs(figure(greeks, name) - expected);
      expect({ name, error, near: error <= allowed }).toEqual({ name, error, near: true });
    }
  });
});
