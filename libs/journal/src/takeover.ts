import { InvariantViolation } from '@ringfence/kernel';
import type { ChainHead, ChainRecord } from './chain.js';
import { type ChainCursor, type CursorOptions, LogTruncated, type Witness } from './cursor.js';
import { encodeRecord, type Format, hash, PACKED, readHeadLine } from './head.js';
import { type AppendResult, type Entry, JournalBroken } from './port.js';

export interface OpenOptions extends CursorOptions {
  /** names this process in every record it writes */
  readonly writer: string;
  /** folds each accepted record in order, one at a time, this writer's own `EpochOpened` too */
  readonly onRecord: (record: ChainRecord, head: ChainHead) => void | Promise<void>;
  /** positions that others have seen; a function is asked when the log was read to its end */
  readonly witnesses: readonly Witness[] | (() => Promise<readonly Witness[]>);
  /**
   * Asked at the end of the log, again and again: true takes the log over, false reads on. It
   * passes the time itself. A standby answers true when it hears nothing of the owner.
   */
  readonly mayOpen?: () => Promise<boolean>;
  /** of the `EpochOpened`; empty by default */
  readonly openedBody?: Uint8Array;
  readonly openedFormat?: Format;
  readonly contracts: string;
  /** log time of the `EpochOpened`; never before the last record's, whatever is given */
  readonly now: number;
  /**
   * Passes the time after attempt 1, 2, … at something whose outcome is not known yet. To give up
   * it throws: then nobody knows whether the record is in the log, and the writer stops.
   *
   * @param reason  why it did not succeed, as far as somebody said
   */
  readonly wait: (attempt: number, reason?: string) => Promise<void>;
}

/** Faults that asking again cannot mend. */
const FINAL = [JournalBroken, LogTruncated, InvariantViolation] as const;
const NOTHING = new Uint8Array(0);

/** Records whose hashes a reader remembers for witnesses that it hears later. */
const REMEMBERED = 4096;

/** How one process takes a log over: replay, then open an epoch. */
export class Takeover {
  readonly #cursor: ChainCursor;
  readonly #options: OpenOptions;
  /** heard as their records are read, however old */
  readonly #known: readonly Witness[];
  /** the newest records read, by sequence number: for witnesses heard at the end */
  readonly #newest = new Map<number, string>();
  /** log time of the last accepted record; time never runs back */
  #ts: number;

  constructor(cursor: ChainCursor, options: OpenOptions) {
    this.#cursor = cursor;
    this.#options = options;
    this.#ts = options.now;
    const { witnesses } = options;
    this.#known = typeof witnesses === 'function' ? [] : witnesses;
  }

  /**
   * Folds what the log holds, to its end, and hears the witnesses. Those below the snapshot are
   * covered by its hash, to which all history before it is chained.
   *
   * @throws LogTruncated when the log lacks what the snapshot or a witness has seen
   */
  async replay(): Promise<void> {
    await this.#patiently(() => this.#cursor.checkStart('the snapshot'));
    const { seq, hash: from } = this.#cursor.head;
    this.#newest.set(seq, from);
    for (const witness of this.#known) if (witness.seq === seq) this.#hear(witness);
    do await this.#readToEnd();
    while (!(await (this.#options.mayOpen?.() ?? true)));
    // whoever waited at the end hears what others saw meanwhile, and has read what they saw of it
    const { witnesses } = this.#options;
    const heard = typeof witnesses === 'function' ? await witnesses() : witnesses;
    await this.#readAsFarAs(heard);
    for (const witness of heard) this.#hear(witness);
  }

  /** A read may be a moment behind what others have read: only the journal's own end is the end. */
  async #readAsFarAs(heard: readonly Witness[]): Promise<void> {
    const cursor = this.#cursor;
    for (let attempt = 1; ; attempt++) {
      await this.#readToEnd();
      if (heard.every(({ seq }) => seq <= cursor.head.seq)) return;
      const end = await this.#patiently(() => cursor.journal.end(cursor.stream));
      if (cursor.next >= end) return;
      await this.#options.wait(attempt);
    }
  }

  async #readToEnd(): Promise<void> {
    for (;;) {
      const entries = await readOnward(this.#cursor, this.#options.wait);
      if (entries.length === 0) return;
      for (const entry of entries) await this.#fold(entry);
    }
  }

  /** Appends `EpochOpened` until this process's own or another's is accepted. */
  async open(): Promise<'active' | 'stood-down'> {
    const cursor = this.#cursor;
    const { epoch } = cursor.head;
    for (let attempt = 1; ; attempt++) {
      const bytes = this.#epochOpened();
      const before = cursor.head.hash;
      const answer = await appendOnce(cursor, bytes);
      const own = await this.#readUntilOpened(hash(bytes), epoch);
      if (own) return own;
      // the last owner was faster: its record made ours stale for ever, so a new one goes at once
      if (cursor.head.hash === before) await this.#options.wait(attempt, reasonOf(answer));
    }
  }

  async #readUntilOpened(
    own: string,
    epochBefore: number,
  ): Promise<'active' | 'stood-down' | undefined> {
    for (;;) {
      const entries = await readOnward(this.#cursor, this.#options.wait);
      if (entries.length === 0) return undefined;
      for (const entry of entries) {
        const record = await this.#fold(entry);
        if (record?.hash === own) return 'active';
        if (record && record.head.epoch > epochBefore) return 'stood-down';
      }
    }
  }

  async #fold(entry: Entry): Promise<ChainRecord | undefined> {
    const record = this.#cursor.take(entry);
    if (!record) {
      this.#hearIgnored(entry);
      return undefined;
    }
    this.#remember(record.head.seq, record.hash);
    for (const witness of this.#known) if (witness.seq === record.head.seq) this.#hear(witness);
    this.#ts = Math.max(this.#ts, record.head.ts);
    try {
      await this.#options.onRecord(record, this.#cursor.head);
    } catch (fault) {
      await this.#hearNext(record);
      throw fault;
    }
    return record;
  }

  /**
   * A record that does not fold may have been altered: the one behind it has read what it was.
   *
   * @throws LogTruncated when it was another one
   */
  async #hearNext({ head: { seq }, hash: found }: ChainRecord): Promise<void> {
    const { stream } = this.#cursor;
    for (const { offset, bytes } of await readOnward(this.#cursor, this.#options.wait)) {
      const next = readHeadLine(bytes)?.line ?? {};
      if (next['seq'] !== seq + 1 || typeof next['prev'] !== 'string') continue;
      if (next['prev'] === found) return;
      const witness = { seq, hash: next['prev'], who: `the record at offset ${offset}` };
      throw new LogTruncated(stream, witness, { seq, hash: found });
    }
  }

  /**
   * A record that does not count may still be a witness: its writer had read the one before it.
   * Writers that were taken over, repeats and late twins are never ahead of the chain; a record
   * that is proves that something before it was altered or is gone.
   *
   * @throws LogTruncated naming what it has seen
   */
  #hearIgnored({ offset, bytes }: Entry): void {
    const { seq, prev } = readHeadLine(bytes)?.line ?? {};
    if (typeof seq !== 'number' || typeof prev !== 'string') return;
    if (seq <= this.#cursor.head.seq) return;
    this.#hear({ seq: seq - 1, hash: prev, who: `the record at offset ${offset} of this log` });
  }
  #remember(seq: number, found: string): void {
    this.#newest.set(seq, found);
    if (this.#newest.size > REMEMBERED) this.#newest.delete(seq - REMEMBERED);
  }
  #hear(witness: Witness): void {
    const { stream, head } = this.#cursor;
    const { seq, hash: seen } = witness;
    if (seq > head.seq) throw new LogTruncated(stream, witness, { seq: head.seq });
    const found = this.#newest.get(seq);
    if (seen === undefined || found === undefined || found === seen) return;
    throw new LogTruncated(stream, witness, { seq, hash: found });
  }

  /** The same bytes for the same chain head, so that sending them again is a repeat. */
  #epochOpened(): Uint8Array {
    const { head, stream } = this.#cursor;
    const { writer, contracts, openedBody = NOTHING, openedFormat = PACKED } = this.#options;
    const opened = {
      v: 1,
      p: stream.partition,
      seq: head.seq + 1,
      epoch: head.epoch + 1,
      writer,
      prev: head.hash,
      ts: this.#ts,
      in: [],
      n: 0,
      contracts,
      opened: true,
    } as const;
    return encodeRecord(opened, openedBody, openedFormat);
  }

  #patiently<T>(call: () => Promise<T>): Promise<T> {
    return patiently(call, this.#options.wait);
  }
}

/** One attempt; an error of a journal that may recover is an unknown outcome like any other. */
export async function appendOnce(cursor: ChainCursor, bytes: Uint8Array): Promise<AppendResult> {
  try {
    return await cursor.journal.append(cursor.stream, bytes);
  } catch (fault) {
    if (FINAL.some((kind) => fault instanceof kind)) throw fault;
    return { kind: 'unknown', reason: String(fault) };
  }
}

/** Why the bytes may not be in the log. */
export const reasonOf = (answer: AppendResult): string | undefined =>
  answer.kind === 'unknown' ? answer.reason : undefined;

/** The next entries, however often the journal must be asked; empty at the end of the log. */
export const readOnward = (
  cursor: ChainCursor,
  wait: OpenOptions['wait'],
): Promise<readonly Entry[]> => patiently(() => cursor.batch(), wait);

async function patiently<T>(call: () => Promise<T>, wait: OpenOptions['wait']): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (fault) {
      if (FINAL.some((kind) => fault instanceof kind)) throw fault;
      await wait(attempt, String(fault));
    }
  }
}
