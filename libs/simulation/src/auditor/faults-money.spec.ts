import type { AccountId, AssetId, MemberId } from '@ringfence/kernel';
import { accountId, EXCESS } from '@ringfence/kernel';
import { eventsOf, find, findings, NOTHING } from './records.fixture.js';
import { findingsOf, STORY_MS, tell, type Fault } from './stories.fixture.js';

const USDT = 1 as AssetId;
const another = (account: AccountId): AccountId =>
  accountId(account % 1024, account >= 6144 ? 4 : 9);
const client = (account: AccountId): boolean => account >= 6 * 1024;

const FAULTS: readonly (readonly [rule: string, title: string, fault: Fault])[] = [
  [
    '1 conservation',
    'a credit of one unit too many',
    (all) => {
      find(all, 'CollateralCredited').event.amount += 1n;
    },
  ],
  [
    '1 wall-is-vault-and-sweeps',
    'custody notes another amount than it was told',
    (all) => {
      const { event } = find(all, 'SweepsNoted', ({ event: { lines } }) => lines.length > 0);
      event.lines = event.lines.map((line) => ({ ...line, amount: line.amount + 1n }));
    },
  ],
  [
    '1 no-sweep-missing',
    'a wall left out of a sweep',
    (all) => {
      const { event } = find(all, 'SweepsDue', ({ event: { lines } }) => lines.length > 1);
      event.lines = event.lines.slice(1);
    },
  ],
  [
    '1 sweep-is-what-crossed',
    'a sweep of another amount',
    (all) => {
      const { event } = find(all, 'SweepsDue', ({ event: { lines } }) => lines.length > 0);
      event.lines = event.lines.map((line) => ({ ...line, amount: line.amount + 1n }));
    },
  ],
  [
    '1 sweep-between-is-what-settled',
    'a transfer between partitions told twice',
    (all) => {
      const { event } = find(all, 'SweepsDue', ({ event: { between } }) => between.length > 0);
      event.between = event.between.map((line) => ({ ...line, amount: line.amount * 2n }));
    },
  ],
  [
    '1 no-sweep-between-missing',
    'a transfer between partitions not told',
    (all) => {
      find(all, 'SweepsDue', ({ event: { between } }) => between.length > 0).event.between = [];
    },
  ],
  [
    '1 sweeps-noted-once-as-told',
    'sweeps noted otherwise than told',
    (all) => {
      find(all, 'SweepsNoted', ({ event: { lines } }) => lines.length > 0).event.lines = [];
    },
  ],
  [
    '1 sweeps-only-what-is-due',
    'a sweep past what is due',
    (all) => {
      const { event } = find(all, 'VaultsSwept');
      event.lines = event.lines.map((line) => ({ ...line, amount: line.amount * 2n }));
    },
  ],
  [
    '1 pays-what-it-owes',
    'money to a partition that it is not owed',
    (all) => {
      find(all, 'VaultTransferSent').event.amount *= 1000n;
    },
  ],
  [
    '1 no-break',
    'a break between vault and ledger',
    (all) => {
      find(all, 'Reconciled').replace({
        type: 'BreakFound',
        account: accountId(0, 3),
        asset: USDT,
        vault: 1n,
        ledger: 0n,
        due: 0n,
        difference: 1n,
      });
    },
  ],
  [
    '1 deposit-is-new',
    'a deposit announced twice',
    (all) => {
      const [first, second] = eventsOf(all, 'DepositAnnounced');
      second.replace(first.event);
    },
  ],
  [
    '1 confirmed-once-as-announced',
    'more confirmed than announced',
    (all) => {
      find(all, 'DepositConfirmed').event.amount += 1n;
    },
  ],
  [
    '1 undoes-what-is-not-confirmed',
    'a confirmed deposit undone',
    (all) => {
      const { event } = find(all, 'DepositConfirmed');
      const later = find(
        all,
        'Reconciled',
        ({ record }) => record.partition === event.vault % 1024,
      );
      later.replace({ type: 'DepositReorganised', deposit: event.deposit, transaction: 'x' });
    },
  ],
  [
    '1 credited-once-as-confirmed',
    'a credit to another account',
    (all) => {
      const { event } = find(all, 'CollateralCredited');
      event.account = another(event.account);
    },
  ],
  [
    '1 no-credit-skipped',
    'a faulted credit skipped',
    (all) => {
      const { decision } = find(all, 'CollateralCredited');
      decision.events = [];
      decision.outcome = { kind: 'faulted', reason: 'a bug' };
    },
  ],
  [
    '1 no-withdrawal-skipped',
    'a payment that accounts passed over',
    (all) => find(all, 'WithdrawalPaid').replace(NOTHING),
  ],
  [
    '1 to-a-registered-destination',
    'a withdrawal to a stranger',
    (all) => {
      find(all, 'WithdrawalReserved').event.destination = 'a stranger';
    },
  ],
  [
    '1 placed-as-reserved',
    'a withdrawal placed by another key',
    (all) => {
      find(all, 'WithdrawalPlaced').event.key += 1;
    },
  ],
  [
    '1 instructed-as-reserved',
    'more instructed than reserved',
    (all) => {
      find(all, 'WithdrawalInstructed').event.amount += 1n;
    },
  ],
  [
    '1 withdrawal-in-its-order',
    'a withdrawal instructed twice',
    (all) => {
      const { event } = find(all, 'WithdrawalInstructed');
      const at = event.account % 1024;
      const later = find(all, 'Reconciled', ({ record }) => record.partition === at);
      later.replace(event);
    },
  ],
  [
    '1 withdrawal-ends-once',
    'a refused withdrawal paid',
    (all) => {
      const { event, replace } = find(all, 'WithdrawalReturned');
      const { reservation, account, asset, amount } = event;
      replace({ type: 'WithdrawalPaid', reservation, account, asset, amount });
    },
  ],
  [
    '2 approved-by-others',
    'an approval by who asked',
    (all) => {
      const approved = find(all, 'WithdrawalApproved');
      const reserved = find(
        all,
        'WithdrawalReserved',
        ({ event, record }) =>
          event.reservation === approved.event.withdrawal &&
          record.partition === approved.record.partition,
      );
      approved.event.key = reserved.event.key;
    },
  ],
  [
    '2 approved-by-enough',
    'one approval too few',
    (all) => {
      const { event, record } = find(all, 'WithdrawalInstructed');
      find(
        all,
        'WithdrawalApproved',
        (one) =>
          one.event.withdrawal === event.withdrawal && one.record.partition === record.partition,
      ).replace(NOTHING);
    },
  ],
  [
    '2 changes-only-its-wall',
    "a command that took from another's wall",
    (all) => {
      const { event } = find(all, 'WithdrawalReserved');
      event.account = another(event.account);
    },
  ],
  [
    '2 ordered-by-its-owner',
    "another member's order",
    (all) => {
      const { decision } = find(
        all,
        'CollateralMoved',
        ({ decision: { origin }, event }) =>
          origin.kind === 'client' && client(event.account) && origin.by.role === 'venue',
      );
      if (decision.origin.kind !== 'client') return;
      const { by } = decision.origin;
      decision.origin = { ...decision.origin, by: { ...by, member: (3 - by.member) as MemberId } };
    },
  ],
  [
    '2 a-refusal-changes-nothing',
    'a refused command with facts',
    (all) => {
      const { decision } = find(all, 'WithdrawalReserved');
      decision.outcome = { kind: 'rejected', rejection: { code: 'not-today', detail: {} } };
    },
  ],
  [
    '2 accounts-are-numbered',
    'an account number given twice',
    (all) => {
      const [, second, third] = eventsOf(all, 'AccountOpened');
      third.event.account = second.event.account;
    },
  ],
  [
    '2 a-closed-account-is-empty',
    'an account closed with money in it',
    (all) => {
      const { event, replace } = find(all, 'WithdrawalReserved');
      replace({ type: 'AccountClosed', account: event.account });
    },
  ],
  [
    '2 credits-an-open-account',
    'a credit to a closed account',
    (all) => {
      const { event, record } = find(all, 'CollateralCredited', ({ event: e }) =>
        client(e.account),
      );
      const opened = find(
        all,
        'TradingAuthorityGranted',
        ({ record: r }) => r.partition === record.partition,
      );
      opened.replace({ type: 'AccountClosed', account: event.account });
      const later = [...eventsOf(all, 'CollateralCredited')].at(-1);
      if (later) later.event.account = event.account;
    },
  ],
  [
    '2 releases-what-was-held',
    'more released than was held',
    (all) => {
      find(all, 'MoveReleased').event.amount += 1n;
    },
  ],
  [
    '2 out-of-margin-by-the-gate',
    'a move out of a margin bucket at once',
    (all) => {
      const { event } = find(all, 'CollateralMoved', ({ event: e }) => e.reservation === 0);
      const { source, target } = event;
      Object.assign(event, { source: target, target: source });
    },
  ],
  [
    '2 moves-what-was-held',
    'more moved than was held',
    (all) => {
      find(all, 'CollateralMoved', ({ event: e }) => e.reservation > 0).event.amount += 1n;
    },
  ],
  [
    '2 nothing-leaves-a-bucket-in-debt',
    'a move out of a bucket in debt',
    (all) => {
      const debt = find(all, 'VariationSettled', ({ event }) => event.debt > 0n);
      const { account, bucket, asset } = debt.event;
      const next = all.slice(all.indexOf(debt.record) + 1);
      const { replace } = find(
        next,
        'ClaimPaid',
        ({ record }) => record.partition === debt.record.partition,
      );
      const reservation = 1_000_000;
      replace({
        type: 'MoveReserved',
        reservation,
        account,
        source: bucket,
        target: EXCESS,
        asset,
        amount: 1n,
      });
    },
  ],
  [
    '2 allowed-route',
    "a client's money to another client",
    (all) => {
      const opened = [...eventsOf(all, 'AccountOpened')].map(({ event }) => event);
      const { event } = find(all, 'TransferAccepted', (one) => one.event.round === 0);
      const to = opened.find(({ account }) => account === event.to);
      const stranger = opened.find(
        (one) => one.class === 'client-individual' && one.owner !== to?.owner,
      );
      event.from = stranger?.account ?? event.from;
    },
  ],
  [
    '4 credited-is-charged',
    'more accepted than offered',
    (all) => {
      find(all, 'TransferAccepted').event.amount += 1n;
    },
  ],
  [
    '4 transfer-ends-once',
    'a transfer settled that was refused',
    (all) => {
      const { event, replace, record } = find(all, 'TransferReturned');
      const { event: reserved } = find(
        all,
        'TransferReserved',
        (one) =>
          one.record.partition === record.partition && one.event.reservation === event.reservation,
      );
      const { reservation, from, to, asset, amount } = reserved;
      replace({ type: 'TransferSettled', reservation, from, to, asset, amount });
    },
  ],
  [
    '4 reservation-is-new',
    'a reservation number given twice',
    (all) => {
      const [first, second] = [...eventsOf(all, 'TransferReserved')].filter(
        ({ record }) => record.partition === 0,
      );
      second.event.reservation = first.event.reservation;
    },
  ],
  [
    '3 no-pot-below-zero',
    'more reserved than there is',
    (all) => {
      find(all, 'WithdrawalReserved').event.amount *= 1_000_000n;
    },
  ],
  [
    '3 no-vault-below-zero',
    'more paid out than a vault holds',
    (all) => {
      find(all, 'WithdrawalInstructed').event.amount *= 1_000_000n;
    },
  ],
];

describe('an auditor of money, walls and vaults', () => {
  it(
    'finds nothing wrong in houses where nothing was planted (SIM-101)',
    async () => {
      for (const seed of [16, 5]) expect(findings(await tell(seed), true)).toEqual([]);
    },
    STORY_MS,
  );

  it.each(FAULTS)(
    'reports %s: %s',
    async (rule, _title, fault) => {
      expect(await findingsOf(fault, rule)).toContain(rule);
    },
    STORY_MS,
  );
});
