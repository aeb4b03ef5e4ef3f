import { InvariantViolation, type AssetId } from '@ringfence/kernel';
import fc from 'fast-check';
import { Money } from './money.js';
import { UNITS_MAX, formatUnits, parseUnits } from './units.js';

fc.configureGlobal({ seed: 6404, numRuns: 300 });
const usdc = { id: 1 as AssetId, code: 'USDC', scale: 6 };
const yen = { id: 2 as AssetId, code: 'JPY', scale: 0 };

describe('amounts on the wire', () => {
  it.each([
    ['12.5', 2, 1250n],
    ['12.500', 2, 1250n],
    ['0', 0, 0n],
    ['-0.01', 2, -1n],
    ['7', 18, 7n * 10n ** 18n],
    [UNITS_MAX.toString(), 0, UNITS_MAX],
    ['100.' + '0'.repeat(36), 36, UNITS_MAX],
    [`-${UNITS_MAX}.${'0'.repeat(36)}`, 0, -UNITS_MAX],
  ])('reads %s at scale %s', (text, scale, units) => expect(parseUnits(text, scale)).toBe(units));

  it.each(['', '.5', '5.', '05', '00', '+1', '1e3', ' 1', '1 ', '1_000', '1,5', '0x10', '-', '−1'])(
    'refuses "%s"',
    (text) => expect(parseUnits(text, 2)).toBe('amount-not-a-decimal'),
  );

  it('refuses a unit that the asset does not have, rather than round it', () => {
    expect(parseUnits('0.01', 2)).toBe(1n);
    expect(parseUnits('0.001', 2)).toBe('amount-too-precise');
    expect(parseUnits('1.5', 0)).toBe('amount-too-precise');
  });

  it('refuses more than the log carries', () => {
    expect(parseUnits((UNITS_MAX + 1n).toString(), 0)).toBe('amount-too-large');
    expect(parseUnits(`-${(UNITS_MAX + 1n).toString()}`, 0)).toBe('amount-too-large');
    expect(parseUnits('9'.repeat(100), 0)).toBe('amount-too-large');
    expect(() => parseUnits('1', 37)).toThrow(InvariantViolation);
  });

  it('writes every place', () => {
    expect(formatUnits(1250n, 2)).toBe('12.50');
    expect(formatUnits(-5n, 2)).toBe('-0.05');
    expect(formatUnits(-5n, 0)).toBe('-5');
    expect(formatUnits(0n, 3)).toBe('0.000');
  });

  it('reads back what it wrote', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: -UNITS_MAX, max: UNITS_MAX }),
        fc.integer({ min: 0, max: 36 }),
        (units, scale) => expect(parseUnits(formatUnits(units, scale), scale)).toBe(units),
      ),
    ));
});

describe('money', () => {
  it('is calculated and shown in its own asset', () => {
    const ten = Money.of(usdc, 10_000_000n);
    expect(ten.plus(Money.of(usdc, 1n)).text()).toBe('10.000001');
    expect(ten.minus(Money.of(usdc, 1n)).negated().toString()).toBe('-9.999999 USDC');
    expect(ten.share(333_333, 'ceiling').units).toBe(3_333_330n);
    expect(ten.dividedBy(3n, 'floor').units).toBe(3_333_333n);
    expect(ten.dividedBy(3n, 'ceiling').units).toBe(3_333_334n);
    expect(Money.parse(yen, '0.5')).toBe('amount-too-precise');
    const parsed = Money.parse(usdc, '10');
    expect(parsed instanceof Money && parsed.equals(ten)).toBe(true);
  });

  it('compares within an asset and never across', () => {
    const one = Money.of(usdc, 1n);
    expect([one.compare(Money.zero(usdc)), one.compare(one)]).toEqual([1, 0]);
    expect(Money.zero(usdc).compare(one)).toBe(-1);
    expect(one.equals(Money.of(yen, 1n))).toBe(false);
    expect([one.negated(), Money.zero(usdc), one].map((each) => each.isNegative())).toEqual([
      true,
      false,
      false,
    ]);
    const other = Money.of(yen, 1n);
    expect(() => one.plus(other)).toThrow(InvariantViolation);
    expect(() => one.minus(other)).toThrow(InvariantViolation);
    expect(() => one.compare(other)).toThrow(InvariantViolation);
  });

  it('does not change', () => {
    const one = Money.of(usdc, 1n);
    expect(() => Object.assign(one, { units: 2n })).toThrow(TypeError);
    expect(one.units).toBe(1n);
  });
});
