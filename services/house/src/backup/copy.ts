import { streamText, type Entry, type Journal, type Stream } from '@ringfence/journal';

/** The target did not take an entry where it must be; what it holds is no copy. */
export class CopyFailed extends Error {
  override readonly name = 'CopyFailed';
}

/** Entries of a stream, by their offsets: `from` to before `to`. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The entries of a stream as they are, whether they count or not.
 *
 * @throws CopyFailed when the stream ends before `to`
 */
export async function* entriesOf(
  journal: Journal,
  stream: Stream,
  { from, to }: OffsetRange,
): AsyncGenerator<Entry> {
  for (let next = from; next < to;) {
    const entries = await journal.read(stream, next);
    if (entries.length === 0) {
      throw new CopyFailed(`${streamText(stream)} ends at offset ${next}, not at ${to}`);
    }
    for (const entry of entries) {
      if (entry.offset >= to) return;
      next = entry.offset + 1;
      yield entry;
    }
  }
}

/**
 * Adds an entry to a copy, at the offset that it has in the original.
 *
 * @throws CopyFailed when it went elsewhere, or nobody knows whether it arrived
 */
export async function addEntry(
  journal: Journal,
  stream: Stream,
  { offset, bytes }: Entry,
): Promise<void> {
  const answer = await journal.append(stream, bytes);
  const where = `${streamText(stream)}, offset ${offset}`;
  if (answer.kind === 'unknown') throw new CopyFailed(`${where}: ${answer.reason}`);
  if (answer.offset !== offset) {
    throw new CopyFailed(`${where}: it went to ${answer.offset}, somebody else writes there`);
  }
}
