import { hash, readHeadLine, type Journal, type Stream } from '@ringfence/journal';
import type { Position } from '../read-store/read-store.js';

/** Records that did not count and stand before the one that is looked for, at most. */
const LOOKED_MAX = 1000;

/**
 * Whether a log holds the record that the rows reflect last. Its hash stands for all before it, so
 * rows of another history cannot pass. It is a look at one place of the log, not a replay: the
 * record after n others is at offset n, or later by as many as do not count.
 *
 * @returns false also when it is not found near there, or cannot be read now: then nothing is known
 */
export async function holdsRecord(
  journal: Journal,
  stream: Stream,
  { seq, hash: wanted }: Position,
): Promise<boolean> {
  if (seq === 0) return true; // rows of nothing
  let from = seq - 1;
  try {
    while (from < seq + LOOKED_MAX) {
      const entries = await journal.read(stream, from);
      if (entries.length === 0) return false;
      for (const { offset, bytes } of entries) {
        from = offset + 1;
        if (readHeadLine(bytes)?.line['seq'] === seq && hash(bytes) === wanted) return true;
      }
    }
  } catch {
    // the fold of the log meets the same trouble, and says so
  }
  return false;
}
