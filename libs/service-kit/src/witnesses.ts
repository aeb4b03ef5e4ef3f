import {
  readHeadLine,
  type InputRange,
  type Journal,
  type Stream,
  type Witness,
} from '@ringfence/journal';
import { SERVICES } from '@ringfence/kernel';
import { logStream } from '@ringfence/lane';

/** Records at the end of each log whose heads are heard. */
const HEARD = 64;

/** A position of a log that somebody outside the logs has seen, such as a read model. */
export interface SeenPosition extends Witness {
  readonly stream: Stream;
}

/** Per log, the furthest position that each other log says to have read of it. */
export type Witnesses = ReadonlyMap<string, readonly Witness[]>;

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** What the others have seen of that log. */
export const witnessesOf = (witnesses: Witnesses, stream: Stream): readonly Witness[] =>
  witnesses.get(keyOf(stream.topic, stream.partition)) ?? [];

/** The same with what others have seen. */
export function withSeen(witnesses: Witnesses, seen: readonly SeenPosition[]): Witnesses {
  const all = new Map(witnesses);
  for (const { stream, ...witness } of seen) {
    const key = keyOf(stream.topic, stream.partition);
    all.set(key, [...(all.get(key) ?? []), witness]);
  }
  return all;
}

/**
 * Hears the ends of all logs of a house: every record names the last record that it read of each
 * other log, so a log that was cut short is found out by its neighbours.
 */
export async function gatherWitnesses(
  journal: Journal,
  partitions: number,
  onSilent: (stream: Stream, fault: unknown) => void = () => {},
): Promise<Witnesses> {
  const found = new Map<string, Witness[]>();
  for (const service of SERVICES) {
    const count = service === 'reference' ? 1 : partitions;
    for (let p = 0; p < count; p++) {
      const stream = logStream(service, p);
      // a log that cannot be read stops its own lane; the others go on with what they hear
      await hear(journal, stream, found).catch((fault: unknown) => onSilent(stream, fault));
    }
  }
  return found;
}

async function hear(
  journal: Journal,
  stream: Stream,
  found: Map<string, Witness[]>,
): Promise<void> {
  const end = await journal.end(stream);
  const furthest = new Map<string, InputRange>();
  for (let from = Math.max(0, end - HEARD); from < end;) {
    const entries = await journal.read(stream, from);
    if (entries.length === 0) break;
    for (const { offset, bytes } of entries) {
      from = offset + 1;
      for (const range of rangesOf(bytes)) furthest.set(keyOf(range.topic, range.p), range);
    }
  }
  const who = keyOf(stream.topic, stream.partition);
  for (const [key, range] of furthest) {
    const witness: Witness = { seq: range.to, hash: range.hash, who };
    found.set(key, [...(found.get(key) ?? []), witness]);
  }
}

/**
 * Log ranges that the head of a record names; none when it has no head, which its own reader will
 * say.
 */
function rangesOf(bytes: Uint8Array): InputRange[] {
  const ranges = readHeadLine(bytes)?.line['in'];
  if (!Array.isArray(ranges)) return [];
  return (ranges as InputRange[]).filter(({ topic, hash }) => topic.startsWith('log.') && hash);
}
