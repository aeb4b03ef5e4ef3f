import { type ChainHead, type ChainRecord, follow, GENESIS, type Rule } from './chain.js';
import { hash, MalformedRecord } from './head.js';
import { type Entry, type Journal, type Stream, streamText } from './port.js';

/** A position of a log that somebody outside it has seen: a peer, a checkpoint, a receipt. */
export interface Witness {
  readonly seq: number;
  /** of the record at `seq`, where the witness kept it */
  readonly hash?: string;
  /** who has seen it, for the person who must find the missing part */
  readonly who: string;
}

/** The log ends before, or differs at, a position that was seen: part of the truth is gone. */
export class LogTruncated extends Error {
  override readonly name = 'LogTruncated';
  constructor(
    readonly stream: Stream,
    readonly witness: Witness,
    /** what the log has instead, where known: its last sequence number, or another hash there */
    readonly found: { readonly seq?: number; readonly hash?: string },
  ) {
    const { seq, who, hash: seen = 'unknown' } = witness;
    const end = found.seq === undefined ? 'before it' : `at sequence ${found.seq}`;
    const instead = found.hash ? `has ${found.hash} there` : `ends ${end}`;
    super(
      `${streamText(stream)}: ${who} has seen sequence ${seq}, hash ${seen}; the log ${instead}`,
    );
  }
}

export interface CursorOptions {
  /** where the reader stands: a snapshot or checkpoint; the beginning by default */
  readonly from?: ChainHead;
  /** tests plant a broken one */
  readonly rule?: Rule;
}

/** One reader's place in one log; what it has folded and where it reads on. */
export class ChainCursor {
  head: ChainHead;
  /** entries that did not count */
  ignored = 0;
  /** offset of the first entry not yet looked at */
  next: number;
  readonly rule: Rule;

  constructor(
    readonly journal: Journal,
    readonly stream: Stream,
    { from = GENESIS, rule = follow }: CursorOptions,
  ) {
    this.head = from;
    this.next = from.offset + 1;
    this.rule = rule;
  }

  /**
   * Makes sure that the record this reader stands on is still there.
   *
   * @throws LogTruncated when it is missing or another one is there
   * @throws Error when it is there and this process does not get it yet; a later attempt will
   */
  async checkStart(who: string): Promise<void> {
    const { seq, hash: expected, offset } = this.head;
    if (offset < 0) return;
    const [entry] = await this.journal.read(this.stream, offset, 1);
    const found = entry?.offset === offset ? hash(entry.bytes) : undefined;
    if (found === expected) return;
    // a read may be a moment behind what others have read of the same log
    if (!entry && (await this.journal.end(this.stream)) > offset) {
      throw new Error(`${streamText(this.stream)}: offset ${offset} cannot be read yet`);
    }
    const witness = { seq, hash: expected, who };
    throw new LogTruncated(this.stream, witness, found ? { seq, hash: found } : {});
  }

  /** What the log holds from here; empty at the end. */
  batch(limitBytes?: number): Promise<readonly Entry[]> {
    return this.journal.read(this.stream, this.next, limitBytes);
  }

  /**
   * Looks at the next entry.
   *
   * @returns the record when it counts
   * @throws MalformedRecord when it counts but cannot be decoded, or names another partition
   */
  take(entry: Entry): ChainRecord | undefined {
    const followed = this.rule(this.head, entry.offset, entry.bytes);
    if (followed.kind === 'ignored') {
      this.next = entry.offset + 1;
      this.ignored++;
      return undefined;
    }
    const { p } = followed.record.head;
    if (p !== this.stream.partition) {
      throw new MalformedRecord(
        `${streamText(this.stream)}, offset ${entry.offset}: the record is of partition ${p}`,
      );
    }
    this.next = entry.offset + 1;
    this.head = followed.head;
    return followed.record;
  }

  /** Steps over this reader's own record, of which it knows that it counts. */
  advance(head: ChainHead): void {
    this.head = head;
    this.next = head.offset + 1;
  }
}
