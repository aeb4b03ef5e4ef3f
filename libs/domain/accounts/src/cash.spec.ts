import type { AssetId } from '@ringfence/kernel';
import { addRow, cashIn, changeCash, changeUnswept, emptyCash, rowAt } from './cash.js';

const USD = 1 as AssetId;
const BTC = 2 as AssetId;
/** Around every limb, and around what a number holds exactly. */
const EDGES = [0n, 31n, 32n, 52n, 53n, 63n, 64n, 95n, 96n, 125n].flatMap((bits) => [
  2n ** bits - 1n,
  2n ** bits,
  2n ** bits + 1n,
]);

describe('rows of cash', () => {
  it('add and take amounts of every size, to the last unit', () => {
    for (const first of EDGES) {
      for (const second of EDGES) {
        const table = emptyCash();
        const row = addRow(table, 0, USD);
        expect(changeCash(table, row, first, second)).toBe(true);
        expect(changeCash(table, row, second, first)).toBe(true);
        expect(cashIn(table, row)).toEqual([
          { asset: USD, available: first + second, reserved: first + second, unswept: 0n },
        ]);
        expect(changeCash(table, row, -first, -second)).toBe(true);
        expect(changeCash(table, row, -second, -first)).toBe(true);
        expect(cashIn(table, row)[0]).toMatchObject({ available: 0n, reserved: 0n });
      }
    }
  });

  it('say when one unit is missing', () => {
    for (const amount of EDGES) {
      const table = emptyCash();
      const row = addRow(table, 0, USD);
      changeCash(table, row, amount, amount);
      expect(changeCash(table, row, -amount - 1n, 0n)).toBe(false);
      expect(changeCash(table, row, 1n, -amount - 1n)).toBe(false);
      expect(changeCash(table, row, 0n, 1n)).toBe(true);
    }
  });

  it('hold 10^38 and stop beyond 2^127', () => {
    const table = emptyCash();
    const row = addRow(table, 0, USD);
    expect(changeCash(table, row, 10n ** 38n, 0n)).toBe(true);
    expect(changeCash(table, row, 10n ** 37n, 0n)).toBe(true);
    // beyond 2^127 the fold stops instead of wrapping around
    expect(changeCash(table, row, 10n ** 38n, 0n)).toBe(false);
  });

  it('count what custody is not told below zero too', () => {
    for (const amount of EDGES) {
      const table = emptyCash();
      const row = addRow(table, 0, USD);
      changeUnswept(table, row, -amount);
      expect(cashIn(table, row)[0].unswept).toBe(-amount);
      changeUnswept(table, row, amount + 1n);
      expect(cashIn(table, row)[0].unswept).toBe(1n);
    }
  });

  it('keep the assets of a bucket in the order in which they came', () => {
    const table = emptyCash();
    const first = addRow(table, 0, BTC);
    const other = addRow(table, 0, BTC);
    for (let i = 0; i < 3000; i++) addRow(table, 0, USD);
    const second = addRow(table, first, USD);
    expect([rowAt(table, first, BTC), rowAt(table, first, USD)]).toEqual([first, second]);
    expect(rowAt(table, other, USD)).toBe(0);
    expect(cashIn(table, first).map(({ asset }) => asset)).toEqual([BTC, USD]);
  });
});
