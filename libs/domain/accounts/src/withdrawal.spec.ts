import { unattributedAccount, type EventOf } from '@ringfence/contracts';
import {
  EXCESS,
  accountId,
  isolated,
  portfolio,
  type AccountId,
  type InstrumentId,
} from '@ringfence/kernel';
import { OPERATOR, venue, type Outcome } from './runner.fixture.js';
import { ALICE, BOB, CROSS, ISOLATED, Scene, USD } from './scene.fixture.js';

const SAFE = 'bc1-safe';
function withdraw(house: Scene, account: AccountId, amount: bigint, destination = SAFE): Outcome {
  const command = { type: 'RequestWithdrawal' as const, account, asset: USD, amount, destination };
  return house.order(0, command, house.ownerOf(account));
}
function funded(): { house: Scene; account: AccountId } {
  const house = new Scene();
  const account = house.client(0);
  house.deposit(account, 100n);
  const register = { type: 'RegisterDestination' as const, account, destination: SAFE };
  house.order(0, register, venue(ALICE));
  return { house, account };
}
const instructed = (withdrawal: number, account: AccountId): EventOf<'WithdrawalInstructed'> => ({
  type: 'WithdrawalInstructed',
  withdrawal,
  account,
  asset: USD,
  amount: 40n,
  destination: SAFE,
});

describe('withdrawing collateral', () => {
  it('reserves it, and pays when custody instructed it', () => {
    const { house, account } = funded();
    const { events } = withdraw(house, account, 40n);
    expect(events).toMatchObject([{ type: 'WithdrawalReserved', reservation: 1, key: ALICE }]);
    expect(house.cash(account)).toEqual([60n, 40n]);
    house.feed(0, 'custody', instructed(1, account));
    expect(house.cash(account)).toEqual([60n, 0n]);
    expect(house.lane(0).pending.size).toBe(0);
  });
  it('comes back when custody refused it', () => {
    const { house, account } = funded();
    withdraw(house, account, 40n);
    house.feed(0, 'custody', { type: 'WithdrawalRefused', withdrawal: 1, reason: 'unapproved' });
    expect(house.cash(account)).toEqual([100n, 0n]);
  });
  it('does nothing the second time', () => {
    const { house, account } = funded();
    withdraw(house, account, 40n);
    house.feed(0, 'custody', instructed(1, account));
    const late = house.feed(0, 'custody', instructed(1, account));
    const refused = house.feed(0, 'custody', {
      type: 'WithdrawalRefused',
      withdrawal: 1,
      reason: 'late',
    });
    expect([...late, ...refused]).toMatchObject([
      { code: '', events: [] },
      { code: '', events: [] },
    ]);
  });
  it('is refused by name', () => {
    const { house, account } = funded();
    expect(withdraw(house, account, 101n)).toMatchObject({
      code: 'insufficient-available',
      detail: { available: '100' },
    });
    expect(withdraw(house, account, 100n, 'elsewhere').code).toBe('destination-unknown');
    expect(withdraw(house, account, 0n).code).toBe('amount-not-positive');
    const command = { type: 'RequestWithdrawal' as const, account, asset: USD, amount: 1n };
    const order = { ...command, destination: SAFE };
    expect(house.order(0, order, venue(BOB)).code).toBe('not-the-owner');
    expect(house.order(0, { ...order, account: accountId(0, 9) }, venue(ALICE)).code).toBe(
      'account-unknown',
    );
    expect(house.order(0, { ...order, asset: 9 as typeof USD }, venue(ALICE)).code).toBe(
      'asset-unknown',
    );
    expect(withdraw(house, account, 100n).code).toBe('');
  });
  it('leaves what margins positions alone', () => {
    const { house, account } = funded();
    house.move(account, EXCESS, CROSS, 80n);
    expect(withdraw(house, account, 21n).detail).toEqual({ available: '20' });
    expect(withdraw(house, account, 20n).code).toBe('');
  });
});

describe('deposits', () => {
  it('are credited to the account, or listed as unattributed', () => {
    const house = new Scene();
    const account = house.client(0);
    const closed = house.client(0);
    house.order(0, { type: 'CloseAccount', account: closed }, venue(ALICE));
    house.deposit(account, 5n);
    house.deposit(closed, 7n);
    house.deposit(accountId(0, 99), 11n);
    house.deposit(null, 13n);
    expect(house.cash(account)).toEqual([5n, 0n]);
    expect(house.cash(unattributedAccount(0))).toEqual([31n, 0n]);
  });
  it('cannot be ordered by anyone', () => {
    const house = new Scene();
    const account = house.client(0);
    const command = { type: 'CreditDeposit' as const, deposit: 1, account, asset: USD, amount: 1n };
    expect(house.order(0, command, OPERATOR).code).toBe('not-authorised');
  });
});

describe('moving collateral between buckets', () => {
  it('goes into a margin bucket at once', () => {
    const { house, account } = funded();
    expect(house.move(account, EXCESS, ISOLATED, 100n).events).toMatchObject([
      { type: 'CollateralMoved', reservation: 0 },
    ]);
    expect(house.cash(account, ISOLATED)).toEqual([100n, 0n]);
    expect(house.gates).toEqual([]);
  });
  it('leaves one only through the gate', () => {
    const { house, account } = funded();
    house.move(account, EXCESS, ISOLATED, 100n);
    house.move(account, ISOLATED, EXCESS, 40n);
    expect(house.cash(account, ISOLATED)).toEqual([60n, 40n]);
    house.judge(false);
    expect(house.cash(account, ISOLATED)).toEqual([100n, 0n]);
    house.move(account, ISOLATED, CROSS, 100n);
    house.judge();
    expect(house.cash(account, CROSS)).toEqual([100n, 0n]);
    expect(house.lane(0).pending.size).toBe(0);
  });
  it('is cancelled by a call, and the late verdict does nothing', () => {
    const { house, account } = funded();
    house.move(account, EXCESS, ISOLATED, 100n);
    house.move(account, ISOLATED, EXCESS, 40n);
    const call = { type: 'MarginCalled' as const, call: 1, account, bucket: ISOLATED };
    house.feed(0, 'risk', { ...call, amount: 1n, deadline: 9, frame: 1 });
    expect(house.cash(account, ISOLATED)).toEqual([100n, 0n]);
    expect(house.judge()).toMatchObject([{ code: '', events: [] }]);
    expect(house.cash(account, ISOLATED)).toEqual([100n, 0n]);
  });
  it('is refused by name', () => {
    const { house, account } = funded();
    expect(house.move(account, EXCESS, EXCESS, 1n).code).toBe('same-bucket');
    expect(house.move(account, EXCESS, CROSS, 0n).code).toBe('amount-not-positive');
    expect(house.move(account, EXCESS, CROSS, 101n).detail).toEqual({ available: '100' });
    expect(house.move(account, EXCESS, isolated(9 as InstrumentId), 1n).code).toBe(
      'bucket-unknown',
    );
    expect(house.move(account, EXCESS, portfolio(99), 1n).code).toBe('bucket-unknown');
    expect(house.move(account, CROSS, EXCESS, 1n).code).toBe('insufficient-available');
    const insurance = house.house(0, 'insurance');
    house.deposit(insurance, 5n);
    expect(house.move(insurance, EXCESS, CROSS, 5n).code).toBe('account-not-margined');
  });
});
