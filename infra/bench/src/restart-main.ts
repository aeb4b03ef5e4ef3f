import { accountsLane, type AccountsState } from '@ringfence/domain-accounts';
import { FileSnapshotStore } from '@ringfence/service-kit';
import { Lane, LocalExchange, NO_SNAPSHOTS } from '@ringfence/lane';
import { openJournal } from './journal.js';
import { foldOptions } from './replay.js';

/** Opens an accounts lane over a log as a new process would, and says when it decides. */
const [logs, snapshots] = process.argv.slice(2);
const journal = await openJournal(logs);
const lane = await Lane.open<AccountsState>({
  ...foldOptions(journal),
  definition: accountsLane,
  snapshots: snapshots ? new FileSnapshotStore(snapshots) : NO_SNAPSHOTS,
  exchange: new LocalExchange(),
  writer: 'again',
});
if (lane === 'stood-down') throw new Error('somebody else runs this lane');
const { rss } = process.memoryUsage();
console.log(JSON.stringify({ seq: lane.head.seq, rssMb: rss / 2 ** 20 }));
// as a killed process: nothing is closed, so the next start has something to clear away
process.exit(0);
