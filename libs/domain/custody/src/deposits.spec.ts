import { accountId, accountText } from '@ringfence/kernel';
import {
  ANN,
  BOB,
  ETH,
  OPERATOR,
  READY,
  SYSTEM,
  VENUE,
  approver,
  block,
  by,
  closed,
  credited,
  desk,
  given,
  order,
  reorganisation,
  RECONCILE,
} from './vaults.fixture.js';

const NOTHING = { accepted: true, events: [] };
const UNATTRIBUTED = accountId(0, 2);
const rejected = (code: string, detail: Record<string, string>) => ({
  accepted: false,
  rejection: { code, detail },
});
const eth = (height: number, ...payments: Parameters<typeof block>[1] & object) =>
  order(block(height, payments, [], ETH));

describe('a deposit', () => {
  it('is announced, and confirmed in its own block when one confirmation is enough', () =>
    expect(given(...READY).when(order(block(100, [['t1', ANN, 5n]])))).toEqual({
      accepted: true,
      events: [
        {
          type: 'DepositAnnounced',
          deposit: 1,
          chain: 'eip155:1',
          height: 100,
          transaction: 't1',
          to: accountText(ANN),
          asset: 1,
          amount: 5n,
        },
        { type: 'DepositConfirmed', deposit: 1, account: ANN, vault: ANN, asset: 1, amount: 5n },
        { type: 'ChainAdvanced', chain: 'eip155:1', height: 100 },
      ],
    }));
  it('waits for the depth of its asset', () => {
    const past = [...READY, eth(10, ['t1', ANN, 5n]), eth(11, ['t2', BOB, 6n])];
    expect(desk(...past).held(ANN, ETH)).toBe(0n);
    expect(given(...past).when(eth(12))).toEqual({
      accepted: true,
      events: [
        { type: 'DepositConfirmed', deposit: 1, account: ANN, vault: ANN, asset: 2, amount: 5n },
        { type: 'ChainAdvanced', chain: 'eip155:1', height: 12 },
      ],
    });
    const later = desk(...past, eth(12), eth(13));
    expect([later.held(ANN, ETH), later.held(BOB, ETH)]).toEqual([5n, 6n]);
  });
  it('comes once, however often it is seen', () => {
    const twice = [
      ['t1', ANN, 5n],
      ['t1', ANN, 5n],
    ] as const;
    const lane = desk(...READY, order(block(1, twice)), order(block(2, [['t1', ANN, 5n]])));
    expect(lane.held(ANN)).toBe(5n);
    expect(lane.state.deposits).toBe(1);
  });
  it('goes to the unattributed vault when it fits no open account here', () => {
    const strangers = [
      'hello',
      accountText(ANN).replace(/.$/, '!'),
      accountText(accountId(1, 3)),
      accountText(accountId(0, 99)),
      accountText(accountId(0, 0)),
      accountText(BOB),
    ];
    for (const to of strangers) {
      expect(given(...READY, closed(BOB)).when(order(block(1, [['t', to, 5n]])))).toMatchObject({
        events: [{ to }, { account: null, vault: UNATTRIBUTED }, {}],
      });
    }
  });
  it('is refused with its whole block when its asset is not listed', () =>
    expect(given(...READY).when(order(block(1, [['t1', ANN, 1n]], [], 9 as typeof ETH)))).toEqual(
      rejected('asset-unknown', { field: 'payments[0].asset' }),
    ));
  it('follows the ledger when its account closed before it was credited', () => {
    const lane = desk(
      ...READY,
      order(block(1, [['t1', ANN, 5n]])),
      closed(ANN),
      credited(1, UNATTRIBUTED, 5n),
    ).finish();
    expect([lane.held(ANN), lane.held(UNATTRIBUTED)]).toEqual([0n, 5n]);
    expect(lane.decide(order(RECONCILE))).toMatchObject({ events: [{ breaks: 0 }] });
  });
});

describe('blocks', () => {
  const past = [...READY, order(block(7))];
  it('come one after the other, from any first height', () => {
    expect(given(...past).when(order(block(8))).accepted).toBe(true);
    expect(given(...past).when(order(block(9)))).toEqual(rejected('block-gap', { expected: '8' }));
  });
  it('are no news when their height was seen', () => {
    expect(given(...past).when(order(block(7, [['t', ANN, 1n]])))).toEqual(NOTHING);
    expect(given(...past).when(order(block(6)))).toEqual(NOTHING);
  });
  it('are told by the watcher or an operator', () => {
    for (const who of [VENUE, approver(2)]) {
      expect(given(...past).when(by(who, block(8)))).toMatchObject({
        rejection: { code: 'role-not-allowed' },
      });
      expect(given(...past).when(by(who, reorganisation(1))).accepted).toBe(false);
    }
    for (const who of [OPERATOR, SYSTEM]) {
      expect(given(...past).when(by(who, block(8))).accepted).toBe(true);
    }
  });
});

describe('a reorganisation', () => {
  const past = [...READY, eth(10, ['t1', ANN, 5n]), eth(11, ['t2', BOB, 6n])];
  it('undoes what was announced above its height and goes back to it', () => {
    expect(given(...past).when(order(reorganisation(10)))).toEqual({
      accepted: true,
      events: [
        { type: 'DepositReorganised', deposit: 2, transaction: 't2' },
        { type: 'ChainAdvanced', chain: 'eip155:1', height: 10 },
      ],
    });
    expect(given(...past, order(reorganisation(10))).when(eth(12)).accepted).toBe(false);
  });
  it('lets the same payment come again, as a new deposit', () => {
    const again = [order(reorganisation(10)), eth(11), eth(12, ['t2', BOB, 6n])];
    const lane = desk(...past, ...again, eth(13), eth(14));
    expect([lane.held(ANN, ETH), lane.held(BOB, ETH)]).toEqual([5n, 6n]);
    expect(lane.state.vaultOfDeposit.get(3)).toBe(BOB);
  });
  it('does not touch what is confirmed, nor takes it twice', () => {
    const confirmed = [...READY, order(block(1, [['t1', ANN, 5n]]))];
    const lane = desk(...confirmed, order(reorganisation(0)), order(block(1, [['t1', ANN, 5n]])));
    expect(lane.held(ANN)).toBe(5n);
  });
  it('is no news unless the chain stands above it', () => {
    expect(given(...past).when(order(reorganisation(11)))).toEqual(NOTHING);
    expect(given(...READY).when(order(reorganisation(0)))).toEqual(NOTHING);
  });
});
