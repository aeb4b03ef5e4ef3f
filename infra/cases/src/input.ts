import { parseDecimal, parseRate, placesOf, wholeUnits } from '@ringfence/money';
import type { DecimalFigure, Ppm } from '@ringfence/money';
import { CaseProblem, type Fields, type Value } from './format.js';

/**
 * The inputs of one case, read field by field: what is missing or of the wrong form is named with
 * its place and the rule.
 */
export class Input {
  constructor(
    readonly fields: Fields,
    readonly place = 'in',
  ) {}

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }
  /** A decimal, exact. */
  figure(name: string): DecimalFigure {
    return figureOf(this.fields[name], `${this.place}.${name}`);
  }
  /** A decimal, or what it is when it is not given. */
  figureOr(name: string, otherwise: DecimalFigure): DecimalFigure {
    return this.has(name) ? this.figure(name) : otherwise;
  }
  optional(name: string): DecimalFigure | null {
    return this.has(name) ? this.figure(name) : null;
  }
  /** The nearest double, for the rules that are stated in real numbers. */
  real(name: string): number {
    return Number(this.figure(name).toFixed());
  }
  realOr(name: string, otherwise: number): number {
    return this.has(name) ? this.real(name) : otherwise;
  }
  /** A whole number. */
  whole(name: string): bigint {
    return wholeOf(this.figure(name), `${this.place}.${name}`);
  }
  /** A whole number that a double holds. */
  count(name: string): number {
    const whole = this.whole(name);
    if (BigInt.asIntN(53, whole) !== whole) this.wrong(name, 'must be below 2^52');
    return Number(whole);
  }
  /** Smallest units of 10^−places; every place of the text must fit. */
  units(name: string, places: number): bigint {
    const figure = this.figure(name);
    if (placesOf(figure) > places) this.wrong(name, `at most ${places} places`);
    return wholeUnits(figure, places);
  }
  /** A fraction in whole parts per million: what the house holds of a rate. */
  rate(name: string): Ppm {
    const rate = parseRate(this.text(name));
    return typeof rate === 'number' ? rate : this.wrong(name, `is no rate of the house: ${rate}`);
  }
  text(name: string): string {
    const value = this.fields[name];
    return typeof value === 'string' ? value : this.wrong(name, 'must be a text');
  }
  flag(name: string): boolean {
    const value = this.fields[name];
    return typeof value === 'boolean' ? value : this.wrong(name, 'must be true or false');
  }
  list(name: string): readonly Value[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value : this.wrong(name, 'must be a list');
  }
  figures(name: string): DecimalFigure[] {
    return this.list(name).map((each, i) => figureOf(each, `${this.place}.${name}[${i}]`));
  }
  wholes(name: string): bigint[] {
    return this.figures(name).map((each, i) => wholeOf(each, `${this.place}.${name}[${i}]`));
  }
  reals(name: string): number[] {
    return this.figures(name).map((each) => Number(each.toFixed()));
  }
  /** Several doubles, each under its own name. */
  realsOf<Name extends string>(names: readonly Name[]): { readonly [name in Name]: number } {
    const entries = names.map((name) => [name, this.real(name)]);
    return Object.fromEntries(entries) as { readonly [name in Name]: number };
  }
  /** A list of objects. */
  rows(name: string): Input[] {
    return this.list(name).map((each, i) => inner(each, `${this.place}.${name}[${i}]`));
  }
  /** An object inside. */
  part(name: string): Input {
    return inner(this.fields[name], `${this.place}.${name}`);
  }
  names(): string[] {
    return Object.keys(this.fields);
  }
  /** One of the lines of a rule, chosen by name; a name that the rule does not have is refused. */
  choose<T>(name: string, lines: { readonly [line: string]: T }): T {
    const line = this.text(name);
    const chosen = Object.hasOwn(lines, line) ? lines[line] : undefined;
    return chosen ?? this.wrong(name, `unknown "${line}", there are ${Object.keys(lines).join()}`);
  }
  wrong(name: string, rule: string): never {
    throw new CaseProblem(`${this.place}.${name}: ${rule}`);
  }
}

function inner(value: Value | undefined, place: string): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return new Input(value as Fields, place);
  }
  throw new CaseProblem(`${place}: must be an object`);
}
function figureOf(value: Value | undefined, place: string): DecimalFigure {
  const figure = typeof value === 'string' ? parseDecimal(value) : null;
  if (figure === null) throw new CaseProblem(`${place}: must be a plain decimal`);
  return figure;
}
function wholeOf(figure: DecimalFigure, place: string): bigint {
  if (placesOf(figure) > 0) throw new CaseProblem(`${place}: must be a whole number`);
  return BigInt(figure.toFixed());
}
