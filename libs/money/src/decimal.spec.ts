import { InvariantViolation } from '@ringfence/kernel';
import {
  ceilTo,
  clampTo,
  decimal,
  floorTo,
  halfUpTo,
  parseDecimal,
  placesOf,
  wholeUnits,
} from './decimal.js';

describe('exact decimals', () => {
  it('are read as plain text only', () => {
    expect(parseDecimal('-12.50')?.toFixed()).toBe('-12.5');
    for (const wrong of ['1e3', '+1', '.5', '1.', '01', '', 'NaN', '1,000', '9'.repeat(401)]) {
      expect(parseDecimal(wrong)).toBeNull();
    }
    expect(() => decimal('x')).toThrow(InvariantViolation);
  });

  it('round towards the named side, below zero too', () => {
    const sides = (text: string): string[] =>
      [floorTo, ceilTo, halfUpTo].map((round) => round(decimal(text), 1).toFixed());
    expect(sides('1.25')).toEqual(['1.2', '1.3', '1.3']);
    expect(sides('-1.25')).toEqual(['-1.3', '-1.2', '-1.3']);
    expect(sides('-1.2')).toEqual(['-1.2', '-1.2', '-1.2']);
  });

  it('become whole units without losing a place', () => {
    expect(wholeUnits(decimal('-0.0125'), 4)).toBe(-125n);
    expect(() => wholeUnits(decimal('0.0125'), 3)).toThrow(InvariantViolation);
    expect(['0', '120', '1.5', '0.001', '-0.25'].map((text) => placesOf(decimal(text)))).toEqual([
      0, 0, 1, 3, 2,
    ]);
  });

  it('are clamped, the lower bound first', () => {
    const [low, high] = [decimal('-1'), decimal('2')];
    const clamped = ['-5', '0.5', '7'].map((text) => clampTo(decimal(text), low, high).toFixed());
    expect(clamped).toEqual(['-1', '0.5', '2']);
  });
});
