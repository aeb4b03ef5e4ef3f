import type { InstrumentId } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';

/** The newest price of an instrument, and where it stands in the reference log. */
export interface BoardPrice {
  /** ticks */
  readonly price: number;
  readonly frame: number;
  /** of the frame, ms UTC */
  readonly time: number;
  readonly seq: number;
  /** of the event in its record, from 0 */
  readonly ordinal: number;
}

/** The newest price of every instrument: a pure fold of the reference log. */
export class PriceBoard {
  readonly prices = new Map<InstrumentId, BoardPrice>();

  /** @returns whether a price is new */
  fold({ head: { seq }, decided }: LogRecord): boolean {
    let ordinal = 0;
    let isNew = false;
    for (const { events } of decided) {
      for (const event of events) {
        if (event.type === 'FrameAccepted' || event.type === 'OptionsPriced') {
          const { frame, time } = event;
          for (const { instrument, price } of event.prices) {
            this.prices.set(instrument, { price, frame, time, seq, ordinal });
            isNew = true;
          }
        }
        ordinal++;
      }
    }
    return isNew;
  }
}
