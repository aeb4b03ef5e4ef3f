import { invariant } from '@ringfence/kernel';
import type { ChainHead, ChainRecord } from './chain.js';
import { ChainCursor } from './cursor.js';
import { decodeHead, hash, type Head } from './head.js';
import { type Journal, type Stream, streamText } from './port.js';
import { appendOnce, type OpenOptions, readOnward, reasonOf, Takeover } from './takeover.js';

export type Opened =
  | { readonly kind: 'active'; readonly writer: ChainWriter }
  /** another process opened the epoch; everything up to `head` was folded */
  | { readonly kind: 'stood-down'; readonly head: ChainHead };

/** Proof that a record is in the log, and a witness if the log is ever cut short. */
export interface Receipt {
  readonly seq: number;
  readonly hash: string;
  readonly offset: number;
}

/** Another process took the log over: this writer's state is of no use any more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(
    readonly stream: Stream,
    /** the record that took the place of ours */
    readonly by: ChainRecord,
  ) {
    const { writer, epoch, seq } = by.head;
    super(`${streamText(stream)}: ${writer} holds epoch ${epoch} since sequence ${seq}`);
  }
}

/** The one writer of a log, for as long as nobody opens a later epoch. */
export class ChainWriter {
  readonly #cursor: ChainCursor;
  readonly #wait: OpenOptions['wait'];
  /** the chain as it will be when everything handed to `append` is accepted */
  #seq: number;
  #prev: string;
  #last: Promise<unknown> = Promise.resolve();
  #stopped: { readonly fault: unknown } | undefined;

  private constructor(cursor: ChainCursor, wait: OpenOptions['wait']) {
    this.#cursor = cursor;
    this.#wait = wait;
    this.#seq = cursor.head.seq;
    this.#prev = cursor.head.hash;
  }

  /**
   * Takes a log over: replays it, appends `EpochOpened`, and reads until its own is accepted
   * (then active) or another's is (then stood down). Two processes at once are harmless.
   *
   * @throws LogTruncated when the log lacks what `from` or a witness has seen; nothing was written
   * @throws MalformedRecord when an accepted record cannot be decoded by this build
   * @throws JournalBroken, or whatever `onRecord` or `wait` throws
   */
  static async open(journal: Journal, stream: Stream, options: OpenOptions): Promise<Opened> {
    const cursor = new ChainCursor(journal, stream, options);
    const takeover = new Takeover(cursor, options);
    await takeover.replay();
    const kind = await takeover.open();
    if (kind === 'stood-down') return { kind, head: cursor.head };
    return { kind, writer: new ChainWriter(cursor, options.wait) };
  }

  /** the last accepted record */
  get head(): ChainHead {
    return this.#cursor.head;
  }
  /** entries that did not count, since `open` began */
  get ignored(): number {
    return this.#cursor.ignored;
  }

  /**
   * What the head of the record to be encoded now must say. The hash is known before the append, so
   * the next record may be made while one is in flight.
   *
   * @throws what stopped this writer, such as `Fenced`
   */
  next(): { readonly seq: number; readonly epoch: number; readonly prev: string } {
    if (this.#stopped) throw this.#stopped.fault;
    return { seq: this.#seq + 1, epoch: this.#cursor.head.epoch, prev: this.#prev };
  }

  /**
   * Appends the record that `next` asked for; queues behind the one in flight. It answers only when
   * the record is accepted: an unknown outcome is read up in the log, and the same bytes are sent
   * again until they are found there or another epoch is.
   *
   * @param head  what the bytes say, from a caller who has just encoded them
   * @throws Fenced when another process took over; this and every later append
   * @throws InvariantViolation when the record does not link to what was handed in before
   * @throws JournalBroken, MalformedRecord or what `wait` throws: the outcome is then unknown,
   *         never "failed", and the writer is done for
   */
  async append(bytes: Uint8Array, head: Head = decodeHead(bytes).head): Promise<Receipt> {
    const { seq, epoch, prev } = this.next();
    invariant(head.seq === seq && head.prev === prev, 'a record links to the one before it');
    invariant(head.epoch === epoch && !head.opened, "a record is of its writer's epoch");
    invariant(head.p === this.#cursor.stream.partition, 'a record is of its own partition');
    const own = hash(bytes);
    this.#seq = seq;
    this.#prev = own;
    const turn = this.#last.then(() => this.#send(bytes, { seq, epoch, hash: own }));
    this.#last = turn;
    return turn;
  }

  async #send(bytes: Uint8Array, own: Omit<ChainHead, 'offset'>): Promise<Receipt> {
    try {
      for (let attempt = 1; ; attempt++) {
        const answer = await appendOnce(this.#cursor, bytes);
        if (answer.kind === 'appended' && answer.offset === this.#cursor.next) {
          this.#cursor.advance({ ...own, offset: answer.offset });
        } else {
          await this.#readGap(own.hash);
        }
        const { seq, hash: accepted, offset } = this.#cursor.head;
        if (accepted === own.hash) return { seq, hash: accepted, offset };
        await this.#wait(attempt, reasonOf(answer));
      }
    } catch (fault) {
      this.#stopped ??= { fault };
      throw fault;
    }
  }

  /** Reads until our record is found or the log ends. */
  async #readGap(own: string): Promise<void> {
    for (;;) {
      const entries = await readOnward(this.#cursor, this.#wait);
      if (entries.length === 0) return;
      for (const entry of entries) {
        const record = this.#cursor.take(entry);
        if (record?.hash === own) return;
        if (record) throw new Fenced(this.#cursor.stream, record);
      }
    }
  }
}
