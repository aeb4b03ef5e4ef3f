import { decimal, decimalOf, type DecimalFigure } from '@ringfence/money';
import fc from 'fast-check';
import { emptyInventory, markInventory, takeOver, unrealisedGain } from './house-inventory.js';

fc.configureGlobal({ seed: 6616, numRuns: 300 });
const whole = (value: number): DecimalFigure => decimalOf(BigInt(value));
const trades = fc.array(
  fc.record({ size: fc.integer({ min: -5, max: 5 }), price: fc.integer({ min: 1, max: 200 }) }),
  { maxLength: 8 },
);

describe('what the house takes over', () => {
  // gains by trade: Σ size × (mark − price), however it is split into realised and not
  it('gains and loses for the pool exactly what its trades do', () =>
    fc.assert(
      fc.property(trades, fc.integer({ min: 1, max: 200 }), (all, mark) => {
        let house = emptyInventory(decimal('1000'));
        for (const { size, price } of all) house = takeOver(house, whole(size), whole(price));
        const gain = all.reduce((sum, { size, price }) => sum + size * (mark - price), 0);
        const total = house.realised.plus(unrealisedGain(house, whole(mark)));
        expect(total.minus(whole(gain)).abs().lt('1e-30')).toBe(true);
        expect(house.pool.minus('1000').eq(house.realised)).toBe(true);
        expect(house.size.eq(whole(all.reduce((sum, { size }) => sum + size, 0)))).toBe(true);
      }),
    ));

  it('turns to the average of what turned', () => {
    const long = takeOver(emptyInventory(decimal('0')), decimal('2'), decimal('100'));
    const short = takeOver(long, decimal('-5'), decimal('130'));
    expect([short.size, short.realised, short.cost].map((each) => each.toFixed())).toEqual([
      '-3',
      '60',
      '-390',
    ]);
  });

  it('closes a client out at nothing left, and leaves one with a value alone', () => {
    const client = (collateral: string) => ({
      size: decimal('1'),
      entry: decimal('200'),
      collateral: decimal(collateral),
    });
    const clients = new Map([
      ['B', client('101')],
      ['A', client('90')],
    ]);
    const after = markInventory(emptyInventory(decimal('1000')), clients, decimal('100'));
    expect([...after.clients.keys()]).toEqual(['B']);
    expect(after.realised.get('A')?.toFixed()).toBe('-100');
    expect(after.inventory.pool.toFixed()).toBe('990');
    expect(after.inventory.size.toFixed()).toBe('1');
  });
});
