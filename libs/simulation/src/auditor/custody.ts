import type { EventOf } from '@ringfence/contracts';
import { accountId, type AccountId } from '@ringfence/kernel';
import { UNATTRIBUTED_INDEX } from './entries.js';
import type { House } from './house.js';
import type { Ledger } from './ledger.js';
import { placeText, text, type Check, type Handlers, type Place } from './record.js';

interface Deposit {
  readonly announced: EventOf<'DepositAnnounced'>;
  status: 'announced' | 'undone' | 'confirmed' | 'credited';
  vault: AccountId | null;
}
interface Withdrawal {
  readonly reserved: EventOf<'WithdrawalReserved'>;
  status: 'reserved' | 'placed' | 'refused' | 'instructed';
  settled: boolean;
  readonly approvers: Set<number>;
}

/**
 * Proves that every confirmed deposit is credited exactly once, as confirmed, to the wall whose
 * vault holds it, in the very record in which accounts read of it (no credit skipped by a fault);
 * and that money leaves only by a reserved withdrawal, approved by enough others than who asked,
 * paid or returned exactly once (guarantees 1, 2 and 4).
 */
export class Custody implements Check {
  readonly #deposits = new Map<string, Deposit>();
  readonly #withdrawals = new Map<string, Withdrawal>();

  constructor(
    readonly house: House,
    readonly ledger: Ledger,
  ) {}

  #expect(holds: boolean, rule: string, event: unknown, at: Place): boolean {
    const { findings } = this.house;
    return findings.expect(holds, 1, rule, () => `${placeText(at)} ${text(event)}`);
  }

  readonly on: Handlers = {
    DepositAnnounced: (event, at) => {
      const key = `${at.partition}/${event.deposit}`;
      this.#expect(!this.#deposits.has(key), 'deposit-is-new', event, at);
      this.#deposits.set(key, { announced: event, status: 'announced', vault: null });
    },
    DepositReorganised: (event, at) => {
      const deposit = this.#deposits.get(`${at.partition}/${event.deposit}`);
      this.#expect(deposit?.status === 'announced', 'undoes-what-is-not-confirmed', event, at);
      if (deposit) deposit.status = 'undone';
    },
    DepositConfirmed: (event, at) => this.#confirm(event, at),
    CollateralCredited: (event, at) => this.#credit(event, at),
    WithdrawalReserved: (event, at) => {
      const key = `${at.partition}/${event.reservation}`;
      const known = this.house.owner(event.account)?.destinations.has(event.destination) === true;
      this.#expect(known && !this.#withdrawals.has(key), 'to-a-registered-destination', event, at);
      const approvers = new Set<number>();
      this.#withdrawals.set(key, {
        reserved: event,
        status: 'reserved',
        settled: false,
        approvers,
      });
    },
    WithdrawalPlaced: (event, at) => {
      const withdrawal = this.#move(event.withdrawal, ['reserved', 'placed'], at);
      const holds = withdrawal !== undefined && agrees(withdrawal.reserved, event);
      this.#expect(holds && withdrawal.reserved.key === event.key, 'placed-as-reserved', event, at);
    },
    WithdrawalApproved: (event, at) => this.#approve(event, at),
    WithdrawalRefused: (event, at) => void this.#move(event.withdrawal, ['placed', 'refused'], at),
    WithdrawalInstructed: (event, at) => this.#instruct(event, at),
    WithdrawalPaid: (event, at) => this.#settle(event, 'instructed', at),
    WithdrawalReturned: (event, at) => this.#settle(event, 'refused', at),
  };

  #confirm(event: EventOf<'DepositConfirmed'>, at: Place): void {
    const { vault, asset, amount, account } = event;
    const deposit = this.#deposits.get(`${at.partition}/${event.deposit}`);
    const announced = deposit?.announced;
    const holds =
      deposit?.status === 'announced' &&
      announced?.asset === asset &&
      announced.amount === amount &&
      vault === (account ?? accountId(at.partition, UNATTRIBUTED_INDEX));
    this.#expect(holds, 'confirmed-once-as-announced', event, at);
    if (deposit) {
      deposit.status = 'confirmed';
      deposit.vault = vault;
    }
    this.ledger.paidIn(vault, asset, amount);
  }
  #credit(event: EventOf<'CollateralCredited'>, at: Place): void {
    const { account, asset, amount } = event;
    const deposit = this.#deposits.get(`${at.partition}/${event.deposit}`);
    const announced = deposit?.announced;
    const holds =
      deposit?.status === 'confirmed' &&
      deposit.vault === account &&
      announced?.asset === asset &&
      announced.amount === amount;
    this.#expect(holds, 'credited-once-as-confirmed', event, at);
    if (deposit) deposit.status = 'credited';
    const confirmed = announced?.amount ?? 0n;
    this.ledger.credited(deposit?.vault ?? account, announced?.asset ?? asset, confirmed);
  }

  #move(
    reservation: number,
    [from, to]: readonly [Withdrawal['status'], Withdrawal['status']],
    at: Place,
  ): Withdrawal | undefined {
    const withdrawal = this.#withdrawals.get(`${at.partition}/${reservation}`);
    const name = `withdrawal ${reservation} is ${withdrawal?.status}, becomes ${to}`;
    this.#expect(withdrawal?.status === from, 'withdrawal-in-its-order', name, at);
    if (withdrawal) withdrawal.status = to;
    return withdrawal;
  }
  #approve(event: EventOf<'WithdrawalApproved'>, at: Place): void {
    const withdrawal = this.#withdrawals.get(`${at.partition}/${event.withdrawal}`);
    if (!withdrawal) return;
    const { origin } = at.decision;
    const by = origin.kind === 'client' ? origin.by : null;
    const { approvers, reserved } = withdrawal;
    const other = event.key !== reserved.key && !approvers.has(event.key);
    const holds = other && by?.key === event.key && by.role === 'approver';
    this.house.findings.expect(
      holds,
      2,
      'approved-by-others',
      () => `${placeText(at)} ${text(event)}`,
    );
    approvers.add(event.key);
  }
  #instruct(event: EventOf<'WithdrawalInstructed'>, at: Place): void {
    const withdrawal = this.#move(event.withdrawal, ['placed', 'instructed'], at);
    const { account, asset, amount } = event;
    const holds = withdrawal !== undefined && agrees(withdrawal.reserved, event);
    this.#expect(holds, 'instructed-as-reserved', event, at);
    const needed = this.house.prices('custody', at.partition).approvals;
    const enough = withdrawal !== undefined && withdrawal.approvers.size >= Math.max(needed, 1);
    this.house.findings.expect(enough, 2, 'approved-by-enough', () => `${needed}: ${text(event)}`);
    this.ledger.paidOut(account, asset, amount);
  }
  #settle(
    event: EventOf<'WithdrawalPaid'> | EventOf<'WithdrawalReturned'>,
    after: Withdrawal['status'],
    at: Place,
  ): void {
    const { account, asset, amount, reservation } = event;
    const withdrawal = this.#withdrawals.get(`${at.partition}/${reservation}`);
    const reserved = withdrawal?.reserved;
    const holds =
      withdrawal?.status === after &&
      !withdrawal.settled &&
      reserved?.account === account &&
      reserved.asset === asset &&
      reserved.amount === amount;
    this.#expect(holds, 'withdrawal-ends-once', event, at);
    if (!withdrawal || !reserved) return;
    withdrawal.settled = true;
    const instructed = after === 'instructed' && withdrawal.status === 'instructed';
    if (instructed) this.ledger.charged(reserved.account, reserved.asset, reserved.amount);
  }

  /** After a record of accounts that had read these events of custody: each was answered in it. */
  checkAnswered(
    event: EventOf<'DepositConfirmed'> | EventOf<'WithdrawalInstructed'>,
    at: Place,
  ): void {
    if (event.type === 'DepositConfirmed') {
      const deposit = this.#deposits.get(`${at.partition}/${event.deposit}`);
      this.#expect(deposit?.status === 'credited', 'no-credit-skipped', event, at);
    } else {
      const withdrawal = this.#withdrawals.get(`${at.partition}/${event.withdrawal}`);
      this.#expect(withdrawal?.settled === true, 'no-withdrawal-skipped', event, at);
    }
  }
}

type Order = Pick<EventOf<'WithdrawalPlaced'>, 'account' | 'asset' | 'amount' | 'destination'>;
const agrees = (a: Order, b: Order): boolean =>
  a.account === b.account &&
  a.asset === b.asset &&
  a.amount === b.amount &&
  a.destination === b.destination;
