import { InvariantViolation } from '@ringfence/kernel';
import fc from 'fast-check';
import { byLeverage, waterFill } from './adl.js';
import { haircutClaims, paidClaims } from './claims.js';

fc.configureGlobal({ seed: 6410, numRuns: 600 });
const A = { id: 'A', lots: 50, equity: 500n };
const B = { id: 'B', lots: 60, equity: 1_200n };
const C = { id: 'C', lots: 40, equity: 2_000n };
const taken = (accounts: (typeof A)[], quantity: number): (number | string)[] =>
  waterFill({ accounts, quantity }).flatMap(({ id, lots }) => [id, lots]);

// rule of arXiv 2603.15963; figures of the shared cases, derived
describe('deleveraging from the top as in the cases', () => {
  it('takes from the most leveraged alone until it stands level with the next', () =>
    expect(taken([A, B, C], 20)).toEqual(['A', 20]));
  it('goes on with both', () => expect(taken([C, B, A], 30)).toEqual(['B', 4, 'A', 26]));
  it('takes the same from an account that was split', () => {
    const parts = [
      { id: 'A1', lots: 20, equity: 200n },
      { id: 'A2', lots: 30, equity: 300n },
    ];
    expect(taken([...parts, B, C], 30)).toEqual(['A1', 11, 'A2', 16, 'B', 3]);
  });
});

describe('deleveraging from the top', () => {
  const candidates = fc.uniqueArray(
    fc.record({
      id: fc.nat(1_000),
      lots: fc.integer({ min: 1, max: 60 }),
      equity: fc.oneof(
        fc.bigInt({ min: -20n, max: 300n }),
        fc.bigInt({ min: 1n, max: 10n ** 30n }),
      ),
    }),
    { selector: ({ id }) => id, maxLength: 7 },
  );

  it('places all it can, from no one more than he holds', () =>
    fc.assert(
      fc.property(candidates, fc.nat(300), (accounts, quantity) => {
        const reductions = waterFill({ accounts, quantity });
        const all = accounts.reduce((sum, { lots }) => sum + lots, 0);
        const placed = reductions.reduce((sum, { lots }) => sum + lots, 0);
        expect(placed).toBe(Math.min(quantity, all));
        for (const { id, lots } of reductions) {
          const held = accounts.find((account) => account.id === id)?.lots ?? 0;
          expect(lots >= 1 && lots <= held).toBe(true);
        }
      }),
    ));

  it('is within a lot of the level that an exact search by bisection finds', () =>
    fc.assert(
      fc.property(candidates, fc.nat(300), (accounts, quantity) => {
        const solvent = accounts.filter(({ equity }) => equity > 0n);
        const all = solvent.reduce((sum, { lots }) => sum + lots, 0);
        const asked = Math.min(quantity, all);
        const given = new Map(
          waterFill({ accounts: solvent, quantity }).map(({ id, lots }) => [id, lots]),
        );
        // lots kept per unit of equity, over 10^40: the sum given up falls as it rises
        const scale = 10n ** 40n;
        const exact = ({ lots, equity }: (typeof solvent)[number], level: bigint): bigint => {
          const rest = BigInt(lots) * scale - level * equity;
          return rest > 0n ? rest : 0n;
        };
        let low = 0n;
        let high = 61n * scale;
        while (high - low > 1n) {
          const middle = (low + high) / 2n;
          const sum = solvent.reduce((total, each) => total + exact(each, middle), 0n);
          if (sum >= BigInt(asked) * scale) low = middle;
          else high = middle;
        }
        for (const each of solvent) {
          const lots = Number((exact(each, low) * 1_000_000n) / scale) / 1_000_000;
          expect(Math.abs((given.get(each.id) ?? 0) - lots)).toBeLessThan(1.00001);
        }
      }),
    ));

  it('does not depend on the order of the accounts', () =>
    fc.assert(
      fc.property(candidates, fc.nat(300), (accounts, quantity) => {
        const byId = (input: typeof accounts) =>
          waterFill({ accounts: input, quantity }).sort((a, b) => a.id - b.id);
        expect(byId([...accounts].reverse())).toEqual(byId(accounts));
      }),
    ));

  it('takes who has no equity first, pro rata, ties by id', () => {
    const broke = [
      { id: 'Y', lots: 3, equity: 0n },
      { id: 'X', lots: 3, equity: -500n },
    ];
    expect(taken([A, ...broke], 3)).toEqual(['Y', 1, 'X', 2]);
    expect(taken([A, ...broke], 6)).toEqual(['Y', 3, 'X', 3]);
    expect(taken([A, ...broke], 7)).toEqual(['A', 1, 'Y', 3, 'X', 3]);
  });

  it('stops at the level of the next, to the lot', () => {
    // A stands level with B once it gives 25 of 50, then both give 1 to 2.4
    expect(taken([A, B], 25)).toEqual(['A', 25]);
    expect(taken([A, B], 26)).toEqual(['A', 25, 'B', 1]);
    expect(taken([A, B, C], 0)).toEqual([]);
    expect(taken([A, B, C], 10 ** 9)).toEqual(['A', 50, 'B', 60, 'C', 40]);
    expect(taken([], 5)).toEqual([]);
  });

  it('gives equal fractions by id', () => {
    const equal = ['3', '1', '2'].map((id) => ({ id, lots: 10, equity: 10n }));
    expect(taken(equal, 4)).toEqual(['3', 1, '1', 2, '2', 1]);
  });

  it('ranks by lots per equity', () => {
    const broke = { id: 'D', lots: 1, equity: 0n };
    expect(
      [C, A, B, broke]
        .sort(byLeverage)
        .map(({ id }) => id)
        .join(''),
    ).toBe('DABC');
    const worse = { ...broke, id: 'E', equity: -9n };
    expect([byLeverage(broke, worse), byLeverage(worse, broke)]).toEqual([-1, 1]);
    expect(byLeverage(A, { ...A, id: 'A2', lots: 100, equity: 1_000n })).toBeLessThan(0);
  });

  it('refuses holders without lots and holders named twice', () => {
    expect(() => taken([{ ...A, lots: 0 }], 1)).toThrow(InvariantViolation);
    expect(() => taken([{ ...A, lots: -5 }], 1)).toThrow(InvariantViolation);
    expect(() => taken([A, A], 1)).toThrow(InvariantViolation);
    expect(() => taken([A], -1)).toThrow(InvariantViolation);
    expect(() => taken([A], 0.5)).toThrow(InvariantViolation);
  });
});

// vegaprotocol/vega core/integration/features/verified and core/collateral/engine_test.go at
// a50750cc1080: figures only; largest remainder is the house's
describe('claims that cannot be paid in full, as in the cases', () => {
  it.each([
    ['case 1', [80n, 8_000n], 5_080n, [50n, 5_030n]],
    ['case 4', [7_200n, 80n, 800n], 7_980n, [7_111n, 79n, 790n]],
    ['POSR-010', [1_250n, 5n], 125n, [125n, 0n]],
    ['underflow', [1n, 1n, 1n], 2n, [1n, 1n, 0n]],
    ['case 5', [7_200n, 800n, 80n], 8_080n, [7_200n, 800n, 80n]],
    ['one market alone', [100n, 300n], 200n, [50n, 150n]],
    ['a surplus that pays no one', [5n], 9n, [5n]],
  ])('%s', (_, claims, collected, paid) => {
    expect(paidClaims(collected, claims)).toEqual(paid);
    const owed = claims.reduce((sum, claim) => sum + claim, 0n);
    const cut = owed > collected ? owed - collected : 0n;
    expect(haircutClaims(cut, claims)).toEqual(claims.map((claim, i) => claim - (paid[i] ?? 0n)));
  });
});

describe('cutting claims', () => {
  const claims = fc.array(fc.bigInt({ min: 0n, max: 10n ** 24n }), { maxLength: 9 });
  it('bears the loss to the last unit and leaves no claim below zero', () =>
    fc.assert(
      fc.property(claims, fc.nat(1_000_000), (all, ppm) => {
        const owed = all.reduce((sum, claim) => sum + claim, 0n);
        const cut = (owed * BigInt(ppm)) / 1_000_000n;
        const cuts = haircutClaims(cut, all);
        expect(cuts.reduce((sum, each) => sum + each, 0n)).toBe(cut);
        cuts.forEach((each, i) => {
          expect(each >= 0n && each <= (all[i] ?? 0n)).toBe(true);
        });
      }),
    ));

  it('cuts everything when everything is lost, and refuses to cut more', () => {
    expect(haircutClaims(8n, [3n, 0n, 5n])).toEqual([3n, 0n, 5n]);
    expect(haircutClaims(0n, [])).toEqual([]);
    expect(() => haircutClaims(9n, [3n, 0n, 5n])).toThrow(InvariantViolation);
    expect(() => haircutClaims(-1n, [3n])).toThrow(InvariantViolation);
    expect(() => haircutClaims(0n, [-3n, 4n])).toThrow(InvariantViolation);
  });
});
