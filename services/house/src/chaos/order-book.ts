import type { Item } from '../demo/api.js';

/** An order to the house: its id makes sending it again harmless. */
export interface Order {
  /** 32 hexadecimal digits */
  readonly id: string;
  readonly path: string;
  /** of the key that sends it */
  readonly secret: string;
  readonly body: Item;
}

/** Where the house says that an order is recorded. */
export interface Receipt {
  readonly service: string;
  readonly partition: number;
  readonly seq: number;
  /** of the record; undefined where the API does not tell it */
  readonly hash?: string;
}

/** An order and what its sender heard of it. */
export interface Placed {
  readonly order: Order;
  /** receipts of all lanes that the order went to; empty until it was answered */
  receipts: readonly Receipt[];
  /** times it was sent or asked for */
  attempts: number;
  /** connections that broke, or gave no answer in time, while it was on its way */
  broken: number;
  /** answers that said: not known yet */
  unknown: number;
}

/** One order acknowledged, at a moment by this process's steady clock, ms. */
export interface Acknowledged {
  readonly placed: Placed;
  readonly at: number;
}

const laneOf = ({ service, partition }: Receipt): string => `${service}/${partition}`;
const sameReceipts = (some: readonly Receipt[], others: readonly Receipt[]): boolean =>
  some.length === others.length &&
  some.every((one, i) => {
    const other = others[i];
    return laneOf(one) === laneOf(other) && one.seq === other.seq && one.hash === other.hash;
  });

/** Every order of a run and what became of it, as its senders know it. */
export class OrderBook {
  readonly #placed = new Map<string, Placed>();
  readonly #watchers = new Set<(acknowledged: Acknowledged) => void>();
  /** answers that must not be, a sentence each */
  readonly wrongs: string[] = [];
  acknowledged = 0;

  place(order: Order): Placed {
    const placed: Placed = { order, receipts: [], attempts: 0, broken: 0, unknown: 0 };
    this.#placed.set(order.id, placed);
    return placed;
  }
  /** Notes an answer that names records. An order is recorded once: a second answer is the same. */
  answer(placed: Placed, receipts: readonly Receipt[]): void {
    const { order } = placed;
    if (placed.receipts.length > 0) {
      if (sameReceipts(placed.receipts, receipts)) return;
      const [first, second] = [placed.receipts, receipts].map((each) => JSON.stringify(each));
      this.wrongs.push(`${order.path} ${order.id} was answered twice: ${first}, then ${second}`);
      return;
    }
    placed.receipts = receipts;
    this.acknowledged++;
    const at = performance.now();
    for (const watch of this.#watchers) watch({ placed, at });
  }
  /** Notes an answer that no order of a run may get. */
  refuse({ order }: Placed, why: string): void {
    this.wrongs.push(`${order.path} ${order.id}: ${why}`);
  }

  get all(): readonly Placed[] {
    return [...this.#placed.values()];
  }
  get open(): readonly Placed[] {
    return this.all.filter(({ receipts }) => receipts.length === 0);
  }

  /**
   * Resolves at the first acknowledgement from now on that meets the condition.
   *
   * @throws when there is none within `ms`
   */
  next(meets: (acknowledged: Acknowledged) => boolean, ms: number): Promise<Acknowledged> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const watch = (acknowledged: Acknowledged): void => {
        if (!meets(acknowledged)) return;
        end();
        resolve(acknowledged);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no order was acknowledged within ${ms} ms as it should have been`));
      }, ms);
      this.#watchers.add(watch);
    });
  }
  /** Resolves when so many more orders were acknowledged. @throws when they are not within `ms` */
  async more(count: number, ms: number): Promise<void> {
    const wanted = this.acknowledged + count;
    if (count > 0) await this.next(() => this.acknowledged >= wanted, ms);
  }
}
