import type { Api, UnderWay } from '../api.js';
import { openCalls } from '../crash.js';
import { DOMAIN } from '../founding.js';
import type { OptionFrame, Settlement } from './frames.js';
import { VALID_MS } from './option-founding.js';
import type { PracticeCrowd } from './practice-crowd.js';
import { COINS, perpetualOf } from './terms.js';

const EIGHT_HOURS_MS = 8 * 3_600_000;
const MINUTE_MS = 60_000;
/** so many ticks follow a frame at most while close-outs and rounds are worked off */
const TICKS_PER_FRAME = 20;
/** one basis point per eight hours */
const FUNDING_RATE_PPB = 100_000;

/** Time, prices, rounds and expiry in the data's own clock; the house is quiet between any two. */
export class OptionCrash {
  readonly #operator: Api;
  readonly #waiting: Settlement[];
  #time = 0;
  #lastRound = 0;

  constructor(
    readonly crowd: PracticeCrowd,
    settlements: readonly Settlement[],
  ) {
    this.#operator = crowd.operator;
    this.#waiting = [...settlements];
  }

  async tick(time: number): Promise<UnderWay> {
    await this.#operator.must('/v1/ticks', { id: this.crowd.id(), time, source: 'options' });
    this.#time = time;
    return this.#operator.quiet();
  }

  async publish({ time, prices, volatilities }: OptionFrame): Promise<UnderWay> {
    await this.#operator.must('/v1/volatility-frames', {
      id: this.crowd.id(),
      time,
      validUntil: time + VALID_MS,
      source: 'options',
      prices: [...prices].map(([instrument, price]) => ({ instrument, price })),
      volatilities: [...volatilities].map(([instrument, volatilityPpm]) => ({
        instrument,
        volatilityPpm,
      })),
    });
    return this.#operator.quiet();
  }

  /** One frame, what ended before it, and everything that follows. */
  async step(frame: OptionFrame): Promise<void> {
    await this.#expire(frame.time);
    await this.tick(frame.time);
    const { calls } = await this.publish(frame);
    if (calls > 0) await this.crowd.answerCalls(await openCalls(this.#operator));
    if (frame.time - this.#lastRound >= EIGHT_HOURS_MS) await this.round(frame.time);
    await this.workOff();
  }

  /** Lets minutes pass while close-outs and rounds are under way. */
  async workOff(): Promise<void> {
    let underWay = await this.#operator.quiet();
    for (let i = 0; i < TICKS_PER_FRAME; i++) {
      if (underWay.closeOuts === 0 && underWay.openRounds === 0) return;
      underWay = await this.tick(this.#time + MINUTE_MS);
    }
  }

  async round(time: number): Promise<void> {
    this.#lastRound = time - (time % EIGHT_HOURS_MS);
    const funding = COINS.map((coin) => ({
      instrument: perpetualOf(coin),
      ratePpb: FUNDING_RATE_PPB,
    }));
    await this.#operator.post('/v1/rounds', [{ id: this.crowd.id(), domain: DOMAIN, funding }]);
    await this.#operator.quiet();
  }

  /** Ends what expired by that time at its settlement price; the house settles it by itself. */
  async #expire(time: number): Promise<void> {
    const due = this.#waiting.filter(({ expiry }) => expiry <= time);
    for (const { coin, expiry, price } of due) {
      this.#waiting.splice(
        this.#waiting.findIndex((each) => each.coin === coin),
        1,
      );
      if (this.#time < expiry) await this.tick(expiry);
      const underlying = perpetualOf(coin);
      const id = this.crowd.id();
      await this.#operator.must('/v1/settlement-prices', { id, underlying, expiry, price });
      await this.#operator.quiet();
    }
    // a round is asked for on an odd tick
    for (let i = 1; i <= 2 && due.length > 0; i++) await this.tick(this.#time + MINUTE_MS);
    if (due.length > 0) await this.workOff();
  }
}
