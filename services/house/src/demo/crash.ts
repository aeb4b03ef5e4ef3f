import type { Api, UnderWay } from './api.js';
import type { PriceFrame } from './bars.js';
import type { Crowd } from './crowd.js';
import { DOMAIN, type Listing } from './founding.js';

const EIGHT_HOURS_MS = 8 * 3_600_000;
const MINUTE_MS = 60_000;
const VALID_MS = 2 * 3_600_000;
/**
 * so many ticks at most follow a frame while close-outs are worked off: within its quarter of an
 * hour
 */
const TICKS_PER_FRAME = 12;
/** the exchange's usual rate: one basis point per eight hours */
const FUNDING_RATE_PPB = 100_000;

/** A margin call as the API shows it. */
export interface Call {
  readonly account: string;
  readonly bucket: string;
  readonly amount: string;
}

/** Every call that is open. */
export async function openCalls(operator: Api): Promise<Call[]> {
  await operator.quiet(true);
  const calls: Call[] = [];
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const path = `/v1/calls?status=open&limit=1000&offset=${offset}`;
    const page: { items: Call[]; next?: number } = await operator.get(path);
    calls.push(...page.items);
    offset = page.next;
  }
  return calls;
}

/**
 * Time, prices and rounds of the scenario, in the data's own clock; the house is quiet between any
 * two of them.
 */
export class Crash {
  ticks = 0;
  frames = 0;
  held = 0;
  #lastRound = 0;

  constructor(
    readonly crowd: Crowd,
    readonly listings: readonly Listing[],
  ) {}

  /** A tick may conclude what was left open: nothing follows it before the house is quiet again. */
  async tick(time: number): Promise<UnderWay> {
    const { operator, id } = this.crowd;
    await operator.must('/v1/ticks', { id: id(), time, source: 'bars' });
    this.ticks++;
    return operator.quiet();
  }

  async publish({ time, prices }: PriceFrame): Promise<UnderWay> {
    const { operator, id } = this.crowd;
    const list = this.listings
      .filter(({ symbol }) => prices.has(symbol))
      .map(({ symbol, instrument }) => ({ instrument, price: prices.get(symbol) }));
    const [result] = await operator.post('/v1/frames', [
      { id: id(), time, validUntil: time + VALID_MS, source: 'bars', prices: list },
    ]);
    this.frames++;
    const held = result.facts?.['held'];
    if (Array.isArray(held)) this.held += held.length;
    return operator.quiet();
  }

  /** One price frame and everything that follows from it. */
  async step(frame: PriceFrame): Promise<void> {
    await this.tick(frame.time);
    const published = await this.publish(frame);
    const { calls } = published;
    await this.crowd.act(frame);
    if (calls > 0) await this.#answer();
    let underWay = frame.closes || calls > 0 ? await this.crowd.operator.quiet() : published;
    if (frame.time - this.#lastRound >= EIGHT_HOURS_MS) underWay = await this.#round(frame.time);
    for (let i = 1; i <= TICKS_PER_FRAME; i++) {
      if (underWay.closeOuts === 0 && underWay.openRounds === 0) return;
      underWay = await this.tick(frame.time + i * MINUTE_MS);
    }
  }
  async #answer(): Promise<void> {
    await this.crowd.answerCalls(await openCalls(this.crowd.operator));
  }
  async #round(time: number): Promise<UnderWay> {
    this.#lastRound = time - (time % EIGHT_HOURS_MS);
    const { operator, id } = this.crowd;
    const funding = this.listings.map(({ instrument }) => ({
      instrument,
      ratePpb: FUNDING_RATE_PPB,
    }));
    await operator.post('/v1/rounds', [{ id: id(), domain: DOMAIN, funding }]);
    return operator.quiet();
  }
}
