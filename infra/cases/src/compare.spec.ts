import { decimal } from '@ringfence/money';
import { compareOutputs, type Outputs } from './compare.js';
import type { Fields, GroupTolerance } from './format.js';

const EXACT: GroupTolerance = { abs: '0', rel: '0' };
const differences = (out: Fields, got: Outputs, tolerance = EXACT): readonly string[] =>
  compareOutputs({ out }, got, tolerance).differences;

describe('comparing outputs', () => {
  it('catches a wrong number in the last of many places', () => {
    const out = { mm: '-1999.000000000000000000000000000001' };
    expect(differences(out, { mm: decimal('-1999.000000000000000000000000000001') })).toEqual([]);
    expect(differences(out, { mm: decimal('-1999') })).toHaveLength(1);
    expect(differences(out, { mm: -1999 })).toHaveLength(1);
  });

  it('takes the wider of absolute and relative tolerance, its edge included', () => {
    const tolerance = { abs: '0.5', rel: '0.01' };
    expect(differences({ x: '10' }, { x: decimal('10.5') }, tolerance)).toEqual([]);
    expect(differences({ x: '10' }, { x: decimal('10.51') }, tolerance)).toHaveLength(1);
    expect(differences({ x: '-1000' }, { x: -1010n }, tolerance)).toEqual([]);
    expect(differences({ x: '-1000' }, { x: -1011n }, tolerance)).toHaveLength(1);
  });

  it('gives a named output its own tolerance at any depth', () => {
    const tolerance = { ...EXACT, fields: { h: { abs: '0.1', rel: '0' } } };
    const out = { rows: [{ h: '1', x: '1' }] };
    expect(differences(out, { rows: [{ h: 1.05, x: 1 }] }, tolerance)).toEqual([]);
    expect(differences(out, { rows: [{ h: 1.05, x: 1.05 }] }, tolerance)).toEqual([
      'rows[0].x: got 1.05, expected 1',
    ]);
  });

  it('looks only at what is named, at every depth, but misses nothing of that', () => {
    const out = { rows: [{ id: 'a' }], map: { X: '1' } };
    expect(differences(out, { rows: [{ id: 'a', more: 1 }], map: { X: 1, Y: 2 }, z: 0 })).toEqual(
      [],
    );
    expect(differences(out, { rows: [], map: {} })).toEqual([
      'rows: got 0 entries, expected 1',
      'map.X: missing',
    ]);
    expect(differences(out, { rows: 'a', map: null })).toHaveLength(2);
  });

  it('holds what is no number to equality', () => {
    const out = { result: 'ok', accepted: false, price: null };
    expect(differences(out, { result: 'ok', accepted: false, price: null })).toEqual([]);
    expect(differences(out, { result: 'reject', accepted: true, price: 0 })).toHaveLength(3);
    expect(differences({ size: '1' }, { size: 'whole-position' })).toHaveLength(1);
    expect(differences({ size: '1' }, { size: Number.NaN })).toHaveLength(1);
  });

  it('accepts a second answer as a whole, not mixed with the first', () => {
    const expected = { out: { a: '1', b: '1' }, alsoAccepted: { a: '2' } };
    const accepts = (got: Outputs): boolean =>
      compareOutputs(expected, got, EXACT).differences.length === 0;
    expect([accepts({ a: 1, b: 1 }), accepts({ a: 2, b: 1 }), accepts({ a: 2, b: 2 })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('reports the worst relative error of what is not 0 for all that matters', () => {
    const tolerance = { abs: '0.001', rel: '0' };
    const got = { a: decimal('100.0005'), b: decimal('0.0001') };
    const compared = compareOutputs({ out: { a: '100', b: '0.0002' } }, got, tolerance);
    expect(compared.worstRelative).toBeCloseTo(5e-6, 12);
  });
});
