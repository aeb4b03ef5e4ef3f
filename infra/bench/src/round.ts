import type { Address } from '@ringfence/kernel';
import { sized, type Bench } from './bench.js';
import { median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { DOMAIN, OPERATOR } from './market.js';
import { TradingYard } from './trading-yard.js';

/** Settlement of every position of a domain at a new price: reports, decision, payments. */
export const round: Bench = {
  name: 'round',
  async run(scale, to) {
    const clients = sized(scale, 10_000, 20);
    for (const partitions of [1, 2]) {
      await inFolder(async (folder) => {
        const journal = await openJournal(folder);
        const options = { journal, partitions, clients, withLiquidation: true };
        const trading = await TradingYard.open(options);
        const clearing: Address = { service: 'liquidation', partition: DOMAIN % partitions };
        const wall: number[] = [];
        const cpu: number[] = [];
        for (let i = 0; i < sized(scale, 4, 1); i++) {
          await trading.price(i % 2 === 0 ? 0.998 : 1);
          await trading.yard.quiet();
          const watch = new Stopwatch();
          const closed = trading.more('RoundClosed', 1);
          const command = { type: 'ScheduleRound', domain: DOMAIN, funding: [] } as const;
          await trading.yard.order(clearing, [command], OPERATOR);
          await closed;
          wall.push(watch.wall());
          cpu.push(watch.cpu() / clients);
          await trading.yard.quiet();
        }
        to.add({
          name: `round.${partitions}`,
          value: median(wall),
          unit: 'ms',
          target: { goal: 500, floor: 500 },
          detail: { positions: clients + partitions, longest: Math.max(...wall) },
        });
        to.add({ name: `round.${partitions}.position`, value: median(cpu), unit: 'µs CPU' });
        await trading.yard.close();
        await journal.close();
      });
    }
  },
};
