import type { Command, CommandOf, Event } from '@ringfence/contracts';
import { accountText, type Address } from '@ringfence/kernel';
import type { Order } from './house.js';
import type { Crowd, Weighted } from './life.js';
import { APPROVERS, DESTINATION, OPERATOR } from './town.js';

interface Withdrawal {
  readonly partition: number;
  readonly reservation: number;
}
type Payment = CommandOf<'ObserveBlock'>['payments'][number];

/** The chains outside, who watches them, and whoever approves what leaves. */
export class Payments {
  readonly #placed: Withdrawal[] = [];
  /** instructed, and not reported as sent */
  readonly #instructed: Withdrawal[] = [];
  /** per partition, transactions that a block has yet to contain */
  readonly #sent: string[][] = [];
  /** per partition, payments that were reorganised away and come again */
  readonly #undone: Payment[][] = [];
  /** per partition, payments of the newest block */
  readonly #newest: Payment[][] = [];
  /** per partition, what the watcher of the chain said last */
  readonly #watched: Order[] = [];

  constructor(readonly crowd: Crowd) {}

  notice(event: Event, { partition }: Address): void {
    if (event.type === 'WithdrawalPlaced') {
      this.#placed.push({ partition, reservation: event.withdrawal });
    } else if (event.type === 'WithdrawalInstructed') {
      this.#instructed.push({ partition, reservation: event.withdrawal });
    } else if (event.type === 'WithdrawalSent') {
      (this.#sent[partition] ??= []).push(event.transaction);
    }
  }

  block(): void {
    const { chance, options } = this.crowd.house;
    const partition = chance.below(options.partitions);
    if (this.#waits(partition)) return;
    const again = this.#undone[partition] ?? [];
    const payments = chance.happens(0.7) ? [this.#payment(), ...again] : again;
    this.#undone[partition] = [];
    this.#newest[partition] = payments;
    const confirmed = this.#sent[partition] ?? [];
    this.#sent[partition] = [];
    this.#watch(partition, this.crowd.town.block(partition, payments, confirmed));
  }
  #payment(): Payment {
    const { chance } = this.crowd.house;
    const asset = this.crowd.asset();
    // a mistyped text, an account of another partition, one that was closed: all fit nobody here
    const to = chance.happens(0.1) ? 'w-00-00000-0' : accountText(this.crowd.someone().account);
    const transaction = `tx-${chance.word()}`;
    return { transaction, to, asset, amount: this.crowd.amount(asset, 5_000) };
  }
  /** The chain drops its newest block; what was paid in it is paid again, mostly. */
  reorganise(): void {
    const { chance, options } = this.crowd.house;
    const { heights } = this.crowd.town;
    const partition = chance.below(options.partitions);
    if (this.#waits(partition) || heights[partition] < 3) return;
    heights[partition]--;
    if (chance.happens(0.7)) this.#undone[partition] = this.#newest[partition] ?? [];
    this.#newest[partition] = [];
    const height = heights[partition];
    this.#watch(partition, { type: 'ObserveReorganisation', chain: 'simulated', height });
  }
  /** The watcher of a chain goes on only when what it saw before is recorded. */
  #waits(partition: number): boolean {
    const last = this.#watched[partition];
    return last !== undefined && !last.answer;
  }
  #watch(partition: number, command: Command): void {
    const custody: Address = { service: 'custody', partition };
    this.#watched[partition] = this.crowd.house.order(custody, command, OPERATOR);
  }

  withdraw(): void {
    const one = this.crowd.client();
    const asset = this.crowd.asset();
    const amount = this.crowd.amount(asset, 1_000);
    const { account } = one;
    const destination = this.crowd.house.chance.happens(0.95) ? DESTINATION : 'elsewhere';
    this.crowd.order(one, { type: 'RequestWithdrawal', account, asset, amount, destination });
  }
  approve(): void {
    const { chance } = this.crowd.house;
    const at = chance.below(this.#placed.length);
    const one = this.#placed[at];
    if (!one) return;
    if (chance.happens(0.25)) this.#placed.splice(at, 1);
    const withdrawal = one.reservation;
    const command: Command = chance.happens(0.1)
      ? { type: 'RefuseWithdrawal', withdrawal, reason: 'not today' }
      : { type: 'ApproveWithdrawal', withdrawal };
    const custody: Address = { service: 'custody', partition: one.partition };
    this.crowd.house.order(custody, command, chance.pick(APPROVERS));
  }
  /** The effect that hands withdrawals to the chain reports back, sometimes twice. */
  report(): void {
    const { chance } = this.crowd.house;
    const one = this.#instructed[0];
    if (!one) return;
    if (chance.happens(0.9)) this.#instructed.shift();
    const withdrawal = one.reservation;
    const transaction = `out-${one.partition}-${withdrawal}`;
    const custody: Address = { service: 'custody', partition: one.partition };
    this.crowd.house.order(custody, { type: 'ReportSent', withdrawal, transaction }, OPERATOR);
  }
  reconcile(): void {
    const { house } = this.crowd;
    const partition = house.chance.below(house.options.partitions);
    house.order({ service: 'custody', partition }, { type: 'Reconcile' }, OPERATOR);
  }
}

export const PAYMENTS: readonly Weighted<Payments>[] = [
  { weight: 6, act: (payments) => payments.block() },
  { weight: 0.7, act: (payments) => payments.reorganise() },
  { weight: 3, act: (payments) => payments.withdraw() },
  { weight: 6, act: (payments) => payments.approve() },
  { weight: 3, act: (payments) => payments.report() },
  { weight: 1, act: (payments) => payments.reconcile() },
];
