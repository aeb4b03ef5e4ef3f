import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { PPM, share, shareDown, shareUp } from './ppm.js';
import { formatRate, parseRate } from './rate.js';

fc.configureGlobal({ seed: 6402, numRuns: 300 });
const amount = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
const ppm = fc.integer({ min: 0, max: 2 * PPM });

describe('shares of an amount', () => {
  it('asks up and grants down, from both sides of a whole unit', () => {
    expect([shareUp(100n, 50_000), shareDown(100n, 50_000)]).toEqual([5n, 5n]);
    expect([shareUp(101n, 50_000), shareDown(101n, 50_000)]).toEqual([6n, 5n]);
    expect([shareUp(99n, 50_000), shareDown(99n, 50_000)]).toEqual([5n, 4n]);
    expect([shareUp(-101n, 50_000), shareDown(-101n, 50_000)]).toEqual([-5n, -6n]);
    expect(share(150n, 10_000, 'half-even')).toBe(2n);
    expect(share(250n, 10_000, 'half-even')).toBe(2n);
  });

  it('never asks for less than it grants, nor by more than a unit', () =>
    fc.assert(
      fc.property(amount, ppm, (of, rate) => {
        const difference = shareUp(of, rate) - shareDown(of, rate);
        expect(difference === 0n || difference === 1n).toBe(true);
        expect(shareUp(of, rate) + shareDown(of, PPM - rate)).toBe(of);
      }),
    ));

  it('takes no rate that is not whole', () => {
    expect(() => shareUp(1n, 0.5)).toThrow(InvariantViolation);
    expect(() => shareDown(1n, 2 ** 53)).toThrow(InvariantViolation);
  });
});

describe('reading a rate', () => {
  it.each([
    ['0', 0],
    ['0.05', 50_000],
    ['1', PPM],
    ['1.25', 1_250_000],
    ['0.000001', 1],
    ['-0.0025', -2_500],
    ['0.0500000000', 50_000],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, rate) => expect(parseRate(text)).toBe(rate));

  it.each(['', '.5', '5.', '05', '+1', '1e3', '1e1000000000', ' 1', '1,0', '--1', 'NaN', '٣'])(
    'refuses "%s"',
    (text) => expect(parseRate(text)).toBe('rate-not-a-decimal'),
  );

  it('rounds only when it is told how', () => {
    expect(parseRate('0.0000015')).toBe('rate-too-precise');
    expect(parseRate('0.0000015', 'floor')).toBe(1);
    expect(parseRate('0.0000015', 'ceiling')).toBe(2);
    expect(parseRate('0.0000025', 'half-even')).toBe(2);
    expect(parseRate('-0.0000015', 'floor')).toBe(-2);
    expect(parseRate('-0.0000015', 'ceiling')).toBe(-1);
    expect(Object.is(parseRate('-0.0000001', 'ceiling'), 0)).toBe(true);
  });

  it('refuses what no safe integer holds', () => {
    expect(parseRate('9007199254.740992')).toBe('rate-too-large');
    expect(parseRate('-9007199254.740992')).toBe('rate-too-large');
    expect(parseRate(`0.05${'0'.repeat(36)}`)).toBe(50_000);
    expect(parseRate(`0.05${'0'.repeat(37)}`)).toBe('rate-not-a-decimal');
  });

  it('reads back what it wrote', () => {
    expect(formatRate(50_000)).toBe('0.05');
    expect(formatRate(1)).toBe('0.000001');
    fc.assert(
      fc.property(fc.maxSafeInteger(), (rate) => {
        expect(parseRate(formatRate(rate))).toBe(rate + 0);
      }),
    );
  });
});
