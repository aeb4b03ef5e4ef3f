import { accountsLane } from '@ringfence/domain-accounts';
import type { Journal } from '@ringfence/journal';
import { foldLane, LogTail, logStream, NO_SNAPSHOTS } from '@ringfence/lane';
import { sized, type Bench, type Scale } from './bench.js';
import { least, median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { drive, LedgerYard, portions } from './ledger-yard.js';
import { patience } from './yard.js';

const SEED = 7;

/** What a lane must be given to fold its log. */
export const foldOptions = (journal: Journal) => ({
  definition: accountsLane,
  partition: 0,
  partitions: 1,
  journal,
  wait: patience,
  seed: SEED,
});

async function measure(scale: Scale, folder: string, perRecord: number): Promise<Replayed> {
  const journal = await openJournal(folder);
  const ledger = await LedgerYard.open({
    journal,
    walls: sized(scale, 20_000, 40),
    assets: sized(scale, 20, 2),
  });
  const count = sized(scale, perRecord === 1 ? 30_000 : 300_000, perRecord);
  await drive(ledger.lane(), portions(ledger.transfers(1), count, perRecord));
  await ledger.yard.close();

  const replays: number[] = [];
  const reads: number[] = [];
  let events = 0;
  for (let turn = 0; turn < sized(scale, 4, 1); turn++) {
    const reading = new Stopwatch();
    events = await countEvents(journal);
    reads.push(reading.cpu() / events);
    const watch = new Stopwatch();
    await foldLane({ ...foldOptions(journal), snapshots: NO_SNAPSHOTS });
    replays.push(watch.cpu() / events);
  }
  await journal.close();
  return { replays, reads, events };
}
interface Replayed {
  readonly replays: readonly number[];
  readonly reads: readonly number[];
  readonly events: number;
}

/** Reads, checks and decodes the same log without folding it. */
async function countEvents(journal: Journal): Promise<number> {
  const tail = new LogTail(journal, 'accounts', logStream('accounts', 0));
  let events = 0;
  for (;;) {
    const records = await tail.poll(patience);
    if (records.length === 0) return events;
    for (const { decided } of records) for (const one of decided) events += one.events.length;
  }
}

/** Folding a log from its files: read, chain, decode, ids, state and its digests. */
export const replay: Bench = {
  name: 'replay',
  async run(scale, to) {
    for (const perRecord of [1000, 100, 1]) {
      const { replays, reads, events } = await inFolder((folder) =>
        measure(scale, folder, perRecord),
      );
      const perSecond = (us: number): number => 1e6 / us;
      to.add({
        name: `replay.${perRecord}`,
        value: perSecond(median(replays)),
        unit: 'events/s of one core',
        target: perRecord === 1 ? undefined : { goal: 2_500_000, floor: 1_000_000 },
        against: { value: perSecond(median(reads)), name: `replay.${perRecord}.read` },
        detail: { most: perSecond(least(replays)), events },
      });
      to.add({
        name: `replay.${perRecord}.read`,
        value: perSecond(median(reads)),
        unit: 'events/s of one core',
      });
    }
  },
};
