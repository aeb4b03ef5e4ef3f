import {
  follow,
  GENESIS,
  hash as hashOf,
  LogTruncated,
  streamText,
  type ChainHead,
  type Entry,
  type Journal,
  type Stream,
} from '@ringfence/journal';
import type { Named } from './cut.js';

/** A record that counts, and what it names of other logs. */
export interface Scanned {
  readonly seq: number;
  readonly offset: number;
  readonly names: readonly Named[];
}

/** Reads a log entry by entry with the chain rule, and notes what its records name of others. */
export class LogScan {
  /** per other log, the furthest record named so far */
  readonly named = new Map<string, Named>();

  constructor(
    readonly stream: Stream,
    /** the last record that counts so far */
    public head: ChainHead = GENESIS,
  ) {}

  /**
   * @returns the record, when the entry counts
   * @throws MalformedRecord when it counts but has no head that can be read
   */
  take({ offset, bytes }: Entry): Scanned | undefined {
    const followed = follow(this.head, offset, bytes);
    if (followed.kind === 'ignored') return undefined;
    this.head = followed.head;
    const names = followed.record.head.in.flatMap(({ topic, p, to, hash }): Named[] =>
      topic.startsWith('log.') && hash !== undefined
        ? [{ log: streamText({ topic, partition: p }), seq: to, hash }]
        : [],
    );
    return { seq: this.head.seq, offset, names };
  }
  /** Takes an entry that stays, whatever the cut will be. */
  keep(entry: Entry): void {
    for (const name of this.take(entry)?.names ?? []) this.named.set(name.log, name);
  }

  /**
   * Makes sure that a journal holds the record at which this scan stands.
   *
   * @throws LogTruncated naming who has seen it
   */
  async checkHead(journal: Journal, who: string): Promise<void> {
    const { seq, hash, offset } = this.head;
    if (offset < 0) return;
    const [entry] = await journal.read(this.stream, offset, 1);
    const found = entry?.offset === offset ? hashOf(entry.bytes) : undefined;
    if (found === hash) return;
    throw new LogTruncated(this.stream, { seq, hash, who }, found ? { seq, hash: found } : {});
  }
}
