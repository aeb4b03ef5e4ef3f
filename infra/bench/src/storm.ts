import { sized, type Bench, type Report, type Scale } from './bench.js';
import { median, quantile, sleep, Stopwatch, turn } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { USDT, VENUE } from './market.js';
import { TradingYard } from './trading-yard.js';

/** Callers that send one transfer after another, each on its own. */
const CALLERS = 4;
/** Falls to where every client is under call and none is breached. */
const FALL = 0.976;

/** Transfers that go on beside whatever else happens; keeps how long each took. */
class Traffic {
  latencies: number[] = [];
  going = true;
  readonly #callers: Promise<void>[];

  constructor(readonly trading: TradingYard) {
    this.#callers = Array.from({ length: CALLERS }, (_, caller) => this.#call(caller));
  }
  async #call(caller: number): Promise<void> {
    const { yard, clients } = this.trading;
    const partition = caller % clients.length;
    const walls = clients[partition];
    for (let i = caller; this.going; i++) {
      const [from, to] = [walls[i % walls.length], walls[(i + 1) % walls.length]];
      const command = { type: 'TransferCollateral', from, to, asset: USDT, amount: 1n } as const;
      const watch = new Stopwatch();
      await yard.order({ service: 'accounts', partition }, [command], VENUE);
      this.latencies.push(watch.wall());
      await turn();
    }
  }
  take(): number[] {
    const taken = this.latencies;
    this.latencies = [];
    return taken;
  }
  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.#callers);
  }
}

interface Storms {
  readonly wall: number[];
  readonly cpu: number[];
  readonly idle: number[];
  readonly during: number[];
}

/** One storm without traffic for its cost, then one with it for the latency beside it. */
async function storms(trading: TradingYard, clients: number, scale: Scale): Promise<Storms> {
  const found: Storms = { wall: [], cpu: [], idle: [], during: [] };
  for (let i = 0; i < sized(scale, 3, 1); i++) {
    const evaluated = trading.count('MarginEvaluated');
    const watch = new Stopwatch();
    const called = trading.more('MarginCalled', clients);
    await trading.price(FALL);
    await called;
    found.wall.push(watch.wall());
    found.cpu.push(watch.cpu() / (trading.count('MarginEvaluated') - evaluated));
    await recover(trading);

    const traffic = new Traffic(trading);
    await sleep(sized(scale, 1_000, 50));
    found.idle.push(...traffic.take());
    const again = trading.more('MarginCalled', clients);
    await trading.price(FALL);
    await again;
    // those under way now have waited in the storm too
    await traffic.stop();
    found.during.push(...traffic.take());
    await recover(trading);
  }
  return found;
}
async function recover(trading: TradingYard): Promise<void> {
  await trading.price(1);
  await trading.yard.quiet();
}

function report(to: Report, name: string, { wall, cpu, idle, during }: Storms): void {
  to.add({
    name: `${name}.last-call`,
    value: median(wall),
    unit: 'ms',
    target: { goal: 1_000, floor: 1_000 },
    detail: { longest: Math.max(...wall) },
  });
  to.add({ name: `${name}.evaluation`, value: median(cpu), unit: 'µs CPU' });
  const p99 = quantile(during, 0.99);
  const calm = quantile(idle, 0.99);
  to.add({
    name: `${name}.transfer-p99`,
    value: p99,
    unit: 'ms',
    against: { value: calm, name: `${name}.transfer-p99-idle` },
    detail: { transfers: during.length, median: median(during) },
  });
  to.add({ name: `${name}.transfer-p99-idle`, value: calm, unit: 'ms' });
  const target = { goal: 3, floor: 3 };
  to.add({ name: `${name}.transfer-p99-ratio`, value: p99 / calm, unit: '×', target });
}

/** One frame puts every client's bucket under call. */
export const storm: Bench = {
  name: 'storm',
  async run(scale, to) {
    const clients = sized(scale, 10_000, 20);
    for (const partitions of [1, 2]) {
      await inFolder(async (folder) => {
        const journal = await openJournal(folder);
        const trading = await TradingYard.open({ journal, partitions, clients });
        report(to, `storm.${partitions}`, await storms(trading, clients, scale));
        await trading.yard.close();
        await journal.close();
      });
    }
  },
};
