import { Api, idMaker, type Item, type Result } from './api.js';
import type { PriceFrame } from './bars.js';
import { chanceOf } from './chance.js';
import {
  DOMAIN,
  OPERATOR_SECRET,
  ownWalls,
  SETTLEMENT,
  venueSecret,
  type Listing,
} from './founding.js';
import type { DemoOptions } from './options.js';
import { MEMBER_COUNT, type Person } from './people.js';

/** A person with an account in the house. */
export interface Client extends Person {
  readonly account: string;
  readonly listing: Listing;
  readonly bucket: string;
}

const VENUE = 1;
/** of the margin that a person brings, kept back to answer calls */
const RESERVE = 0.5;
/**
 * margin is brought a little richer than leverage asks: fees, and the first price is not the last
 */
const CUSHION = 1.02;
const RANDOM_TRADES_PER_BAR = 16;

const money = (value: number, decimals: number): string =>
  (Math.floor(value * 10 ** decimals) / 10 ** decimals).toFixed(decimals);

/** Everyone of the scenario: opens accounts, brings collateral, trades, answers calls. */
export class Crowd {
  readonly clients: Client[] = [];
  readonly id: () => string;
  readonly venues: Api[];
  readonly operator: Api;
  readonly #chance: () => number;
  /** what is left of the reserve that answers calls, in settlement units */
  readonly #reserve = new Map<string, number>();
  readonly #byAccount = new Map<string, Client>();
  #last = new Map<string, number>();
  trades = 0;
  answers = 0;

  constructor(
    readonly options: DemoOptions,
    readonly listings: readonly Listing[],
    url: string,
  ) {
    this.id = idMaker(options.seed);
    this.#chance = chanceOf(options.seed + 1);
    this.operator = new Api(url, OPERATOR_SECRET);
    this.venues = Array.from({ length: MEMBER_COUNT }, (_, i) => new Api(url, venueSecret(i + 1)));
  }
  set url(url: string) {
    this.operator.url = url;
    for (const venue of this.venues) venue.url = url;
  }
  #of(member: number): Api {
    return this.venues[member - 1];
  }
  get #venue(): Api {
    return this.#of(VENUE);
  }

  /** Opens everyone's account; own walls first. */
  async open(people: readonly Person[]): Promise<void> {
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
      await this.#deposit([{ to: String(account), asset: SETTLEMENT, amount: money(amount, 6) }]);
      if (kind !== 'liquidity') continue;
      // half margins what it takes over, half buys collateral
      await this.operator.must('/v1/moves', {
        id: this.id(),
        account,
        source: 'excess',
        target: `cross:${DOMAIN}`,
        asset: SETTLEMENT,
        amount: money(amount * 0.8, 6),
      });
    }
    for (const [member, list] of this.#byMember(people)) {
      const opened = await this.#of(member).post(
        '/v1/accounts',
        list.map((person) => ({
          id: this.id(),
          member,
          owner: person.owner,
          class: 'client-individual',
          domain: null,
          reference: `a${person.index}`,
        })),
      );
      for (const [i, { facts }] of opened.entries())
        this.#admit(list[i], String(facts?.['account']));
    }
    this.clients.sort((a, b) => a.index - b.index);
  }
  #admit(person: Person, account: string): void {
    const listing =
      this.listings.find(({ symbol }) => symbol === person.symbol) ?? this.listings[0];
    const bucket =
      person.mode === 'isolated' ? `isolated:${listing.instrument}` : `cross:${DOMAIN}`;
    const client = { ...person, account, listing, bucket };
    this.clients.push(client);
    this.#byAccount.set(account, client);
  }
  #byMember<T extends Person>(people: readonly T[]): Map<number, T[]> {
    const groups = new Map<number, T[]>();
    for (const person of people)
      groups.set(person.member, [...(groups.get(person.member) ?? []), person]);
    return groups;
  }

  async #deposit(
    payments: readonly { to: string; asset: string; amount: string }[],
  ): Promise<void> {
    for (let at = 0; at < payments.length; at += 1000) {
      const part = payments
        .slice(at, at + 1000)
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

  /** Deposits, margin into buckets, authority for the venue. */
  async furnish(prices: ReadonlyMap<string, string>): Promise<void> {
    this.#note(prices);
    const payments: { to: string; asset: string; amount: string }[] = [];
    const moves: (Item & { member: number })[] = [];
    for (const client of this.clients) {
      const margin = (client.notional / client.leverage) * CUSHION + client.notional * 0.001;
      const coin =
        client.coin && this.listings.find(({ symbol }) => symbol === client.coin?.symbol);
      const coinValue = coin ? margin * (client.coin?.share ?? 0) : 0;
      const cash = margin - coinValue + client.notional * 0.002;
      const reserve = client.answers ? margin * RESERVE : 0;
      this.#reserve.set(client.account, reserve);
      payments.push({
        to: client.account,
        asset: SETTLEMENT,
        amount: money(cash + reserve + 1, 6),
      });
      moves.push({ member: client.member, ...this.#move(client, SETTLEMENT, money(cash, 6)) });
      if (!coin) continue;
      const units = money((coinValue * 1.15) / (this.#last.get(coin.symbol) ?? 1), 6);
      if (Number(units) === 0) continue;
      payments.push({ to: client.account, asset: coin.coin, amount: units });
      moves.push({ member: client.member, ...this.#move(client, coin.coin, units) });
    }
    await this.#deposit(payments);
    await this.#perMember(moves, '/v1/moves');
    await this.#perMember(
      this.clients.map(({ member, account }) => ({ member, id: this.id(), account, venue: VENUE })),
      '/v1/trading-authorities',
    );
    await this.operator.quiet();
  }
  #move({ account, bucket }: Client, asset: string, amount: string): Item {
    return { id: this.id(), account, source: 'excess', target: bucket, asset, amount };
  }
  async #perMember(items: readonly (Item & { member: number })[], path: string): Promise<void> {
    const groups = new Map<number, Item[]>();
    for (const { member, ...item } of items)
      groups.set(member, [...(groups.get(member) ?? []), item]);
    for (const [member, list] of groups) await this.#of(member).post(path, list);
  }
  #note(prices: ReadonlyMap<string, string>): void {
    for (const [symbol, price] of prices) this.#last.set(symbol, Number(price));
  }

  /** Everyone takes the position that they came for, against the one beside them. */
  async takePositions(): Promise<void> {
    const trades: Item[] = [];
    for (let i = 0; i + 1 < this.clients.length; i += 2) {
      const [buyer, seller] = [this.clients[i], this.clients[i + 1]];
      const item = this.#trade(buyer, seller, Math.min(buyer.notional, seller.notional));
      if (item) trades.push(item);
    }
    await this.#submit(trades);
  }
  #trade(buyer: Client, seller: Client, notional: number): Item | null {
    const { listing } = buyer;
    const price = this.#last.get(listing.symbol);
    if (price === undefined || seller.listing !== listing) return null;
    const lots = money(notional / price, listing.lotDecimals);
    if (Number(lots) === 0) return null;
    return {
      id: this.id(),
      instrument: listing.instrument,
      lots,
      price: String(price),
      buyer: buyer.account,
      buyerBucket: buyer.bucket,
      seller: seller.account,
      sellerBucket: seller.bucket,
    };
  }
  async #submit(trades: readonly Item[]): Promise<readonly Result[]> {
    const results = await this.#venue.post('/v1/trades', trades);
    this.trades += results.filter(({ problem }) => !problem).length;
    return results;
  }

  /** What people do after a price frame: once a bar, some trade. */
  async act(frame: PriceFrame): Promise<void> {
    this.#note(frame.prices);
    if (!frame.closes) return;
    const trades: Item[] = [];
    // nobody trades twice at once: whose leg comes first must not matter
    const people = this.#strangers(2 * RANDOM_TRADES_PER_BAR);
    for (let i = 0; i + 1 < people.length; i += 2) {
      const item = this.#trade(people[i], people[i + 1], 500 + 4500 * this.#chance());
      if (item) trades.push(item);
    }
    if (trades.length > 0) await this.#submit(trades);
  }
  /** Different people, as many as asked for while there are so many. */
  #strangers(count: number): Client[] {
    const drawn = new Set<Client>();
    const most = Math.min(count, this.clients.length);
    while (drawn.size < most) drawn.add(this.#anyone());
    return [...drawn];
  }
  #anyone(): Client {
    return this.clients[Math.floor(this.#chance() * this.clients.length)];
  }

  /** Pays in for open calls as far as the reserve of each goes. */
  async answerCalls(
    calls: readonly { account: string; bucket: string; amount: string }[],
  ): Promise<void> {
    const moves: (Item & { member: number })[] = [];
    for (const { account, amount } of calls) {
      const client = this.#byAccount.get(account);
      const reserve = this.#reserve.get(account) ?? 0;
      const wanted = Number(amount) * 1.001;
      if (!client || reserve < wanted || wanted === 0) continue;
      this.#reserve.set(account, reserve - wanted);
      moves.push({ member: client.member, ...this.#move(client, SETTLEMENT, money(wanted, 6)) });
    }
    this.answers += moves.length;
    if (moves.length > 0) await this.#perMember(moves, '/v1/moves');
  }

  /** Transfers that the kill interrupts: each is sent again afterwards, under the same id. */
  someMoves(count: number): { member: number; item: Item }[] {
    return Array.from({ length: count }, () => {
      const client = this.#anyone();
      return { member: client.member, item: this.#move(client, SETTLEMENT, '0.010000') };
    });
  }
  async send(orders: readonly { member: number; item: Item }[]): Promise<void> {
    await this.#perMember(
      orders.map(({ member, item }) => ({ member, ...item })),
      '/v1/moves',
    );
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
