import { type Entry, type Stream, streamText } from '@ringfence/journal';
import { present } from '@ringfence/kernel';
import {
  type FetchedPartition,
  type Opened,
  openCluster,
  protocolErrorIn,
  type RawBroker,
  type RawCluster,
  READ_UNCOMMITTED,
  UNKNOWN_TOPIC,
} from './client.js';
import { StreamMissing } from './faults.js';
import type { KafkaSettings } from './options.js';

/** From where one stream is wanted, and how much of it. */
export interface Wanted {
  readonly stream: Stream;
  readonly from: number;
  readonly limitBytes: number;
}

/** What a broker gave of one stream. */
export interface Fetched {
  readonly stream: Stream;
  /** in order; the brokers' own markers are left out */
  readonly entries: readonly Entry[];
  /** where to go on */
  readonly next: number;
  /** the end of the stream, as the broker knew it */
  readonly end: number;
  /** the first offset that should hold something and does not */
  readonly hole?: { readonly offset: number; readonly found: number };
}

/** ListOffsets' words for the two ends of a stream. */
const EDGES = { begin: -2, end: -1 } as const;
export type Edge = keyof typeof EDGES;

/**
 * One connection to the cluster for reading. It repairs nothing: after any error it is closed and
 * another one opened, which learns the leaders anew.
 */
export class Link {
  /** one request at a time and broker: kafkajs would open a second connection beside a slow one */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #leaders = new Map<string, string>();

  private constructor(
    private readonly settings: KafkaSettings,
    private readonly opened: Opened<RawCluster>,
  ) {}

  /** @throws KafkaUnavailable */
  static async open(settings: KafkaSettings): Promise<Link> {
    return new Link(settings, await openCluster(settings, settings.pollMs + settings.stallMs));
  }

  topic(stream: Stream): string {
    return `${this.settings.topicPrefix}${stream.topic}`;
  }

  /**
   * The broker that leads a stream.
   *
   * @throws StreamMissing when there is no such topic or partition
   */
  async leader(stream: Stream): Promise<string> {
    const name = streamText(stream);
    const known = this.#leaders.get(name);
    if (known !== undefined) return known;
    const { client } = this.opened;
    await client.addTargetTopic(this.topic(stream)).catch((fault: unknown) => {
      throw protocolErrorIn(fault) === UNKNOWN_TOPIC ? new StreamMissing(stream) : fault;
    });
    const leaders = client.findLeaderForPartitions(this.topic(stream), [stream.partition]);
    const [id] = Object.keys(leaders);
    if (id === undefined) throw new StreamMissing(stream);
    this.#leaders.set(name, id);
    return id;
  }

  /**
   * Reads streams that this broker leads, in one request.
   *
   * @param waitMs  how long the broker may wait for something new
   */
  async fetch(id: string, wanted: readonly Wanted[], waitMs: number): Promise<Fetched[]> {
    const limit = wanted.reduce((sum, { limitBytes }) => sum + limitBytes, 0);
    const request = {
      replicaId: -1,
      isolationLevel: READ_UNCOMMITTED,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: Math.min(limit, FETCH_BYTES_MAX),
      rackId: '',
      topics: wanted.map(({ stream, from, limitBytes }) => ({
        topic: this.topic(stream),
        partitions: [
          { partition: stream.partition, fetchOffset: String(from), maxBytes: limitBytes },
        ],
      })),
    };
    const { responses } = await this.#inTurn(`fetch ${id}`, id, (broker) => broker.fetch(request));
    const given = responses.flatMap(({ topicName, partitions }) =>
      partitions.map((part): [string, FetchedPartition] => [
        `${topicName}/${part.partition}`,
        part,
      ]),
    );
    const byName = new Map(given);
    return wanted.map((one) => {
      const name = `${this.topic(one.stream)}/${one.stream.partition}`;
      return take(one, present(byName.get(name), 'an answer for each partition'));
    });
  }

  /** The offset of the oldest entry kept, or of the next one to come. */
  async offset(stream: Stream, edge: Edge): Promise<number> {
    const id = await this.leader(stream);
    const partition = { partition: stream.partition, timestamp: EDGES[edge] };
    const request = {
      replicaId: -1,
      isolationLevel: READ_UNCOMMITTED,
      topics: [{ topic: this.topic(stream), partitions: [partition] }],
    };
    const { responses } = await this.#inTurn(`list ${id}`, id, (b) => b.listOffsets(request));
    return Number(present(responses[0]?.partitions[0], 'an answer for the partition').offset);
  }

  /** Ends every request that is under way, at once. */
  close(): void {
    this.opened.sockets.destroy();
    this.opened.client.disconnect().catch(() => undefined); // its connections are gone already
  }

  #inTurn<T>(line: string, id: string, call: (broker: RawBroker) => Promise<T>): Promise<T> {
    const before = this.#turns.get(line) ?? Promise.resolve();
    const turn = before.then(async () => call(await this.opened.client.findBroker({ nodeId: id })));
    this.#turns.set(
      line,
      turn.catch(() => undefined), // its caller hears of it
    );
    return turn;
  }
}

/** A poll of many streams at once stays below this, apart from a first record that is larger. */
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** Leaves out what lies before the offset asked for, and checks that nothing is missing. */
export function take({ stream, from }: Wanted, part: FetchedPartition): Fetched {
  const entries: Entry[] = [];
  let next = from;
  let hole: Fetched['hole'];
  for (const { offset: text, value, isControlRecord } of part.messages) {
    const offset = Number(text);
    if (offset < from) continue;
    if (offset !== next) {
      hole = { offset: next, found: offset };
      break;
    }
    if (!isControlRecord) entries.push({ offset, bytes: value ?? EMPTY });
    next = offset + 1;
  }
  return { stream, entries, next, end: Number(part.highWatermark), ...(hole ? { hole } : {}) };
}
