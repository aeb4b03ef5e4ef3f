import { constants, setPriority } from 'node:os';
import { present, type Address } from '@ringfence/kernel';
import { takeSnapshot } from '@ringfence/lane';
import type { AnyLane } from './any-lane.js';
import { FileSnapshotStore } from './file-snapshots.js';
import { openJournal, type JournalPlace } from './journal-place.js';

/** What a module gives the processes that read its lanes' logs beside them. */
export interface ShadowPlan {
  /** definitions of all lanes of this process */
  readonly definitions: readonly AnyLane[];
}
/** What such a process is told at its start. */
export interface ShadowOrder {
  /** URL of a module that exports `plan`, a {@link ShadowPlan} */
  readonly plan: string;
  readonly address: Address;
  readonly partitions: number;
  readonly journal: JournalPlace;
  readonly snapshotFolder: string;
  readonly seed: number;
}

/** Reads are of a file beside a writer: a few more attempts mend what can be mended. */
const ATTEMPTS_MAX = 20;
const WAIT_MS = 50;
const wait = async (attempt: number): Promise<void> => {
  if (attempt > ATTEMPTS_MAX) throw new Error('the log cannot be read');
  await new Promise((resume) => setTimeout(resume, WAIT_MS));
};

const order = JSON.parse(process.argv[2] ?? '{}') as ShadowOrder;
const { plan, address, partitions, snapshotFolder, seed } = order;
// lanes and their clients come first
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { plan: given } = (await import(plan)) as { plan: ShadowPlan };
const definition = present(
  given.definitions.find(({ service }) => service === address.service),
  `the definition of ${address.service}`,
);
const writer = `snapshots-${process.pid}`;
const journal = await openJournal(order.journal, { writer, partitions, readOnly: true });
try {
  const snapshots = new FileSnapshotStore(snapshotFolder);
  const { partition } = address;
  const place = { definition, partition, partitions, seed };
  await takeSnapshot({ ...place, journal, snapshots, wait });
} finally {
  await journal.close();
}
