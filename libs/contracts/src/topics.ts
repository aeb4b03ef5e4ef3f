import { invariant, type Service, SERVICES } from '@ringfence/kernel';

/**
 * What a service's streams are for: `log` its truth, `cmd` commands packed by their senders, `chan`
 * numbered messages between partitions, `beat` signs of life of a lane's owner.
 */
export const STREAM_KINDS = ['log', 'cmd', 'chan', 'beat'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** What the topic of one service and kind must be like, whatever carries it. */
export interface TopicSpec {
  readonly topic: string;
  readonly kind: StreamKind;
  readonly service: Service;
  /** lanes of the service; P may grow, never shrink */
  readonly partitions: number;
  /** how long entries are kept at least, in milliseconds; nothing is ever compacted */
  readonly retentionMs: number | 'forever';
  /** the largest entry that a sender may hand in */
  readonly entryBytesMax: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A record never exceeds this, whatever was queued. */
export const ENTRY_BYTES_MAX = 2 * 1024 * 1024;

/** A channel is sent again from its sender's state, a beat is worth nothing once it is old. */
const RETENTION: Readonly<Record<StreamKind, TopicSpec['retentionMs']>> = {
  log: 'forever',
  cmd: 'forever',
  chan: 7 * DAY_MS,
  beat: 10 * MINUTE_MS,
};

/** Such as `log.accounts`. */
export const topicOf = (kind: StreamKind, service: Service): string => `${kind}.${service}`;

/**
 * Every topic of the house: one of each kind per service.
 *
 * @param partitions  the house's P, at least 1; the reference lane has one whatever P is
 */
export function topicsOf(partitions: number): readonly TopicSpec[] {
  invariant(Number.isSafeInteger(partitions) && partitions > 0, 'a house has partitions');
  return SERVICES.flatMap((service) =>
    STREAM_KINDS.map((kind) => ({
      topic: topicOf(kind, service),
      kind,
      service,
      partitions: service === 'reference' ? 1 : partitions,
      retentionMs: RETENTION[kind],
      entryBytesMax: ENTRY_BYTES_MAX,
    })),
  );
}
