import { sized, type Bench, type Report, type Scale } from './bench.js';
import { least, median, Stopwatch } from './clock.js';
import { inFolder, openJournal } from './journal.js';
import { drive, LedgerYard, portions } from './ledger-yard.js';
import type { Target } from './line.js';
import { probe, written } from './log-bytes.js';

/** Transfers per record, and the CPU of each that DESIGN 12 asks for, in µs. */
export const PER_RECORD: readonly { readonly size: number; readonly target: Target }[] = [
  { size: 1, target: { goal: 60, floor: 100 } },
  { size: 100, target: { goal: 3, floor: 6 } },
  { size: 1000, target: { goal: 2, floor: 4 } },
];
/**
 * µs of the same probe where the floors were set, by transfers per record: how much slower this
 * machine is today. @source shared/HOTPATH.md, section 6
 */
const PROBED_THERE: Readonly<Record<number, number>> = { 1: 56.5, 100: 1.05, 1000: 0.47 };
const RATIO_AT_1000: Target = { goal: 4, floor: 6 };
/** Bytes of the log per transfer. */
const BYTES: Readonly<Record<number, Target>> = {
  100: { goal: 60, floor: 115 },
  1000: { goal: 48, floor: 105 },
};

interface Samples {
  readonly transfers: number[];
  readonly probe: number[];
  bytes: number;
}
interface Round {
  readonly ledger: LedgerYard;
  readonly probes: Awaited<ReturnType<typeof openJournal>>;
  readonly size: number;
  readonly count: number;
  readonly seed: number;
}

/** One round of transfers, then the probe over what they wrote. */
async function round(at: Round, samples: Samples): Promise<void> {
  const { ledger, probes, size, count, seed } = at;
  const lane = ledger.lane();
  const packed = portions(ledger.transfers(seed), count, size);
  const before = lane.head.seq;
  const watch = new Stopwatch();
  await drive(lane, packed);
  samples.transfers.push(watch.cpu() / count);
  const records = await written(ledger.yard.options.journal, lane.address, before);
  samples.bytes = records.reduce((sum, { bytes }) => sum + bytes.length, 0) / count;
  const probing = new Stopwatch();
  await probe(probes, 0, records);
  samples.probe.push(probing.cpu() / count);
}

function report(to: Report, size: number, target: Target, samples: Samples): void {
  const value = median(samples.transfers);
  const probed = median(samples.probe);
  to.add({
    name: `transfer.${size}`,
    value,
    unit: 'µs CPU',
    target,
    against: { value: probed, name: `transfer.${size}.probe` },
    detail: { least: least(samples.transfers) },
  });
  to.add({
    name: `transfer.${size}.probe`,
    value: probed,
    unit: 'µs CPU',
    against: { value: PROBED_THERE[size], name: 'the probe where the floors were set' },
    detail: { least: least(samples.probe) },
  });
  const target1000 = size === 1000 ? RATIO_AT_1000 : undefined;
  const ratio = value / probed;
  to.add({ name: `transfer.${size}.ratio`, value: ratio, unit: '×', target: target1000 });
  to.add({
    name: `transfer.${size}.bytes`,
    value: samples.bytes,
    unit: 'bytes',
    target: BYTES[size],
  });
}

/**
 * Durable transfers between walls of one lane, closed loop. A variant with projections running
 * beside the lane belongs here, as another `LedgerYard` whose `onDurable` feeds them.
 */
export const transfers: Bench = {
  name: 'transfer',
  run: (scale: Scale, to: Report) =>
    inFolder(async (folder) => {
      const journal = await openJournal(`${folder}/journal`);
      const probes = await openJournal(`${folder}/probe`);
      const walls = sized(scale, 20_000, 40);
      const ledger = await LedgerYard.open({ journal, walls, assets: sized(scale, 20, 2) });
      const all = PER_RECORD.map(() => ({ transfers: [], probe: [], bytes: 0 }) as Samples);
      const rounds = sized(scale, 8, 1);
      for (let turn = -1; turn < rounds; turn++) {
        for (const [i, { size }] of PER_RECORD.entries()) {
          const count = sized(scale, size === 1 ? 3_000 : 60_000, Math.max(size * 2, 10));
          const samples = turn < 0 ? { transfers: [], probe: [], bytes: 0 } : all[i];
          const seed = (turn + 2) * 10 + i;
          await round({ ledger, probes, size, count, seed }, samples);
        }
      }
      PER_RECORD.forEach(({ size, target }, i) => report(to, size, target, all[i]));
      await ledger.yard.close();
      await journal.close();
      await probes.close();
    }),
};
