import type { AccountId } from '@ringfence/kernel';
import { partitionOf } from '@ringfence/kernel';
import type { LogRecord } from '@ringfence/lane';
import type { Ephemeral, Stamped } from '../ephemeral/ephemeral.js';
import { accountChanges } from './account-changes.js';
import type { Feed } from './feed.js';

/** Accounts of which is remembered how far they were looked through; the oldest go first. */
const LOOKED_MAX = 10_000;

/** What was shown of an account, and the position up to which it is still so. */
export interface HotAccount {
  readonly seq: number;
  readonly value: string;
}

/** Up to where nothing changed what is kept under a stamp. */
interface Looked {
  readonly stamp: number;
  readonly through: number;
}

/**
 * What the read models showed of accounts that are asked for often. A value is shown again only if
 * the newest records of the account's log, which every gateway follows itself, prove that nothing
 * changed since: whatever the shared memory holds, nobody sees less than he saw.
 */
export class HotAccounts {
  readonly #looked = new Map<AccountId, Looked>();
  /** answers that spared the read models, and those that did not */
  readonly counts = { found: 0, missed: 0 };

  constructor(
    readonly memory: Ephemeral,
    readonly feedOf: (partition: number) => Feed,
  ) {}

  /** @param atLeast  position of the accounts log that the answer must not be older than */
  async find(account: AccountId, atLeast: number): Promise<HotAccount | undefined> {
    const feed = this.feedOf(partitionOf(account));
    const isReady = feed.isAwake;
    const caughtUp = feed.use();
    const kept = isReady ? await this.memory.get(keyOf(account), 0) : undefined;
    // another gateway is further, or knows a log that was longer: only the log can tell
    if (kept && kept.stamp > feed.seq) await caughtUp;
    const seq = kept && this.#provenTo(account, kept, feed);
    if (!kept || seq === undefined || seq < atLeast) {
      this.counts.missed++;
      return undefined;
    }
    this.counts.found++;
    return { seq, value: kept.value };
  }
  /** @param stamp  position that the value reflects at least */
  keep(account: AccountId, { stamp, value }: Stamped): Promise<void> {
    return this.memory.put(keyOf(account), { stamp, value });
  }

  /** The position up to which a value still holds; undefined when it does not, or may not. */
  #provenTo(account: AccountId, { stamp }: Stamped, feed: Feed): number | undefined {
    const known = this.#looked.get(account);
    if (stamp > feed.seq) return undefined;
    const from = known?.stamp === stamp ? known.through : stamp;
    if (from === feed.seq) return from;
    const records = feed.recent.since(from);
    if (!records || records.some((record) => changes(record, feed.partition, account))) {
      return undefined;
    }
    const through = feed.seq;
    this.#looked.delete(account);
    this.#looked.set(account, { stamp, through });
    if (this.#looked.size > LOOKED_MAX) {
      const [oldest] = this.#looked.keys();
      this.#looked.delete(oldest);
    }
    return through;
  }
}

const keyOf = (account: AccountId): string => `account/${account}`;

function changes({ decided }: LogRecord, partition: number, account: AccountId): boolean {
  let isChanged = false;
  for (const { events } of decided) {
    for (const event of events) {
      accountChanges(event, partition, (of) => (isChanged ||= of === account));
    }
  }
  return isChanged;
}
