import { present } from '@ringfence/kernel';
import type { Item } from '../demo/api.js';
import { idMaker } from '../demo/api.js';
import { chanceOf } from '../demo/chance.js';
import { DOMAIN, OPERATOR_SECRET, SETTLEMENT, venueSecret } from '../demo/founding.js';
import { BLOCKS, Courier } from './courier.js';
import { OrderBook } from './order-book.js';
import {
  BUCKET,
  FIRST_PRICE,
  frameOf,
  LISTING,
  secretOf,
  STEP_MS,
  VENUE,
  type People,
  type Person,
} from './people.js';

/** Orders of one path and key that travel together. */
interface Sheaf {
  readonly path: string;
  readonly secret: string;
  readonly items: readonly Item[];
}
/** One sender: what it orders next, and how long it rests after it was answered. */
interface Sender {
  readonly next: () => Sheaf;
  readonly restMs: number;
}

export interface LoadOptions {
  readonly people: People;
  readonly seed: number;
  /** where the API is now */
  readonly url: () => string;
}

const BATCH_MAX = 12;
const MOVERS = 3;
/** of a mover's batches: the house's own money, which crosses partitions; of the others: moves */
const HOUSE_SHARE = 0.4;
const MOVE_SHARE = 0.25;
/** a round is scheduled at every so many ticks */
const TICKS_PER_ROUND = 4;
const PRICE_STEP = 0.002;
const RESTS_MS = { move: 30, trade: 150, pay: 250, clock: 400 } as const;
/** so many runs of ids for the senders of one load */
const SENDERS_MAX = 16;
/** the number of a run of ids has 32 bits; the upper half is left to what is not a load's */
const SEEDS = 2 ** 31 / SENDERS_MAX;

/**
 * Clients that order all the time, each its next when the last is answered: transfers within and
 * between partitions, moves, trades, deposits, ticks, frames, rounds. The same seed orders the
 * same things in the same order per sender.
 */
export class Load {
  readonly book = new OrderBook();
  readonly #senders: readonly Sender[];
  #running: Promise<unknown> = Promise.resolve();
  #isOn = false;
  #isGivenUp = false;
  #time: number;
  #price = FIRST_PRICE;
  #ticks = 0;

  constructor(readonly options: LoadOptions) {
    const { seed, people } = options;
    this.#time = people.time;
    const runs = Array.from({ length: SENDERS_MAX }, (_, n) => (seed % SEEDS) * SENDERS_MAX + n);
    const [clock, payer, trader, ...movers] = runs;
    const clockId = idMaker(clock);
    this.#senders = [
      { next: () => this.#clocked(clockId), restMs: RESTS_MS.clock },
      { next: this.#payer(payer), restMs: RESTS_MS.pay },
      { next: this.#trader(trader), restMs: RESTS_MS.trade },
      ...movers.slice(0, MOVERS).map((run) => {
        return { next: this.#mover(run), restMs: RESTS_MS.move };
      }),
    ];
  }

  /** The people as a later load should take them on: time has passed. */
  get peopleNow(): People {
    return { ...this.options.people, time: this.#time };
  }

  start(): void {
    this.#isOn = true;
    this.#running = Promise.all(this.#senders.map((sender) => this.#send(sender)));
  }
  /** Orders nothing more and waits until all is answered, or gives up after `ms`. */
  async stop(ms: number): Promise<void> {
    this.#isOn = false;
    const timer = setTimeout(() => (this.#isGivenUp = true), ms);
    await this.#running;
    clearTimeout(timer);
  }

  async #send({ next, restMs }: Sender): Promise<void> {
    const { book } = this;
    const courier = new Courier(book, this.options.url, () => this.#isGivenUp);
    while (this.#isOn) {
      const { path, secret, items } = next();
      await courier.bring(
        items.map((body) => book.place({ id: String(body['id']), path, secret, body })),
      );
      await new Promise((resume) => setTimeout(resume, restMs));
    }
  }

  /** Transfers of one owner or of the house's own money, and moves into and out of margin. */
  #mover(run: number): () => Sheaf {
    const chance = chanceOf(run);
    const id = idMaker(run);
    return () => {
      const { house } = this.options.people;
      const isHouse = chance() < HOUSE_SHARE;
      const from = isHouse ? house[Math.floor(chance() * house.length)] : this.#one(chance);
      const count = 1 + Math.floor(chance() * BATCH_MAX);
      const isMove = !isHouse && chance() < MOVE_SHARE;
      const items = Array.from({ length: count }, (): Item => {
        const amount = (0.01 * (1 + Math.floor(chance() * 100))).toFixed(2);
        const value = { id: id(), asset: SETTLEMENT, amount };
        if (isMove) {
          const [source, target] = chance() < 0.5 ? ['excess', BUCKET] : [BUCKET, 'excess'];
          return { ...value, account: from.account, source, target };
        }
        const to = isHouse ? this.#one(chance) : this.#sibling(from);
        return { ...value, from: from.account, to: to.account };
      });
      return { path: isMove ? '/v1/moves' : '/v1/transfers', secret: secretOf(from), items };
    };
  }
  #trader(run: number): () => Sheaf {
    const chance = chanceOf(run);
    const id = idMaker(run);
    return () => {
      const buyer = this.#one(chance);
      const seller = this.#other(chance, buyer);
      const item = {
        id: id(),
        instrument: LISTING.instrument,
        lots: (0.001 * (1 + Math.floor(chance() * 20))).toFixed(3),
        price: this.#price.toFixed(2),
        buyer: buyer.account,
        buyerBucket: BUCKET,
        seller: seller.account,
        sellerBucket: BUCKET,
      };
      return { path: '/v1/trades', secret: venueSecret(VENUE), items: [item] };
    };
  }
  #payer(run: number): () => Sheaf {
    const chance = chanceOf(run);
    const id = idMaker(run);
    return () => {
      const to = this.#one(chance).account;
      const own = id();
      const payment = { to, asset: SETTLEMENT, amount: '1.5', transaction: `pay ${own}` };
      return { path: BLOCKS, secret: OPERATOR_SECRET, items: [{ id: own, payments: [payment] }] };
    };
  }
  /** A tick, then a frame at its time, now and then a round: each when the last is answered. */
  #clocked(id: () => string): Sheaf {
    const secret = OPERATOR_SECRET;
    const turn = this.#ticks++ % (2 * TICKS_PER_ROUND + 1);
    if (turn === 2 * TICKS_PER_ROUND) {
      const items = [{ id: id(), domain: DOMAIN, funding: [] }];
      return { path: '/v1/rounds', secret, items };
    }
    if (turn % 2 === 0) {
      this.#time += STEP_MS;
      const items = [{ id: id(), time: this.#time, source: 'chaos' }];
      return { path: '/v1/ticks', secret, items };
    }
    this.#price *= turn % 4 === 1 ? 1 + PRICE_STEP : 1 - PRICE_STEP;
    return {
      path: '/v1/frames',
      secret,
      items: [{ id: id(), ...frameOf(this.#time, this.#price) }],
    };
  }

  #one(chance: () => number): Person {
    const { persons } = this.options.people;
    return persons[Math.floor(chance() * persons.length)];
  }
  /** The other account of the same owner. */
  #sibling(of: Person): Person {
    const { persons } = this.options.people;
    const found = persons.find(
      (each) => each !== of && each.member === of.member && each.owner === of.owner,
    );
    return present(found, 'a second account of the owner');
  }
  #other(chance: () => number, than: Person): Person {
    for (;;) {
      const one = this.#one(chance);
      if (one !== than) return one;
    }
  }
}
