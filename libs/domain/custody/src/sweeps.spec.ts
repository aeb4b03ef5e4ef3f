import type { Command } from '@ringfence/contracts';
import { accountId } from '@ringfence/kernel';
import { custodyLane } from './lane.js';
import { SWEEP_LINES_MAX } from './sweeps.js';
import {
  ANN,
  BOB,
  CARL,
  Desk,
  OPERATOR,
  READY,
  RECONCILE,
  USDC,
  VENUE,
  approve,
  approver,
  block,
  by,
  credited,
  desk,
  from,
  funded,
  given,
  order,
  reserved,
  seen,
  sweepsDue,
} from './vaults.fixture.js';

const SETTLEMENT = accountId(0, 0);
const NOTHING = { accepted: true, events: [] };
const SWEEP = order({ type: 'SweepVaults' });
const PAST = [...READY, ...funded(ANN, 100n)];
const transfer = (amount: bigint): Command => ({ type: 'VaultTransfer', asset: USDC, amount });

describe('noting what is due', () => {
  it('follows what accounts settled', () => {
    const lane = desk(...PAST, sweepsDue([[ANN, -30n]]));
    expect(lane.events.at(-1)).toMatchObject({ type: 'SweepsNoted' });
    expect(lane.due(ANN)).toBe(-30n);
  });
  it('is no fact when nothing was settled', () =>
    expect(given(...PAST).when(order({ type: 'NoteSweeps', lines: [], between: [] }))).toEqual(
      NOTHING,
    ));
  it('nets what was due before', () => {
    const lane = desk(...PAST, sweepsDue([[ANN, -30n]]), sweepsDue([[ANN, 30n]]));
    expect([lane.due(ANN), lane.work()]).toEqual([0n, false]);
  });
});

describe('sweeping', () => {
  it('moves from vaults that owe through settlement to vaults that are owed', () => {
    const due = sweepsDue([
      [BOB, 20n],
      [ANN, -50n],
      [CARL, 30n],
    ]);
    expect(given(...PAST, due).when(SWEEP)).toEqual({
      accepted: true,
      events: [
        { type: 'VaultsSwept', lines: [{ account: ANN, asset: 1, amount: -50n }] },
        {
          type: 'VaultsSwept',
          lines: [
            { account: BOB, asset: 1, amount: 20n },
            { account: CARL, asset: 1, amount: 30n },
          ],
        },
      ],
    });
    const lane = desk(...PAST, due).finish();
    expect([ANN, BOB, CARL, SETTLEMENT].map((account) => lane.held(account))).toEqual([
      50n,
      20n,
      30n,
      0n,
    ]);
  });
  it('pays other partitions first, then in account order, as far as it reaches', () => {
    const due = sweepsDue(
      [
        [CARL, 10n],
        [ANN, -25n],
        [BOB, 10n],
      ],
      [
        [2, 5n],
        [1, 7n],
      ],
    );
    const lane = desk(...PAST, due);
    expect(lane.decide(SWEEP)).toEqual({
      accepted: true,
      events: [
        { type: 'VaultsSwept', lines: [{ account: ANN, asset: 1, amount: -25n }] },
        { type: 'VaultTransferSent', partition: 1, asset: 1, amount: 7n },
        { type: 'VaultTransferSent', partition: 2, asset: 1, amount: 5n },
        {
          type: 'VaultsSwept',
          lines: [
            { account: BOB, asset: 1, amount: 10n },
            { account: CARL, asset: 1, amount: 3n },
          ],
        },
      ],
    });
    lane.finish();
    expect(lane.sent).toEqual([
      { to: { service: 'custody', partition: 1 }, message: transfer(7n) },
      { to: { service: 'custody', partition: 2 }, message: transfer(5n) },
    ]);
    expect([lane.due(CARL), lane.work()]).toEqual([7n, false]);
    // what comes from another partition goes on at once
    lane.do(from(1, transfer(8n))).finish();
    expect([lane.held(CARL), lane.due(CARL), lane.held(SETTLEMENT)]).toEqual([10n, 0n, 1n]);
  });
  it('takes from a vault at most what it holds', () => {
    const lane = desk(...PAST, sweepsDue([[ANN, -130n]])).finish();
    expect([lane.held(ANN), lane.due(ANN), lane.work()]).toEqual([0n, -30n, false]);
    lane.do(order(block(2, [['t2', ANN, 50n]]))).finish();
    expect([lane.held(ANN), lane.due(ANN)]).toEqual([20n, 0n]);
  });
  it('needs no move for the settlement account itself', () => {
    const lane = desk(
      ...PAST,
      sweepsDue([
        [SETTLEMENT, 30n],
        [ANN, -30n],
      ]),
    ).finish();
    expect([lane.held(ANN), lane.held(SETTLEMENT), lane.due(SETTLEMENT)]).toEqual([70n, 30n, 0n]);
  });
  it('works in bounded pieces', () => {
    const many = Array.from({ length: SWEEP_LINES_MAX + 1 }, (_, n) => accountId(0, 10 + n));
    const lane = desk(
      ...PAST,
      sweepsDue([[ANN, -100n], ...many.map((account) => [account, 1n] as const)]),
    );
    expect(lane.work()).toBe(true);
    const pieces = lane.events.filter(({ type }) => type === 'VaultsSwept');
    expect(pieces.map((piece) => ('lines' in piece ? piece.lines.length : 0))).toEqual([1, 100]);
    const payers = many.map((account) => [account, -1n] as const);
    const paying = new Desk();
    for (const step of READY) paying.do(step);
    for (const [index, account] of many.entries()) {
      paying.apply([
        {
          type: 'DepositAnnounced',
          deposit: index + 1,
          chain: 'c',
          height: 1,
          transaction: `${index}`,
          to: '',
          asset: USDC,
          amount: 1n,
        },
        {
          type: 'DepositConfirmed',
          deposit: index + 1,
          account,
          vault: account,
          asset: USDC,
          amount: 1n,
        },
      ]);
    }
    paying.do(sweepsDue([...payers, [ANN, BigInt(many.length)]]));
    paying.work();
    // the owed one waits until all that owe have paid
    expect([paying.held(SETTLEMENT), paying.held(ANN)]).toEqual([512n, 0n]);
    paying.work();
    expect([paying.held(SETTLEMENT), paying.held(ANN)]).toEqual([0n, 513n]);
    expect(paying.work()).toBe(false);
  });
  it('comes before withdrawals', () => {
    const lane = desk(
      ...PAST,
      reserved(9, ANN, 60n),
      by(approver(2), approve(9)),
      by(approver(3), approve(9)),
      sweepsDue([
        [ANN, -40n],
        [BOB, 40n],
      ]),
    );
    lane.work();
    expect(lane.events.at(-1)).toMatchObject({ type: 'VaultsSwept' });
    lane.work();
    expect(lane.events.at(-1)).toMatchObject({ type: 'WithdrawalInstructed' });
    expect([lane.held(ANN), lane.work()]).toEqual([0n, false]);
  });
  it('is nothing when nothing is funded', () => {
    expect(given(...PAST).when(SWEEP)).toEqual(NOTHING);
    expect(given(...PAST, sweepsDue([[BOB, 5n]])).when(SWEEP)).toEqual(NOTHING);
  });
});

describe('money of another partition', () => {
  it('comes from custody only', () => {
    expect(given(...PAST).when(from(2, transfer(5n)))).toEqual({
      accepted: true,
      events: [{ type: 'VaultTransferReceived', partition: 2, asset: 1, amount: 5n }],
    });
    expect(given(...PAST).when(by(VENUE, transfer(5n)))).toMatchObject({
      rejection: { code: 'not-custody' },
    });
  });
  it('may come before it is known to be due', () => {
    const lane = desk(...PAST, from(1, transfer(5n))).finish();
    expect(lane.decide(order(RECONCILE))).toMatchObject({ events: [{ breaks: 0 }] });
    lane.do(sweepsDue([[BOB, 5n]])).finish();
    expect(lane.held(BOB)).toBe(5n);
  });
});

describe('reconciling', () => {
  it('explains everything that is under way', () => {
    const steps = [
      ...READY,
      order(block(1, [['t1', ANN, 100n]])),
      credited(1, ANN, 100n),
      reserved(9, ANN, 60n),
      by(approver(2), approve(9)),
      by(approver(3), approve(9)),
      SWEEP,
      seen('accounts', {
        type: 'WithdrawalPaid',
        reservation: 9,
        account: ANN,
        asset: USDC,
        amount: 60n,
      }),
    ];
    for (let n = READY.length; n <= steps.length; n++) {
      expect(desk(...steps.slice(0, n)).decide(order(RECONCILE))).toMatchObject({
        events: [{ type: 'Reconciled', breaks: 0 }],
      });
    }
  });
  it('finds a credit without a deposit', () =>
    expect(given(...PAST, credited(77, ANN, 5n)).when(order(RECONCILE))).toMatchObject({
      events: [
        { type: 'BreakFound', account: ANN, vault: 100n, ledger: 105n, due: 0n, difference: 5n },
        { type: 'Reconciled', breaks: 1 },
      ],
    }));
  it('finds a payment that nobody instructed', () => {
    const paid = { reservation: 9, account: ANN, asset: USDC, amount: 30n };
    const past = given(...PAST, seen('accounts', { type: 'WithdrawalPaid', ...paid }));
    expect(past.when(order(RECONCILE))).toMatchObject({
      events: [{ type: 'BreakFound', ledger: 70n, difference: -30n }, { breaks: 1 }],
    });
  });
  it('finds a sweep that the ledger does not know', () => {
    const due = [{ account: BOB, asset: USDC, amount: 1n }];
    const past = given(...PAST, order({ type: 'NoteSweeps', lines: due, between: [] }));
    expect(past.when(order(RECONCILE))).toMatchObject({
      events: [
        { type: 'BreakFound', account: BOB, vault: 0n, ledger: 0n, due: 1n, difference: -1n },
        { type: 'Reconciled', vaults: 2, breaks: 1 },
      ],
    });
  });
  it('freezes withdrawals of a wall with a break, until it is whole again', () => {
    const approved = desk(
      ...PAST,
      reserved(9, ANN, 60n),
      by(approver(2), approve(9)),
      by(approver(3), approve(9)),
    );
    const wall = approved.state.views.walls.get(USDC)?.get(ANN);
    if (!wall) throw new Error('a wall');
    wall.ledger += 1n;
    approved.do(by(OPERATOR, RECONCILE));
    expect([approved.state.frozen.has(ANN), approved.work()]).toEqual([true, false]);
    wall.ledger -= 1n;
    approved.do(by(OPERATOR, RECONCILE));
    expect([approved.state.frozen.has(ANN), approved.work()]).toEqual([false, true]);
  });
  it('is for the house', () =>
    expect(given(...PAST).when(by(VENUE, RECONCILE))).toMatchObject({
      rejection: { code: 'role-not-allowed' },
    }));
});

describe('the digest', () => {
  it('differs after every own fact, and is the same whenever it is taken', () => {
    const lane = desk(
      ...PAST,
      reserved(9, ANN, 60n),
      by(approver(2), approve(9)),
      by(approver(3), approve(9)),
      sweepsDue(
        [
          [ANN, -40n],
          [BOB, 30n],
        ],
        [[1, 10n]],
      ),
    ).finish();
    const onTheWay = new Desk();
    const seenDigests = new Set([custodyLane.digest(onTheWay.state)]);
    for (const [n, event] of lane.events.entries()) {
      onTheWay.apply([event]);
      const digest = custodyLane.digest(onTheWay.state);
      expect(seenDigests.has(digest)).toBe(false);
      seenDigests.add(digest);
      const atOnce = new Desk();
      atOnce.apply(lane.events.slice(0, n + 1));
      expect(custodyLane.digest(atOnce.state)).toBe(digest);
    }
    expect(custodyLane.digest(structuredClone(onTheWay.state))).toBe(
      custodyLane.digest(lane.state),
    );
  });
});
