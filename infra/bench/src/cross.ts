import { sized, type Bench } from './bench.js';
import { least, median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { drive, LedgerYard, portions } from './ledger-yard.js';

const PER_SUBMISSION = 1000;

/**
 * Transfers between the partitions of a house, to and fro, until each is settled or returned on
 * both sides: offers and answers cross by channel, each end durable before the other hears of it.
 */
export const cross: Bench = {
  name: 'cross',
  run: (scale, to) =>
    inFolder(async (folder) => {
      const journal = await openJournal(folder);
      const walls = sized(scale, 10_000, 40);
      const assets = sized(scale, 20, 2);
      let ended = 0;
      const ledger = await LedgerYard.open({
        journal,
        partitions: 2,
        walls,
        assets,
        onDurable: (_address, { decided }) => {
          for (const { events } of decided) {
            for (const { type } of events) {
              if (type === 'TransferSettled' || type === 'TransferReturned') ended++;
            }
          }
        },
      });
      const count = sized(scale, 20_000, 20);
      const samples: number[] = [];
      for (let turn = 0; turn < sized(scale, 6, 1); turn++) {
        const there = portions(ledger.transfers(turn * 2, 0, 1), count, PER_SUBMISSION);
        const back = portions(ledger.transfers(turn * 2 + 1, 1, 0), count, PER_SUBMISSION);
        ended = 0;
        const watch = new Stopwatch();
        await Promise.all([drive(ledger.lane(0), there), drive(ledger.lane(1), back)]);
        await ledger.yard.quiet();
        if (turn > 0 || scale.quick) samples.push(watch.cpu() / ended);
      }
      to.add({
        name: 'transfer.cross-partition',
        value: median(samples),
        unit: 'µs CPU',
        detail: { least: least(samples), settled: ended },
      });
      await ledger.yard.close();
      await journal.close();
    }),
};
