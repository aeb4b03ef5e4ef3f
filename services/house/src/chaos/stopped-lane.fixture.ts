import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { addressText } from '@ringfence/kernel';
import { idMaker, type Item } from '../demo/api.js';
import { DOMAIN, OPERATOR_SECRET, SETTLEMENT, venueSecret } from '../demo/founding.js';
import { POISONED, type ChaosHouse } from './chaos-house.js';
import { BLOCKS, Courier } from './courier.js';
import { ask, type Said } from './http.js';
import { OrderBook } from './order-book.js';
import { BUCKET, FIRST_PRICE, frameOf, LISTING, STEP_MS, VENUE } from './people.js';
import type { People, Person } from './people.js';
import { until } from './until.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const WAIT_MS = 30_000;
/** a bucket of one contract alone, with collateral for little more than its initial margin */
const THIN_BUCKET = `isolated:${LISTING.instrument}`;
const THIN = { lots: '0.1', collateral: '20' };
/** so far the price falls that what is left is below the call level and above maintenance */
const FALL = 0.0085;
/** a run of ids apart from those of loads */
const RUN = 0xffff_fff1;

/** A house in which one accounts lane stops, and people who order on all of them. */
export class StoppedLane {
  readonly book = new OrderBook();
  readonly #id = idMaker(RUN);
  readonly #courier: Courier;
  #time: number;

  constructor(
    readonly house: ChaosHouse,
    readonly people: People,
  ) {
    this.#courier = new Courier(
      this.book,
      () => house.url,
      () => false,
    );
    this.#time = people.time;
  }
  /** The people, after the time that this took. */
  get peopleNow(): People {
    return { ...this.people, time: this.#time };
  }
  /** Two accounts of one owner. */
  pair(partition: number): readonly [Person, Person] {
    const [one, other] = this.people.persons.filter((each) => each.partition === partition);
    return [one, other];
  }

  /** Plants the fault and meets it: a deposit that cannot be credited. */
  async stop(): Promise<void> {
    writeFileSync(this.house.poison, '');
    const [{ account }] = this.pair(POISONED.partition);
    const transaction = `stops ${this.#id()}`;
    const payments = [{ to: account, asset: SETTLEMENT, amount: '7', transaction }];
    // the asset is confirmed two blocks deep
    await this.order(BLOCKS, OPERATOR_SECRET, { payments });
    await this.order(BLOCKS, OPERATOR_SECRET, { payments: [] });
    await until('the lane does not stop', async () => (await this.status()) === 'stopped', WAIT_MS);
  }
  /** Takes the fault away, as a mended build does. */
  mend(): void {
    rmSync(this.house.poison, { force: true });
  }
  /** What the lane is now, as operators see it. */
  async status(): Promise<string> {
    interface Line {
      readonly lane: string;
      readonly status: string;
    }
    const { items } = await this.house.api.get<{ items: Line[] }>('/v1/lanes');
    return items.find(({ lane }) => lane === addressText(POISONED))?.status ?? '';
  }

  /** Sends an order until it is answered. @returns its id */
  async order(path: string, secret: string, fields: Item): Promise<string> {
    const id = this.#id();
    const body = { id, ...fields };
    await this.#courier.bring([this.book.place({ id, path, secret, body })]);
    return id;
  }
  transfer([from, to]: readonly [Person, Person]): readonly [string, string, Item] {
    const fields = { from: from.account, to: to.account, asset: SETTLEMENT, amount: '0.5' };
    return ['/v1/transfers', venueSecret(from.member), fields];
  }
  trade(
    [buyer, seller]: readonly [Person, Person],
    { buyerBucket = BUCKET, lots = '0.002' } = {},
  ): readonly [string, string, Item] {
    const sides = { buyer: buyer.account, seller: seller.account };
    const buckets = { buyerBucket, sellerBucket: BUCKET };
    const price = FIRST_PRICE.toFixed(2);
    const fields = { instrument: LISTING.instrument, lots, price, ...sides, ...buckets };
    return ['/v1/trades', venueSecret(VENUE), fields];
  }
  /** Sends an order and waits for its end. */
  async complete([path, secret, fields]: readonly [string, string, Item]): Promise<void> {
    await this.untilAccepted(await this.order(path, secret, fields), secret);
  }

  /**
   * Takes a position that the next fall of the price brings below its call level, and lets the
   * price fall.
   *
   * @returns the account that is to be called
   */
  async fallBelowCall(pair: readonly [Person, Person]): Promise<string> {
    const [{ account, member }] = pair;
    const move = { account, source: 'excess', target: THIN_BUCKET, asset: SETTLEMENT };
    const fields = { ...move, amount: THIN.collateral };
    await this.complete(['/v1/moves', venueSecret(member), fields]);
    await this.complete(this.trade(pair, { buyerBucket: THIN_BUCKET, lots: THIN.lots }));
    await this.#tick();
    await this.#publish(FIRST_PRICE * (1 - FALL));
    return account;
  }
  /** Accounts whose margin call is open, as the read models show it. */
  async called(): Promise<readonly string[]> {
    const { items } = await this.house.api.get<{ items: Item[] }>('/v1/calls?status=open');
    return items.map(({ account }) => String(account));
  }
  /** One request and what it gets at once. */
  try([path, secret, fields]: readonly [string, string, Item]): Promise<Said> {
    const url = this.house.url + path;
    return ask({ url, secret, body: { id: this.#id(), ...fields }, timeoutMs: WAIT_MS });
  }

  /** Lets time pass, publishes prices and schedules a round. */
  async round(): Promise<void> {
    await this.#tick();
    await this.#publish(FIRST_PRICE);
    await this.order('/v1/rounds', OPERATOR_SECRET, { domain: DOMAIN, funding: [] });
  }
  async #tick(): Promise<void> {
    this.#time += STEP_MS;
    await this.order('/v1/ticks', OPERATOR_SECRET, { time: this.#time, source: 'chaos' });
  }
  async #publish(price: number): Promise<void> {
    await this.order('/v1/frames', OPERATOR_SECRET, frameOf(this.#time, price));
  }
  /** Lanes that an open round waits for, as the metrics name them. */
  async waitedFor(): Promise<readonly string[]> {
    const response = await fetch(`${this.house.url}/metrics`);
    const lines = (await response.text()).split('\n');
    return lines.flatMap((line) => {
      const found = /^ringfence_open_round_waits_for\{.*lane="([^"]+)".*\} 1$/.exec(line);
      return found ? [found[1]] : [];
    });
  }
  /** Resolves when the order ended well. */
  async untilAccepted(id: string, secret: string): Promise<void> {
    const url = `${this.house.url}/v1/commands/${id}`;
    let said = '';
    const isAccepted = async (): Promise<boolean> => {
      const answer = await ask({ url, secret, timeoutMs: WAIT_MS });
      said = JSON.stringify(answer);
      return answer.kind === 'said' && (answer.body as Item)['status'] === 'accepted';
    };
    await until(`order ${id} is not accepted`, isAccepted, WAIT_MS).catch((fault: unknown) => {
      throw new Error(`${String(fault)}: ${said}`);
    });
  }

  /** What the operator does: `ringfence lane resume accounts/1`. @returns its exit code */
  async resume(): Promise<{ readonly code: number | null; readonly said: string }> {
    const args = ['lane', 'resume', addressText(POISONED)];
    const where = ['--url', this.house.url, '--key', OPERATOR_SECRET];
    const child = spawn(process.execPath, [CLI, ...args, ...where], { timeout: WAIT_MS });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said: (await said).join('') };
  }
}
