import type { AccountClass, CommandOf } from '@ringfence/contracts';
import { accountId, type BucketId, type DomainId, type MemberId } from '@ringfence/kernel';
import { OPERATOR, venue, type Outcome } from './runner.fixture.js';
import { ALICE, BOB, CROSS, DOMAIN, Scene, VENUE } from './scene.fixture.js';
import { accountsLane } from './lane.js';

function open(
  house: Scene,
  accountClass: AccountClass,
  by = venue(ALICE),
  more: Partial<CommandOf<'OpenAccount'>> = {},
): Outcome {
  const command = { type: 'OpenAccount' as const, member: ALICE, owner: 'o', class: accountClass };
  return house.order(0, { ...command, domain: null, reference: 'r', ...more }, by);
}

describe('opening an account', () => {
  it('numbers accounts behind the three that every lane has', () => {
    const house = new Scene(2);
    expect(open(house, 'client-individual').events).toMatchObject([{ account: accountId(0, 3) }]);
    expect(open(house, 'client-individual').events).toMatchObject([{ account: accountId(0, 4) }]);
    expect(house.lane(1).accounts.map((each) => each.class)).toEqual([
      'settlement',
      'fees',
      'unattributed',
    ]);
  });
  it('is for the member itself, and for operators when it is the house', () => {
    const house = new Scene();
    const member = 0 as MemberId;
    expect(open(house, 'client-individual', venue(BOB)).code).toBe('not-authorised');
    expect(open(house, 'client-individual', OPERATOR).code).toBe('not-authorised');
    expect(open(house, 'house', venue(ALICE)).code).toBe('not-authorised');
    expect(open(house, 'house', OPERATOR, { member }).code).toBe('');
    expect(open(house, 'insurance', OPERATOR, { member, domain: DOMAIN }).code).toBe('');
    expect(open(house, 'liquidity', OPERATOR, { domain: DOMAIN }).code).toBe('');
  });
  it('is refused by name', () => {
    const house = new Scene();
    const member = 0 as MemberId;
    const stranger = 9 as MemberId;
    for (const each of ['settlement', 'fees', 'unattributed'] as const) {
      expect(open(house, each, OPERATOR).code).toBe('class-not-opened');
    }
    expect(open(house, 'client-individual', OPERATOR, { member }).code).toBe(
      'house-has-no-clients',
    );
    expect(open(house, 'client-individual', venue(9), { member: stranger }).code).toBe(
      'member-unknown',
    );
    expect(open(house, 'insurance', OPERATOR, { domain: DOMAIN }).code).toBe(
      'insurance-is-of-the-house',
    );
    expect(open(house, 'liquidity', OPERATOR).code).toBe('domain-missing');
    expect(open(house, 'house', OPERATOR, { domain: DOMAIN }).code).toBe('domain-not-wanted');
    const domain = 9 as DomainId;
    expect(open(house, 'liquidity', OPERATOR, { domain }).code).toBe('domain-unknown');
  });
});

describe('closing an account', () => {
  it('needs it to be empty', () => {
    const house = new Scene();
    const account = house.client(0);
    const close = { type: 'CloseAccount' as const, account };
    house.deposit(account, 1n);
    expect(house.order(0, close, venue(ALICE)).code).toBe('account-not-empty');
    const other = house.client(0);
    house.transfer(account, other, 1n);
    expect(house.order(0, close, venue(BOB)).code).toBe('not-the-owner');
    expect(house.order(0, close, venue(ALICE)).code).toBe('');
    expect(house.order(0, close, venue(ALICE)).code).toBe('account-closed');
    const fees = { type: 'CloseAccount' as const, account: accountId(0, 1) };
    expect(house.order(0, fees, OPERATOR).code).toBe('account-of-the-house');
  });
});

describe('trading authority and destinations', () => {
  it('are given once and taken back once', () => {
    const house = new Scene();
    const account = house.client(0);
    const revoke = { type: 'RevokeTradingAuthority' as const, account, venue: VENUE };
    expect(house.order(0, revoke, venue(ALICE)).code).toBe('authority-not-granted');
    expect(house.grant(account).code).toBe('');
    expect(house.grant(account).code).toBe('authority-already-granted');
    expect(house.order(0, revoke, venue(BOB)).code).toBe('not-the-owner');
    expect(house.order(0, revoke, venue(ALICE)).code).toBe('');
    const stranger = { type: 'GrantTradingAuthority' as const, account, venue: 9 as MemberId };
    expect(house.order(0, stranger, venue(ALICE)).code).toBe('member-unknown');
    const register = { type: 'RegisterDestination' as const, account, destination: 'x' };
    expect(house.order(0, register, venue(ALICE)).code).toBe('');
    expect(house.order(0, register, venue(ALICE)).code).toBe('destination-already-registered');
    expect(house.order(0, { ...register, destination: '' }, venue(ALICE)).code).toBe(
      'destination-missing',
    );
  });
});

describe('the digest', () => {
  it('is the same when it is taken often and once', () => {
    const [often, once] = [new Scene(), new Scene()];
    for (const house of [often, once]) {
      const [from, to] = [house.client(0), house.client(0)];
      house.deposit(from, 100n);
      if (house === often) accountsLane.digest(house.lane(0));
      house.transfer(from, to, 40n);
      if (house === often) accountsLane.digest(house.lane(0));
      house.grant(to);
    }
    const print = accountsLane.digest(once.lane(0));
    expect(accountsLane.digest(often.lane(0))).toBe(print);
    for (const house of [often, once]) {
      house.move(accountId(0, 3), 0 as BucketId, CROSS, 20n);
      house.move(accountId(0, 3), CROSS, 0 as BucketId, 20n);
      if (house === often) accountsLane.digest(house.lane(0));
      house.judge();
    }
    expect(accountsLane.digest(often.lane(0))).toBe(accountsLane.digest(once.lane(0)));
    once.deposit(accountId(0, 3), 1n);
    expect(accountsLane.digest(once.lane(0))).not.toBe(print);
  });
});
