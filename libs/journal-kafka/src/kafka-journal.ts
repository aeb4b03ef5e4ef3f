import {
  type AppendResult,
  type Entry,
  type Journal,
  READ_LIMIT_BYTES,
  type Stream,
  streamText,
} from '@ringfence/journal';
import { ENTRY_BYTES_MAX } from '@ringfence/contracts';
import { invariant } from '@ringfence/kernel';
import type { KafkaCounters } from './counters.js';
import { type KafkaOptions, settingsFrom } from './options.js';
import { Reader } from './reader.js';
import { Sender } from './sender.js';
import { Session } from './session.js';
import { openSocket } from './sockets.js';
import { Tails } from './tails.js';

/**
 * The log on Apache Kafka: a stream is a partition of a topic. Appends are acknowledged by all
 * in-sync replicas, one in flight per stream; readers choose their own offsets, in no group. What
 * an append's lost answer means is decided above, by the chain rule.
 */
export class KafkaJournal implements Journal {
  readonly #senders = new Map<string, Sender>();
  readonly #reader: Reader;
  readonly #tails: Tails;
  readonly #stops = new Set<() => void>();

  private constructor(private readonly session: Session) {
    this.#reader = new Reader(session);
    this.#tails = new Tails(session);
  }

  /**
   * @throws KafkaOptionsRefused that names the field
   * @throws KafkaUnavailable when no broker answers within `readTimeoutMs`
   */
  static async open(options: KafkaOptions): Promise<KafkaJournal> {
    const session = new Session(settingsFrom(options, openSocket));
    const journal = new KafkaJournal(session);
    try {
      await journal.#reader.connect();
      return journal;
    } catch (fault) {
      await journal.close();
      throw fault;
    }
  }

  get counters(): Readonly<KafkaCounters> {
    return this.session.counters;
  }

  /**
   * One append of a stream at a time; those behind it wait.
   *
   * @throws JournalClosed
   * @throws InvariantViolation when the record is larger than a topic takes
   */
  async append(stream: Stream, bytes: Uint8Array): Promise<AppendResult> {
    this.session.checkOpen();
    invariant(bytes.length <= ENTRY_BYTES_MAX, 'a record is not larger than ENTRY_BYTES_MAX');
    return this.#sender(stream).append(bytes);
  }

  /**
   * @throws StreamTrimmed, StreamShrunk, StreamHole, JournalClosed
   * @throws KafkaUnavailable: a later attempt may succeed
   */
  async read(
    stream: Stream,
    from: number,
    limitBytes = READ_LIMIT_BYTES,
  ): Promise<readonly Entry[]> {
    this.session.checkOpen();
    const isUnsure = this.#senders.get(streamText(stream))?.isUnsure ?? false;
    const newest = this.#tails.read(stream, from, limitBytes);
    if (newest && (newest.length > 0 || !isUnsure)) {
      this.session.counters.readsAhead++;
      return newest;
    }
    return this.#reader.read(stream, from, limitBytes);
  }

  /** @throws KafkaUnavailable, JournalClosed */
  async end(stream: Stream): Promise<number> {
    this.session.checkOpen();
    return this.#reader.edge(stream, 'end');
  }

  /**
   * The oldest offset that the topic's retention has left.
   *
   * @throws KafkaUnavailable, JournalClosed
   */
  async begin(stream: Stream): Promise<number> {
    this.session.checkOpen();
    return this.#reader.edge(stream, 'begin');
  }

  watch(stream: Stream, wake: () => void): () => void {
    this.session.checkOpen();
    const unwatch = this.#tails.watch(stream, wake);
    const stop = (): void => {
      this.#stops.delete(stop);
      unwatch();
    };
    this.#stops.add(stop);
    return stop;
  }

  /** The appends in flight are answered first, each within its deadline. */
  async close(): Promise<void> {
    if (this.session.isClosed) return;
    this.session.close();
    for (const stop of this.#stops) stop();
    await this.#tails.close();
    await this.#reader.close();
    await Promise.all([...this.#senders.values()].map((sender) => sender.close()));
  }

  #sender(stream: Stream): Sender {
    const name = streamText(stream);
    const known = this.#senders.get(name);
    if (known) return known;
    const sender = new Sender(this.session, stream);
    this.#senders.set(name, sender);
    return sender;
  }
}
