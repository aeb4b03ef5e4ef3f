import { post, unattributedAccount } from '@ringfence/contracts';
import type { AccountsEvent, Command, EventOf, Ledger } from '@ringfence/contracts';
import { accountId, invariant, partitionOf, type AccountId } from '@ringfence/kernel';
import { present } from '@ringfence/kernel';
import {
  Desk,
  READY,
  USDC,
  approve,
  approver,
  block,
  by,
  from,
  opened,
  order,
  report,
  reserved,
} from './vaults.fixture.js';

const CLIENTS = 3;
/** The n-th client account of a partition. */
export const client = (partition: number, n: number): AccountId =>
  accountId(partition, 3 + (n % CLIENTS));

/** The least of an accounts lane that custody depends on: a ledger, its log, and its sweeps. */
class Books {
  readonly log: AccountsEvent[] = [];
  /** how much of the log custody has seen, and of custody's facts this lane */
  read = 0;
  answered = 0;
  reservations = 0;
  readonly available = new Map<AccountId, bigint>();
  readonly total = new Map<AccountId, bigint>();
  readonly unswept = new Map<AccountId, bigint>();
  readonly between = new Map<number, bigint>();
  readonly #ledger: Ledger = {
    cash: (account, _bucket, _asset, available, held, wall) => {
      add(this.available, account, available);
      add(this.total, account, available + held);
      add(this.unswept, account, wall);
    },
    leg: () => undefined,
    settled: () => undefined,
    claimed: () => undefined,
  };

  constructor(readonly partition: number) {}

  write(event: AccountsEvent): void {
    this.log.push(event);
    post(event, this.#ledger, this.partition);
  }
  sweep(): void {
    const lines = [...this.unswept].filter(([, amount]) => amount !== 0n);
    const between = [...this.between].filter(([, amount]) => amount !== 0n);
    if (lines.length + between.length === 0) return;
    this.write({
      type: 'SweepsDue',
      lines: lines.map(([account, amount]) => ({ account, asset: USDC, amount })),
      between: between.map(([partition, amount]) => ({ partition, asset: USDC, amount })),
    });
    this.unswept.clear();
    this.between.clear();
  }
}
function add<K>(to: Map<K, bigint>, key: K, amount: bigint): void {
  to.set(key, (to.get(key) ?? 0n) + amount);
}

interface Transfer {
  readonly reservation: number;
  readonly from: AccountId;
  readonly to: AccountId;
  readonly amount: bigint;
}

/** Custody lanes of 1 to 3 partitions with their books; every step may come next. */
export class Vaults {
  readonly desks: Desk[];
  readonly books: Books[];
  readonly offers: Transfer[][];
  readonly delivered: number[];
  readonly heights: number[];
  deposited = 0n;
  withdrawn = 0n;

  constructor(partitions: number) {
    const each = Array.from({ length: partitions }, (_, partition) => partition);
    this.desks = each.map((partition) => {
      const desk = new Desk(partition);
      for (const step of READY) desk.do(step);
      for (let n = 0; n < CLIENTS; n++) desk.do(opened(client(partition, n)));
      return desk;
    });
    this.books = each.map((partition) => new Books(partition));
    this.offers = each.map(() => []);
    this.delivered = each.map(() => 0);
    this.heights = each.map(() => 0);
  }
  desk = (p: number): Desk => present(this.desks[p], 'a desk');
  book = (p: number): Books => present(this.books[p], 'books');

  deposit(p: number, n: number, amount: bigint): void {
    const height = (this.heights[p] = (this.heights[p] ?? 0) + 1);
    this.desk(p).do(order(block(height, [[`d${p}.${height}`, client(p, n), amount]])));
    this.deposited += amount;
  }
  /** Accounts reacts to the next fact of custody. */
  answer(p: number): boolean {
    const books = this.book(p);
    const event = this.desk(p).events[books.answered];
    if (!event) return false;
    books.answered++;
    if (event.type === 'DepositConfirmed') {
      const { deposit, asset, amount, vault } = event;
      // now and then the account has closed in between
      const account = deposit % 5 === 0 ? unattributedAccount(p) : vault;
      books.write({ type: 'CollateralCredited', deposit, account, asset, amount });
    } else if (event.type === 'WithdrawalInstructed') {
      const { withdrawal: reservation, account, asset, amount } = event;
      books.write({ type: 'WithdrawalPaid', reservation, account, asset, amount });
    }
    return true;
  }
  transfer(p: number, n: number, q: number, m: number, wanted: bigint): void {
    const books = this.book(p);
    const [source, target] = [client(p, n), client(q, m)];
    const amount = least(wanted, books.available.get(source) ?? 0n);
    if (amount === 0n || source === target) return;
    const transfer = { reservation: ++books.reservations, from: source, to: target, amount };
    books.write({ type: 'TransferReserved', asset: USDC, round: 0, domain: null, ...transfer });
    present(this.offers[q], 'a channel').push(transfer);
  }
  /** The receiver's lane accepts the next offer; the sender hears of it at once. */
  accept(q: number): boolean {
    const transfer = this.offers[q]?.shift();
    if (!transfer) return false;
    const partition = partitionOf(transfer.from);
    const fact = { asset: USDC, round: 0, domain: null, partition, ...transfer };
    this.book(q).write({ type: 'TransferAccepted', ...fact });
    this.book(partition).write({ type: 'TransferSettled', asset: USDC, ...transfer });
    if (partition !== q) add(this.book(partition).between, q, transfer.amount);
    return true;
  }
  withdraw(p: number, n: number, wanted: bigint): void {
    const books = this.book(p);
    const amount = least(wanted, books.available.get(client(p, n)) ?? 0n);
    if (amount === 0n) return;
    const step = reserved(++books.reservations, client(p, n), amount);
    invariant('fact' in step, 'a fact of accounts');
    books.write(step.fact as EventOf<'WithdrawalReserved'>);
  }
  /** Whoever can move a withdrawal on does: approvers, the chain, the watcher. */
  promote(p: number): boolean {
    const desk = this.desk(p);
    for (const [number, { progress, amount }] of desk.state.withdrawals) {
      const transaction = `w${p}.${number}`;
      if (progress.status === 'placed') {
        desk.do(by(approver(2), approve(number))).do(by(approver(3), approve(number)));
      } else if (progress.status === 'instructed') {
        desk.do(order(report(number, transaction)));
      } else if (progress.status === 'sent') {
        const height = (this.heights[p] = (this.heights[p] ?? 0) + 1);
        desk.do(order(block(height, [], [transaction])));
        this.withdrawn += amount;
      } else continue;
      return true;
    }
    return false;
  }
  /** Custody sees the next fact of accounts. */
  see(p: number): boolean {
    const books = this.book(p);
    const event = books.log[books.read];
    if (!event) return false;
    books.read++;
    this.desk(p).see('accounts', event);
    return true;
  }
  /** The next message of custody p arrives where it was sent. */
  deliver(p: number): boolean {
    const next = this.delivered[p] ?? 0;
    const mail = this.desk(p).sent[next];
    if (!mail) return false;
    this.delivered[p] = next + 1;
    this.desk(mail.to.partition).do(from(p, mail.message));
    return true;
  }
  /** Everything that waits is done, and reported, until nothing is left. */
  settle(): void {
    for (let busy = true; busy;) {
      busy = false;
      for (const { partition: p } of this.desks) {
        this.book(p).sweep();
        const did = [this.answer(p), this.accept(p), this.see(p), this.promote(p)];
        busy ||= [...did, this.deliver(p), this.desk(p).work()].includes(true);
      }
    }
  }
  /** What vaults hold, what is on its way between them, and what is on its way out. */
  total(): bigint {
    let total = 0n;
    for (const [p, { state, sent }] of this.desks.entries()) {
      const pool = state.pools.get(USDC);
      for (const { held } of pool?.vaults.values() ?? []) total += held;
      total += pool?.inFlight ?? 0n;
      for (const { message } of sent.slice(this.delivered[p])) total += amountOf(message);
    }
    return total;
  }
}
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const amountOf = (message: Command): bigint =>
  message.type === 'VaultTransfer' ? message.amount : 0n;
