import { topicOf, topicsOf } from '@ringfence/contracts';
import type { Journal } from '@ringfence/journal';
import type { KafkaOptions } from '@ringfence/journal-kafka';
import type { Log } from './logs/log.js';

/** Where the logs of a house are. */
export type JournalPlace = { readonly kind: 'segments'; readonly folder: string } | KafkaPlace;

export interface KafkaPlace {
  readonly kind: 'kafka';
  /** `host:port` each */
  readonly brokers: readonly string[];
  readonly topicPrefix?: string;
  /** copies of each partition; 1 by default */
  readonly replication?: number;
  /** each record is on the broker's disk before it is acknowledged */
  readonly flushEach?: boolean;
  readonly tls?: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

export interface OpenJournalOptions {
  /** names this process */
  readonly writer: string;
  readonly partitions: number;
  /** reads beside a writer of the same folder; topics are not made */
  readonly readOnly?: boolean;
  readonly say?: Log;
}

/**
 * Opens the logs of a house. Kafka's topics are made when they are missing.
 *
 * @throws FolderInUse; TopicsRefused naming topic and setting; KafkaUnavailable
 */
export async function openJournal(
  place: JournalPlace,
  { writer, partitions, readOnly = false, say }: OpenJournalOptions,
): Promise<Journal> {
  // only what is used is loaded: processes that take snapshots start often
  if (place.kind === 'segments') {
    const { SegmentJournal } = await import('@ringfence/journal-segments');
    return SegmentJournal.open(place.folder, { readOnly });
  }
  const { KafkaJournal, ensureTopics } = await import('@ringfence/journal-kafka');
  const { replication, flushEach } = place;
  const options = optionsOf(place, writer, say);
  if (!readOnly) await ensureTopics(options, topicsOf(partitions), { replication, flushEach });
  return KafkaJournal.open(options);
}

/**
 * How many partitions the house on a Kafka cluster has, as the log of accounts says.
 *
 * @returns 0 when there is no house under that prefix
 * @throws KafkaUnavailable
 */
export async function partitionsAt(place: KafkaPlace, writer: string): Promise<number> {
  const { countPartitions } = await import('@ringfence/journal-kafka');
  return countPartitions(optionsOf(place, writer), topicOf('log', 'accounts'));
}

function optionsOf(
  { brokers, topicPrefix, tls, sasl }: KafkaPlace,
  writer: string,
  say?: Log,
): KafkaOptions {
  return {
    brokers,
    clientId: writer,
    ...(topicPrefix ? { topicPrefix } : undefined),
    ...(tls ? { ssl: true } : undefined),
    ...(sasl ? { sasl: saslOf(sasl) } : undefined),
    onTrouble: (what: string) => say?.(`kafka: ${what}`, { level: 'warn' }),
  };
}

/** What a journal counts of its work with brokers, by name; nothing when it counts nothing. */
export const countersOf = (journal: Journal): Readonly<Record<string, number>> =>
  'counters' in journal ? (journal.counters as Readonly<Record<string, number>>) : {};

type Sasl = NonNullable<KafkaPlace['sasl']>;
/** The library tells its mechanisms apart by their types. */
function saslOf({ mechanism, username, password }: Sasl) {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    default:
      return { mechanism, username, password };
  }
}
