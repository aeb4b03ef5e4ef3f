import type { DemoOptions } from '../options.js';
import type { Progress } from '../progress.js';
import type { Scenario } from '../scenario.js';
import { optionFrames, settlementsOf, type OptionFrame } from './frames.js';
import { OptionCrash } from './option-crash.js';
import type { OptionData } from './option-data.js';
import { foundOptions } from './option-founding.js';
import { ownOptionData } from './own-data.js';
import { portfoliosOf } from './portfolios.js';
import { PracticeCrowd, type Requirements } from './practice-crowd.js';
import type { PracticeShown } from './practice-report.js';
import { COINS, perpetualOf } from './terms.js';
import { PRACTICES, tradersOf } from './traders.js';

/** How far the house's model values are from the prices that the venue marked its options with. */
function offVenue(prices: ReadonlyMap<string, string>, { snapshots: [first] }: OptionData): string {
  const off = [...first.marks]
    .map(([symbol, mark]) => Math.abs(Number(prices.get(symbol)) - mark))
    .sort((a, b) => a - b);
  const at = (share: number): string => off[Math.floor((off.length - 1) * share)].toFixed(2);
  const distance = `median ${at(0.5)}, at most ${at(1)} USD`;
  return `${off.length} options priced; from the venue's own marks: ${distance}`;
}

const MINUTE_MS = 60_000;
const SIDES = 2;

/**
 * The crash of 5 and 6 February 2026: portfolios of options, dated futures and perpetuals, each
 * under three practices of segregation at once.
 */
export class OptionScenario implements Scenario {
  readonly cast: PracticeCrowd;
  readonly #data: OptionData = ownOptionData();
  #first: Requirements | undefined;
  #most: Requirements | undefined;

  constructor(
    readonly options: DemoOptions,
    readonly progress: Progress,
    url: string,
  ) {
    this.cast = new PracticeCrowd(options, url);
  }

  async play(): Promise<void> {
    const { cast, progress } = this;
    const [first, ...frames] = optionFrames(this.#data);
    const crash = new OptionCrash(cast, settlementsOf(this.#data));
    const began = first.time - 10 * MINUTE_MS;
    await foundOptions(cast.operator, cast.id, this.#data, began);
    await crash.tick(began);
    await crash.publish({ ...first, time: began });
    progress.say(offVenue(await this.#prices(), this.#data));
    const pairs = Math.floor(this.options.accounts / (PRACTICES.length * SIDES));
    await cast.open(tradersOf(portfoliosOf(this.#data, pairs, this.options.seed)));
    progress.say(`${cast.clients.length} accounts open after ${progress.seconds.toFixed(1)} s`);
    await cast.furnish();
    progress.say(`collateral in after ${progress.seconds.toFixed(1)} s`);
    await cast.takePositions(await this.#prices());
    await crash.round(began);
    await crash.workOff();
    await crash.step(first);
    this.#note(await cast.settleDown());
    progress.say(`${cast.trades} trades, premium paid after ${progress.seconds.toFixed(1)} s`);
    await this.#live(crash, frames);
  }

  async #live(crash: OptionCrash, frames: readonly OptionFrame[]): Promise<void> {
    const last = new Map<string, string>();
    for (const [i, frame] of frames.entries()) {
      await crash.step(frame);
      if (frame.volatilities.size > 0) this.#note(await this.cast.requirements());
      for (const [symbol, price] of frame.prices) last.set(symbol, price);
      const shown = COINS.map((coin) => `${coin} ${last.get(perpetualOf(coin)) ?? ''}`).join('  ');
      const day = new Date(frame.time).toISOString().slice(0, 16);
      this.progress.move((i + 1) / frames.length, `${day}  ${shown}`);
    }
  }

  async #prices(): Promise<ReadonlyMap<string, string>> {
    const path = '/v1/prices';
    const { items } = await this.cast.operator.get<{
      items: { instrument: string; price: string }[];
    }>(path);
    return new Map(items.map(({ instrument, price }) => [instrument, price]));
  }

  #note(now: Requirements): void {
    this.#first ??= now;
    const before = this.#most ?? now;
    this.#most = {
      isolated: Math.max(before.isolated, now.isolated),
      cross: Math.max(before.cross, now.cross),
      portfolio: Math.max(before.portfolio, now.portfolio),
    };
  }
  requirements(): PracticeShown['requirements'] {
    const none = { isolated: 0, cross: 0, portfolio: 0 };
    return { first: this.#first ?? none, most: this.#most ?? none };
  }
}
