import { FileSnapshotStore } from '@ringfence/service-kit';
import { SegmentJournal } from '@ringfence/journal-segments';
import {
  LogTail,
  logStream,
  NO_SNAPSHOTS,
  foldLane,
  type LaneCore,
  type LogRecord,
} from '@ringfence/lane';
import { SERVICES, type Address } from '@ringfence/kernel';
import { join } from 'node:path';
import { LANES, type AnyLane } from './lanes.js';
import { Conservation, type ConservationLine } from './conservation.js';
import { Counter, type Tally } from './tally.js';

/** What a second process finds in the logs alone. */
export interface Rebuilt {
  readonly lanes: readonly {
    readonly lane: string;
    readonly seq: number;
    readonly hash: string;
    readonly fromZero: string;
    readonly fromSnapshot: string;
  }[];
  /** lines `account bucket asset available reserved due claim debt`, in order */
  readonly balances: readonly string[];
  readonly conservation: Readonly<Record<string, ConservationLine>>;
  readonly collateralPaidForOthers: string;
  readonly tally: Tally;
  readonly insuranceLow: string;
  readonly events: number;
}

const wait = (): Promise<void> => new Promise((resume) => setTimeout(resume, 5));

/**
 * Rebuilds everything from the logs in a folder, from zero and from the snapshots, touching
 * nothing.
 */
export async function rebuild(folder: string, partitions: number): Promise<Rebuilt> {
  const journal = await SegmentJournal.open(join(folder, 'log'), { readOnly: true });
  const counter = new Counter();
  const conservation = new Conservation(partitions);
  const lanes: Rebuilt['lanes'][number][] = [];
  let events = 0;
  for (const service of SERVICES) {
    const count = service === 'reference' ? 1 : partitions;
    for (let partition = 0; partition < count; partition++) {
      const address: Address = { service, partition };
      lanes.push(
        await foldBoth(address, LANES[service], { journal, partitions, folder, conservation }),
      );
      for await (const record of recordsOf(journal, address)) {
        for (const decided of record.decided) {
          for (const event of decided.events) {
            events++;
            counter.see(event);
            conservation.see(address, event);
          }
        }
      }
    }
  }
  await journal.close();
  return {
    lanes,
    balances: conservation.balances(),
    conservation: conservation.lines(),
    collateralPaidForOthers: conservation.paidForOthers(),
    tally: counter.tally(conservation.liquidityDefaults),
    insuranceLow: conservation.insuranceLow(),
    events,
  };
}

interface Ground {
  readonly journal: SegmentJournal;
  readonly partitions: number;
  readonly folder: string;
  readonly conservation: Conservation;
}

async function foldBoth(
  address: Address,
  definition: AnyLane,
  ground: Ground,
): Promise<Rebuilt['lanes'][number]> {
  const { journal, partitions, folder, conservation } = ground;
  const { service, partition } = address;
  const options = { definition, partition, partitions, journal, seed: 1, wait };
  const zero = await foldLane({ ...options, snapshots: NO_SNAPSHOTS, fromZero: true });
  const again = await foldLane({
    ...options,
    snapshots: new FileSnapshotStore(join(folder, 'snapshots')),
  });
  conservation.hold(address, (zero.core as LaneCore<unknown>).state);
  return {
    lane: `${service}/${partition}`,
    seq: zero.head.seq,
    hash: zero.head.hash,
    fromZero: zero.core.digest(),
    fromSnapshot: again.core.digest(),
  };
}

async function* recordsOf(
  journal: SegmentJournal,
  { service, partition }: Address,
): AsyncGenerator<LogRecord> {
  const tail = new LogTail(journal, service, logStream(service, partition));
  for (;;) {
    const records = await tail.poll(wait);
    if (records.length === 0) return;
    yield* records;
  }
}
