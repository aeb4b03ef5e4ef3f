import { decimalOf, sumOf } from '@ringfence/money';
import fc from 'fast-check';
import { levelledReductions } from './adl-level.js';
import { waterFill } from './adl.js';
import { fillFromQueue, rankForAdl } from './adl-queue.js';

fc.configureGlobal({ seed: 6613, numRuns: 400 });
const holders = fc.array(
  fc.record({ lots: fc.integer({ min: 1, max: 200 }), equity: fc.bigInt({ min: 1n, max: 900n }) }),
  { minLength: 1, maxLength: 6 },
);

describe('exact figures of deleveraging', () => {
  it('are what the house cuts to lots: less than a lot apart, and the same sum', () =>
    fc.assert(
      fc.property(holders, fc.integer({ min: 0, max: 100 }), (all, percent) => {
        const held = all.reduce((sum, { lots }) => sum + lots, 0);
        const quantity = Math.floor((held * percent) / 100);
        const { reductions } = levelledReductions({
          price: decimalOf(7n),
          quantity: decimalOf(BigInt(quantity)),
          accounts: all.map(({ lots, equity }) => ({
            quantity: decimalOf(BigInt(lots)),
            equity: decimalOf(equity),
          })),
        });
        const accounts = all.map((each, id) => ({ id, ...each }));
        const taken = new Map(waterFill({ accounts, quantity }).map(({ id, lots }) => [id, lots]));
        reductions.forEach((exact, id) => {
          const whole = decimalOf(BigInt(taken.get(id) ?? 0));
          expect(whole.minus(exact).abs().lt('1')).toBe(true);
        });
        expect(
          sumOf(reductions)
            .minus(decimalOf(BigInt(quantity)))
            .abs()
            .lt('1e-30'),
        ).toBe(true);
      }),
    ));

  it('refuse to place more than all hold', () => {
    const accounts = [{ quantity: decimalOf(5n), equity: decimalOf(1n) }];
    const market = { price: decimalOf(1n), accounts };
    expect(levelledReductions({ ...market, quantity: decimalOf(5n) }).leverage.eq('0')).toBe(true);
    expect(() => levelledReductions({ ...market, quantity: decimalOf(6n) })).toThrow('all hold');
    expect(() => levelledReductions({ ...market, accounts: [], quantity: decimalOf(0n) })).toThrow(
      'someone holds',
    );
  });
});

describe('a queue of deleveraging', () => {
  it('puts profit on leverage first, and among losers the leveraged one', () => {
    const holder = (id: string, pnl: bigint, leverage: bigint) => ({
      id,
      pnlPercent: decimalOf(pnl),
      effectiveLeverage: decimalOf(leverage),
    });
    const queue = [holder('c', -10n, 2n), holder('b', 0n, 9n), holder('a', 5n, 2n)];
    expect(rankForAdl([...queue, holder('d', -10n, 10n), holder('A', 10n, 1n)])).toEqual([
      'A', // ties go by id
      'a',
      'b',
      'd',
      'c',
    ]);
    expect(() => rankForAdl([holder('x', 1n, 0n)])).toThrow('above 0');
  });

  it('empties one holder before the next, and says what nobody took', () => {
    const queue = ['x', 'y'].map((id) => ({ id, quantity: decimalOf(10n) }));
    const filled = (quantity: bigint): string => {
      const { fills, unfilled } = fillFromQueue(decimalOf(quantity), queue);
      const parts = fills.map((fill) => `${fill.id} ${fill.quantity.toFixed()}`);
      return [...parts, unfilled.toFixed()].join(', ');
    };
    expect([filled(0n), filled(10n), filled(15n), filled(21n)]).toEqual([
      '0',
      'x 10, 0',
      'x 10, y 5, 0',
      'x 10, y 10, 1',
    ]);
  });
});
