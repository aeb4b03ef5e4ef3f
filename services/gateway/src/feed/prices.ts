import type { LogRecord } from '@ringfence/lane';
import type { Ephemeral } from '../ephemeral/ephemeral.js';
import type { ReferenceReader } from '../api/reference-reader.js';
import { shownInstrument, shownPrice } from '../api/shown.js';
import type { Shown } from '../api/read-route.js';
import { PriceBoard } from './price-board.js';

const KEY = 'prices';

/** Prices as they are shown, and the position of the reference log that they reflect. */
export interface PricesShown {
  readonly items: readonly Shown[];
  readonly seq: number;
}

/**
 * The newest prices, by this gateway's own fold of the reference log. What it folds it also leaves
 * for other gateways: one that is behind may answer a caller who has seen more than it has.
 */
export class Prices {
  readonly board = new PriceBoard();
  readonly #unlisten: () => void;
  #leaving = false;

  constructor(
    readonly reference: ReferenceReader,
    readonly memory: Ephemeral,
  ) {
    this.#unlisten = reference.listen((record) => this.#hear(record));
  }

  own(): PricesShown {
    const { names, seq } = this.reference;
    const items = Array.from(this.board.prices, ([instrument, of]) => ({
      instrument: shownInstrument(names, instrument),
      price: shownPrice(names, instrument, of.price),
      frame: of.frame,
      time: of.time,
      position: `0:${of.seq}:${of.ordinal}`,
    }));
    return { items, seq };
  }
  /** What a gateway that is further left; undefined when none did. */
  async others(atLeast: number): Promise<PricesShown | undefined> {
    const kept = await this.memory.get(KEY, atLeast);
    return kept && { items: JSON.parse(kept.value) as Shown[], seq: kept.stamp };
  }
  close(): void {
    this.#unlisten();
  }

  /** Many frames at once are left as one: the newest. */
  #hear(record: LogRecord): void {
    if (!this.board.fold(record) || this.#leaving) return;
    this.#leaving = true;
    setImmediate(() => void this.#leave());
  }
  async #leave(): Promise<void> {
    this.#leaving = false;
    const { items, seq } = this.own();
    await this.memory.put(KEY, { stamp: seq, value: JSON.stringify(items) });
  }
}
