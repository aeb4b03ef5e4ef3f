import { fileURLToPath } from 'node:url';
import { framesOf, readBars, type Market, type PriceFrame } from './bars.js';
import { Crash } from './crash.js';
import { Crowd } from './crowd.js';
import { found, listingsOf, type Listing } from './founding.js';
import type { DemoOptions } from './options.js';
import { peopleOf } from './people.js';
import type { Progress } from './progress.js';
import type { Scenario } from './scenario.js';

const BARS = fileURLToPath(
  new URL('../../data/crash_2020-03_1h.binance-spot.csv.gz', import.meta.url),
);

/** March 2020: isolated and cross, long and short, on perpetual futures. */
export class CrashScenario implements Scenario {
  readonly cast: Crowd;
  readonly #market: Market;
  readonly #listings: readonly Listing[];

  constructor(
    readonly options: DemoOptions,
    readonly progress: Progress,
    url: string,
  ) {
    this.#market = readBars(options.bars ?? BARS, options.venue, options.market);
    this.#listings = listingsOf(this.#market);
    this.cast = new Crowd(options, this.#listings, url);
  }

  async play(): Promise<void> {
    const crash = new Crash(this.cast, this.#listings);
    const frames = [...framesOf(this.#market)];
    await found(this.cast.operator, this.cast.id, this.#listings);
    await crash.tick(frames[0].time - 1_000_000);
    await crash.publish({ ...frames[0], time: frames[0].time - 1_000_000 });
    await this.#people(frames[0]);
    await this.#live(crash, frames);
  }

  async #people(first: PriceFrame): Promise<void> {
    const { progress, options, cast } = this;
    await cast.open(peopleOf(options, this.#market.symbols));
    progress.say(`${cast.clients.length} accounts open after ${progress.seconds.toFixed(1)} s`);
    await cast.furnish(first.prices);
    await cast.takePositions();
    await cast.operator.quiet();
    progress.say(`collateral in, positions taken after ${progress.seconds.toFixed(1)} s`);
  }

  async #live(crash: Crash, frames: readonly PriceFrame[]): Promise<void> {
    for (const [i, frame] of frames.entries()) {
      await crash.step(frame);
      const price = [...frame.prices].map(([symbol, each]) => `${symbol} ${each}`).join('  ');
      const day = new Date(frame.time).toISOString().slice(0, 16);
      this.progress.move((i + 1) / frames.length, `${day}  ${price}`);
    }
  }
}
