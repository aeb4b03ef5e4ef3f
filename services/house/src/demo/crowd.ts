import { Actors, money, type MembersItem, type Payment } from './actors.js';
import type { Api, Item, Result } from './api.js';
import type { PriceFrame } from './bars.js';
import { chanceOf } from './chance.js';
import { DOMAIN, SETTLEMENT, type Listing } from './founding.js';
import type { DemoOptions } from './options.js';
import type { Person } from './people.js';

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

/** of a liquidity wall's money: what margins what it takes over; the rest buys collateral */
const WALL_SHARE = 0.8;

/** Everyone of the scenario: opens accounts, brings collateral, trades, answers calls. */
export class Crowd extends Actors {
  readonly clients: Client[] = [];
  readonly #chance: () => number;
  /** what is left of the reserve that answers calls, in settlement units */
  readonly #reserve = new Map<string, number>();
  readonly #byAccount = new Map<string, Client>();
  #last = new Map<string, number>();
  trades = 0;
  answers = 0;

  constructor(
    options: DemoOptions,
    readonly listings: readonly Listing[],
    url: string,
  ) {
    super(options, url);
    this.#chance = chanceOf(options.seed + 1);
  }
  get #venue(): Api {
    return this.of(VENUE);
  }

  /** Opens everyone's account; own walls first. */
  async open(people: readonly Person[]): Promise<void> {
    await this.openWalls({ [`cross:${DOMAIN}`]: WALL_SHARE });
    for (const [member, list] of this.#byMember(people)) {
      const opened = await this.of(member).post(
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

  /** Deposits, margin into buckets, authority for the venue. */
  async furnish(prices: ReadonlyMap<string, string>): Promise<void> {
    this.#note(prices);
    const payments: Payment[] = [];
    const moves: MembersItem[] = [];
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
    await this.deposit(payments);
    await this.perMember(moves, '/v1/moves');
    await this.perMember(
      this.clients.map(({ member, account }) => ({ member, id: this.id(), account, venue: VENUE })),
      '/v1/trading-authorities',
    );
    await this.operator.quiet();
  }
  #move({ account, bucket }: Client, asset: string, amount: string): Item {
    return { id: this.id(), account, source: 'excess', target: bucket, asset, amount };
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
    const moves: MembersItem[] = [];
    for (const { account, amount } of calls) {
      const client = this.#byAccount.get(account);
      const reserve = this.#reserve.get(account) ?? 0;
      const wanted = Number(amount) * 1.001;
      if (!client || reserve < wanted || wanted === 0) continue;
      this.#reserve.set(account, reserve - wanted);
      moves.push({ member: client.member, ...this.#move(client, SETTLEMENT, money(wanted, 6)) });
    }
    this.answers += moves.length;
    if (moves.length > 0) await this.perMember(moves, '/v1/moves');
  }

  /** Transfers that the kill interrupts: each is sent again afterwards, under the same id. */
  someMoves(count: number): MembersItem[] {
    return Array.from({ length: count }, () => {
      const client = this.#anyone();
      return { member: client.member, ...this.#move(client, SETTLEMENT, '0.010000') };
    });
  }
  async send(orders: readonly MembersItem[]): Promise<void> {
    await this.perMember(orders, '/v1/moves');
  }
}
