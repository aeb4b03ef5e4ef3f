import { Api, idMaker, type Item } from './api.js';
import { DOMAIN, OPERATOR_SECRET, ownWalls, SETTLEMENT, venueSecret } from './founding.js';
import type { DemoOptions } from './options.js';
import { MEMBER_COUNT } from './people.js';

/** A payment to an account by its text. */
export interface Payment {
  readonly to: string;
  readonly asset: string;
  readonly amount: string;
}
/** An order of a member's venue. */
export type MembersItem = Item & { readonly member: number };

const PAYMENTS_PER_BLOCK = 1000;
const SETTLEMENT_DECIMALS = 6;

/** A decimal text with so many places, rounded down. */
export const money = (value: number, decimals: number): string =>
  (Math.floor(value * 10 ** decimals) / 10 ** decimals).toFixed(decimals);

/** Those who act in a scenario: the operator, a venue of each member, the simulated chain. */
export class Actors {
  readonly id: () => string;
  readonly venues: Api[];
  readonly operator: Api;

  constructor(
    readonly options: DemoOptions,
    url: string,
  ) {
    this.id = idMaker(options.seed);
    this.operator = new Api(url, OPERATOR_SECRET);
    this.venues = Array.from({ length: MEMBER_COUNT }, (_, i) => new Api(url, venueSecret(i + 1)));
  }
  set url(url: string) {
    this.operator.url = url;
    for (const venue of this.venues) venue.url = url;
  }
  of(member: number): Api {
    return this.venues[member - 1];
  }

  /**
   * Opens the house's own walls and pays them in; what a liquidity wall margins goes where it takes
   * positions over.
   *
   * @param targets  buckets of a liquidity wall, and the share of its money that each gets
   */
  async openWalls(targets: Readonly<Record<string, number>>): Promise<void> {
    for (const { class: kind, partition, amount } of ownWalls(this.options)) {
      const { account } = await this.operator.must('/v1/accounts', {
        id: this.id(),
        member: 0,
        owner: kind,
        class: kind,
        domain: DOMAIN,
        reference: `${kind} ${partition}`,
        partition,
      });
      if (amount === 0) continue;
      const payment = { asset: SETTLEMENT, amount: money(amount, SETTLEMENT_DECIMALS) };
      await this.deposit([{ to: String(account), ...payment }]);
      if (kind !== 'liquidity') continue;
      for (const [target, share] of Object.entries(targets)) {
        await this.operator.must('/v1/moves', {
          id: this.id(),
          account,
          source: 'excess',
          target,
          asset: SETTLEMENT,
          amount: money(amount * share, SETTLEMENT_DECIMALS),
        });
      }
    }
  }

  async deposit(payments: readonly Payment[]): Promise<void> {
    for (let at = 0; at < payments.length; at += PAYMENTS_PER_BLOCK) {
      const part = payments
        .slice(at, at + PAYMENTS_PER_BLOCK)
        .map((payment) => ({ ...payment, transaction: `tx-${this.id()}` }));
      await this.operator.get('/health');
      await this.mine(part);
    }
    await this.mine([]);
    await this.mine([]);
    await this.operator.quiet();
  }
  /** One block of the simulated chain. */
  async mine(payments: readonly Item[]): Promise<void> {
    await this.operator.call('/v1/simulated-chain/blocks', { id: this.id(), payments });
  }

  /** Sends each order with the key of its member. */
  async perMember(items: readonly MembersItem[], path: string): Promise<void> {
    const groups = new Map<number, Item[]>();
    for (const { member, ...item } of items)
      groups.set(member, [...(groups.get(member) ?? []), item]);
    for (const [member, list] of groups) await this.of(member).post(path, list);
  }

  get commands(): number {
    return this.operator.commands + this.venues.reduce((sum, { commands }) => sum + commands, 0);
  }
  get refused(): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const { refused } of [this.operator, ...this.venues]) {
      for (const [why, count] of refused) all.set(why, (all.get(why) ?? 0) + count);
    }
    return all;
  }
}
