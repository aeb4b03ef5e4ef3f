import type { Journal } from '@ringfence/journal';
import { FileSnapshotStore, openJournal, type JournalPlace } from '@ringfence/service-kit';
import {
  LogTail,
  logStream,
  NO_SNAPSHOTS,
  foldLane,
  type LaneCore,
  type LogRecord,
  type SnapshotStore,
} from '@ringfence/lane';
import { addressText, SERVICES, type Address } from '@ringfence/kernel';
import { LANES, type AnyLane } from './lanes.js';
import { Conservation, type ConservationLine } from './conservation.js';
import { Counter, talliesOf, type Tally } from './tally.js';

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

/** What one process is to rebuild: the lanes of a partition; part 0 has the reference lane too. */
export interface Part {
  readonly journal: JournalPlace;
  readonly partitions: number;
  readonly part: number;
  /** per lane, folders that may hold snapshots of it */
  readonly snapshots: Readonly<Record<string, readonly string[]>>;
}

/** Rebuilds lanes from the logs, from zero and from the snapshots, touching nothing. */
export async function rebuildPart(order: Part): Promise<Rebuilt> {
  const { partitions, part, snapshots } = order;
  const writer = `rebuild-${part}`;
  const journal = await openJournal(order.journal, { writer, partitions, readOnly: true });
  const counter = new Counter();
  const conservation = new Conservation(partitions);
  const lanes: Rebuilt['lanes'][number][] = [];
  let events = 0;
  for (const service of SERVICES) {
    const address: Address = { service, partition: service === 'reference' ? 0 : part };
    const isOwn = service !== 'reference' || part === 0;
    for await (const record of recordsOf(journal, address)) {
      for (const event of record.decided.flatMap((decided) => decided.events)) {
        conservation.see(address, event);
        if (!isOwn) continue;
        events++;
        counter.see(event);
      }
    }
    if (!isOwn) continue;
    const folders = snapshots[addressText(address)] ?? [];
    const ground = { journal, partitions, folders, conservation };
    lanes.push(await foldBoth(address, LANES[service], ground));
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

const plus = (a: string, b: string): string => String(BigInt(a) + BigInt(b));

/** What several processes found, as one. */
export function joined(parts: readonly Rebuilt[]): Rebuilt {
  return parts.reduce((a, b) => ({
    lanes: [...a.lanes, ...b.lanes],
    balances: [...a.balances, ...b.balances].toSorted(),
    conservation: sumsOf(a.conservation, b.conservation),
    collateralPaidForOthers: plus(a.collateralPaidForOthers, b.collateralPaidForOthers),
    tally: talliesOf(a.tally, b.tally),
    insuranceLow: plus(a.insuranceLow, b.insuranceLow),
    events: a.events + b.events,
  }));
}

type Sums = Rebuilt['conservation'];
function sumsOf(a: Sums, b: Sums): Sums {
  const sums: Record<string, ConservationLine> = { ...a };
  for (const [asset, more] of Object.entries(b)) {
    const line = sums[asset];
    sums[asset] = line
      ? {
          owed: plus(line.owed, more.owed),
          inTransit: plus(line.inTransit, more.inTransit),
          held: plus(line.held, more.held),
          difference: plus(line.difference, more.difference),
        }
      : more;
  }
  return sums;
}

interface Ground {
  readonly journal: Journal;
  readonly partitions: number;
  readonly folders: readonly string[];
  readonly conservation: Conservation;
}

async function foldBoth(
  address: Address,
  definition: AnyLane,
  ground: Ground,
): Promise<Rebuilt['lanes'][number]> {
  const { journal, partitions, folders, conservation } = ground;
  const { service, partition } = address;
  const options = { definition, partition, partitions, journal, seed: 1, wait };
  const zero = await foldLane({ ...options, snapshots: NO_SNAPSHOTS, fromZero: true });
  const again = await foldLane({
    ...options,
    snapshots: await firstWith(address, folders),
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

/** The first folder that holds a snapshot of the lane. */
async function firstWith(address: Address, folders: readonly string[]): Promise<SnapshotStore> {
  for (const folder of folders) {
    const store = new FileSnapshotStore(folder);
    if (await store.load(address)) return store;
  }
  return NO_SNAPSHOTS;
}

async function* recordsOf(
  journal: Journal,
  { service, partition }: Address,
): AsyncGenerator<LogRecord> {
  const tail = new LogTail(journal, service, logStream(service, partition));
  for (;;) {
    const records = await tail.poll(wait);
    if (records.length === 0) return;
    yield* records;
  }
}
