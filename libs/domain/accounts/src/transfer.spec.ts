import { accountId, type MemberId } from '@ringfence/kernel';
import { OPERATOR, venue } from './runner.fixture.js';
import { ALICE, BOB, Scene, USD } from './scene.fixture.js';
import { routeOf, type ClientEnd, type HouseEnd, type Route } from './route.js';
import * as contracts from '@ringfence/contracts';

describe('transferring collateral', () => {
  it('is one decision when both ends live on one lane', () => {
    const house = new Scene();
    const [from, to] = [house.client(0), house.client(0)];
    house.deposit(from, 100n);
    const { events } = house.transfer(from, to, 40n);
    expect(events.map(({ type }) => type)).toEqual([
      'TransferReserved',
      'TransferAccepted',
      'TransferSettled',
    ]);
    expect(house.cash(from)).toEqual([60n, 0n]);
    expect(house.cash(to)).toEqual([40n, 0n]);
    expect(house.lane(0).pending.size).toBe(0);
    expect(house.lane(0).between).toEqual([]);
  });

  it('stays reserved until the other lane answers', () => {
    const house = new Scene(2);
    const [from, to] = [house.client(0), house.client(1)];
    house.deposit(from, 100n);
    house.transfer(from, to, 100n);
    expect(house.cash(from)).toEqual([0n, 100n]);
    house.deliver('accounts/0>1');
    expect(house.cash(to)).toEqual([100n, 0n]);
    expect(house.total()).toBe(100n);
    house.deliver('accounts/1>0');
    expect(house.cash(from)).toEqual([0n, 0n]);
    expect(house.lane(0).between).toEqual([{ partition: 1, asset: USD, amount: 100n }]);
  });

  it('takes all that is available and not a unit more', () => {
    const house = new Scene();
    const [from, to] = [house.client(0), house.client(0)];
    house.deposit(from, 100n);
    const short = house.transfer(from, to, 101n);
    expect([short.code, short.detail]).toEqual(['insufficient-available', { available: '100' }]);
    expect(house.transfer(from, to, 100n).code).toBe('');
    expect(house.transfer(from, to, 1n).code).toBe('insufficient-available');
  });

  it('comes back with the reason when the other lane refuses', () => {
    const house = new Scene(2);
    const from = house.client(0);
    house.deposit(from, 100n);
    house.transfer(from, accountId(1, 77), 40n);
    house.settle();
    expect(house.cash(from)).toEqual([100n, 0n]);
    expect(house.log(0).at(-1)).toMatchObject({
      type: 'TransferReturned',
      reason: 'account-unknown',
    });

    const stranger = house.client(1, BOB);
    house.transfer(from, stranger, 40n);
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({
      type: 'TransferReturned',
      reason: 'not-own-money',
    });
    expect(house.cash(from)).toEqual([100n, 0n]);

    const closed = house.client(1);
    house.order(1, { type: 'CloseAccount', account: closed }, venue(ALICE));
    house.transfer(from, closed, 40n);
    house.settle();
    expect(house.log(0).at(-1)).toMatchObject({
      type: 'TransferReturned',
      reason: 'account-closed',
    });
  });

  it('is refused by name', () => {
    const house = new Scene();
    const [from, to] = [house.client(0), house.client(0)];
    house.deposit(from, 100n);
    const other = house.client(0, BOB);
    const closed = house.client(0);
    house.order(0, { type: 'CloseAccount', account: closed }, venue(ALICE));
    const settlement = accountId(0, 0);
    expect(house.transfer(from, from, 1n).code).toBe('same-account');
    expect(house.transfer(from, to, 0n).code).toBe('amount-not-positive');
    expect(house.transfer(from, to, -1n).code).toBe('amount-not-positive');
    expect(house.transfer(from, accountId(0, 99), 1n).code).toBe('account-unknown');
    expect(house.transfer(from, accountId(7, 3), 1n).code).toBe('account-unknown');
    expect(house.transfer(from, closed, 1n).code).toBe('account-closed');
    expect(house.transfer(closed, to, 1n, venue(ALICE)).code).toBe('account-closed');
    expect(house.transfer(from, other, 1n).code).toBe('not-own-money');
    expect(house.transfer(from, to, 1n, venue(BOB)).code).toBe('not-the-owner');
    expect(house.transfer(from, to, 1n, OPERATOR).code).toBe('not-the-owner');
    expect(house.transfer(settlement, to, 1n, OPERATOR).code).toBe(
      'settlement-moves-in-rounds-only',
    );
    expect(house.transfer(from, settlement, 1n).code).toBe('settlement-moves-in-rounds-only');
    const command = {
      type: 'TransferCollateral' as const,
      from,
      to,
      asset: 9 as typeof USD,
      amount: 1n,
    };
    expect(house.order(0, command, venue(ALICE)).code).toBe('asset-unknown');
    expect(house.cash(from)).toEqual([100n, 0n]);
  });

  it('lets house money cover any client, and no client money cover the house', () => {
    const house = new Scene(2);
    const own = house.house(0, 'house');
    const insurance = house.house(0, 'insurance');
    const client = house.client(0);
    const far = house.client(1, BOB);
    house.deposit(own, 100n);
    house.deposit(client, 100n);
    expect(house.transfer(own, client, 10n).code).toBe('');
    expect(house.transfer(own, insurance, 10n).code).toBe('');
    house.transfer(own, far, 10n);
    house.settle();
    expect(house.cash(far)).toEqual([10n, 0n]);
    const targets = [own, insurance, house.house(0, 'liquidity')];
    for (const target of targets)
      expect(house.transfer(client, target, 1n).code).toBe('not-own-money');
    expect(house.transfer(client, accountId(0, 1), 1n).code).toBe('not-a-destination');
  });
});

describe('routes', () => {
  const alice: ClientEnd = { class: 'client-individual', member: ALICE, owner: 'a' };
  const bob: ClientEnd = { class: 'client-individual', member: ALICE, owner: 'b' };
  const house: HouseEnd = { class: 'house', member: 0 as MemberId, owner: 'house' };

  it('cannot lead from a client to anyone else, by type', () => {
    // @ts-expect-error a client is no source of house money
    const toHouse: Route = { kind: 'house', from: alice, to: house };
    // @ts-expect-error a client's route names one owner, and only routeOf may make it
    const toOther: Route = { kind: 'own', from: alice, to: bob };
    // @ts-expect-error nor is it a bare statement about one owner
    const forged: Route = { kind: 'own', owner: alice };
    // @ts-expect-error a round moves settlement money only
    const round: Route = { kind: 'round', from: alice, to: house };
    expect([toHouse, toOther, forged, round]).toHaveLength(4);
  });
  it('are refused at run time too', () => {
    expect(routeOf(alice, bob)).toBe('not-own-money');
    expect(routeOf(alice, house)).toBe('not-own-money');
    expect(routeOf(alice, { ...alice, member: BOB })).toBe('not-own-money');
    expect(routeOf(alice, { ...alice })).toEqual({ kind: 'own', owner: alice });
    expect(routeOf(house, bob)).toMatchObject({ kind: 'house' });
    expect(routeOf({ ...house, member: ALICE }, { ...house, member: BOB })).toBe('not-own-money');
  });
  it('have no message of pledge or re-use beside them', () => {
    const tables = [...contracts.ACCOUNTS_COMMANDS, ...contracts.ACCOUNTS_EVENTS];
    const names = tables.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => /pledge|hypothec|reuse|lend|borrow|lien/i.test(name))).toEqual(
      [],
    );
  });
});
