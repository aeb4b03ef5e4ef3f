import { Actors, money, type MembersItem, type Payment } from '../actors.js';
import type { Item } from '../api.js';
import { chanceOf } from '../chance.js';
import type { Call } from '../crash.js';
import { DOMAIN, SETTLEMENT } from '../founding.js';
import type { DemoOptions } from '../options.js';
import { bucketOf, bucketsOf, lotsText, type Practice, type Trader } from './traders.js';

/** A trader with an account in the house. */
interface Client extends Trader {
  readonly account: string;
}
/** A bucket's newest evaluation, as far as it is used here. */
interface MarginShown {
  readonly account: string;
  readonly bucket: string;
  readonly equity: string;
  readonly free: string;
  readonly initial: string;
  readonly collateral: string;
}
/** The same of a client, in whole settlement units. */
interface Margin {
  readonly client: Client;
  readonly bucket: string;
  readonly equity: number;
  readonly free: number;
  readonly initial: number;
  readonly collateral: number;
}
interface WhatIf {
  readonly after: {
    readonly initial: string;
    readonly positions: readonly { readonly lots: string; readonly mark: string }[];
  };
}
/** What one practice asks for, whole settlement units. */
export type Requirements = Readonly<Record<Practice, number>>;

const VENUE = 1;
const DECIMALS = 6;
/**
 * What is brought before the first trade: legs come one by one, and each is margined alone until
 * its hedge is there.
 */
const OPENING = 2;
/** what everyone has left outside its buckets: orders that a kill interrupts move some of it */
const POCKET = '10.000000';
/** of the requirement, kept outside the buckets to answer calls */
const RESERVE = 0.5;
/** more than a call asks, so that the next price does not call again at once */
const ANSWER = 1.001;
/** what is taken out leaves so much of the requirement uncovered by what no round has paid */
const LEFT_IN = 1.02;
/** a liquidity wall takes linear positions over in cross, portfolios in a portfolio bucket */
const WALL = { [`cross:${DOMAIN}`]: 0.4, [`portfolio:${DOMAIN}`]: 0.5 };
const TICK = 0.01;

/** Everyone of the scenario: the same portfolios under three practices, in one house. */
export class PracticeCrowd extends Actors {
  readonly clients: Client[] = [];
  readonly #byAccount = new Map<string, Client>();
  readonly #reserve = new Map<string, number>();
  readonly #chance: () => number;
  trades = 0;
  answers = 0;

  constructor(options: DemoOptions, url: string) {
    super(options, url);
    this.#chance = chanceOf(options.seed + 1);
  }

  /** Opens the walls and everyone's account, and lets the venue trade for them. */
  async open(traders: readonly Trader[]): Promise<void> {
    await this.openWalls(WALL);
    for (const [member, list] of Map.groupBy(traders, (trader) => trader.member)) {
      const opened = await this.of(member).post(
        '/v1/accounts',
        list.map(({ owner }) => ({
          id: this.id(),
          member,
          owner,
          class: 'client-individual',
          domain: null,
          reference: owner,
        })),
      );
      for (const [i, { facts }] of opened.entries()) {
        this.clients.push({ ...list[i], account: String(facts?.['account']) });
      }
    }
    for (const client of this.clients) this.#byAccount.set(client.account, client);
    await this.perMember(
      this.clients.map(({ member, account }) => ({ member, id: this.id(), account, venue: VENUE })),
      '/v1/trading-authorities',
    );
    await this.operator.quiet(true);
  }

  /**
   * Brings collateral for everything that will be traded: what each position asks alone, by the
   * house's own answer before any of it exists.
   */
  async furnish(): Promise<void> {
    const payments: Payment[] = [];
    const moves: MembersItem[] = [];
    const known = new Map<string, number>();
    for (const client of this.clients) {
      payments.push({ to: client.account, asset: SETTLEMENT, amount: POCKET });
      for (const [bucket, holdings] of bucketsOf(client)) {
        let wanted = 0;
        for (const { symbol, lots } of holdings) {
          const key = `${client.practice} ${symbol} ${lots}`;
          const alone = known.get(key) ?? (await this.#askAlone(client, symbol, lots));
          known.set(key, alone);
          wanted += alone;
        }
        const amount = money(wanted * OPENING + 1, DECIMALS);
        payments.push({ to: client.account, asset: SETTLEMENT, amount });
        moves.push({ member: client.member, ...this.#move(client, 'excess', bucket, amount) });
      }
    }
    await this.deposit(payments);
    await this.perMember(moves, '/v1/moves');
    await this.operator.quiet();
  }
  /** Requirement and price of one position, alone in its bucket. */
  async #askAlone({ account, practice }: Client, symbol: string, lots: number): Promise<number> {
    const bucket = bucketOf(practice, symbol);
    const trade = {
      instrument: symbol,
      side: lots > 0 ? 'buy' : 'sell',
      lots: lotsText(symbol, lots),
    };
    const path = `/v1/accounts/${account}/buckets/${bucket}/what-if`;
    const { after } = (await this.operator.call(path, { trades: [trade] })) as WhatIf;
    const isOption = symbol.split('-').length === 4;
    const paid = after.positions.reduce(
      (sum, each) => sum + Number(each.lots) * Number(each.mark),
      0,
    );
    return Number(after.initial) + (isOption ? Math.abs(paid) : Math.abs(paid) * TICK);
  }
  #move({ account }: Client, source: string, target: string, amount: string): Item {
    return { id: this.id(), account, source, target, asset: SETTLEMENT, amount };
  }

  /** Everyone takes the positions that they came for, one of each pair after the other. */
  async takePositions(prices: ReadonlyMap<string, string>): Promise<void> {
    const pairs = [...Map.groupBy(this.clients, ({ pair }) => pair).values()];
    for (let turn = 0; ; turn++) {
      const trades = pairs.flatMap((pair) => {
        const one = pair.find(({ side }) => side === 'one');
        const other = pair.find(({ side }) => side === 'other');
        const holding = one?.holdings[turn];
        if (!one || !other || !holding) return [];
        const [buyer, seller] = holding.lots > 0 ? [one, other] : [other, one];
        const { symbol, lots } = holding;
        const bucket = bucketOf(one.practice, symbol);
        return [
          {
            id: this.id(),
            instrument: symbol,
            lots: lotsText(symbol, lots),
            price: priceText(prices.get(symbol)),
            buyer: buyer.account,
            buyerBucket: bucket,
            seller: seller.account,
            sellerBucket: bucket,
          },
        ];
      });
      if (trades.length === 0) return;
      const results = await this.of(VENUE).post('/v1/trades', trades);
      this.trades += results.filter(({ problem }) => !problem).length;
      await this.operator.quiet();
    }
  }

  /**
   * Takes out what exceeds what each trader wants to keep in a bucket; part of it answers calls.
   *
   * @returns what each practice requires
   */
  async settleDown(): Promise<Requirements> {
    const moves: MembersItem[] = [];
    const margins = await this.#margins();
    for (const { client, bucket, equity, free, initial, collateral } of margins) {
      const unneeded = Math.min(equity - initial * client.cushion, free - initial * LEFT_IN);
      // the value of options counts, and is no money
      const surplus = Math.min(unneeded, collateral);
      if (surplus < 1) continue;
      if (client.answers) {
        const kept = Math.min(surplus, initial * RESERVE);
        this.#reserve.set(client.account, (this.#reserve.get(client.account) ?? 0) + kept);
      }
      const amount = money(surplus, DECIMALS);
      moves.push({ member: client.member, ...this.#move(client, bucket, 'excess', amount) });
    }
    await this.perMember(moves, '/v1/moves');
    await this.operator.quiet();
    return sumsOf(margins);
  }
  /** What each practice requires by the newest evaluations. */
  async requirements(): Promise<Requirements> {
    return sumsOf(await this.#margins());
  }
  /** The newest evaluation of every client's bucket. */
  async #margins(): Promise<Margin[]> {
    await this.operator.quiet(true);
    const all: Margin[] = [];
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const path = `/v1/margins?limit=1000&offset=${offset}`;
      const page: { items: MarginShown[]; next?: number } = await this.operator.get(path);
      for (const { account, bucket, ...figures } of page.items) {
        const client = this.#byAccount.get(account);
        if (client) all.push({ client, bucket, ...numbersOf(figures) });
      }
      offset = page.next;
    }
    return all;
  }

  /** Pays in for open calls as far as the reserve of each goes. */
  async answerCalls(calls: readonly Call[]): Promise<void> {
    const moves: MembersItem[] = [];
    for (const { account, bucket, amount } of calls) {
      const client = this.#byAccount.get(account);
      const reserve = this.#reserve.get(account) ?? 0;
      const wanted = Number(amount) * ANSWER;
      if (!client || reserve < wanted || wanted === 0) continue;
      this.#reserve.set(account, reserve - wanted);
      const paid = money(wanted, DECIMALS);
      moves.push({ member: client.member, ...this.#move(client, 'excess', bucket, paid) });
    }
    this.answers += moves.length;
    if (moves.length > 0) await this.perMember(moves, '/v1/moves');
  }

  /** Transfers that the kill interrupts: each is sent again afterwards, under the same id. */
  someMoves(count: number): MembersItem[] {
    return Array.from({ length: count }, () => {
      const client = this.clients[Math.floor(this.clients.length * this.#chance())];
      const [bucket] = bucketsOf(client).keys();
      return { member: client.member, ...this.#move(client, 'excess', bucket, '0.010000') };
    });
  }
  async send(orders: readonly MembersItem[]): Promise<void> {
    await this.perMember(orders, '/v1/moves');
  }
}

/** An option that is worth nothing is traded at one tick. */
const priceText = (price: string | undefined): string =>
  price === undefined || Number(price) === 0 ? String(TICK) : price;

const numbersOf = ({
  equity,
  free,
  initial,
  collateral,
}: Omit<MarginShown, 'account' | 'bucket'>) => ({
  equity: Number(equity),
  free: Number(free),
  initial: Number(initial),
  collateral: Number(collateral),
});

function sumsOf(margins: readonly Margin[]): Requirements {
  const sums: Record<Practice, number> = { isolated: 0, cross: 0, portfolio: 0 };
  for (const { client, initial } of margins) sums[client.practice] += initial;
  return sums;
}
