import type { TopicSpec } from '@ringfence/contracts';

/** How many failures an acknowledged record survives. */
export interface Durability {
  /** copies of each partition; 1 by default, 3 where it matters */
  readonly replication?: number;
  /**
   * the broker writes each record to its disk before it acknowledges: with one copy only this
   * survives a power cut; costs about half the throughput
   */
  readonly flushEach?: boolean;
}

/** A batch of one record around its bytes: headers, lengths and room to spare. */
const FRAME_BYTES = 4096;

/**
 * A topic's settings by Kafka's names. Everything that could lose, merge or change a record is
 * named, so that no broker's default decides.
 */
export function topicSettings(
  { retentionMs, entryBytesMax }: TopicSpec,
  { replication = 1, flushEach = false }: Durability = {},
): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': retentionMs === 'forever' ? '-1' : String(retentionMs),
    'retention.bytes': '-1',
    'max.message.bytes': String(entryBytesMax + FRAME_BYTES),
    'message.timestamp.type': 'LogAppendTime',
    'compression.type': 'producer',
    // one copy may be away without stopping the writers, one must be elsewhere too
    'min.insync.replicas': String(Math.max(1, replication - 1)),
    'unclean.leader.election.enable': 'false',
    ...(flushEach ? { 'flush.messages': '1' } : {}),
  };
}
