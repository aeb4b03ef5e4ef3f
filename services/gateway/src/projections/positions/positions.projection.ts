import {
  post,
  type AccountsEvent,
  type Event,
  type EventOf,
  type Ledger,
} from '@ringfence/contracts';
import { present, type AccountId, type BucketId, type InstrumentId } from '@ringfence/kernel';
import type { EventPlace, Projection } from '../projection.js';
import type { RowSet } from '../rows.js';
import { table } from '../table.js';

/** Signed lots, and what they cost in smallest units of the settlement asset, over both slots. */
export const POSITIONS = table('positions', {
  account: ['key', 'bigint'],
  bucket: ['key', 'integer'],
  instrument: ['key', 'integer'],
  lots: ['set', 'bigint'],
  cost: ['set', 'numeric'],
});

/** Legs of one tag; what was settled stands under the tag of the round that settled it. */
interface Slot {
  tag: number;
  lots: number;
  cost: bigint;
}
interface Held {
  readonly bucket: BucketId;
  readonly instrument: InstrumentId;
  slots: Slot[];
}

/** Facts whose postings change positions. */
const MOVING: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'LegApplied',
  'VariationSettled',
  'BucketSwitched',
  'PositionExpired',
]);

/** What the fold must know of an instrument: settlement units per lot and tick. */
export type UnitOf = (instrument: InstrumentId) => bigint;

/**
 * Positions: legs add up under their tags, and a settled bucket stands at the marks of its round.
 * Keeps what is open in memory, since a settlement needs the legs below its round.
 */
export class PositionsProjection implements Projection {
  readonly tables = [POSITIONS];
  readonly reads = ['accounts'] as const;
  readonly #held = new Map<AccountId, Held[]>();
  /** by partition and domain: the marks of the round that is being settled */
  readonly #marks = new Map<string, EventOf<'RoundJoined'>['marks']>();
  readonly #ledger: Ledger;
  #partition = 0;
  #rows: RowSet | undefined;

  constructor(readonly unitOf: UnitOf) {
    this.#ledger = {
      cash: () => undefined,
      leg: (...leg) => this.#leg(...leg),
      settled: (event) => this.#settle(event),
      claimed: () => undefined,
    };
  }

  fold(event: Event, { partition }: EventPlace, rows: RowSet): void {
    if (event.type === 'RoundJoined') {
      this.#marks.set(`${partition}/${event.domain}`, event.marks);
      return;
    }
    if (!MOVING.has(event.type)) return;
    this.#partition = partition;
    this.#rows = rows;
    post(event as AccountsEvent, this.#ledger, partition);
  }

  #leg(
    account: AccountId,
    bucket: BucketId,
    instrument: InstrumentId,
    lots: number,
    cost: bigint,
    tag: number,
  ): void {
    const positions = this.#held.get(account) ?? [];
    this.#held.set(account, positions);
    let held = positions.find((each) => each.bucket === bucket && each.instrument === instrument);
    if (!held) {
      held = { bucket, instrument, slots: [] };
      positions.push(held);
    }
    const slot = held.slots.find((each) => each.tag === tag);
    if (slot) {
      slot.lots += lots;
      slot.cost += cost;
    } else {
      held.slots.push({ tag, lots, cost });
    }
    this.#write(account, held);
  }

  #settle({ account, bucket, domain, round }: EventOf<'VariationSettled'>): void {
    const marks = this.#marks.get(`${this.#partition}/${domain}`) ?? [];
    for (const held of this.#held.get(account) ?? []) {
      if (held.bucket !== bucket) continue;
      const settling = held.slots.filter(({ tag }) => tag < round);
      const lots = settling.reduce((sum, slot) => sum + slot.lots, 0);
      const mark = marks.find(({ instrument }) => instrument === held.instrument)?.price;
      const price = lots === 0 ? 0 : present(mark, 'the mark of a settled position');
      const cost = BigInt(lots) * BigInt(price) * this.unitOf(held.instrument);
      const rest = held.slots.filter(({ tag }) => tag >= round);
      const settled = { tag: round - 1, lots, cost };
      held.slots = lots === 0 ? rest : [settled, ...rest];
      this.#write(account, held);
    }
    this.#dropFlat(account);
  }

  #dropFlat(account: AccountId): void {
    const held = this.#held.get(account)?.filter(({ slots }) => slots.length > 0) ?? [];
    if (held.length === 0) this.#held.delete(account);
    else this.#held.set(account, held);
  }

  #write(account: AccountId, { bucket, instrument, slots }: Held): void {
    const rows = present(this.#rows, 'rows of this batch').of(POSITIONS);
    const row = rows.row(account, bucket, instrument);
    rows.set(
      row,
      'lots',
      slots.reduce((sum, slot) => sum + slot.lots, 0),
    );
    rows.set(
      row,
      'cost',
      slots.reduce((sum, slot) => sum + slot.cost, 0n),
    );
  }
}
