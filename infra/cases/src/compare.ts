import { decimal, Decimal, greater, parseDecimal, type DecimalFigure } from '@ringfence/money';
import type { Fields, GroupTolerance, Tolerance, Value } from './format.js';

/** What a rule answers: decimals, whole numbers and doubles are all numbers. */
export type Output =
  | DecimalFigure
  | bigint
  | number
  | string
  | boolean
  | null
  | readonly Output[]
  | { readonly [name: string]: Output };
export type Outputs = { readonly [name: string]: Output };

export interface Comparison {
  /** one line per output that is not equal; empty when the case is matched */
  readonly differences: readonly string[];
  /** largest |got − expected| / |expected| of all numbers beyond the absolute tolerance */
  readonly worstRelative: number;
}

/**
 * Compares the outputs that a case names, at any depth; others are not looked at.
 *
 * @param alsoAccepted  outputs of a second accepted answer, in place of those of `out`
 */
export function compareOutputs(
  expected: { readonly out: Fields; readonly alsoAccepted?: Fields },
  got: Outputs,
  tolerance: GroupTolerance,
): Comparison {
  const first = new Comparer(tolerance);
  first.fields(expected.out, got, '');
  if (first.differences.length === 0 || !expected.alsoAccepted) return first;
  const second = new Comparer(tolerance);
  second.fields({ ...expected.out, ...expected.alsoAccepted }, got, '');
  return second.differences.length === 0 ? second : first;
}

class Comparer implements Comparison {
  readonly differences: string[] = [];
  worstRelative = 0;

  constructor(readonly tolerance: GroupTolerance) {}

  fields(expected: Fields, got: { readonly [name: string]: Output }, place: string): void {
    for (const [name, value] of Object.entries(expected)) {
      const at = place === '' ? name : `${place}.${name}`;
      const own = Object.hasOwn(got, name) ? got[name] : undefined;
      if (own === undefined) this.differences.push(`${at}: missing`);
      else this.value(value, own, at, this.tolerance.fields?.[name] ?? this.tolerance);
    }
  }

  value(expected: Value, got: Output, place: string, tolerance: Tolerance): void {
    if (Array.isArray(expected)) return this.list(expected, got, place, tolerance);
    if (typeof expected === 'object' && expected !== null) {
      if (isFields(got)) this.fields(expected as Fields, got, place);
      else this.differ(place, got, 'an object');
      return;
    }
    const number = typeof expected === 'string' ? parseDecimal(expected) : null;
    if (number !== null) this.number(number, got, place, tolerance);
    else if (got !== expected) this.differ(place, got, JSON.stringify(expected));
  }

  list(expected: readonly Value[], got: Output, place: string, tolerance: Tolerance): void {
    if (!Array.isArray(got)) return this.differ(place, got, 'a list');
    const own = got as readonly Output[];
    if (own.length !== expected.length) {
      return this.differ(place, `${own.length} entries`, `${expected.length}`);
    }
    expected.forEach((each, i) => this.value(each, own[i] ?? null, `${place}[${i}]`, tolerance));
  }

  number(expected: DecimalFigure, got: Output, place: string, tolerance: Tolerance): void {
    const number = numberOf(got);
    if (number === null) return this.differ(place, got, expected.toFixed());
    const error = number.minus(expected).abs();
    const relative = decimal(tolerance.rel).times(expected.abs());
    if (error.gt(greater(decimal(tolerance.abs), relative))) {
      this.differ(place, number, expected.toFixed());
    }
    // what is smaller than the tolerance is 0 for all that matters
    if (expected.abs().lte(decimal(tolerance.abs))) return;
    this.worstRelative = Math.max(this.worstRelative, Number(error.div(expected.abs()).toString()));
  }

  differ(place: string, got: Output, expected: string): void {
    this.differences.push(`${place}: got ${textOf(got)}, expected ${expected}`);
  }
}

const isFigure = (value: Output): value is DecimalFigure => value instanceof Decimal;
const isFields = (value: Output): value is Outputs =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isFigure(value);

/** A number in any of its forms; a double as the decimal that it is nearest to. */
function numberOf(got: Output): DecimalFigure | null {
  if (isFigure(got)) return got;
  if (typeof got === 'bigint') return new Decimal(got.toString());
  if (typeof got === 'number') return Number.isFinite(got) ? new Decimal(String(got)) : null;
  return typeof got === 'string' ? parseDecimal(got) : null;
}

function textOf(value: Output): string {
  const number = typeof value === 'string' ? null : numberOf(value);
  if (number !== null) return number.toString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
