import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { takeSnapshot } from '@ringfence/lane';
import { FileSnapshotStore } from '@ringfence/service-kit';
import { sized, type Bench } from './bench.js';
import { median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { drive, LedgerYard, portions } from './ledger-yard.js';
import { foldOptions } from './replay.js';

const MAIN = fileURLToPath(new URL('./restart-main.js', import.meta.url));
const PER_RECORD = 1000;
/** Part of the log that is newer than the snapshot. */
const NEWER = 0.1;
const run = promisify(execFile);

interface Start {
  readonly ms: number;
  readonly rssMb: number;
}
async function start(args: readonly string[]): Promise<Start> {
  const watch = new Stopwatch();
  const { stdout } = await run(process.execPath, [MAIN, ...args]);
  const { rssMb } = JSON.parse(stdout) as { readonly rssMb: number };
  return { ms: watch.wall(), rssMb };
}

/** From the start of a new process until its lane decides, with a long log behind it. */
export const restart: Bench = {
  name: 'restart',
  run: (scale, to) =>
    inFolder(async (folder) => {
      const [logs, snapshots] = [`${folder}/log`, `${folder}/snapshots`];
      const journal = await openJournal(logs);
      const walls = sized(scale, 20_000, 40);
      const ledger = await LedgerYard.open({ journal, walls, assets: sized(scale, 20, 2) });
      const commands = sized(scale, 1_000_000, 2_000);
      const write = (seed: number, count: number): Promise<void> =>
        drive(ledger.lane(), portions(ledger.transfers(seed), count, PER_RECORD));
      await write(1, commands * (1 - NEWER));
      const store = new FileSnapshotStore(snapshots);
      await takeSnapshot({ ...foldOptions(journal), snapshots: store });
      await write(2, commands * NEWER);
      await ledger.yard.close();
      await journal.close();
      for (const [name, args] of [
        ['snapshot', [logs, snapshots]],
        ['from-zero', [logs]],
      ] as const) {
        const starts: Start[] = [];
        for (let i = 0; i < sized(scale, 3, 1); i++) starts.push(await start(args));
        to.add({
          name: `restart.${name}`,
          value: median(starts.map(({ ms }) => ms)),
          unit: 'ms',
          target: name === 'snapshot' ? { goal: 5_000, floor: 5_000 } : undefined,
          detail: { commands, rssMb: median(starts.map(({ rssMb }) => rssMb)) },
        });
      }
    }),
};
