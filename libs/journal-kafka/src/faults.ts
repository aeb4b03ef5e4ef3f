import { JournalBroken, type Stream, streamText } from '@ringfence/journal';

/** The brokers did not answer in time; asking again later may help. */
export class KafkaUnavailable extends Error {
  override readonly name: string = 'KafkaUnavailable';
}

/** A broker that took a request and did not answer it in time. */
export class KafkaStalled extends KafkaUnavailable {
  override readonly name = 'KafkaStalled';
}

/** The cluster has no such topic or partition; it may be made. */
export class StreamMissing extends KafkaUnavailable {
  override readonly name = 'StreamMissing';
  constructor(readonly stream: Stream) {
    super(`${streamText(stream)}: the cluster has no such topic or partition`);
  }
}

/** Records that a reader asked for were deleted from the front of the topic. */
export class StreamTrimmed extends JournalBroken {
  override readonly name = 'StreamTrimmed';
  constructor(
    readonly stream: Stream,
    readonly from: number,
    /** the oldest offset that is still there */
    readonly begin: number,
  ) {
    super(`${streamText(stream)}: offset ${from} was deleted, the oldest kept is ${begin}`);
  }
}

/** The broker has less than it had shown to this process: acknowledged records are gone. */
export class StreamShrunk extends JournalBroken {
  override readonly name = 'StreamShrunk';
  constructor(
    readonly stream: Stream,
    /** what this process has seen */
    readonly seen: number,
    readonly end: number,
  ) {
    super(`${streamText(stream)}: ends at offset ${end}, this process has seen up to ${seen}`);
  }
}

/** An offset below the end holds nothing: the topic was compacted or damaged. */
export class StreamHole extends JournalBroken {
  override readonly name = 'StreamHole';
  constructor(
    readonly stream: Stream,
    readonly offset: number,
    readonly found: number,
  ) {
    super(`${streamText(stream)}: nothing at offset ${offset}, the next record is at ${found}`);
  }
}

/** One setting of one topic that is not as the house needs it. */
export interface TopicFinding {
  readonly topic: string;
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
}

/** A topic exists with other settings than the house's table says: nothing is started on it. */
export class TopicsRefused extends Error {
  override readonly name = 'TopicsRefused';
  constructor(readonly findings: readonly TopicFinding[]) {
    const lines = findings.map(
      ({ topic, setting, found, wanted }) => `${topic}: ${setting} is ${found}, not ${wanted}`,
    );
    super(lines.join('; '));
  }
}

/** What someone else threw, in one line. */
export const reasonIn = (fault: unknown): string =>
  fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
