import type { OrderBook, Placed, Receipt } from './order-book.js';

/** A client's order as a log holds it. */
export interface Recorded {
  /** 32 hexadecimal digits */
  readonly id: string;
  /** `service/partition` */
  readonly lane: string;
  readonly seq: number;
  /** of the record */
  readonly hash: string;
}

/** What became of a run's orders, against the logs. */
export interface Verdict {
  readonly acknowledged: number;
  /** orders without an answer */
  readonly pending: number;
  /** acknowledged, and not in the log where the receipt says */
  readonly lost: number;
  /** ids that the logs decide more than once */
  readonly doubled: number;
  /** a sentence for each of these and for every answer that must not be */
  readonly wrongs: readonly string[];
}

const placeOf = (lane: string, seq: number): string => `${lane} at ${seq}`;
const textOf = ({ service, partition, seq, hash }: Receipt): string =>
  `${placeOf(`${service}/${partition}`, seq)}, ${hash ?? 'no hash told'}`;

/** Compares what senders were told with what the logs hold. */
export function judge(
  book: Pick<OrderBook, 'all' | 'wrongs'>,
  recorded: readonly Recorded[],
): Verdict {
  const byId = new Map<string, Recorded[]>();
  const hashes = new Map<string, string>();
  for (const each of recorded) {
    byId.set(each.id, [...(byId.get(each.id) ?? []), each]);
    hashes.set(placeOf(each.lane, each.seq), each.hash);
  }
  const doubled = [...byId.values()].filter((places) => places.length > 1);
  const answered = book.all.filter(({ receipts }) => receipts.length > 0);
  const pending = book.all.filter(({ receipts }) => receipts.length === 0);
  const lost = answered.filter((placed) => isLost(placed, byId, hashes));
  return {
    acknowledged: answered.length,
    pending: pending.length,
    lost: lost.length,
    doubled: doubled.length,
    wrongs: [
      ...book.wrongs,
      ...pending.map(({ order }) => `${order.path} ${order.id} was never answered`),
      ...lost.map(({ order, receipts }) => {
        const [receipt] = receipts;
        return `${order.path} ${order.id} is not in the log: ${receipt && textOf(receipt)}`;
      }),
      ...doubled.map((places) => {
        const found = places.map(({ lane, seq }) => placeOf(lane, seq)).join(' and ');
        return `order ${places[0]?.id} was decided more than once: ${found}`;
      }),
    ],
  };
}

/** An order of the simulated chain is split, so its parts have ids of their own and no hash. */
function isLost(
  { order, receipts }: Placed,
  byId: ReadonlyMap<string, readonly Recorded[]>,
  hashes: ReadonlyMap<string, string>,
): boolean {
  return receipts.some(({ service, partition, seq, hash }) => {
    const lane = `${service}/${partition}`;
    if (hash === undefined) return !hashes.has(placeOf(lane, seq));
    const found = byId.get(order.id) ?? [];
    return !found.some((each) => each.lane === lane && each.seq === seq && each.hash === hash);
  });
}
