import type { Command } from '@ringfence/contracts';
import type { Decision } from '@ringfence/kernel';
import {
  ANN,
  BOB,
  OPERATOR,
  READY,
  SYSTEM,
  VENUE,
  approve,
  approver,
  approvals,
  block,
  by,
  desk,
  funded,
  given,
  issued,
  listed,
  opened,
  order,
  report,
  reserved,
  seen,
  sweepsDue,
  USDC,
} from './vaults.fixture.js';

const codeOf = (decision: Decision<unknown>) =>
  decision.accepted ? 'accepted' : decision.rejection.code;
const NOTHING = { accepted: true, events: [] };
const refuse = (withdrawal: number): Command => ({
  type: 'RefuseWithdrawal',
  withdrawal,
  reason: 'sanctions',
});
const PLACED = [...READY, ...funded(ANN, 100n), reserved(9, ANN, 40n)];
const APPROVED = [...PLACED, by(approver(2), approve(9)), by(approver(3), approve(9))];

describe('placing a withdrawal', () => {
  it('follows the reservation in accounts, once', () => {
    expect(desk(...PLACED).events.at(-1)).toEqual({
      type: 'WithdrawalPlaced',
      withdrawal: 9,
      account: ANN,
      asset: 1,
      amount: 40n,
      destination: '0xD',
      key: 7,
    });
    const again: Command = {
      type: 'PlaceWithdrawal',
      withdrawal: 9,
      account: ANN,
      asset: USDC,
      amount: 40n,
      destination: '0xD',
      key: 7,
    };
    expect(given(...PLACED).when(order(again))).toEqual(NOTHING);
  });
});

describe('approving a withdrawal', () => {
  it('counts distinct approvers up to what the house needs', () => {
    expect(given(...PLACED).when(by(approver(2), approve(9)))).toEqual({
      accepted: true,
      events: [{ type: 'WithdrawalApproved', withdrawal: 9, key: 2, approvals: 1, needed: 2 }],
    });
    const once = [...PLACED, by(approver(2), approve(9))];
    expect(given(...once).when(by(approver(3), approve(9)))).toMatchObject({
      events: [{ approvals: 2, needed: 2 }],
    });
    expect(desk(...once).work()).toBe(false);
    expect(desk(...APPROVED).work()).toBe(true);
  });
  it('takes each key once', () =>
    expect(
      codeOf(given(...PLACED, by(approver(2), approve(9))).when(by(approver(2), approve(9)))),
    ).toBe('already-approved'));
  it('is never the requester', () => {
    const own = [...READY, ...funded(ANN, 100n), reserved(9, ANN, 40n, 2)];
    expect(given(...own).when(by(approver(2), approve(9)))).toEqual({
      accepted: false,
      rejection: { code: 'requester-cannot-approve', detail: { key: '2' } },
    });
    expect(codeOf(given(...own).when(by(approver(3), approve(9))))).toBe('accepted');
  });
  it('is for approvers whose keys stand', () => {
    for (const who of [OPERATOR, VENUE, SYSTEM, approver(7), approver(99)]) {
      expect(codeOf(given(...PLACED).when(by(who, approve(9))))).toBe('not-an-approver');
    }
    const revoked = seen('reference', { type: 'KeyRevoked', key: 2 });
    expect(codeOf(given(...PLACED, revoked).when(by(approver(2), approve(9))))).toBe('key-revoked');
  });
  it('needs a withdrawal that waits for it', () => {
    expect(codeOf(given(...PLACED).when(by(approver(2), approve(8))))).toBe('withdrawal-unknown');
    expect(given(...APPROVED).when(by(approver(4), approve(9)))).toEqual({
      accepted: false,
      rejection: { code: 'withdrawal-not-pending', detail: { status: 'approved' } },
    });
  });
  it('waits for the parameters of the house', () => {
    const past = [listed(USDC, 1), issued(2, 'approver'), opened(ANN), reserved(9, ANN, 1n)];
    expect(codeOf(given(...past).when(by(approver(2), approve(9))))).toBe('parameters-missing');
    expect(codeOf(given(...past, approvals(1)).when(by(approver(2), approve(9))))).toBe('accepted');
  });
});

describe('refusing a withdrawal', () => {
  it('is possible until it is instructed', () => {
    for (const past of [PLACED, APPROVED]) {
      expect(given(...past).when(by(approver(4), refuse(9)))).toEqual({
        accepted: true,
        events: [{ type: 'WithdrawalRefused', withdrawal: 9, reason: 'sanctions' }],
      });
    }
    expect(desk(...APPROVED, by(OPERATOR, refuse(9))).work()).toBe(false);
    expect(
      desk(...APPROVED)
        .finish()
        .decide(by(OPERATOR, refuse(9))),
    ).toMatchObject({
      rejection: { code: 'withdrawal-not-pending', detail: { status: 'instructed' } },
    });
  });
  it('is no news the second time', () =>
    expect(given(...PLACED, by(OPERATOR, refuse(9))).when(by(OPERATOR, refuse(9)))).toEqual(
      NOTHING,
    ));
  it('is for the house, and for what was placed', () => {
    expect(codeOf(given(...PLACED).when(by(VENUE, refuse(9))))).toBe('role-not-allowed');
    expect(codeOf(given(...PLACED).when(by(OPERATOR, refuse(8))))).toBe('withdrawal-unknown');
  });
});

describe('instructing a withdrawal', () => {
  it('takes it out of the vault and puts it in flight', () => {
    const lane = desk(...APPROVED).finish();
    expect(lane.events.at(-1)).toEqual({
      type: 'WithdrawalInstructed',
      withdrawal: 9,
      account: ANN,
      asset: 1,
      amount: 40n,
      destination: '0xD',
    });
    expect(lane.held(ANN)).toBe(60n);
    expect(lane.state.pools.get(USDC)?.inFlight).toBe(40n);
  });
  it('waits until the vault holds it, and no longer', () => {
    const early = [
      ...READY,
      reserved(9, ANN, 40n),
      by(approver(2), approve(9)),
      by(approver(3), approve(9)),
    ];
    expect(desk(...early, order(block(1, [['t1', ANN, 39n]]))).work()).toBe(false);
    expect(desk(...early, order(block(1, [['t1', ANN, 40n]]))).work()).toBe(true);
  });
  it('never gives out what the vault owes others', () => {
    const lane = desk(...APPROVED, sweepsDue([[ANN, -61n]]));
    expect(lane.decide(order({ type: 'SweepVaults' }))).toMatchObject({
      events: [{ type: 'VaultsSwept' }],
    });
    lane.finish();
    expect([lane.held(ANN), lane.state.approved.size]).toEqual([39n, 1]);
  });
});

describe('sending a withdrawal', () => {
  const instructed = () => desk(...APPROVED).finish();
  it('is reported once, with one transaction of its own', () => {
    const lane = instructed();
    expect(codeOf(lane.decide(by(VENUE, report(9, 'x'))))).toBe('role-not-allowed');
    expect(codeOf(lane.decide(order(report(8, 'x'))))).toBe('withdrawal-unknown');
    lane.do(order(report(9, 'x')));
    expect(lane.decide(order(report(9, 'x')))).toEqual(NOTHING);
    expect(codeOf(lane.decide(order(report(9, 'y'))))).toBe('already-sent');
  });
  it('never before it is instructed', () => {
    for (const past of [PLACED, APPROVED]) {
      expect(codeOf(given(...past).when(order(report(9, 'x'))))).toBe('withdrawal-not-instructed');
    }
  });
  it('does not share a transaction', () => {
    const second = [reserved(10, ANN, 1n), by(approver(2), approve(10))];
    const lane = instructed().do(order(report(9, 'x')));
    for (const step of [...second, by(approver(3), approve(10))]) lane.do(step);
    lane.finish();
    expect(codeOf(lane.decide(order(report(10, 'x'))))).toBe('transaction-taken');
  });
  it('is confirmed by the block that contains it, once', () => {
    const lane = instructed().do(order(report(9, 'x')));
    expect(lane.decide(order(block(2, [], ['x', 'x'])))).toEqual({
      accepted: true,
      events: [
        { type: 'WithdrawalConfirmed', withdrawal: 9, transaction: 'x' },
        { type: 'ChainAdvanced', chain: 'eip155:1', height: 2 },
      ],
    });
    lane.do(order(block(2, [], ['x'])));
    expect(lane.state.pools.get(USDC)?.inFlight).toBe(0n);
    expect(lane.decide(order(block(3, [], ['x'])))).toMatchObject({
      events: [{ type: 'ChainAdvanced' }],
    });
    expect(lane.decide(order(report(9, 'x')))).toEqual(NOTHING);
  });
  it('lets no block pass that confirms what was not reported yet', () =>
    expect(instructed().decide(order(block(2, [], ['x'])))).toEqual({
      accepted: false,
      rejection: { code: 'transaction-unknown', detail: { field: 'confirmed[0]' } },
    }));
});

describe('the order of withdrawals', () => {
  it('lets a funded one pass one that waits', () => {
    const lane = desk(
      ...READY,
      reserved(1, BOB, 5n),
      reserved(2, ANN, 5n),
      ...[1, 2].flatMap((n) => [by(approver(2), approve(n)), by(approver(3), approve(n))]),
      order(block(1, [['t', ANN, 5n]])),
    ).finish();
    expect([...lane.state.approved]).toEqual([1]);
    expect(lane.held(ANN)).toBe(0n);
  });
});
