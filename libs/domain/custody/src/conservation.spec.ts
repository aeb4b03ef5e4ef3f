import { settlementAccount } from '@ringfence/contracts';
import * as fc from 'fast-check';
import { Vaults } from './house.fixture.js';
import { RECONCILE, USDC, order } from './vaults.fixture.js';

const KINDS = [
  'deposit',
  'answer',
  'transfer',
  'accept',
  'withdraw',
  'promote',
  'sweep',
  'see',
  'work',
  'deliver',
] as const;
const choice = fc.record({
  kind: fc.constantFrom(...KINDS),
  p: fc.nat(2),
  q: fc.nat(2),
  n: fc.nat(2),
  m: fc.nat(2),
  amount: fc.bigInt(1n, 100n),
});
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

function step(house: Vaults, partitions: number, { kind, n, m, amount, ...where }: Choice): void {
  const [p, q] = [where.p % partitions, where.q % partitions];
  switch (kind) {
    case 'deposit':
      return house.deposit(p, n, amount);
    case 'transfer':
      return house.transfer(p, n, q, m, amount);
    case 'withdraw':
      return house.withdraw(p, n, amount);
    case 'sweep':
      return house.book(p).sweep();
    case 'work':
      return void house.desk(p).work();
    default:
      return void house[kind](p);
  }
}

/** Nothing is lost, and every partition reconciles; `expect` only tells what is wrong. */
function check(house: Vaults): void {
  const found = house.total() + house.withdrawn;
  if (found !== house.deposited) expect(found).toBe(house.deposited);
  for (const desk of house.desks) {
    const decision = desk.decide(order(RECONCILE));
    const breaks = decision.accepted ? decision.events.slice(0, -1) : [decision.rejection];
    if (breaks.length > 0) expect(breaks).toEqual([]);
  }
}

describe('vaults of one to three partitions, in any order of events', () => {
  const histories = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(choice, { maxLength: 120, size: 'max' }),
  );
  it('lose nothing, always reconcile, and end as the ledger says', () =>
    fc.assert(
      fc.property(histories, ([partitions, choices]) => {
        const house = new Vaults(partitions);
        for (const each of choices) {
          step(house, partitions, each);
          check(house);
        }
        house.settle();
        check(house);
        for (const { partition, state, ...desk } of house.desks) {
          const pool = state.pools.get(USDC);
          for (const [account, { held, due }] of pool?.vaults ?? []) {
            expect(due).toBe(0n);
            if (account === settlementAccount(partition)) continue;
            expect(held).toBe(house.book(partition).total.get(account) ?? 0n);
          }
          expect([state.approved.size, pool?.inFlight ?? 0n, desk.sent.length]).toEqual([
            0,
            0n,
            house.delivered[partition],
          ]);
        }
      }),
      { numRuns: 200, seed: 20260101 },
    ));

  it('keep what each owes the other when all of it nets to nothing on every wall', () => {
    const house = new Vaults(2);
    for (const p of [0, 1]) house.deposit(p, 0, 10n);
    for (const p of [0, 1]) while (house.answer(p));
    for (const p of [0, 1]) house.transfer(p, 0, 1 - p, 0, 10n);
    house.settle();
    // nothing moves: no wall is owed anything, and no vault is another's to give
    expect(house.desk(0).state.pools.get(USDC)?.owes.get(1)).toBe(10n);
    expect(house.desk(0).decide(order(RECONCILE))).toMatchObject({ events: [{ breaks: 0 }] });
  });
});
