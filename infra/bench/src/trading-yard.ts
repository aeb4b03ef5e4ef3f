import type { Command, Event } from '@ringfence/contracts';
import { liquidationLane } from '@ringfence/domain-liquidation';
import { referenceLane } from '@ringfence/domain-reference';
import { riskLane } from '@ringfence/domain-risk';
import { cross, EXCESS, type AccountId, type Address } from '@ringfence/kernel';
import type { Journal } from '@ringfence/journal';
import { turn } from './clock.js';
import { ACCOUNTS } from './ledger-yard.js';
import {
  DOMAIN,
  FIRST_PRICE,
  found,
  frame,
  frameTime,
  MEMBER,
  OPERATOR,
  PERP,
  REFERENCE,
  USDT,
  VENUE,
} from './market.js';
import { openWalls } from './walls.js';
import { Yard, type AnyDefinition } from './yard.js';

/** 100 USDT of notional at the first price: 1,000 lots × 10,000 ticks × 10 units. */
const LOTS = 1_000;
/** Units of USDT in each client's bucket: 5.6 % of its notional, just above the initial 5 %. */
const MARGIN = 5_600_000n;
const BUCKET = cross(DOMAIN);
/** Trades handed in at once; each waits for the gate twice. */
const TRADES = 250;
const BATCH = 1000;

export interface TradingOptions {
  readonly journal: Journal;
  readonly partitions: number;
  /** in the whole house, each with one long position */
  readonly clients: number;
  readonly withLiquidation?: boolean;
}

/** Clients of all partitions that are long, and one maker on each that is short of all of it. */
export class TradingYard {
  frames = 0;
  /** events of each type that became durable */
  readonly counts = new Map<Event['type'], number>();
  readonly clients: AccountId[][] = [];
  #wake: (() => void) | null = null;

  private constructor(public yard: Yard) {}

  static async open(options: TradingOptions): Promise<TradingYard> {
    const { journal, partitions, clients, withLiquidation = false } = options;
    const definitions = [referenceLane, ACCOUNTS, riskLane] as unknown as AnyDefinition[];
    if (withLiquidation) definitions.push(liquidationLane as unknown as AnyDefinition);
    const hear = (events: readonly Event[]): void => trading.#hear(events);
    const yard = await Yard.open({
      journal,
      partitions,
      definitions,
      breathe: turn,
      onDurable: (_address, { decided }) => {
        for (const { events } of decided) hear(events);
      },
    });
    const trading = new TradingYard(yard);
    await found(yard, 1);
    for (let partition = 0; partition < partitions; partition++) {
      await trading.#settle(partition, clients / partitions);
    }
    return trading;
  }

  /** Opens the accounts of a partition, funds them and lets each client trade once. */
  async #settle(partition: number, count: number): Promise<void> {
    const { yard } = this;
    const address: Address = { service: 'accounts', partition };
    const [maker, ...clients] = await openWalls(yard, partition, count + 1);
    this.clients.push(clients);
    const amountOf = (account: AccountId): bigint =>
      account === maker ? BigInt(count) * MARGIN * 20n : MARGIN;
    const all = [maker, ...clients];
    const facts = all.map((account, i): Event => {
      const amount = 2n * amountOf(account);
      const [deposit, vault] = [i + 1, account];
      return { type: 'DepositConfirmed', deposit, account, vault, asset: USDT, amount };
    });
    await yard.write({ service: 'custody', partition }, facts);
    await yard.quiet();
    const furnish = all.flatMap((account): Command[] => [
      {
        type: 'MoveCollateral',
        account,
        source: EXCESS,
        target: BUCKET,
        asset: USDT,
        amount: amountOf(account),
      },
      { type: 'GrantTradingAuthority', account, venue: MEMBER },
    ]);
    await this.#orderAll(address, furnish, BATCH);
    const trades = clients.map((buyer): Command => {
      const sides = { buyer, buyerBucket: BUCKET, seller: maker, sellerBucket: BUCKET };
      return { type: 'SubmitTrade', ...sides, instrument: PERP, lots: LOTS, price: FIRST_PRICE };
    });
    await this.#orderAll(address, trades, TRADES);
  }
  async #orderAll(address: Address, commands: readonly Command[], size: number): Promise<void> {
    for (let from = 0; from < commands.length; from += size) {
      await this.yard.order(address, commands.slice(from, from + size), VENUE);
      await this.yard.quiet();
    }
  }

  #hear(events: readonly Event[]): void {
    for (const { type } of events) this.counts.set(type, this.count(type) + 1);
    this.#wake?.();
  }
  count(type: Event['type']): number {
    return this.counts.get(type) ?? 0;
  }
  /** Resolves when so many more events of a type are durable. */
  async more(type: Event['type'], count: number): Promise<void> {
    const end = this.count(type) + count;
    while (this.count(type) < end) {
      for (const lane of this.yard.lanes) if (lane.status !== 'active') throw lane.fault;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
  /** Publishes a price, as a multiple of the first. */
  async price(share: number): Promise<void> {
    const ticks = Math.round(FIRST_PRICE * share);
    await this.yard.order(REFERENCE, [frame(frameTime(++this.frames), ticks)], OPERATOR);
  }
}
