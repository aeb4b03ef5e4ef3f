import type { Event } from '@ringfence/contracts';
import type { InstrumentId } from '@ringfence/kernel';
import { marginSwings } from '@ringfence/margin';
import { decimalOf, type DecimalFigure } from '@ringfence/money';

const DAY_MS = 86_400_000;
const PPM_PER_PERCENT = 10_000n;

/** How an instrument's initial rate moved, by day; rates in percent of notional. */
export interface RateSwings {
  readonly symbol: string;
  readonly days: number;
  /** `charged`: the rate of the frames; `calculated`: what volatility alone asked for */
  readonly path: 'charged' | 'calculated';
  readonly largestStep: DecimalFigure;
  readonly largestFiveDayRise: DecimalFigure;
  readonly peakToTrough: DecimalFigure;
}
interface Days {
  readonly symbol: string;
  /** highest rate of each UTC day that had a frame, ppm, in the order of days */
  readonly charged: Map<number, number>;
  readonly calculated: Map<number, number>;
}

/**
 * Collects the initial rates of a reference log, to show how procyclical they were: what a rule
 * against it changed is the difference between the two paths of an instrument.
 *
 * @source rules/margin, anti-procyclicality; RTS 153/2013 article 28
 */
export class RateHistory {
  readonly #days = new Map<InstrumentId, Days>();
  /** what volatility asked for in the frame under way, where rules made more of it */
  readonly #base = new Map<InstrumentId, number>();

  /** Takes any fact of the reference log, in its order. */
  see(event: Event): void {
    if (event.type === 'InstrumentListed') {
      const { instrument, symbol } = event;
      this.#days.set(instrument, { symbol, charged: new Map(), calculated: new Map() });
    }
    if (event.type === 'RatesGuarded') {
      for (const { instrument, basePpm } of event.rates) this.#base.set(instrument, basePpm);
    }
    if (event.type !== 'FrameAccepted') return;
    const day = Math.floor(event.time / DAY_MS);
    for (const { instrument, initialPpm } of event.prices) {
      const days = this.#days.get(instrument);
      if (!days) continue;
      raise(days.charged, day, initialPpm);
      raise(days.calculated, day, this.#base.get(instrument) ?? initialPpm);
    }
    this.#base.clear();
  }

  /** Two rows per instrument that had a frame, in the order of listing. */
  swings(): RateSwings[] {
    return [...this.#days.values()].flatMap(({ symbol, charged, calculated }) =>
      charged.size === 0
        ? []
        : (
            [
              ['charged', charged],
              ['calculated', calculated],
            ] as const
          ).map(([path, rates]) => {
            const percents = [...rates.values()].map(percentOf);
            return { symbol, days: rates.size, path, ...marginSwings(percents) };
          }),
    );
  }
}

function raise(rates: Map<number, number>, day: number, ppm: number): void {
  rates.set(day, Math.max(rates.get(day) ?? 0, ppm));
}
const percentOf = (ppm: number): DecimalFigure =>
  decimalOf(BigInt(ppm)).div(decimalOf(PPM_PER_PERCENT));
